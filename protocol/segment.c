/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes, reads and searches segments, which are read in place. */
#include "protocol/segment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/wire.h"
#include "crypto/answer.h"

static const char magic[] = "SANDYQT1";

enum {
    AT_OFFICE = 8,
    AT_KIND = 40,
    AT_NUMBER = 44,
    AT_DAY = 48,
    AT_CHARTER = 52,
    AT_COUNT = 56,
    AT_BEFORE = 60,
    AT_ZEROS = 92,
};
_Static_assert(AT_ZEROS + 4 == SEGMENT_HEADER_LEN, "the header ends where the tags begin");
_Static_assert((int)SEGMENT_ANSWER_LEN == (int)ANSWER_LEN &&
                   (int)SEGMENT_TAG_LEN == (int)ANSWER_TAG_LEN,
               "an entry is a sealed answer");
_Static_assert((size_t)SEGMENT_ARRIVALS_MAX *SEGMENT_TAG_LEN <= SEGMENT_MAX - SEGMENT_HEADER_LEN,
               "the largest arrivals are no larger than the largest answers");

static size_t entry_len(uint32_t kind)
{
    return kind == SEGMENT_ARRIVALS  ? SEGMENT_TAG_LEN
           : kind == SEGMENT_ANSWERS ? SEGMENT_ANSWER_LEN
                                     : 0;
}

size_t segment_len(uint32_t kind, uint32_t count)
{
    const uint32_t most = kind == SEGMENT_ARRIVALS ? SEGMENT_ARRIVALS_MAX : SEGMENT_ANSWERS_MAX;
    if (entry_len(kind) == 0 || count > most)
        return 0;
    return SEGMENT_HEADER_LEN + count * entry_len(kind);
}

/* --- writing --- */

static int by_tag(const void *a, const void *b)
{
    const uint8_t *const *x = a, *const *y = b;
    return memcmp(*x, *y, SEGMENT_TAG_LEN);
}

/* Sorts pointers, then copies each entry once to where it belongs. */
static enum error put_entries(const struct segment *segment, const uint8_t *entries, uint8_t *out)
{
    const size_t len = entry_len(segment->kind);
    uint8_t *bodies = out + (size_t)segment->count * SEGMENT_TAG_LEN;
    if (segment->count == 0)
        return ERROR_NONE;
    const uint8_t **order = calloc(segment->count, sizeof *order);
    if (order == NULL)
        return ERROR_MEMORY;
    for (uint32_t i = 0; i < segment->count; i++)
        order[i] = entries + i * len;
    qsort(order, segment->count, sizeof *order, by_tag);
    for (uint32_t i = 0; i < segment->count; i++) {
        memcpy(out + (size_t)i * SEGMENT_TAG_LEN, order[i], SEGMENT_TAG_LEN);
        memcpy(bodies + i * (len - SEGMENT_TAG_LEN), order[i] + SEGMENT_TAG_LEN,
               len - SEGMENT_TAG_LEN);
    }
    free(order);
    return ERROR_NONE;
}

enum error segment_encode(const struct segment *segment, const uint8_t *entries, uint8_t **out,
                          size_t *len)
{
    const size_t total = segment_len(segment->kind, segment->count);
    struct segment made;
    *out = NULL;
    *len = 0;
    if (total == 0)
        return ERROR_MALFORMED;
    uint8_t *bytes = calloc(1, total);
    if (bytes == NULL)
        return ERROR_MEMORY;
    memcpy(bytes, magic, FILE_MAGIC_LEN);
    memcpy(bytes + AT_OFFICE, segment->office, sizeof segment->office);
    wire_put32(bytes + AT_KIND, segment->kind);
    wire_put32(bytes + AT_NUMBER, segment->number);
    wire_put32(bytes + AT_DAY, segment->day);
    wire_put32(bytes + AT_CHARTER, segment->charter);
    wire_put32(bytes + AT_COUNT, segment->count);
    memcpy(bytes + AT_BEFORE, segment->before, sizeof segment->before);
    enum error error = put_entries(segment, entries, bytes + SEGMENT_HEADER_LEN);
    if (error == ERROR_NONE)
        error = segment_view(bytes, total, &made);
    if (error != ERROR_NONE) {
        free(bytes);
        return error;
    }
    *out = bytes;
    *len = total;
    return ERROR_NONE;
}

/* --- reading --- */

static bool sorted(const struct segment *segment)
{
    for (uint32_t i = 1; i < segment->count; i++)
        if (memcmp(segment->tags + (size_t)(i - 1) * SEGMENT_TAG_LEN,
                   segment->tags + (size_t)i * SEGMENT_TAG_LEN, SEGMENT_TAG_LEN) >= 0)
            return false;
    return true;
}

