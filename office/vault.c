/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's folder: opened with care, locked against others, unlocked by the passphrase. */
#include "office/vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "crypto/secret.h"

#define CHARTER_FILE    "charter"
#define CASEBOOK_FILE   "casebook.db"
#define LOCK_FILE       "lock"
#define UNFINISHED_FILE "unfinished"

int vault_mark(const uint8_t casebook_key[CASEBOOK_KEY_LEN], uint8_t mark[CASELOAD_LINK_LEN])
{
    static const char word[] = "sandyq office casebook v1";
    _Static_assert((int)CASELOAD_LINK_LEN == (int)CASEBOOK_LINK_LEN, "a mark is a link");
    return casebook_link(casebook_key, word, sizeof word - 1, mark);
}

/* --- the folder --- */

static enum error folder_error(int number)
{
    return number == ENOENT || number == ENOTDIR || number == ELOOP || number == ENAMETOOLONG
               ? ERROR_NOT_OFFICE
               : error_of_errno(number);
}

static enum error folder_open(const char *path, int *dir)
{
    struct stat about;
    *dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*dir < 0)
        return errno == EACCES ? ERROR_OFFICE_OPEN : folder_error(errno);
    if (fstat(*dir, &about) != 0)
        return ERROR_IO;
    if (about.st_uid != geteuid() || (about.st_mode & 077) != 0)
        return ERROR_OFFICE_OPEN;
    return ERROR_NONE;
}

