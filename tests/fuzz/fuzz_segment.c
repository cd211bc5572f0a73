/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a segment; then the same as changes to a good one. Input: how (1 byte: which call
   fails), kind (1), entries (1), place of the changes (2), changes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "protocol/board_folder.h"
#include "protocol/segment.h"
#include "tests/fuzz/fuzz.h"

enum { ENTRIES = 6, START = 5, TOO_MANY = 255 };

static const uint8_t nobody[SEGMENT_TAG_LEN] = {9, 9, 9, 9, 9, 9, 9, 9};
static uint8_t entries[ENTRIES][SEGMENT_ANSWER_LEN];

/* Each answer is found where it stands, and nothing for a tag that nobody has. */
static void find_answers(const struct segment *segment, uint32_t i)
{
    static const uint8_t zeros[SEGMENT_ANSWER_LEN];
    static uint8_t out[2][SEGMENT_ANSWER_LEN];
    uint8_t tags[2][SEGMENT_TAG_LEN];

    memset(out, 0, sizeof out);
    memcpy(tags[0], segment->tags + (size_t)i * SEGMENT_TAG_LEN, SEGMENT_TAG_LEN);
    memcpy(tags[1], nobody, SEGMENT_TAG_LEN);
    segment_find_answers(segment, (const uint8_t(*)[SEGMENT_TAG_LEN])tags, 2, out);
    must(memcmp(out[0], tags[0], SEGMENT_TAG_LEN) == 0);
    must(memcmp(out[0] + SEGMENT_TAG_LEN, segment->bodies + (size_t)i * SEGMENT_BODY_LEN,
                SEGMENT_BODY_LEN) == 0);
    must(memcmp(out[1], zeros, sizeof zeros) == 0 || memcmp(out[1], nobody, sizeof nobody) == 0);
}

static void search(const struct segment *segment)
{
    for (uint32_t i = 0; i < segment->count; i++) {
        uint8_t tags[2][SEGMENT_TAG_LEN], found[2] = {0};
        memcpy(tags[0], segment->tags + (size_t)i * SEGMENT_TAG_LEN, SEGMENT_TAG_LEN);
        memcpy(tags[1], tags[0], SEGMENT_TAG_LEN);
        tags[1][15] ^= 1;
        segment_find_tags(segment, (const uint8_t(*)[SEGMENT_TAG_LEN])tags, 2, found);
        must(found[0] == 0xff && (found[1] == 0 || found[1] == 0xff));
        if (segment->kind == SEGMENT_ANSWERS)
            find_answers(segment, i);
    }
}

/* What is taken has the length that its fields say, and is taken under the head's name as well
   when its hash is right. */
static int read_segment(const uint8_t *in, size_t len)
{
    struct segment segment;
    const int error = segment_view(in, len, &segment);

    if (error != ERROR_NONE)
        return error;
    must(segment_len(segment.kind, segment.count) == len);
    must((segment.bodies != NULL) == (segment.kind == SEGMENT_ANSWERS));
    const struct head_segment named = {segment.number, segment.kind, segment.count, {0}};
    must(board_folder_fits(in, len, segment.office, &named, NULL) == ERROR_BOARD_PART);
    search(&segment);
    return error;
}

/* A segment of this kind and as many entries; NULL when it is refused, as it must be when there is
   no such kind, too many, or a call fails. */
static uint8_t *make(const uint8_t *data, size_t *len)
{
    struct segment segment = {.kind = data[1] % 4, .number = 1};
    const bool impossible = data[2] == TOO_MANY || segment.kind == 0 || segment.kind == 3;
    uint8_t *in = NULL, *flat = (uint8_t *)entries;

    segment.count = data[2] == TOO_MANY ? SEGMENT_ARRIVALS_MAX + 1 : data[2] % (ENTRIES + 1);
    for (size_t i = 0; i < sizeof entries; i += SEGMENT_TAG_LEN)
        wire_put32(flat + i, (uint32_t)(sizeof entries - i));
    fuzz_fail_at(data[0] % 8);
    const int error = segment_encode(&segment, flat, &in, len);
    fuzz_fail_at(0);
    must((error == ERROR_NONE) == (in != NULL));
    must(error == ERROR_NONE || data[0] % 8 > 0 || impossible);
    return in;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = 0;

    fuzz_start();
    fuzz_fail_at(0);
    read_segment(data, size);
    if (size < START)
        return 0;
    uint8_t *in = make(data, &len);
    if (in == NULL)
        return 0;
    must(read_segment(in, len) == ERROR_NONE);
    fuzz_change(in, len, wire_get16(data + 3) % len, data + START, size - START);
    read_segment(in, len);
    free(in);
    return 0;
}
