/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the acts of the boards say: which board was published, and which messages left on it. Of
   boards that a restored office took over its act says so (office/restored). A message whose act
   none of them names waits, whatever else stands in journal.db.

   body of a board act, 40 bytes and 4 for each answer of the board
   offset  bytes  what
        0      4  number of the board
        4      4  its day
        8     32  SHA-256 of its head
       40      4  each: number of a message act that left on it, in their order; then zeros */
#ifndef OFFICE_PUBLISHED_H
#define OFFICE_PUBLISHED_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/hash.h"
#include "office/history.h"

enum { PUBLISHED_FIXED = 4 + 4 + HASH_LEN, PUBLISHED_MESSAGE_LEN = 4 };

struct published_board {
    uint32_t number;
    uint32_t day;
    uint8_t hash[HASH_LEN];
    const uint8_t *messages; /* into the body */
    size_t answers;          /* how many there are room for */
};

/* The bytes of a body for so many answers. */
size_t published_len(size_t answers);

/* Puts number, day and hash, and zeros in the place of messages, into published_len(board->answers)
   bytes. */
void published_encode(const struct published_board *board, uint8_t *out);

/* Names a message act, whose number is higher than those named before, as number i. ERROR_MALFORMED
   when the number is too high for its place. */
enum error published_name(uint8_t *body, size_t i, uint64_t act);

/* From bytes, valid as long as they are. ERROR_MALFORMED when they are no body of a board act. */
enum error published_decode(const uint8_t *in, size_t len, struct published_board *board);

/* The body of a board act that counts, of number seq. plain has ACT_BODY_MAX bytes of locked memory
   (secret_new), into which board->messages points. ERROR_JOURNAL_ROW when the body does not open,
   ERROR_MALFORMED when it is none or of another board than the act; errors of history_body. */
enum error published_act(struct history *history, uint64_t seq, uint8_t *plain,
                         struct published_board *board);

/* How far the next board follows what a kiosk claims to hold: boards that nobody here knows of, one
   for each day since the last one, and PUBLISHED_LEAP more for clocks that were wrong. */
enum { PUBLISHED_LEAP = 16 };
uint32_t published_claim(uint32_t since, uint32_t today);

/* How many numbers can have been used since this day of which nobody here knows, when each board
   followed the furthest claim. A clock that is years ahead does not use all of them up. */
uint32_t published_unknown(uint32_t since, uint32_t today);

/* A message that left. */
struct published_message {
    uint64_t act;
    uint64_t by; /* the act of the board, or that took it over */
    uint32_t board;
    uint32_t day;
};

/* All messages that left, by act; one that is named twice stands there twice. */
struct published {
    struct published_message *all;
    size_t n, room;
    uint64_t blind; /* the last act of a board whose body does not open, or makes no sense; 0 */
};

/* Reads them from the acts of boards, and of restoring, that count. Of messages before
   published->blind that are not found nobody knows. ERROR_MEMORY, errors of the store: nothing is
   to be freed. */
enum error published_read(struct history *history, struct published *published);
void published_free(struct published *published);

/* The one of this message act; NULL when no board took it. */
const struct published_message *published_find(const struct published *published, uint64_t act);

#endif
