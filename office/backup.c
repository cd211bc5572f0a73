/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of the journal, written and read back. */
#include "office/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/wire.h"
#include "office/vault_folder.h"

/* Under this name until it is whole; what a power cut left of one is written over. */
#define UNFINISHED "sandyq-backup.new"
#define NAME       "journal-%s-%010llu.backup"
enum { NAME_DAY = 8, NAME_LEN = NAME_DAY + 10 + 1 + 10 + 7 };

/* --- where --- */

static enum error usual_folder(const struct vault *vault, char out[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", vault->dir);
    const ssize_t len = readlink(link, out, PATH_MAX - sizeof BACKUP_FOLDER);
    if (len <= 0)
        return ERROR_IO;
    memcpy(out + len, BACKUP_FOLDER, sizeof BACKUP_FOLDER);
    return ERROR_NONE;
}

enum error backup_folder(const struct vault *vault, char out[PATH_MAX])
{
    struct stat about;
    enum error error = ERROR_NONE;
    if (vault->backups == NULL)
        error = usual_folder(vault, out);
    else if (snprintf(out, PATH_MAX, "%s", vault->backups) >= PATH_MAX)
        error = ERROR_NAME_LONG;
    if (error != ERROR_NONE || stat(out, &about) == 0)
        return error;
    if (mkdir(out, 0700) != 0)
        return errno == ENOENT ? ERROR_PARENT : error_of_errno(errno);
    if (vault->shared && chmod(out, 02770) != 0)
        return error_of_errno(errno);
    return file_settle(out);
}

/* Takes a path apart: the folder, opened, and a name in it. */
static enum error open_target(const char *path, uint32_t now, uint64_t txn, int *dir,
                              char name[NAME_MAX + 1])
{
    char folder[PATH_MAX], file[PATH_MAX], day[DAY_TEXT_LEN];
    *dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    day_text(now / DAY_MINUTES, day);
    snprintf(name, NAME_MAX + 1, NAME, day, (unsigned long long)txn);
    if (*dir >= 0)
        return ERROR_NONE;
    if (errno != ENOTDIR && errno != ENOENT)
        return error_of_errno(errno);
    snprintf(folder, sizeof folder, "%s", path);
    snprintf(file, sizeof file, "%s", path);
    snprintf(name, NAME_MAX + 1, "%s", basename(file));
    *dir = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *dir >= 0 ? ERROR_NONE : errno == ENOENT ? ERROR_PARENT : error_of_errno(errno);
}

/* --- one backup --- */

/* The state of the journal in this moment, which `backup` says the end of. */
static enum error copy(struct vault *vault, const char *path, struct backup *backup)
{
    struct journal_txn txn;
    bool held = false;
    enum error error = journal_hold(vault->journal, &held);
    if (error == ERROR_NONE)
        error = journal_last_txn(vault->journal, &txn);
    if (error == ERROR_NONE)
        error = journal_last_act(vault->journal, &backup->act);
    if (error == ERROR_NONE) {
        backup->txn = txn.no;
        memcpy(backup->hash, txn.hash, HASH_LEN);
        error = journal_copy(vault->journal, path);
    }
    journal_release(vault->journal, &held);
    return error;
}

static enum error compare(struct journal *read, const struct vault *vault,
                          const struct backup *backup)
{
    uint8_t office[HASH_LEN];
    struct journal_txn txn;
    enum error error = journal_check(read);
    if (error == ERROR_NONE)
        error = journal_office(read, office);
    if (error == ERROR_NONE)
        error = journal_last_txn(read, &txn);
    return error == ERROR_NONE &&
                   (memcmp(office, vault->charter.office, HASH_LEN) != 0 || txn.no != backup->txn ||
                    memcmp(txn.hash, backup->hash, HASH_LEN) != 0)
               ? ERROR_BACKUP
               : error;
}

/* As whoever restores it will. */
static enum error read_back(const struct vault *vault, const char *path,
                            const struct backup *backup)
{
    struct journal *read = NULL;
    enum error error = journal_open(path, &read);
    if (error == ERROR_NONE)
        error = compare(read, vault, backup);
    journal_close(&read);
    return error == ERROR_NONE || error_is_machine(error) || error == ERROR_FULL ? error
                                                                                 : ERROR_BACKUP;
}

static enum error write_checked(struct vault *vault, int dir, struct backup *backup)
{
    char path[PATH_MAX];
    vault_folder_path(dir, UNFINISHED, path);
    const int fd = openat(dir, UNFINISHED, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                          vault_mode(vault));
    if (fd < 0)
        return error_of_errno(errno);
    close(fd);
    enum error error = copy(vault, path, backup);
    if (error == ERROR_NONE)
        error = vault_folder_sync(dir, UNFINISHED);
    if (error == ERROR_NONE)
        error = read_back(vault, path, backup);
    return error == ERROR_NONE ? vault_folder_sync(dir, UNFINISHED) : error;
}

static enum error write_named(struct vault *vault, int dir, const char *name, struct backup *backup)
{
    vault_folder_remove_journal(dir, UNFINISHED);
    enum error error = write_checked(vault, dir, backup);
    if (error == ERROR_NONE && renameat(dir, UNFINISHED, dir, name) != 0)
        error = errno == EISDIR ? ERROR_SPECIAL : error_of_errno(errno);
    if (error == ERROR_NONE && fsync(dir) != 0)
        error = ERROR_IO;
    if (error != ERROR_NONE)
        vault_folder_remove_journal(dir, UNFINISHED);
    return error;
}

enum error backup_write(struct vault *vault, const char *path, uint32_t now, struct backup *backup)
{
    char name[NAME_MAX + 1];
    int dir = -1;
    (void)journal_checkpoint(vault->journal);
    enum error error = open_target(path, now, vault->history.txn, &dir, name);
    if (error == ERROR_NONE)
        error = write_named(vault, dir, name, backup);
    if (error == ERROR_NONE)
        vault_folder_path(dir, name, backup->path);
    if (dir >= 0)
        close(dir);
    return error;
}

/* --- how many are kept --- */

static bool is_backup(const char *name)
{
    return strlen(name) == NAME_LEN && strncmp(name, "journal-", NAME_DAY) == 0 &&
           strcmp(name + NAME_LEN - 7, ".backup") == 0;
}

struct names {
    char (*all)[NAME_LEN + 1];
    size_t n, room;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(b, a);
}

static void list(int dir, struct names *names)
{
    const char *name = NULL;
    DIR *folder = file_folder(dir);
    while (folder != NULL && file_next(folder, &name) == ERROR_NONE && name != NULL) {
        if (!is_backup(name))
            continue;
        if (GROW(names->all, names->n, 1, names->room) != ERROR_NONE)
            break;
        memcpy(names->all[names->n++], name, NAME_LEN + 1);
    }
    if (folder != NULL)
        closedir(folder);
    if (names->n > 0)
        qsort(names->all, names->n, sizeof *names->all, by_name);
}

static bool is_before(const char *one, const char *other)
{
    return memcmp(one, other, DAY_TEXT_LEN - 1) < 0;
}

/* What cannot be removed is tried again the next time. What was just written stays, whatever the
   clock says: a board acknowledges what is in it. Those of days to come, when the clock was ahead,
   go before those of today. */
static void remove_old(const char *path, const char *written, uint32_t now)
{
    char oldest[DAY_TEXT_LEN], newest[DAY_TEXT_LEN];
    struct names names = {.all = NULL};
    size_t to_come = 0;
    const uint32_t today = now / DAY_MINUTES;
    const int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    day_text(today > BACKUP_DAYS ? today - BACKUP_DAYS : 0, oldest);
    day_text(today, newest);
    if (dir < 0)
        return;
    list(dir, &names);
    while (to_come < names.n && is_before(newest, names.all[to_come] + NAME_DAY))
        to_come++;
    for (size_t i = 0; i < names.n; i++) {
        const char *name = names.all[(to_come + i) % names.n];
        if (strcmp(name, written) != 0 && (i >= BACKUP_KEPT || is_before(name + NAME_DAY, oldest)))
            unlinkat(dir, name, 0);
    }
    free(names.all);
    close(dir);
}

enum error backup_publish(struct vault *vault, uint32_t now, struct backup *backup)
{
    char folder[PATH_MAX];
    enum error error = backup_folder(vault, folder);
    if (error == ERROR_NONE)
        error = backup_write(vault, folder, now, backup);
    if (error == ERROR_NONE)
        remove_old(folder, basename(backup->path), now);
    return error;
}

/* --- its act --- */

enum error backup_add(struct history_batch *batch, const struct keyset *keys,
                      const struct backup *backup, uint32_t now)
{
    uint8_t body[BACKUP_BODY_LEN];
    const struct act act = {.kind = ACT_BACKUP, .minute = now};
    const struct act_content content = {.head = body, .head_len = sizeof body};
    wire_put64(body, backup->txn);
    memcpy(body + 8, backup->hash, HASH_LEN);
    return history_batch_add(batch, keys, &act, NULL, &content, NULL);
}
