/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's folder: opened with care, locked against a second command, unlocked by the
 * passphrase. */
#include "office/vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "base/wire.h"
#include "crypto/keyring.h"
#include "crypto/random.h"
#include "crypto/secret.h"

#define ROOT_FILE       "root.keyring"
#define DESK_FILE       "desk.keyring"
#define CHARTER_FILE    "charter"
#define CASEBOOK_FILE   "casebook.db"
#define LOCK_FILE       "lock"
#define UNFINISHED_FILE "unfinished"

enum {
    RING_VERSION = 1,
    RING_OFFICE = 1,
    RING_BOARD = RING_OFFICE + CHARTER_OFFICE_LEN,
    RING_CASEBOOK = RING_BOARD + SIGNATURE_SEED_LEN,
    RING_COUNT = RING_CASEBOOK + CASEBOOK_KEY_LEN,
    RING_INTAKE = RING_COUNT + 2,
    RING_INTAKE_LEN = 4 + 2 * ENVELOPE_KEY_LEN,
    RING_MAX = RING_INTAKE + VAULT_INTAKE_MAX * RING_INTAKE_LEN,
};

int vault_mark(const uint8_t casebook_key[CASEBOOK_KEY_LEN], uint8_t mark[CASELOAD_LINK_LEN])
{
    static const char word[] = "sandyq office casebook v1";
    _Static_assert((int)CASELOAD_LINK_LEN == (int)CASEBOOK_LINK_LEN, "a mark is a link");
    return casebook_link(casebook_key, word, sizeof word - 1, mark);
}

/* --- the folder --- */

static enum error folder_trouble(int error_number)
{
    switch (error_number) {
    case ENOSPC:
    case EDQUOT:
        return ERROR_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
        return ERROR_READONLY;
    case ENOENT:
        return ERROR_NOT_OFFICE;
    default:
        return ERROR_IO;
    }
}

static enum error folder_open(const char *path, int *dir)
{
    struct stat about;
    *dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*dir < 0)
        return errno == EACCES ? ERROR_OFFICE_OPEN : ERROR_NOT_OFFICE;
    if (fstat(*dir, &about) != 0)
        return ERROR_IO;
    if (about.st_uid != geteuid() || (about.st_mode & 077) != 0)
        return ERROR_OFFICE_OPEN;
    return ERROR_NONE;
}

static int folder_has(int dir, const char *name)
{
    struct stat about;
    return fstatat(dir, name, &about, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum error folder_lock(int dir, int *lock)
{
    *lock = openat(dir, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (*lock < 0) {
        return folder_trouble(errno);
    }
    return flock(*lock, LOCK_EX | LOCK_NB) == 0 ? ERROR_NONE : ERROR_OFFICE_BUSY;
}

/* A path for sqlite, which knows no descriptors: the folder that we hold, whatever happens to its
 * name. */
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

/* An empty folder may be used, also when a lock was forgotten in it or an `init` was cut at its very
   beginning; anything else in it may not. */
static enum error folder_empty(int dir)
{
    DIR *entries = fdopendir(dir);
    if (entries == NULL) {
        close(dir);
        return ERROR_IO;
    }
    enum error error = ERROR_NONE;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strcmp(entry->d_name, UNFINISHED_FILE) == 0) {
            error = ERROR_UNFINISHED;
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, LOCK_FILE) != 0 && !file_is_temporary(entry->d_name))
            error = ERROR_NOT_EMPTY;
    }
    closedir(entries);
    return error;
}

enum error vault_may_make(const char *path)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir >= 0)
        return folder_empty(dir);
    return errno == ENOENT ? ERROR_NONE : errno == EACCES ? ERROR_OFFICE_OPEN : ERROR_NOT_EMPTY;
}

/* *made: the folder was not there before. */
static enum error folder_make(const char *path, int *dir, int *made)
{
    enum error error = vault_may_make(path);
    if (error != ERROR_NONE)
        return error;
    *made = mkdir(path, 0700) == 0;
    if (!*made && errno != EEXIST)
        return errno == ENOENT ? ERROR_PARENT : folder_trouble(errno);
    if (chmod(path, 0700) != 0)
        return folder_trouble(errno);
    error = folder_open(path, dir);
    return error == ERROR_NONE ? file_settle(path) : error;
}

static enum error seal_file(int dir, const char *name, const struct passphrase *passphrase,
                            const uint8_t *secret, size_t len)
{
    uint8_t sealed[RING_MAX + KEYRING_OVERHEAD];
    enum error error = keyring_seal(passphrase->text, passphrase->len, secret, len, sealed);
    if (error != ERROR_NONE)
        return error;
    return file_write(dir, name, 0600, sealed, len + KEYRING_OVERHEAD);
}

