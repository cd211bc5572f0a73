/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office, opened with care and unlocked by an officer's passphrase. */
#include "office/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "office/home.h"
#include "office/identity.h"
#include "office/intake.h"
#include "office/restored.h"
#include "office/vault_folder.h"

/* --- opening --- */

unsigned vault_mode(const struct vault *vault)
{
    return vault_folder_mode(vault->shared);
}

void vault_begin(struct vault *vault)
{
    vault->history.journal = vault->journal;
    vault->history.keys = vault->keys;
    vault->history.root = vault->charter.root;
    vault->view.history = &vault->history;
    vault->view.home = vault->home;
}

/* Counts one that is there. Returns ERROR_NONE, or why nobody can say. */
static enum error count(int dir, const char *name, int *there)
{
    struct stat about;
    if (fstatat(dir, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? ERROR_NONE : error_of_errno(errno);
    ++*there;
    return ERROR_NONE;
}

struct vault *vault_blank(void)
{
    struct vault *vault = calloc(1, sizeof *vault);
    if (vault != NULL)
        vault->dir = vault->home = vault->history.gate = -1;
    return vault;
}

static enum error open_charter(struct vault *vault)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum error error = file_read(vault->dir, VAULT_CHARTER_FILE, CHARTER_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = charter_decode(data, len, &vault->charter);
    if (error == ERROR_NONE)
        memcpy(vault->charter_bytes, data, CHARTER_LEN);
    free(data);
    return error == ERROR_NONE || error_is_machine(error) ? error : ERROR_OFFICE_CHARTER;
}

/* The journal and the gate that goes with it. */
static enum error open_journal(struct vault *vault, const char *name)
{
    char path[PATH_MAX];
    uint8_t office[JOURNAL_HASH_LEN];
    vault_folder_path(vault->dir, name, path);
    enum error error = journal_open(path, &vault->journal);
    if (error == ERROR_NONE)
        error = journal_office(vault->journal, office);
    if (error == ERROR_NONE && memcmp(office, vault->charter.office, sizeof office) != 0)
        error = ERROR_JOURNAL_OTHER;
    return error == ERROR_NONE ? vault_folder_gate(vault->dir, vault->shared, &vault->history.gate)
                               : error;
}

/* Tells apart no office, one half made, and one with files missing. */
static enum error look_around(int dir)
{
    int unfinished = 0, there = 0;
    enum error error = count(dir, VAULT_UNFINISHED_FILE, &unfinished);
    if (unfinished > 0)
        return ERROR_UNFINISHED;
    if (error == ERROR_NONE)
        error = count(dir, VAULT_CHARTER_FILE, &there);
    if (error == ERROR_NONE)
        error = count(dir, VAULT_JOURNAL_FILE, &there);
    if (error != ERROR_NONE || there == 0)
        return error != ERROR_NONE ? error : ERROR_NOT_OFFICE;
    return faccessat(dir, ".", W_OK, AT_EACCESS) == 0 ? ERROR_NONE : vault_folder_error(errno);
}

static enum error open_folder(struct vault *vault, const char *path, int lock)
{
    enum error error = vault_folder_open(path, &vault->dir, &vault->shared);
    if (error == ERROR_NONE)
        error = look_around(vault->dir);
    if (error == ERROR_NONE && flock(vault->dir, lock | LOCK_NB) != 0)
        error = errno == EWOULDBLOCK ? ERROR_OFFICE_BUSY : error_of_errno(errno);
    if (error == ERROR_NONE)
        error = vault_folder_finish(vault->dir);
    if (error != ERROR_NONE)
        return error;
    umask(vault->shared ? 0007 : 0077);
    file_sweep(vault->dir);
    return open_charter(vault);
}

enum error vault_open(const char *path, struct vault **out)
{
    struct vault *vault = *out = vault_blank();
    if (vault == NULL)
        return ERROR_MEMORY;
    enum error error = open_folder(vault, path, LOCK_SH);
    if (error == ERROR_NONE)
        error = open_journal(vault, VAULT_JOURNAL_FILE);
    if (error != ERROR_NONE)
        vault_close(out);
    return error;
}

enum error vault_open_alone(const char *path, struct vault **out)
{
    struct vault *vault = *out = vault_blank();
    if (vault == NULL)
        return ERROR_MEMORY;
    enum error error = open_folder(vault, path, LOCK_EX);
    if (error != ERROR_NONE)
        vault_close(out);
    return error;
}

enum error vault_open_journal(struct vault *vault, const char *name)
{
    return open_journal(vault, name);
}

void vault_close(struct vault **vault)
{
    struct vault *old = *vault;
    if (old == NULL)
        return;
    history_end(&old->history);
    view_end(&old->view);
    journal_close(&old->journal);
    keyset_free(&old->keys);
    if (old->dir >= 0)
        close(old->dir);
    if (old->home >= 0)
        close(old->home);
    if (old->history.gate >= 0)
        close(old->history.gate);
    free(old);
    *vault = NULL;
}

void vault_note_damage(struct vault *vault, uint64_t case_id, uint64_t seq, uint64_t message)
{
    for (size_t i = 0; i < vault->damage_count; i++)
        if (vault->damage[i].seq == seq)
            return;
    if (vault->damage_count < VAULT_DAMAGE_MAX)
        vault->damage[vault->damage_count++] = (struct vault_damage){case_id, seq, message};
}

/* --- unlocking --- */

struct own_number {
    const uint8_t *sign;
    uint32_t no; /* 0: not found */
};

static enum error look_for_number(void *context, const struct journal_officer *officer)
{
    struct own_number *own = context;
    if (memcmp(officer->sign, own->sign, SIGNATURE_PUBLIC_LEN) == 0)
        own->no = officer->no;
    return ERROR_NONE;
}

static enum error find_number(struct vault *vault)
{
    struct own_number own = {.sign = vault->keys->sign_public};
    enum error error = journal_each_officer(vault->journal, look_for_number, &own);
    vault->keys->officer = own.no;
    return error == ERROR_NONE && own.no == 0 ? ERROR_NO_OFFICER : error;
}

enum error vault_take(struct vault *vault)
{
    vault_begin(vault);
    enum error error = intake_load(vault->dir, &vault->charter, vault->keys);
    return error == ERROR_NONE ? history_follow(&vault->history) : error;
}

/* Whoever was removed has keys no more, so of their own removal they read nothing, and their view
   may still have them as an officer. */
static enum error check_number(const struct vault *vault)
{
    const struct fold_officer *self = fold_officer(vault->history.fold, vault->keys->officer);
    const bool named = self != NULL && self->role != ACT_NOBODY;
    return named && keyset_newest(vault->keys, KEYSET_HOUSE) != NULL ? ERROR_NONE
                                                                     : ERROR_NO_OFFICER;
}

enum error vault_unlock(struct vault *vault, const char *home, const struct passphrase *passphrase)
{
    uint8_t first[HASH_LEN];
    enum error error = home_open(home, vault->charter.office, false, &vault->home);
    if (error == ERROR_NONE)
        error = identity_load(vault->home, vault->charter.office, passphrase, &vault->keys, first);
    if (error == ERROR_NONE)
        error = find_number(vault);
    if (error == ERROR_NONE) {
        vault_begin(vault);
        error = view_load(&vault->view, first);
    }
    if (error == ERROR_NONE)
        error = vault_take(vault);
    if (error == ERROR_NONE && memcmp(first, vault->history.first, HASH_LEN) != 0)
        error = ERROR_JOURNAL_OTHER;
    if (error == ERROR_NONE)
        error = check_number(vault);
    return error == ERROR_NONE ? restored_explain(&vault->history) : error;
}
