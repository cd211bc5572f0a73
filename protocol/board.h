/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board: every sealed answer of the office, and how far each kiosk's envelopes have arrived.

   offset  bytes  what
        0      8  "SANDYQA1"
        8     32  office id
       40      4  number, from 1; the higher one wins
       44      4  day
       48      4  count k of kiosks
       52      4  length n of the notices
       56      4  count e of entries
       60  52 * k    per kiosk, sorted by id as bytes, no id twice: id (8), last number received in
                     an unbroken chain, 0 for none (8), that record's hash (32), its day (4)
        .  n         public notices, UTF-8
        .  4096 * e  entries (crypto/answer), sorted by tag as bytes, no tag twice
        .  64        signature by the board key, domain "sandyq board v1", over all bytes before */
#ifndef PROTOCOL_BOARD_H
#define PROTOCOL_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/card.h"
#include "protocol/charter.h"

enum {
    BOARD_HEADER_LEN = 60,
    BOARD_MARK_LEN = 52,
    BOARD_ENTRY_LEN = 4096,
    BOARD_TAG_LEN = 16,
    BOARD_MULTIPLE = 32, /* entries are padded with random ones to a multiple of this */
    BOARD_NOTICES_MAX = 65536,
    BOARD_KIOSKS_MAX = 65536,
    BOARD_ENTRIES_MAX = 131072,
};
#define BOARD_MAX                                                                                  \
    ((size_t)BOARD_HEADER_LEN + (size_t)BOARD_KIOSKS_MAX * BOARD_MARK_LEN + BOARD_NOTICES_MAX +    \
     (size_t)BOARD_ENTRIES_MAX * BOARD_ENTRY_LEN + 64)

/* How far a kiosk's envelopes have arrived. */
struct board_mark {
    uint8_t kiosk[CARD_KIOSK_LEN];
    uint64_t seq;
    uint8_t hash[32];
    uint32_t day;
};

/* A board read or to be written; pointers into memory of the owner. */
struct board {
    uint8_t office[CHARTER_OFFICE_LEN];
    uint32_t number;
    uint32_t day;
    uint32_t kiosk_count;
    uint32_t notices_len;
    uint32_t entry_count;
    const char *notices;
    const uint8_t *entries; /* entry_count * BOARD_ENTRY_LEN bytes */
    const uint8_t *marks;   /* decoded: as they stand in the file; see board_mark */
};

/* Writes a board from its header, notices, entries and marks; board->marks is not read. marks and
   entries need not be sorted. Padding the entries is the caller's task: a reader takes any number
   of them. *out is malloc'd, for the caller to free; NULL on error. Returns ERROR_NONE, _MALFORMED
   (a tag or kiosk twice, a count too high, number 0, bad UTF-8) or _MEMORY. */
enum error board_encode(const struct board *board, const struct board_mark *marks,
                        const uint8_t board_seed[32], uint8_t **out, size_t *len);

/* Checks everything: magic, length against the counts, office, signature by board_key, order,
   UTF-8. *board points into in, and is undefined after an error. Returns ERROR_NONE, _FOREIGN,
   _NEWER, _TRUNCATED, _OFFICE, _FORGED or _MALFORMED. */
enum error board_decode(const uint8_t *in, size_t len, const uint8_t board_key[32],
                        const uint8_t office[CHARTER_OFFICE_LEN], struct board *board);

/* The same for a board that this process's parent has checked, so without office and signature. */
enum error board_view(const uint8_t *in, size_t len, struct board *board);

/* Finds the mark of a kiosk by binary search; false when it has none. */
bool board_find_mark(const struct board *board, const uint8_t kiosk[CARD_KIOSK_LEN],
                     struct board_mark *mark);

/* Copies the entries with these n tags: out[i] is the one with tags[i], or all zeros when there is
   none. For the tags of a person: compares every tag with every entry and copies under a mask
   whatever it finds, so that neither the time taken nor what is read and written tells which there
   were, nor whether there was one. */
void board_copy_all(const struct board *board, const uint8_t (*tags)[BOARD_TAG_LEN], size_t n,
                    uint8_t (*out)[BOARD_ENTRY_LEN]);

/* The entry with this tag, or NULL. Binary search: to check a board, not for the tags of a
   person. */
const uint8_t *board_find(const struct board *board, const uint8_t tag[BOARD_TAG_LEN]);

#endif
