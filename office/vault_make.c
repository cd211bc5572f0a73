/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes an office: its keys, its folder, and the first transaction of its journal. */
#include "office/vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/wrap.h"
#include "office/generation.h"
#include "office/home.h"
#include "office/identity.h"
#include "office/intake.h"
#include "office/naming.h"
#include "office/vault_folder.h"

/* An empty folder may be used, also when a gate was forgotten in it or an `init` was cut at its
   very beginning; anything else in it may not. */
static enum error folder_empty(int dir)
{
    DIR *entries = file_folder(dir);
    if (entries == NULL)
        return error_of_lack(errno, ERROR_IO);
    enum error error = ERROR_NONE, found = ERROR_NONE;
    const char *name = NULL;
    while (found != ERROR_UNFINISHED && (error = file_next(entries, &name)) == ERROR_NONE &&
           name != NULL) {
        if (strcmp(name, VAULT_UNFINISHED_FILE) == 0)
            found = ERROR_UNFINISHED;
        else if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
                 strcmp(name, VAULT_GATE_FILE) != 0 && !file_is_temporary(name))
            found = ERROR_NOT_EMPTY;
    }
    closedir(entries);
    return found != ERROR_NONE ? found : error;
}

static enum error check_folder(const char *path)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOENT   ? ERROR_NONE
               : errno == EACCES ? ERROR_OFFICE_OPEN
               : errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG
                   ? ERROR_NOT_EMPTY
                   : error_of_errno(errno);
    const enum error error = folder_empty(dir);
    close(dir);
    return error;
}

enum error vault_may_make(const char *path, uint32_t today)
{
    return today < DAY_RELEASED ? ERROR_OFFICE_CLOCK : check_folder(path);
}

/* Sets *made if the folder did not exist before. An empty one that a group shares is taken as it
   is. */
static enum error folder_make(const char *path, struct vault *vault, bool *made)
{
    struct stat about;
    enum error error = check_folder(path);
    if (error != ERROR_NONE)
        return error;
    *made = mkdir(path, 0700) == 0;
    if (!*made && errno != EEXIST)
        return errno == ENOENT || errno == ENOTDIR ? ERROR_PARENT : vault_folder_error(errno);
    const bool group = !*made && stat(path, &about) == 0 && (about.st_mode & 07777) == 02770;
    if (!group && chmod(path, 0700) != 0)
        return vault_folder_error(errno);
    error = vault_folder_open(path, &vault->dir, &vault->shared);
    umask(vault->shared ? 0007 : 0077);
    return error == ERROR_NONE ? file_settle(path) : error;
}

static enum error make_charter(struct vault *vault, const struct vault_order *order,
                               const struct root *root)
{
    struct charter *charter = &vault->charter;
    charter->number = 1;
    charter->issued = order->now / DAY_MINUTES;
    charter->expires = charter->issued + VAULT_CHARTER_DAYS;
    charter_usual(charter);
    if (order->name[0] != '\0' &&
        charter_add_text(charter, CHARTER_NAME, "-", order->name) != ERROR_NONE)
        return ERROR_OFFICE_NAME;
    enum error error = charter_encode(charter, root->seed, vault->charter_bytes);
    return error == ERROR_NONE ? charter_decode(vault->charter_bytes, CHARTER_LEN, charter) : error;
}

/* The secrets of every compartment, and the intake and board keys for the charter. */
static enum error make_secrets(struct vault *vault)
{
    struct keyset *keys = vault->keys;
    uint8_t public_key[ENVELOPE_KEY_LEN];
    enum error error = ERROR_MEMORY;
    uint8_t *secret = secret_new(KEYSET_KEY_LEN);
    for (size_t i = 0; secret != NULL && keyset_compartments[i] != 0; i++) {
        random_key(secret, KEYSET_KEY_LEN);
        error = keyset_add(keys, keyset_compartments[i], 1, secret);
        if (error != ERROR_NONE)
            goto out;
    }
    if (secret == NULL)
        goto out;
    error = envelope_key_new(secret, public_key);
    if (error == ERROR_NONE)
        error = keyset_add_intake(keys, 1, secret);
    if (error == ERROR_NONE)
        error = keyset_board(keys, secret);
    if (error == ERROR_NONE && signature_public(secret, vault->charter.board) != 0)
        error = ERROR_MEMORY;
    vault->charter.intake_count = 1;
    vault->charter.intake[0].epoch = 1;
    memcpy(vault->charter.intake[0].key, public_key, ENVELOPE_KEY_LEN);
out:
    secret_free(secret);
    return error;
}