enum error segment_view(const uint8_t *in, size_t len, struct segment *segment)
{
    static const uint8_t none[sizeof segment->before];
    const enum error error = file_magic(in, len, magic);
    if (error != ERROR_NONE)
        return error;
    if (len < SEGMENT_HEADER_LEN)
        return ERROR_TRUNCATED;
    memcpy(segment->office, in + AT_OFFICE, sizeof segment->office);
    segment->kind = wire_get32(in + AT_KIND);
    segment->number = wire_get32(in + AT_NUMBER);
    segment->day = wire_get32(in + AT_DAY);
    segment->charter = wire_get32(in + AT_CHARTER);
    segment->count = wire_get32(in + AT_COUNT);
    memcpy(segment->before, in + AT_BEFORE, sizeof segment->before);
    if (segment_len(segment->kind, segment->count) != len)
        return ERROR_TRUNCATED;
    segment->tags = in + SEGMENT_HEADER_LEN;
    segment->bodies = segment->kind == SEGMENT_ANSWERS
                          ? segment->tags + (size_t)segment->count * SEGMENT_TAG_LEN
                          : NULL;
    if (segment->number == 0 || wire_get32(in + AT_ZEROS) != 0 || !sorted(segment) ||
        (segment->kind == SEGMENT_ARRIVALS && memcmp(segment->before, none, sizeof none) != 0))
        return ERROR_MALFORMED;
    return ERROR_NONE;
}

/* --- looking --- */

/* All ones when the difference is 0, else 0. A compiler that saw that there are only these two
   could make a branch of it again. */
static uint64_t mask_when_zero(uint64_t difference)
{
    uint64_t mask = ((difference | (0 - difference)) >> 63) - 1;
    __asm__("" : "+r"(mask));
    return mask;
}

static uint64_t equal_tags(const uint8_t *a, const uint8_t *b)
{
    uint64_t x[2], y[2];
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    return mask_when_zero((x[0] ^ y[0]) | (x[1] ^ y[1]));
}
_Static_assert(SEGMENT_TAG_LEN == 2 * sizeof(uint64_t), "a tag is compared as two numbers");

void segment_find_tags(const struct segment *segment, const uint8_t (*tags)[SEGMENT_TAG_LEN],
                       size_t n, uint8_t *found)
{
    for (size_t k = 0; k < n; k++) {
        uint64_t is = 0;
        for (size_t i = 0; i < segment->count; i++)
            is |= equal_tags(segment->tags + i * SEGMENT_TAG_LEN, tags[k]);
        found[k] |= (uint8_t)is;
    }
}

/* What a processor takes at once: compilers do not see by themselves that it can. */
typedef uint64_t wide __attribute__((vector_size(16)));

/* Takes over the bytes when mask is all ones, and does the same work when it is 0. */
static void take_masked(uint8_t *restrict out, const uint8_t *restrict in, size_t len,
                        uint64_t mask)
{
    const wide both = {mask, mask};
    wide old, new;
    for (size_t i = 0; i < len; i += sizeof old) {
        memcpy(&old, out + i, sizeof old);
        memcpy(&new, in + i, sizeof new);
        old ^= (old ^ new) & both;
        memcpy(out + i, &old, sizeof old);
    }
}
_Static_assert(SEGMENT_TAG_LEN % sizeof(wide) == 0 && SEGMENT_BODY_LEN % sizeof(wide) == 0,
               "nothing is left of tags and bodies");

/* The answers of one segment to one person, in the order of their tags. */
struct found {
    uint64_t rank;                 /* how many there were so far */
    uint64_t is[SEGMENT_CASE_MAX]; /* all ones when there is such a one */
    uint8_t answers[SEGMENT_CASE_MAX][SEGMENT_ANSWER_LEN];
};

static void take_answer(struct found *found, uint64_t is, const uint8_t *tag, const uint8_t *body)
{
    for (uint64_t r = 0; r < SEGMENT_CASE_MAX; r++) {
        const uint64_t mask = is & mask_when_zero(found->rank ^ r);
        found->is[r] |= mask;
        take_masked(found->answers[r], tag, SEGMENT_TAG_LEN, mask);
        take_masked(found->answers[r] + SEGMENT_TAG_LEN, body, SEGMENT_BODY_LEN, mask);
    }
    found->rank += is & 1;
}

static void give_answers(const struct found *found, const uint8_t (*tags)[SEGMENT_TAG_LEN],
                         size_t n, uint8_t (*out)[SEGMENT_ANSWER_LEN])
{
    for (size_t k = 0; k < n; k++)
        for (size_t r = 0; r < SEGMENT_CASE_MAX; r++)
            take_masked(out[k], found->answers[r], SEGMENT_ANSWER_LEN,
                        found->is[r] & equal_tags(found->answers[r], tags[k]));
}

void segment_find_answers(const struct segment *segment, const uint8_t (*tags)[SEGMENT_TAG_LEN],
                          size_t n, uint8_t (*out)[SEGMENT_ANSWER_LEN])
{
    struct found found = {.rank = 0};
    for (size_t i = 0; i < segment->count; i++) {
        const uint8_t *tag = segment->tags + i * SEGMENT_TAG_LEN;
        uint64_t is = 0;
        for (size_t k = 0; k < n; k++)
            is |= equal_tags(tag, tags[k]);
        take_answer(&found, is, tag, segment->bodies + i * SEGMENT_BODY_LEN);
    }
    give_answers(&found, tags, n, out);
    explicit_bzero(&found, sizeof found);
}