/* Counts one that is there. Returns ERROR_NONE, or why nobody can say. */
static enum error folder_count(int dir, const char *name, int *there)
{
    struct stat about;
    if (fstatat(dir, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? ERROR_NONE : error_of_errno(errno);
    ++*there;
    return ERROR_NONE;
}

static enum error folder_lock(int dir, int *lock)
{
    *lock = openat(dir, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (*lock < 0)
        return folder_error(errno);
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return ERROR_NONE;
    return errno == EWOULDBLOCK ? ERROR_OFFICE_BUSY : error_of_errno(errno);
}

/* A path for SQLite, which knows no descriptors, to the folder that we hold, whatever its name. */
static void casebook_path(int dir, char out[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    ssize_t len = readlink(link, out, PATH_MAX - sizeof "/" CASEBOOK_FILE);
    if (len <= 0)
        len = snprintf(out, PATH_MAX, "%s", link);
    snprintf(out + len, PATH_MAX - (size_t)len, "/" CASEBOOK_FILE);
}

/* --- making an office --- */

/* An empty folder may be used, also when a lock was forgotten in it or an `init` was cut at its
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
        if (strcmp(name, UNFINISHED_FILE) == 0)
            found = ERROR_UNFINISHED;
        else if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
                 strcmp(name, LOCK_FILE) != 0 && !file_is_temporary(name))
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

/* Sets *made if the folder did not exist before. */
static enum error folder_make(const char *path, int *dir, bool *made)
{
    enum error error = check_folder(path);
    if (error != ERROR_NONE)
        return error;
    *made = mkdir(path, 0700) == 0;
    if (!*made && errno != EEXIST)
        return errno == ENOENT || errno == ENOTDIR ? ERROR_PARENT : folder_error(errno);
    if (chmod(path, 0700) != 0)
        return folder_error(errno);
    error = folder_open(path, dir);
    return error == ERROR_NONE ? file_settle(path) : error;
}

/* An office may have no name at all, but not one that nobody can see. */
static bool name_valid(const char *name)
{
    const size_t len = strlen(name);
    bool seen = len == 0;
    uint32_t ch = 0;
    for (size_t at = 0; at < len;) {
        int columns = 0;
        at += utf8_take(name + at, len - at, &ch);
        if (!utf8_harmless(ch))
            return false;
        seen = seen || (utf8_shown(ch, &columns) != ' ' && columns > 0);
    }
    return seen && len <= CHARTER_NAME_MAX;
}

enum error vault_fresh(struct vault *vault, const char *name, uint32_t today,
                       uint8_t root[SIGNATURE_SEED_LEN])
{
    if (!name_valid(name))
        return ERROR_OFFICE_NAME;
    enum error error = keyset_new(&vault->charter, root, &vault->keys);
    if (error != ERROR_NONE)
        return error;
    vault->charter.number = 1;
    vault->charter.epoch = 1;
    vault->charter.issued = today;
    vault->charter.expires = today + VAULT_CHARTER_DAYS;
    memcpy(vault->charter.name, name, strlen(name) + 1);
    error = charter_encode(&vault->charter, root, vault->charter_bytes);
    if (error == ERROR_MALFORMED)
        return ERROR_OFFICE_NAME;
    return error != ERROR_NONE ? error
                               : charter_decode(vault->charter_bytes, CHARTER_LEN, &vault->charter);
}

static enum error write_casebook(const struct vault *vault)
{
    char path[PATH_MAX];
    uint8_t mark[CASELOAD_LINK_LEN];
    if (vault_mark(vault->keys->casebook, mark) != 0)
        return ERROR_MEMORY;
    casebook_path(vault->dir, path);
    return caseload_make(path, mark);
}

/* The file "unfinished" is created first and removed last. */
static enum error write_office(const struct vault *vault, const uint8_t *root,
                               const struct passphrase *passphrase)
{
    file_sweep(vault->dir);
    enum error error = file_write(vault->dir, UNFINISHED_FILE, 0600, "", 0);
    if (error == ERROR_NONE)
        error = write_casebook(vault);
    if (error == ERROR_NONE)
        error = keyset_seal_root(vault->dir, root, passphrase);
    if (error == ERROR_NONE)
        error = keyset_seal(vault->dir, vault->keys, vault->charter.office, passphrase);
    if (error == ERROR_NONE)
        error = file_write(vault->dir, CHARTER_FILE, 0600, vault->charter_bytes, CHARTER_LEN);
    if (error == ERROR_NONE && unlinkat(vault->dir, UNFINISHED_FILE, 0) != 0)
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
        CHARTER_FILE,         KEYSET_DESK_FILE, KEYSET_ROOT_FILE, CASEBOOK_FILE "-wal",
        CASEBOOK_FILE "-shm", CASEBOOK_FILE,    LOCK_FILE,        UNFINISHED_FILE,
    };
    file_sweep(vault->dir);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(vault->dir, names[i], 0);
}

static struct vault *blank(void)
{
    struct vault *vault = calloc(1, sizeof *vault);
    if (vault != NULL)
        vault->dir = vault->lock = -1;
    return vault;
}

enum error vault_make(const char *path, const char *name, const struct passphrase *passphrase,
                      char fingerprint[CHARTER_FINGERPRINT_LEN])
{
    struct vault *vault = blank();
    uint8_t *root = secret_new(SIGNATURE_SEED_LEN);
    enum error error = ERROR_MEMORY;
    bool made = false;
    if (vault == NULL || root == NULL)
        goto out;
    error = vault_fresh(vault, name, day_today(), root);
    if (error == ERROR_NONE)
        error = folder_make(path, &vault->dir, &made);
    if (error == ERROR_NONE)
        error = folder_lock(vault->dir, &vault->lock);
    if (error == ERROR_NONE) /* once more: the lock was another's until now */
        error = folder_empty(vault->dir);
    if (error == ERROR_NONE && (error = write_office(vault, root, passphrase)) != ERROR_NONE)
        unwrite_office(vault);
    if (error == ERROR_NONE)
        charter_fingerprint(vault->charter.office, fingerprint);
    else if (made)
        rmdir(path); /* stays when anything of somebody else is in it */
out:
    secret_free(root);
    vault_close(&vault);
    return error;
}

/* --- opening an office --- */

static enum error open_charter(struct vault *vault)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum error error = file_read(vault->dir, CHARTER_FILE, CHARTER_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = charter_decode(data, len, &vault->charter);
    if (error == ERROR_NONE)
        memcpy(vault->charter_bytes, data, CHARTER_LEN);
    free(data);
    return error == ERROR_NONE || error_is_machine(error) ? error : ERROR_OFFICE_CHARTER;
}

static enum error open_casebook(struct vault *vault)
{
    char path[PATH_MAX];
    casebook_path(vault->dir, path);
    return caseload_open(path, DB_OPEN, &vault->cases);
}

/* Tells apart no office, one half made, and one with files missing. */
static enum error look_around(int dir)
{
    static const char *const parts[] = {CHARTER_FILE, KEYSET_DESK_FILE, CASEBOOK_FILE};
    int unfinished = 0, there = 0;
    enum error error = folder_count(dir, UNFINISHED_FILE, &unfinished);
    if (unfinished > 0)
        return ERROR_UNFINISHED;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && error == ERROR_NONE; i++)
        error = folder_count(dir, parts[i], &there);
    if (error != ERROR_NONE || there == 0)
        return error != ERROR_NONE ? error : ERROR_NOT_OFFICE;
    return faccessat(dir, ".", W_OK, AT_EACCESS) == 0 ? ERROR_NONE : folder_error(errno);
}

enum error vault_open(const char *path, struct vault **out)
{
    struct vault *vault = *out = blank();
    if (vault == NULL)
        return ERROR_MEMORY;
    enum error error = folder_open(path, &vault->dir);
    if (error == ERROR_NONE)
        error = look_around(vault->dir);
    if (error == ERROR_NONE)
        error = folder_lock(vault->dir, &vault->lock);
    if (error == ERROR_NONE) {
        file_sweep(vault->dir);
        error = open_charter(vault);
    }
    if (error == ERROR_NONE)
        error = open_casebook(vault);
    if (error != ERROR_NONE)
        vault_close(out);
    return error;
}

void vault_close(struct vault **vault)
{
    struct vault *old = *vault;
    if (old == NULL)
        return;
    caseload_close(&old->cases);
    secret_free(old->keys);
    if (old->dir >= 0)
        close(old->dir);
    if (old->lock >= 0)
        close(old->lock);
    free(old);
    *vault = NULL;
}

/* --- unlocking --- */

static enum error check_mark(struct vault *vault)
{
    uint8_t mark[CASELOAD_LINK_LEN], held[CASELOAD_LINK_LEN];
    enum error error = caseload_mark(vault->cases, held);
    if (error != ERROR_NONE)
        return error;
    if (vault_mark(vault->keys->casebook, mark) != 0)
        return ERROR_MEMORY;
    return memcmp(mark, held, sizeof mark) == 0 ? ERROR_NONE : ERROR_CASEBOOK_OTHER;
}

enum error vault_unlock(struct vault *vault, const struct passphrase *passphrase)
{
    enum error error = keyset_open(vault->dir, vault->charter.office, passphrase, &vault->keys);
    return error == ERROR_NONE ? check_mark(vault) : error;
}

enum error vault_root(const struct vault *vault, const struct passphrase *passphrase,
                      uint8_t **seed)
{
    return keyset_open_root(vault->dir, vault->charter.root, passphrase, seed);
}
