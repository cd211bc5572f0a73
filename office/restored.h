/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a restored act says, in its body: where the journal ends that was lost and where the backup
   ends that took its place, the board on which publishing goes on, and which messages of the backup
   left on boards that were taken over. A lead adds the act, and root signs what it says. Of more
   messages than one act names, others beside it name the rest, and are else the same.

   offset  bytes  what
        0      4  number of the last board, taken over or the backup's own; 0: none
        4      4  its day
        8     32  SHA-256 of its head
       40      4  number of the charter that the office had
       44      4  1: no copy was newer than the backup
       48     32  the lost journal's end as that head has it, zeros when there is no head
       80     32  hash of the last transaction of the backup
      112     12  each message that left, by act: number of its act (4), of the board (4), and that
                  board's day (4)
   at the end 64  signature by the root key, domain "sandyq restored v1", over the office's id and
                  the bytes before */
#ifndef OFFICE_RESTORED_H
#define OFFICE_RESTORED_H

#include <stddef.h>
#include <stdint.h>

#include "office/history.h"

enum { RESTORED_UNSEEN = 1, RESTORED_LEFT_MAX = 1000 };

struct restored {
    uint32_t board;
    uint32_t day;
    uint8_t head[HASH_LEN];
    uint32_t charter;
    uint32_t flags;
    uint8_t lost[HASH_LEN];
    uint8_t kept[HASH_LEN];
};

/* A message that left on a board that was taken over. */
struct restored_left {
    uint64_t act;
    uint32_t board;
    uint32_t day; /* of the board */
};

/* The bytes of a body that names n messages. */
size_t restored_len(size_t n);

/* Writes and signs it with n messages, at most RESTORED_LEFT_MAX, whose acts ascend, into
   restored_len(n) bytes. ERROR_MALFORMED when the number of an act is too high for its place,
   ERROR_MEMORY. */
enum error restored_encode(const struct restored *restored, const struct restored_left *left,
                           size_t n, const uint8_t office[HASH_LEN],
                           const uint8_t root_seed[SIGNATURE_SEED_LEN], uint8_t *out);

/* The last act of restoring that counts, whether root signed what it says or not (restored_read); 0
   for none: no board says more than this journal. */
uint64_t restored_last(const struct fold *fold);

/* Reads the act of this number. ERROR_JOURNAL_ROW when it is none or does not open, ERROR_FORGED
   when root did not sign it, errors of the store, ERROR_MEMORY. */
enum error restored_read(struct history *history, uint64_t seq, struct restored *out);

/* Reads which messages it names; *left is malloc'd, NULL on an error. Errors as restored_read. */
enum error restored_messages(struct history *history, uint64_t seq, struct restored_left **left,
                             size_t *n);

/* Ends the fault that the journal was rolled back when it was restored: when it parts from what the
   officer's view had at an act of restoring that counts and that root signed. ERROR_MEMORY, errors
   of the store. */
enum error restored_explain(struct history *history);

#endif