static enum error make_root(struct root *root, uint8_t office[HASH_LEN])
{
    uint8_t public_key[SIGNATURE_PUBLIC_LEN], recovery[HPKE_KEY_LEN];
    const struct hash_part part = {public_key, sizeof public_key};
    if (signature_key_new(root->seed, public_key) != 0 || hash_sha256(office, &part, 1) != 0)
        return ERROR_MEMORY;
    return wrap_key_new(root->recovery, recovery);
}

enum error vault_fresh(struct vault *vault, const struct vault_order *order, struct root *root)
{
    uint8_t office[HASH_LEN];
    if (!naming_valid(order->name) || !naming_valid(order->officer))
        return ERROR_OFFICE_NAME;
    enum error error = make_root(root, office);
    if (error == ERROR_NONE)
        error = keyset_new(office, &vault->keys);
    if (error == ERROR_NONE)
        error = keyset_make_own(vault->keys);
    if (error == ERROR_NONE)
        error = make_secrets(vault);
    return error == ERROR_NONE ? make_charter(vault, order, root) : error;
}

/* --- the first transaction --- */

static enum error add_founded(struct history_batch *batch, struct vault *vault,
                              const struct root *root, const struct vault_order *order)
{
    uint8_t recovery[HPKE_KEY_LEN];
    const struct act act = {
        .kind = ACT_FOUNDED, .minute = order->now, .flags = order->training ? ACT_TRAINING : 0};
    const struct act_content content = {vault->charter_bytes, CHARTER_LEN, recovery,
                                        sizeof recovery};
    enum error error = hpke_public(root->recovery, recovery);
    return error == ERROR_NONE ? history_batch_add(batch, vault->keys, &act, NULL, &content, NULL)
                               : error;
}

static enum error add_lead(struct history_batch *batch, const struct keyset *keys,
                           const struct vault_order *order)
{
    struct naming lead = {.no = 1, .role = ACT_LEAD};
    memcpy(lead.sign, keys->sign_public, sizeof lead.sign);
    memcpy(lead.agree, keys->agree_public, sizeof lead.agree);
    memcpy(lead.name, order->officer, strlen(order->officer) + 1);
    return naming_add(batch, keys, &lead, order->now);
}

/* Those who are given the secrets of a new office: its first officer, and the recovery key. */
static enum error first_holders(const struct vault *vault, const struct root *root,
                                struct grant_holder holders[2])
{
    holders[0].officer = 1;
    memcpy(holders[0].agree, vault->keys->agree_public, HPKE_KEY_LEN);
    holders[1].officer = 0;
    return hpke_public(root->recovery, holders[1].agree);
}

struct founding {
    struct vault *vault;
    struct grant_holder holders[2];
};

static enum error put_wraps(struct vault *vault, const struct grant_holder *holder)
{
    const struct keyset *keys = vault->keys;
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < keys->generation_count && error == ERROR_NONE; i++) {
        struct journal_wrap wrap;
        error = grant_secret(keys->office, keys->generations[i], holder, &wrap);
        if (error == ERROR_NONE)
            error = journal_put_wrap(vault->journal, &wrap);
    }
    return error;
}

static enum error found_beside(void *context, const struct history_batch *batch)
{
    const struct founding *founding = context;
    struct vault *vault = founding->vault;
    struct journal_officer officer = {.no = 1};
    memcpy(officer.sign, vault->keys->sign_public, sizeof officer.sign);
    memcpy(officer.agree, vault->keys->agree_public, sizeof officer.agree);
    enum error error = journal_add_officer(vault->journal, &officer);
    for (size_t i = 0; i < 2 && error == ERROR_NONE; i++)
        error = put_wraps(vault, &founding->holders[i]);
    return error;
}

static enum error append_as_root(struct vault *vault, const struct root *root,
                                 struct history_batch *batch)
{
    vault->history.signer = root->seed;
    enum error error = history_append(&vault->history, batch);
    vault->history.signer = NULL;
    return error;
}

enum error vault_found(struct vault *vault, const struct vault_order *order,
                       const struct root *root)
{
    struct founding founding = {.vault = vault};
    struct history_batch batch = {.beside = found_beside, .context = &founding};
    struct keyset *keys = vault->keys;
    enum error error = first_holders(vault, root, founding.holders);
    if (error == ERROR_NONE)
        error = add_founded(&batch, vault, root, order);
    for (size_t i = 0; i < keys->generation_count && error == ERROR_NONE; i++)
        error = generation_add(&batch, keys, keys->generations[i], order->now);
    if (error == ERROR_NONE)
        error = add_lead(&batch, keys, order);
    if (error == ERROR_NONE)
        error = append_as_root(vault, root, &batch);
    history_batch_free(&batch);
    if (error == ERROR_NONE)
        keys->officer = 1;
    return error == ERROR_NONE ? intake_save(vault->dir, vault_mode(vault), keys->office,
                                             &keys->intake[0], founding.holders, 2)
                               : error;
}

