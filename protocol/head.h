/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board's head: which segments make the board, and how far each kiosk's envelopes have arrived.

   offset  bytes  what
        0      8  "SANDYQH1"
        8     32  office id
       40      4  number of the charter that the office has
       44      4  number of the board, from 1; of two heads the one with the higher charter, then
                  board is newer
       48      4  day
       52     32  SHA-256 of the head before, zeros for the first
       84     32  hash of the last transaction in the office's journal
      116      4  count k of kiosks
      120      4  count x of excluded kiosks
      124      4  count s of segments
      128      4  length n of the notices
      132      4  the board at which publishing went on when the journal was last restored from a
                  backup; 0: none, or it never was
      136     32  hash of the last transaction of the lost journal, as that board has it
      168     32  hash of the last transaction of the backup; zeros: the journal was never restored
      200  52 * k  per kiosk, sorted by id as bytes, no id twice: id (8), last number received in
                   an unbroken chain, 0 for none (8), that record's hash (32), its day (4)
        .   8 * x  ids of excluded kiosks, sorted, none twice
        .  44 * s  segments, by number and kind, none twice: number of the board that added it, from
                   1 to this one's (4), kind (4), entries (4), SHA-256 of the file (32)
        .   n      public notices, UTF-8
        .  64      signature by the board key, domain "sandyq head v1", over all bytes before */
#ifndef PROTOCOL_HEAD_H
#define PROTOCOL_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "protocol/card.h"
#include "protocol/charter.h"

enum {
    HEAD_HEADER_LEN = 200,
    HEAD_MARK_LEN = 52,
    HEAD_SEGMENT_LEN = 44,
    HEAD_NOTICES_MAX = 65536,
    HEAD_KIOSKS_MAX = 65536,
    HEAD_SEGMENTS_MAX = 2048,
};
#define HEAD_MAX                                                                                   \
    ((size_t)HEAD_HEADER_LEN + (size_t)HEAD_KIOSKS_MAX * (HEAD_MARK_LEN + CARD_KIOSK_LEN) +        \
     (size_t)HEAD_SEGMENTS_MAX * HEAD_SEGMENT_LEN + HEAD_NOTICES_MAX + 64)

/* How far a kiosk's envelopes have arrived. */
struct head_mark {
    uint8_t kiosk[CARD_KIOSK_LEN];
    uint64_t seq;
    uint8_t hash[32];
    uint32_t day;
};

/* One segment of the board. */
struct head_segment {
    uint32_t number;
    uint32_t kind; /* enum segment_kind, or one that this version does not know */
    uint32_t count;
    uint8_t hash[32];
};

/* A head read or to be written; pointers into memory of the owner. */
struct head {
    uint8_t office[CHARTER_OFFICE_LEN];
    uint32_t charter;
    uint32_t number;
    uint32_t day;
    uint8_t before[32];
    uint8_t journal[32];
    uint32_t restored; /* of the last restore: its board, */
    uint8_t lost[32];  /* and where the two journals end */
    uint8_t kept[32];
    uint32_t kiosk_count;
    uint32_t excluded_count;
    uint32_t segment_count;
    uint32_t notices_len;
    const uint8_t *marks; /* as they stand in the file: see head_find_mark and its like */
    const uint8_t *excluded;
    const uint8_t *segments;
    const char *notices;
};

/* What head_encode writes beside the members of struct head that are no pointers. */
struct head_lists {
    const struct head_mark *marks;             /* in any order */
    const uint8_t (*excluded)[CARD_KIOSK_LEN]; /* in any order */
    const struct head_segment *segments;       /* in order */
    const char *notices;
};

/* Writes and signs a head. *out is malloc'd, for the caller to free; NULL on an error. Returns
   ERROR_NONE, _MALFORMED (what a reader refuses: a kiosk or segment twice or out of order, a count
   too high, number 0, a segment of a later board, bad UTF-8) or _MEMORY. */
enum error head_encode(const struct head *head, const struct head_lists *lists,
                       const uint8_t board_seed[32], uint8_t **out, size_t *len);

/* Checks everything: magic, length against the counts, office, signature by board_key, order,
   UTF-8. *head points into in, and is undefined after an error. Returns ERROR_NONE, _FOREIGN,
   _NEWER, _TRUNCATED, _OFFICE, _FORGED, _MALFORMED or _MEMORY. */
enum error head_decode(const uint8_t *in, size_t len, const uint8_t board_key[32],
                       const uint8_t office[CHARTER_OFFICE_LEN], struct head *head);

/* The same for a head that this process's parent has checked, so without office and signature. */
enum error head_view(const uint8_t *in, size_t len, struct head *head);

/* Below 0, 0 or above 0, as a is older than, as old as or newer than b. */
int head_compare(const struct head *a, const struct head *b);

/* The i-th segment, i below segment_count. */
struct head_segment head_segment(const struct head *head, uint32_t i);

/* Finds the mark of a kiosk by binary search; false when it has none. */
bool head_find_mark(const struct head *head, const uint8_t kiosk[CARD_KIOSK_LEN],
                    struct head_mark *mark);

/* Whether the kiosk is excluded. */
bool head_excludes(const struct head *head, const uint8_t kiosk[CARD_KIOSK_LEN]);

#endif
