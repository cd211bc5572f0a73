/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An officer's own keyring: made to join, and put under another passphrase. */
#include "office/officer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "office/home.h"
#include "office/identity.h"
#include "office/request.h"

/* --- the first transaction --- */

/* The digests of the acts of transaction 1. */
struct first {
    uint8_t *digests;
    uint32_t n;
    uint32_t room;
};

/* ERROR_EXISTS ends the walk: what follows is of other transactions. */
static enum error add_digests(void *context, const struct journal_act *act)
{
    struct first *first = context;
    if (act->txn != 1 || first->n == first->room)
        return ERROR_EXISTS;
    uint8_t *to = first->digests + (size_t)first->n++ * 2 * HASH_LEN;
    memcpy(to, act->head_digest, HASH_LEN);
    memcpy(to + HASH_LEN, act->body_digest, HASH_LEN);
    return ERROR_NONE;
}

static enum error hash_first(const struct vault *vault, const struct journal_txn *txn,
                             uint8_t hash[HASH_LEN])
{
    struct first first = {.room = txn->acts};
    if (txn->acts == 0 || txn->acts > HISTORY_ACTS_MAX)
        return ERROR_JOURNAL_OTHER;
    first.digests = malloc((size_t)first.room * 2 * HASH_LEN);
    if (first.digests == NULL)
        return ERROR_MEMORY;
    enum error error = journal_each_act(vault->journal, 0, add_digests, &first);
    if (error == ERROR_NONE || error == ERROR_EXISTS)
        error = first.n == txn->acts ? history_hash(vault->charter.office, txn, first.digests, hash)
                                     : ERROR_JOURNAL_OTHER;
    free(first.digests);
    return error;
}

/* What a keyring pins is what root signed, with these acts and as the first of all. */
static enum error read_first(const struct vault *vault, uint8_t hash[HASH_LEN])
{
    static const uint8_t none[HASH_LEN];
    struct journal_txn txn;
    enum error error = journal_txn(vault->journal, 1, &txn);
    if (error == ERROR_NONE)
        error = hash_first(vault, &txn, hash);
    if (error != ERROR_NONE)
        return error == ERROR_NO_ROW ? ERROR_JOURNAL_OTHER : error;
    if (txn.officer != 0 || memcmp(txn.prev, none, HASH_LEN) != 0 ||
        memcmp(txn.hash, hash, HASH_LEN) != 0)
        return ERROR_JOURNAL_OTHER;
    error = signature_check(vault->charter.root, HISTORY_DOMAIN, hash, HASH_LEN, txn.signature);
    return error == ERROR_FORGED ? ERROR_JOURNAL_OTHER : error;
}

/* --- joining --- */

static bool has_file(int dir)
{
    struct stat about;
    return fstatat(dir, IDENTITY_FILE, &about, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

bool officer_has_keyring(const char *home, const uint8_t office[HASH_LEN])
{
    int dir = -1;
    if (home_open(home, office, false, &dir) != ERROR_NONE)
        return false;
    const bool has = has_file(dir);
    close(dir);
    return has;
}

static enum error make_keyring(int dir, const struct vault *vault, const uint8_t first[HASH_LEN],
                               const struct passphrase *passphrase, struct keyset **keys)
{
    enum error error = keyset_new(vault->charter.office, keys);
    if (error == ERROR_NONE)
        error = keyset_make_own(*keys);
    return error == ERROR_NONE ? identity_save(dir, *keys, first, passphrase) : error;
}

static enum error open_keyring(int dir, const struct vault *vault, const uint8_t first[HASH_LEN],
                               const struct passphrase *passphrase, struct keyset **keys)
{
    uint8_t held[HASH_LEN];
    enum error error = identity_load(dir, vault->charter.office, passphrase, keys, held);
    if (error == ERROR_NONE && memcmp(held, first, HASH_LEN) != 0)
        error = ERROR_JOURNAL_OTHER;
    return error;
}

static enum error is_other(void *context, const struct journal_officer *officer)
{
    const struct keyset *keys = context;
    return memcmp(officer->sign, keys->sign_public, sizeof keys->sign_public) == 0
               ? ERROR_REQUEST_KNOWN
               : ERROR_NONE;
}

/* The keyring comes first: a request whose keys are lost would only mislead. */
static enum error join_from(int dir, const struct vault *vault, const char *name,
                            const struct passphrase *passphrase,
                            char fingerprint[NAMING_FINGERPRINT_LEN])
{
    uint8_t first[HASH_LEN];
    struct keyset *keys = NULL;
    enum error error = read_first(vault, first);
    if (error == ERROR_NONE)
        error = has_file(dir) ? open_keyring(dir, vault, first, passphrase, &keys)
                              : make_keyring(dir, vault, first, passphrase, &keys);
    if (error == ERROR_NONE)
        error = journal_each_officer(vault->journal, is_other, keys);
    if (error == ERROR_NONE)
        error = request_write(vault->dir, vault_mode(vault), keys, name, fingerprint);
    keyset_free(&keys);
    return error;
}

enum error officer_join(const struct vault *vault, const char *home, const char *name,
                        const struct passphrase *passphrase,
                        char fingerprint[NAMING_FINGERPRINT_LEN])
{
    int dir = -1;
    if (!naming_valid(name))
        return ERROR_OFFICE_NAME;
    enum error error = home_open(home, vault->charter.office, true, &dir);
    if (error != ERROR_NONE)
        return error;
    error = join_from(dir, vault, name, passphrase, fingerprint);
    close(dir);
    return error;
}

/* --- another passphrase --- */

/* Opens one's keyring and, when another passphrase is given, puts it under that one. */
static enum error reopen(const char *home, const uint8_t *office, const struct passphrase *was,
                         const struct passphrase *becomes)
{
    uint8_t first[HASH_LEN];
    struct keyset *keys = NULL;
    int dir = -1;
    enum error error = home_open(home, office, false, &dir);
    if (error != ERROR_NONE)
        return error;
    error = identity_load(dir, office, was, &keys, first);
    if (error == ERROR_NONE && becomes != NULL)
        error = identity_save(dir, keys, first, becomes);
    keyset_free(&keys);
    close(dir);
    return error;
}

enum error officer_check(const char *home, const uint8_t office[HASH_LEN],
                         const struct passphrase *passphrase)
{
    return reopen(home, office, passphrase, NULL);
}

enum error officer_passphrase(const char *home, const uint8_t office[HASH_LEN],
                              const struct passphrase *was, const struct passphrase *becomes)
{
    return reopen(home, office, was, becomes);
}