/* --- the folder --- */

static enum error make_journal(struct vault *vault)
{
    char path[PATH_MAX];
    vault_folder_path(vault->dir, VAULT_JOURNAL_FILE, path);
    enum error error = journal_make(path, vault->shared, vault->charter.office);
    return error == ERROR_NONE ? journal_open(path, &vault->journal) : error;
}

/* The file "unfinished" is created first and removed last. */
static enum error write_office(struct vault *vault, int home, const struct vault_order *order,
                               const struct root *root, const struct passphrase *passphrase)
{
    const mode_t mode = vault_mode(vault);
    file_sweep(vault->dir);
    enum error error = file_write(vault->dir, VAULT_UNFINISHED_FILE, mode, "", 0);
    if (error == ERROR_NONE)
        error = make_journal(vault);
    vault_begin(vault);
    if (error == ERROR_NONE)
        error = vault_found(vault, order, root);
    if (error == ERROR_NONE)
        error = root_save(vault->dir, root, passphrase);
    if (error == ERROR_NONE)
        error = identity_save(home, vault->keys, vault->history.first, passphrase);
    if (error == ERROR_NONE)
        error = file_write(vault->dir, VAULT_CHARTER_FILE, mode, vault->charter_bytes, CHARTER_LEN);
    if (error == ERROR_NONE && unlinkat(vault->dir, VAULT_UNFINISHED_FILE, 0) != 0)
        error = ERROR_IO;
    if (error == ERROR_NONE && fsync(vault->dir) != 0)
        error = ERROR_IO;
    return error;
}

/* Restores the folder for a second try. "unfinished" goes last, so that a crash in between still
   shows what the rest is. */
static void unwrite_office(const struct vault *vault)
{
    static const char *const names[] = {
        VAULT_CHARTER_FILE,        ROOT_FILE,          INTAKE_FIRST_FILE, VAULT_JOURNAL_FILE "-wal",
        VAULT_JOURNAL_FILE "-shm", VAULT_JOURNAL_FILE, VAULT_GATE_FILE,   VAULT_UNFINISHED_FILE,
    };
    file_sweep(vault->dir);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(vault->dir, names[i], 0);
}

/* Two may make an office in one folder at the same time. */
static enum error enter_alone(struct vault *vault)
{
    enum error error = vault_folder_gate(vault->dir, vault->shared, &vault->history.gate);
    if (error != ERROR_NONE)
        return error;
    if (flock(vault->history.gate, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? ERROR_OFFICE_BUSY : error_of_errno(errno);
    return folder_empty(vault->dir);
}

/* A keyring that is there is of another office, and would be lost. */
static enum error home_free(int home)
{
    struct stat about;
    if (fstatat(home, IDENTITY_FILE, &about, AT_SYMLINK_NOFOLLOW) == 0)
        return ERROR_KEYRING_OTHER;
    return errno == ENOENT ? ERROR_NONE : error_of_errno(errno);
}

enum error vault_make(const char *path, const struct vault_order *order,
                      const struct passphrase *passphrase,
                      char fingerprint[CHARTER_FINGERPRINT_LEN])
{
    struct vault *vault = vault_blank();
    struct root *root = secret_new(sizeof *root);
    enum error error = ERROR_MEMORY;
    bool made = false;
    int home = -1;
    if (vault == NULL || root == NULL)
        goto out;
    error = vault_fresh(vault, order, root);
    if (error == ERROR_NONE)
        error = home_open(order->home, vault->charter.office, true, &home);
    if (error == ERROR_NONE)
        error = home_free(home);
    if (error == ERROR_NONE)
        error = folder_make(path, vault, &made);
    if (error == ERROR_NONE)
        error = enter_alone(vault);
    if (error == ERROR_NONE &&
        (error = write_office(vault, home, order, root, passphrase)) != ERROR_NONE) {
        journal_close(&vault->journal);
        unwrite_office(vault);
        unlinkat(home, IDENTITY_FILE, 0);
    }
    if (error == ERROR_NONE)
        charter_fingerprint(vault->charter.office, fingerprint);
    else if (made)
        rmdir(path); /* stays when anything of somebody else is in it */
out:
    secret_free(root);
    if (home >= 0)
        close(home);
    vault_close(&vault);
    return error;
}
