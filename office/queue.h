/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages that wait for a board. Each is sealed for the person when it is written, so that
   publishing opens no case, and once more for the office, so that the journal does not tell which
   entry of a board is an answer, nor to which case:

   queued   generation of the register (4), box (crypto/box) of the board's entry under its queue
            key, aad = office || number of the act (8) */
#ifndef OFFICE_QUEUE_H
#define OFFICE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/answer.h"
#include "crypto/box.h"
#include "office/vault.h"

enum { QUEUE_LEN = 4 + BOX_OVERHEAD + ANSWER_LEN };

/* Seals the board entry of a message act under the newest queue key. ERROR_KEY_UNFIT when none is
   held, ERROR_MEMORY. */
enum error queue_seal(const struct keyset *keys, uint64_t act, const uint8_t entry[ANSWER_LEN],
                      uint8_t sealed[QUEUE_LEN]);

/* Opens it again. ERROR_SEAL when it was changed or is another act's, ERROR_KEY_UNFIT,
 * ERROR_MEMORY.
 */
enum error queue_open(const struct keyset *keys, const struct journal_queued *queued,
                      uint8_t entry[ANSWER_LEN]);

/* A message that waits, and which of the coming boards takes it, from 1. */
struct queue_item {
    uint64_t act;
    uint32_t board;
};

/* All that wait, in the order in which they were written. */
struct queue {
    struct queue_item *all;
    size_t n, room;
    uint32_t boards;                /* that it takes until none waits */
    uint8_t (*entries)[ANSWER_LEN]; /* of the next board, in the same order, with room for all
                                       that it has; malloc'd */
    size_t entry_count;
};

/* Reads what waits and plans the boards to come: each takes the oldest messages, at most `answers`
   of them, at most a quarter of these without a text, at most SEGMENT_CASE_MAX of one case, and no
   message of a case before those that were written earlier. *queue is for queue_free. A message
   without an entry, one whose entry does not open or has the tag of one before it, and one of which
   nobody knows whether it has left (office/published), takes no place and is noted in
   vault->damage; at the end ERROR_JOURNAL_ROW. ERROR_MEMORY, errors of the store: nothing is to be
   freed. */
enum error queue_read(struct vault *vault, uint32_t answers, struct queue *queue);
void queue_free(struct queue *queue);

#endif