static size_t ring_write(const struct vault *vault, uint8_t ring[RING_MAX])
{
    const struct vault_keys *keys = vault->keys;
    ring[0] = RING_VERSION;
    memcpy(ring + RING_OFFICE, vault->charter.office, CHARTER_OFFICE_LEN);
    memcpy(ring + RING_BOARD, keys->board, SIGNATURE_SEED_LEN);
    memcpy(ring + RING_CASEBOOK, keys->casebook, CASEBOOK_KEY_LEN);
    wire_put16(ring + RING_COUNT, (uint16_t)keys->intake_count);
    uint8_t *p = ring + RING_INTAKE;
    for (size_t i = 0; i < keys->intake_count; i++, p += RING_INTAKE_LEN) {
        wire_put32(p, keys->intake[i].epoch);
        memcpy(p + 4, keys->intake[i].secret, ENVELOPE_KEY_LEN);
        memcpy(p + 4 + ENVELOPE_KEY_LEN, keys->intake[i].public_key, ENVELOPE_KEY_LEN);
    }
    return (size_t)(p - ring);
}

static enum error ring_seal(const struct vault *vault, const struct passphrase *passphrase)
{
    uint8_t *ring = secret_new(RING_MAX);
    if (ring == NULL)
        return ERROR_MEMORY;
    enum error error = seal_file(vault->dir, DESK_FILE, passphrase, ring, ring_write(vault, ring));
    secret_free(ring);
    return error;
}

static enum error keys_new(struct vault *vault, uint8_t root[SIGNATURE_SEED_LEN])
{
    uint8_t public_key[SIGNATURE_PUBLIC_LEN];
    struct vault_keys *keys = vault->keys;
    random_key(keys->casebook, CASEBOOK_KEY_LEN);
    keys->intake_count = 1;
    keys->intake[0].epoch = 1;
    struct vault_intake *intake = &keys->intake[0];
    if (signature_key_new(root, public_key) != 0 ||
        signature_key_new(keys->board, vault->charter.board) != 0 ||
        envelope_key_new(intake->secret, intake->public_key) != ERROR_NONE ||
        envelope_key_id(intake->public_key, intake->id) != 0)
        return ERROR_MEMORY;
    memcpy(vault->charter.intake, intake->public_key, ENVELOPE_KEY_LEN);
    return ERROR_NONE;
}

