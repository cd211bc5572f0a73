/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a restored act says, in its body: where the journal ends that was lost and where the backup
   ends that took its place, and the board on which publishing goes on. A lead adds the act, and
   root signs what it says.

   offset  bytes  what
        0      4  number of the last board, taken over or the backup's own; 0: none
        4      4  its day
        8     32  SHA-256 of its head
       40      4  number of the charter that the office had
       44      4  1: no copy of a board was there; 2: segments were missing
       48     32  the lost journal's end as that head has it, zeros when there is no head
       80     32  hash of the last transaction of the backup
      112     64  signature by the root key, domain "sandyq restored v1", over the office's id and
                  the bytes before */
#ifndef OFFICE_RESTORED_H
#define OFFICE_RESTORED_H

#include <stdbool.h>
#include <stdint.h>

#include "office/history.h"

enum { RESTORED_UNSEEN = 1, RESTORED_PARTS = 2, RESTORED_LEN = 176 };

struct restored {
    uint32_t board;
    uint32_t day;
    uint8_t head[HASH_LEN];
    uint32_t charter;
    uint32_t flags;
    uint8_t lost[HASH_LEN];
    uint8_t kept[HASH_LEN];
};

/* Writes and signs it. ERROR_MEMORY. */
enum error restored_encode(const struct restored *restored, const uint8_t office[HASH_LEN],
                           const uint8_t root_seed[SIGNATURE_SEED_LEN], uint8_t out[RESTORED_LEN]);

/* Reads the act of this number. ERROR_JOURNAL_ROW when it is none or does not open, ERROR_FORGED
   when root did not sign it, errors of the store, ERROR_MEMORY. */
enum error restored_read(struct history *history, uint64_t seq, struct restored *out);

/* Ends the fault that the journal was rolled back when it was restored: when it parts from what the
   officer's view had at an act of restoring that counts and that root signed. ERROR_MEMORY, errors
   of the store. */
enum error restored_explain(struct history *history);

#endif
