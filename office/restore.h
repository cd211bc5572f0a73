/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A backup in the place of a journal that was lost or damaged. What was published since the backup
   is taken over from copies of the boards, so that nothing stands on two of them: records that they
   acknowledge get no second tag, answers that they have are marked as left, and the numbers of
   messages and of boards go on behind theirs. */
#ifndef OFFICE_RESTORE_H
#define OFFICE_RESTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/root.h"
#include "office/vault.h"
#include "protocol/card.h"

/* Whether the newest copy is of the last board that there was nobody knows. So after every restore
   the numbers go on behind all that there can have been (published_unknown) since the day of the
   last one that is known or, when that is the backup's own, since the backup's last act. */
enum { RESTORE_KIOSKS_MAX = 64 };

struct restore_report {
    bool unseen; /* nothing newer than the backup: the charter has to be renewed before a board */
    bool older;  /* since copies were read, but none of them is newer */
    uint32_t board; /* number of the last board: of a copy, or the backup's own; 0: none */
    uint32_t next;  /* of the next board, at least */
    size_t missing; /* segments that it names and no copy has */
    size_t left;    /* answers that waited in the backup and stand on boards of the copies */
    uint32_t removed[VIEW_REMOVED_MAX]; /* officers who were removed after the backup, and again */
    size_t removed_count;
    uint8_t kiosks[RESTORE_KIOSKS_MAX]
                  [CARD_KIOSK_LEN]; /* that the boards know and the backup not */
    size_t kiosk_count;
    size_t more_kiosks; /* for which there was no room */
    const char *blamed; /* the folder of a copy that is at fault, or NULL */
};

/* Copies the backup into the folder of a vault of vault_open_alone and opens that copy as its
   journal. Until restore_run is done the office's own journal stays as it is. For vault_unlock,
   then restore_run; after an error, or instead of it, restore_abandon. ERROR_BACKUP_UNFIT when it
   is not a whole journal of this office, errors of file_read and file_write. */
enum error restore_fetch(struct vault *vault, const char *backup);

/* Takes over the boards in n folders, adds the restored act of the vault's officer, a lead, with
   root's signature, removes again whom that officer's view knows to be removed, and puts the
   journal in place: the one that was there becomes lost-N.db. The vault has no journal any more,
   and is only to be closed. ERROR_FORBIDDEN (no lead), errors of reading a head (report->blamed),
   of history_append, of officer_remove; then nothing is in place. After a power cut between two
   names no journal may be there: then it is restored again. */
enum error restore_run(struct vault *vault, const struct root *root, char *const *folders, size_t n,
                       uint32_t now, struct restore_report *report);

/* Removes the copy of the backup and closes its journal. */
void restore_abandon(struct vault *vault);

#endif