enum error vault_fresh(struct vault *vault, const char *name, uint32_t today,
                       uint8_t root[SIGNATURE_SEED_LEN])
{
    if (strlen(name) > CHARTER_NAME_MAX)
        return ERROR_OFFICE_NAME;
    vault->keys = secret_new(sizeof *vault->keys);
    if (vault->keys == NULL)
        return ERROR_MEMORY;
    enum error error = keys_new(vault, root);
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

/* The mark "unfinished" is the first file to come and the last to go. */
static enum error write_office(const struct vault *vault, const uint8_t *root,
                               const struct passphrase *passphrase)
{
    file_sweep(vault->dir);
    enum error error = file_write(vault->dir, UNFINISHED_FILE, 0600, "", 0);
    if (error == ERROR_NONE)
        error = write_casebook(vault);
    if (error == ERROR_NONE)
        error = seal_file(vault->dir, ROOT_FILE, passphrase, root, SIGNATURE_SEED_LEN);
    if (error == ERROR_NONE)
        error = ring_seal(vault, passphrase);
    if (error == ERROR_NONE)
        error = file_write(vault->dir, CHARTER_FILE, 0600, vault->charter_bytes, CHARTER_LEN);
    if (error == ERROR_NONE && unlinkat(vault->dir, UNFINISHED_FILE, 0) != 0)
        error = ERROR_IO;
    if (error == ERROR_NONE && fsync(vault->dir) != 0)
        error = ERROR_IO;
    return error;
}

/* A second try must find the folder as the first did. The mark goes last: cut in between, the rest
   is still known as unfinished. */
static void unwrite_office(const struct vault *vault)
{
    static const char *const names[] = {
        CHARTER_FILE,         DESK_FILE,     ROOT_FILE, CASEBOOK_FILE "-wal",
        CASEBOOK_FILE "-shm", CASEBOOK_FILE, LOCK_FILE, UNFINISHED_FILE,
    };
    file_sweep(vault->dir);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(vault->dir, names[i], 0);
}

static struct vault *new (void)
{
    struct vault *vault = calloc(1, sizeof *vault);
    if (vault != NULL)
        vault->dir = vault->lock = -1;
    return vault;
}

enum error vault_make(const char *path, const char *name, const struct passphrase *passphrase,
                      char fingerprint[CHARTER_FINGERPRINT_LEN])
{
    struct vault *vault = new ();
    uint8_t *root = secret_new(SIGNATURE_SEED_LEN);
    enum error error = ERROR_MEMORY;
    int made = 0;
    if (vault == NULL || root == NULL)
        goto out;
    error = vault_fresh(vault, name, day_today(), root);
    if (error == ERROR_NONE)
        error = folder_make(path, &vault->dir, &made);
    if (error == ERROR_NONE)
        error = folder_lock(vault->dir, &vault->lock);
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
    return error == ERROR_NONE || error == ERROR_IO ? error : ERROR_OFFICE_CHARTER;
}

static int open_casebook(struct vault *vault)
{
    char path[PATH_MAX];
    casebook_path(vault->dir, path);
    return caseload_open(path, DB_OPEN, &vault->cases);
}

/* No office at all, one half made, or one with pieces missing: the sentence must fit. */
static enum error look_around(int dir)
{
    if (folder_has(dir, UNFINISHED_FILE))
        return ERROR_UNFINISHED;
    if (!folder_has(dir, CHARTER_FILE) && !folder_has(dir, DESK_FILE) &&
        !folder_has(dir, CASEBOOK_FILE))
        return ERROR_NOT_OFFICE;
    return faccessat(dir, ".", W_OK, AT_EACCESS) == 0 ? ERROR_NONE : folder_trouble(errno);
}

enum error vault_open(const char *path, struct vault **out)
{
    struct vault *vault = *out = new ();
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

/* What a keyring file held, in secret_new memory. */
struct ring {
    uint8_t *secret;
    size_t len;
};

static enum error ring_open(int dir, const char *name, const struct passphrase *passphrase,
                            struct ring *ring)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum error error = file_read(dir, name, RING_MAX + KEYRING_OVERHEAD, &data, &len);
    if (error != ERROR_NONE)
        return error == ERROR_LARGE ? ERROR_KEYRING_DAMAGED : error;
    ring->secret = secret_new(RING_MAX);
    if (ring->secret == NULL)
        error = ERROR_MEMORY;
    else
        error =
            keyring_open(passphrase->text, passphrase->len, data, len, ring->secret, &ring->len);
    free(data);
    return error;
}

static enum error ring_intake(struct vault_intake *intake, const uint8_t *p)
{
    intake->epoch = wire_get32(p);
    memcpy(intake->secret, p + 4, ENVELOPE_KEY_LEN);
    memcpy(intake->public_key, p + 4 + ENVELOPE_KEY_LEN, ENVELOPE_KEY_LEN);
    return envelope_key_id(intake->public_key, intake->id) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

static enum error ring_read(struct vault *vault, const struct ring *ring)
{
    struct vault_keys *keys = vault->keys;
    if (ring->len < RING_INTAKE || ring->secret[0] != RING_VERSION)
        return ERROR_KEYRING_NEWER;
    if (memcmp(ring->secret + RING_OFFICE, vault->charter.office, CHARTER_OFFICE_LEN) != 0)
        return ERROR_KEYRING_OTHER;
    keys->intake_count = wire_get16(ring->secret + RING_COUNT);
    if (keys->intake_count > VAULT_INTAKE_MAX ||
        ring->len != RING_INTAKE + keys->intake_count * RING_INTAKE_LEN)
        return ERROR_KEYRING_DAMAGED;
    memcpy(keys->board, ring->secret + RING_BOARD, SIGNATURE_SEED_LEN);
    memcpy(keys->casebook, ring->secret + RING_CASEBOOK, CASEBOOK_KEY_LEN);
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < keys->intake_count && error == ERROR_NONE; i++)
        error = ring_intake(&keys->intake[i], ring->secret + RING_INTAKE + i * RING_INTAKE_LEN);
    return error;
}

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
    struct ring ring = {0};
    enum error error = ring_open(vault->dir, DESK_FILE, passphrase, &ring);
    if (error == ERROR_MISSING || error == ERROR_SPECIAL)
        error = error == ERROR_MISSING ? ERROR_KEYRING_MISSING : ERROR_KEYRING_SPECIAL;
    if (error == ERROR_NONE && (vault->keys = secret_new(sizeof *vault->keys)) == NULL)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = ring_read(vault, &ring);
    if (error == ERROR_NONE)
        error = check_mark(vault);
    secret_free(ring.secret);
    return error;
}

enum error vault_root(const struct vault *vault, const struct passphrase *passphrase,
                      uint8_t **seed)
{
    struct ring ring = {0};
    uint8_t public_key[SIGNATURE_PUBLIC_LEN];
    enum error error = ring_open(vault->dir, ROOT_FILE, passphrase, &ring);
    if (error == ERROR_MISSING || error == ERROR_SPECIAL)
        error = error == ERROR_MISSING ? ERROR_ROOT_AWAY : ERROR_ROOT_SPECIAL;
    else if (error == ERROR_KEYRING_DAMAGED)
        error = ERROR_ROOT_DAMAGED;
    if (error == ERROR_NONE && ring.len != SIGNATURE_SEED_LEN)
        error = ERROR_ROOT_DAMAGED;
    if (error == ERROR_NONE && signature_public(ring.secret, public_key) != 0)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE && memcmp(public_key, vault->charter.root, SIGNATURE_PUBLIC_LEN) != 0)
        error = ERROR_ROOT_OTHER;
    *seed = error == ERROR_NONE ? ring.secret : NULL;
    if (error != ERROR_NONE)
        secret_free(ring.secret);
    return error;
}
