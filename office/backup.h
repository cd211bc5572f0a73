/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backups of the journal: whole copies of it, each a file of its own. Keyrings, root.keyring and
   intake keys are not in it, so a key that was destroyed is in no backup. */
#ifndef OFFICE_BACKUP_H
#define OFFICE_BACKUP_H

#include <limits.h>
#include <stdint.h>

#include "office/vault.h"

/* What the usual folder for backups is called, behind the office's own name and beside it; and how
   many of them publishing keeps there, for how many days at most. */
#define BACKUP_FOLDER ".backups"
enum { BACKUP_KEPT = 8, BACKUP_DAYS = 90, BACKUP_BODY_LEN = 8 + HASH_LEN };

/* Where a backup ends. */
struct backup {
    char path[PATH_MAX];    /* of the file */
    uint64_t txn;           /* its last transaction, */
    uint64_t act;           /* last act, */
    uint8_t hash[HASH_LEN]; /* and the transaction's hash */
};

/* Finds the folder in which publishing keeps backups (vault->backups, else the usual one), and
   makes it when it is missing: open to whom the office's folder is open to. ERROR_PARENT,
   ERROR_NAME_LONG, ERROR_READONLY, ERROR_FULL, ERROR_IO. */
enum error backup_folder(const struct vault *vault, char out[PATH_MAX]);

/* Writes a backup of the whole journal to `path`: into a folder under a name of its own, else as
   this file. It is written under a temporary name in that folder, synced, read back whole and
   compared with the journal, and renamed. The journal's own log is moved into its file before.
   ERROR_BACKUP (what was read back is not what was written), errors of file_write and the store;
   then no new file is there. */
enum error backup_write(struct vault *vault, const char *path, uint32_t now, struct backup *backup);

/* As backup_write into the folder of backup_folder, where then only the last BACKUP_KEPT stay, of
   at most BACKUP_DAYS, and this one always. */
enum error backup_publish(struct vault *vault, uint32_t now, struct backup *backup);

/* Adds to the batch the act that a backup was made. Errors of history_batch_add. */
enum error backup_add(struct history_batch *batch, const struct keyset *keys,
                      const struct backup *backup, uint32_t now);

#endif
