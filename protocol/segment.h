/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A segment: a piece of the board that one board adds and that never changes. Two kinds: a tag for
   every record that was taken for the first time, and sealed answers among random ones.

   offset  bytes  what
        0      8  "SANDYQT1"
        8     32  office id
       40      4  kind: 1 arrivals, 2 answers
       44      4  number of the board that adds it
       48      4  day of that board
       52      4  number of the charter that the office had
       56      4  count n of entries
       60     32  of answers: SHA-256 of the head before; of arrivals: zeros
       92      4  zeros
       96  16 * n   tags, sorted as bytes, none twice
        .  4080 * n  of answers only: what stands behind the tags in the entries (crypto/answer), in
                     the same order

   It carries no signature: the head names it by its SHA-256. */
#ifndef PROTOCOL_SEGMENT_H
#define PROTOCOL_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "protocol/charter.h"

enum {
    SEGMENT_HEADER_LEN = 96,
    SEGMENT_TAG_LEN = 16,
    SEGMENT_BODY_LEN = 4080,
    SEGMENT_ANSWER_LEN = SEGMENT_TAG_LEN + SEGMENT_BODY_LEN,
    SEGMENT_ANSWERS_MAX = 4096,
    SEGMENT_ARRIVALS_MAX = 1 << 20,
    SEGMENT_CASE_MAX = 4,   /* answers of one case that a board carries */
    SEGMENT_TAGS_MAX = 128, /* that are looked for at once */
};
#define SEGMENT_MAX ((size_t)SEGMENT_HEADER_LEN + (size_t)SEGMENT_ANSWERS_MAX * SEGMENT_ANSWER_LEN)

enum segment_kind { SEGMENT_ARRIVALS = 1, SEGMENT_ANSWERS };

/* A segment read or to be written; pointers into memory of the owner. */
struct segment {
    uint8_t office[CHARTER_OFFICE_LEN];
    uint32_t kind;
    uint32_t number;
    uint32_t day;
    uint32_t charter;
    uint32_t count;
    uint8_t before[32];
    const uint8_t *tags;   /* count of SEGMENT_TAG_LEN bytes */
    const uint8_t *bodies; /* count of SEGMENT_BODY_LEN bytes; of arrivals NULL */
};

/* Length of the file of a segment; 0 when there is no such kind or it has too many entries. */
size_t segment_len(uint32_t kind, uint32_t count);

/* Writes a segment of the entries, which are tags (arrivals) or whole answers, in any order; tags
   and bodies of *segment are not read. *out is malloc'd, for the caller to free; NULL on an error.
   Returns ERROR_NONE, _MALFORMED (no such kind, too many, a tag twice, number 0) or _MEMORY. */
enum error segment_encode(const struct segment *segment, const uint8_t *entries, uint8_t **out,
                          size_t *len);

/* Checks magic, length, zeros and the order of tags. *segment points into in, and is undefined
   after an error. Who made it and for whom is the caller's to ask: of the head that names it.
   Returns ERROR_NONE, _FOREIGN, _NEWER, _TRUNCATED or _MALFORMED. */
enum error segment_view(const uint8_t *in, size_t len, struct segment *segment);

/* For the n tags of a person, n at most SEGMENT_TAGS_MAX: sets the bits of found[i] when tags[i] is
   in the segment. Compares every tag with every one there, so that neither the time taken nor what
   is read and written tells which there were, nor whether there was one. */
void segment_find_tags(const struct segment *segment, const uint8_t (*tags)[SEGMENT_TAG_LEN],
                       size_t n, uint8_t *found);

/* The same for answers, in a segment of answers: puts the one with tags[i] into out[i], whatever
   stood there, which stays as it is when there is none. All bodies are read and copied under a
   mask. Of more than SEGMENT_CASE_MAX answers the first ones by tag are found. */
void segment_find_answers(const struct segment *segment, const uint8_t (*tags)[SEGMENT_TAG_LEN],
                          size_t n, uint8_t (*out)[SEGMENT_ANSWER_LEN]);

#endif
