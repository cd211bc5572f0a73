/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments: sorted by their writer, checked by their reader, searched without telling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/random.h"
#include "protocol/segment.h"
#include "tests/lib/chance.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/spoil.h"

enum { ENTRIES = 7, AT_KIND = 40, AT_NUMBER = 44, AT_COUNT = 56, AT_BEFORE = 60, AT_ZEROS = 92 };

static uint8_t entries[ENTRIES][SEGMENT_ANSWER_LEN];
static uint8_t tags[ENTRIES][SEGMENT_TAG_LEN];
static uint8_t *answers, *arrivals; /* files of the two kinds */
static size_t answers_len, arrivals_len;

static struct segment plain(uint32_t kind)
{
    struct segment segment = {
        .kind = kind, .number = 4, .day = FAKE_OFFICE_DAY, .charter = 3, .count = ENTRIES};
    memset(segment.office, 'o', sizeof segment.office);
    if (kind == SEGMENT_ANSWERS)
        memset(segment.before, 'b', sizeof segment.before);
    return segment;
}

static int setup(void **state)
{
    const struct segment some = plain(SEGMENT_ANSWERS), many = plain(SEGMENT_ARRIVALS);
    fake_office_start();
    chance_start();
    random_bytes(entries, sizeof entries);
    random_bytes(tags, sizeof tags);
    for (uint8_t i = 0; i < ENTRIES; i++) /* not sorted */
        entries[i][0] = tags[i][0] = (uint8_t)(200 - 20 * i);
    return segment_encode(&some, entries[0], &answers, &answers_len) != ERROR_NONE ||
           segment_encode(&many, tags[0], &arrivals, &arrivals_len) != ERROR_NONE;
}

static int teardown(void **state)
{
    free(answers);
    free(arrivals);
    return 0;
}

static int view(void *context, const uint8_t *in, size_t len)
{
    struct segment segment;
    return segment_view(in, len, &segment);
}

/* --- the file --- */

/* The table in the header, byte for byte. */
static void layout_is_as_written(void **state)
{
    static const uint8_t numbers[] = {2, 0, 0, 0, 4, 0, 0, 0, 0x20, 0x4e,
                                      0, 0, 3, 0, 0, 0, 7, 0, 0,    0};
    static const uint8_t zeros[36];
    assert_int_equal(answers_len, 96 + ENTRIES * 4096);
    assert_memory_equal(answers, "SANDYQT1oooooooooooooooooooooooooooooooo", 40);
    assert_memory_equal(answers + 40, numbers, sizeof numbers);
    assert_memory_equal(answers + 60, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\0\0\0", 36);
    assert_int_equal(arrivals_len, 96 + ENTRIES * 16);
    assert_int_equal(arrivals[40], 1);
    assert_memory_equal(arrivals + 60, zeros, sizeof zeros);
    for (size_t i = 0; i < ENTRIES; i++) {
        const uint8_t *entry = entries[ENTRIES - 1 - i];
        assert_memory_equal(answers + 96 + i * 16, entry, 16);
        assert_memory_equal(answers + 96 + 16 * ENTRIES + i * 4080, entry + 16, 4080);
        assert_memory_equal(arrivals + 96 + i * 16, tags[ENTRIES - 1 - i], 16);
    }
}

static void round_trip(void **state)
{
    struct segment segment;
    assert_int_equal(segment_view(answers, answers_len, &segment), ERROR_NONE);
    assert_int_equal(segment.kind, SEGMENT_ANSWERS);
    assert_int_equal(segment.number, 4);
    assert_int_equal(segment.day, FAKE_OFFICE_DAY);
    assert_int_equal(segment.charter, 3);
    assert_int_equal(segment.count, ENTRIES);
    assert_memory_equal(segment.office, plain(0).office, sizeof segment.office);
    assert_int_equal(segment.before[31], 'b');
    assert_ptr_equal(segment.tags, answers + 96);
    assert_ptr_equal(segment.bodies, answers + 96 + 16 * ENTRIES);
    assert_int_equal(segment_view(arrivals, arrivals_len, &segment), ERROR_NONE);
    assert_int_equal(segment.kind, SEGMENT_ARRIVALS);
    assert_null(segment.bodies);
}

/* Nothing vouches for a segment but the head that names it: what is flipped in its fields or bodies
   is not its reader's to notice, but cut or prolonged it is refused, and so is another magic. */
static void cut_is_refused(void **state)
{
    struct segment segment;
    for (size_t len = 0; len < arrivals_len; len++) {
        uint8_t *cut = malloc(len + 1);
        memcpy(cut, arrivals, len);
        assert_int_equal(segment_view(cut, len, &segment), ERROR_TRUNCATED);
        free(cut);
    }
    uint8_t *longer = calloc(1, answers_len + 1);
    memcpy(longer, answers, answers_len);
    assert_int_equal(view(NULL, longer, answers_len + 1), ERROR_TRUNCATED);
    longer[7]++;
    assert_int_equal(view(NULL, longer, answers_len), ERROR_NEWER);
    longer[0]++;
    assert_int_equal(view(NULL, longer, answers_len), ERROR_FOREIGN);
    free(longer);
}

static int view_with(const uint8_t *good, size_t len, size_t at, uint8_t byte)
{
    uint8_t *in = malloc(len);
    memcpy(in, good, len);
    in[at] = byte;
    const int error = view(NULL, in, len);
    free(in);
    return error;
}

static void nonsense_is_refused(void **state)
{
    assert_int_equal(view_with(answers, answers_len, AT_NUMBER, 0), ERROR_MALFORMED);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(view_with(answers, answers_len, AT_ZEROS + i, 1), ERROR_MALFORMED);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(view_with(arrivals, arrivals_len, AT_BEFORE + i, 1), ERROR_MALFORMED);
    assert_int_equal(view_with(answers, answers_len, 96, 201), ERROR_MALFORMED);
    assert_int_equal(view_with(arrivals, arrivals_len, 96, 201), ERROR_MALFORMED);
    uint8_t *twice = malloc(arrivals_len);
    memcpy(twice, arrivals, arrivals_len);
    memcpy(twice + 96, twice + 112, 16);
    assert_int_equal(view(NULL, twice, arrivals_len), ERROR_MALFORMED);
    free(twice);
}

/* Kinds that there are not, and counts that would overflow or point beyond the file. */
static void impossible_kinds_and_counts_are_refused(void **state)
{
    static const uint32_t counts[] = {
        UINT32_MAX, 1U << 31,    1U << 28,    SEGMENT_ARRIVALS_MAX + 1,
        4097,       ENTRIES + 1, ENTRIES - 1, 0};
    static const uint32_t kinds[] = {0, 1, 3, UINT32_MAX};
    uint8_t *in = malloc(answers_len);
    memcpy(in, answers, answers_len);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        wire_put32(in + AT_COUNT, counts[i]);
        assert_int_equal(view(NULL, in, answers_len), ERROR_TRUNCATED);
    }
    wire_put32(in + AT_COUNT, ENTRIES);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        wire_put32(in + AT_KIND, kinds[i]);
        assert_int_equal(view(NULL, in, answers_len), ERROR_TRUNCATED);
    }
    free(in);
    assert_int_equal(segment_len(SEGMENT_ANSWERS, 4096), SEGMENT_MAX);
    assert_int_equal(segment_len(SEGMENT_ARRIVALS, 1 << 20), SEGMENT_MAX);
    assert_int_equal(segment_len(SEGMENT_ANSWERS, 4097), 0);
    assert_int_equal(segment_len(SEGMENT_ARRIVALS, (1 << 20) + 1), 0);
    assert_int_equal(segment_len(0, 0), 0);
    assert_int_equal(segment_len(3, 0), 0);
}

static void writer_refuses_what_a_reader_would(void **state)
{
    uint8_t *out = NULL, same[2][SEGMENT_TAG_LEN] = {{1}, {1}};
    size_t len = 1;
    struct segment segment = plain(SEGMENT_ARRIVALS);
    segment.count = 2;
    assert_int_equal(segment_encode(&segment, same[0], &out, &len), ERROR_MALFORMED);
    assert_null(out);
    assert_int_equal(len, 0);
    segment = plain(SEGMENT_ARRIVALS);
    segment.number = 0;
    assert_int_equal(segment_encode(&segment, tags[0], &out, &len), ERROR_MALFORMED);
    segment = plain(SEGMENT_ARRIVALS);
    segment.before[31] = 1;
    assert_int_equal(segment_encode(&segment, tags[0], &out, &len), ERROR_MALFORMED);
    segment = plain(3);
    assert_int_equal(segment_encode(&segment, tags[0], &out, &len), ERROR_MALFORMED);
    segment = plain(SEGMENT_ANSWERS);
    segment.count = SEGMENT_ANSWERS_MAX + 1;
    assert_int_equal(segment_encode(&segment, tags[0], &out, &len), ERROR_MALFORMED);
}

static void empty_segment_is_good(void **state)
{
    for (uint32_t kind = SEGMENT_ARRIVALS; kind <= SEGMENT_ANSWERS; kind++) {
        struct segment segment = plain(kind);
        uint8_t *out = NULL, found[1] = {0};
        static uint8_t answer[1][SEGMENT_ANSWER_LEN];
        size_t len = 0;
        segment.count = 0;
        assert_int_equal(segment_encode(&segment, NULL, &out, &len), ERROR_NONE);
        assert_int_equal(len, 96);
        assert_int_equal(segment_view(out, len, &segment), ERROR_NONE);
        segment_find_tags(&segment, (const uint8_t(*)[SEGMENT_TAG_LEN])tags, 1, found);
        assert_int_equal(found[0], 0);
        if (kind == SEGMENT_ANSWERS)
            segment_find_answers(&segment, (const uint8_t(*)[SEGMENT_TAG_LEN])tags, 1, answer);
        free(out);
    }
}

/* --- looking --- */

enum { LOOKS = 200, MOST = 40, WANTED = 64 };

/* A segment in memory, sorted already, and what somebody looks for in it. */
struct look {
    struct segment segment;
    uint8_t tags[MOST][SEGMENT_TAG_LEN];
    uint8_t bodies[MOST][SEGMENT_BODY_LEN];
    size_t n;
    uint8_t wanted[WANTED][SEGMENT_TAG_LEN];
    uint8_t found[WANTED], want_found[WANTED];
    uint8_t out[WANTED][SEGMENT_ANSWER_LEN], want_out[WANTED][SEGMENT_ANSWER_LEN];
};

static struct look look;

/* Some entries of random ones; tags close together, so that many differ in one byte alone. */
static void make_look(uint32_t count, size_t n)
{
    random_bytes(&look, sizeof look);
    for (uint32_t i = 0; i < count; i++) {
        memset(look.tags[i], 0x55, SEGMENT_TAG_LEN);
        look.tags[i][chance_below(8)] = (uint8_t)chance_below(256);
        look.tags[i][14] = (uint8_t)(i / 4);
        look.tags[i][15] = (uint8_t)(i * 64);
    }
    look.segment = plain(SEGMENT_ANSWERS);
    look.segment.count = count;
    look.segment.tags = look.tags[0];
    look.segment.bodies = look.bodies[0];
    look.n = n;
    memset(look.found, 0, sizeof look.found);
    memcpy(look.want_out, look.out, sizeof look.out);
}

/* Entry i is looked for at place k. */
static void want(size_t k, uint32_t i)
{
    memcpy(look.wanted[k], look.tags[i], SEGMENT_TAG_LEN);
}

/* The same by the plainest means: the first SEGMENT_CASE_MAX entries that anybody looks for. */
static void refer(void)
{
    unsigned rank = 0;
    memset(look.want_found, 0, sizeof look.want_found);
    for (uint32_t i = 0; i < look.segment.count; i++) {
        bool is = false;
        for (size_t k = 0; k < look.n; k++)
            if (memcmp(look.tags[i], look.wanted[k], SEGMENT_TAG_LEN) == 0) {
                is = true;
                look.want_found[k] = 0xff;
                if (rank >= SEGMENT_CASE_MAX)
                    continue;
                memcpy(look.want_out[k], look.tags[i], SEGMENT_TAG_LEN);
                memcpy(look.want_out[k] + SEGMENT_TAG_LEN, look.bodies[i], SEGMENT_BODY_LEN);
            }
        rank += is;
    }
}

static void assert_found(void)
{
    const uint8_t(*wanted)[SEGMENT_TAG_LEN] = (const uint8_t(*)[SEGMENT_TAG_LEN])look.wanted;
    refer();
    segment_find_tags(&look.segment, wanted, look.n, look.found);
    segment_find_answers(&look.segment, wanted, look.n, look.out);
    assert_memory_equal(look.found, look.want_found, sizeof look.found);
    for (size_t k = 0; k < WANTED; k++)
        assert_memory_equal(look.out[k], look.want_out[k], SEGMENT_ANSWER_LEN);
}

static void any_look_finds_what_a_plain_one_does(void **state)
{
    for (size_t round = 0; round < LOOKS; round++) {
        const uint32_t count = 1 + chance_below(MOST);
        make_look(count, round % 2 == 0 ? 64 : 16);
        for (size_t matches = round % 6; matches > 0; matches--)
            want(chance_below((uint32_t)look.n), chance_below(count));
        assert_found();
    }
}

static void first_and_last_are_found(void **state)
{
    make_look(MOST, WANTED);
    want(0, MOST - 1);
    want(WANTED - 1, 0);
    assert_found();
    assert_int_equal(look.want_found[0] & look.want_found[WANTED - 1], 0xff);
}

/* One more than a board may carry: those first by tag are found, and the rest is left alone. */
static void more_than_the_most_leave_the_last_alone(void **state)
{
    make_look(MOST, 16);
    for (uint32_t i = 0; i <= SEGMENT_CASE_MAX; i++)
        want(i, i * 3);
    assert_found();
    assert_memory_equal(look.out[SEGMENT_CASE_MAX - 1], look.tags[9], SEGMENT_TAG_LEN);
    assert_memory_not_equal(look.out[SEGMENT_CASE_MAX], look.tags[12], SEGMENT_TAG_LEN);
    assert_int_equal(look.found[SEGMENT_CASE_MAX], 0xff);
}

static void asked_for_twice_is_found_twice(void **state)
{
    make_look(MOST, 16);
    want(1, 5);
    want(2, 5);
    assert_found();
    assert_memory_equal(look.out[1], look.out[2], SEGMENT_ANSWER_LEN);
}

static void nearly_a_tag_is_not_found(void **state)
{
    for (size_t bit = 0; bit < 8 * SEGMENT_TAG_LEN; bit++) {
        make_look(1, 1);
        want(0, 0);
        look.wanted[0][bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_found();
        assert_int_equal(look.found[0], 0);
    }
}

/* What was found in one segment stays when the next one lacks it. */
static void what_was_found_stays(void **state)
{
    make_look(2, 1);
    want(0, 1);
    assert_found();
    look.segment.count = 1;
    segment_find_tags(&look.segment, (const uint8_t(*)[SEGMENT_TAG_LEN])look.wanted, 1, look.found);
    segment_find_answers(&look.segment, (const uint8_t(*)[SEGMENT_TAG_LEN])look.wanted, 1,
                         look.out);
    assert_int_equal(look.found[0], 0xff);
    assert_memory_equal(look.out[0], look.want_out[0], SEGMENT_ANSWER_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_is_as_written),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(cut_is_refused),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(impossible_kinds_and_counts_are_refused),
        cmocka_unit_test(writer_refuses_what_a_reader_would),
        cmocka_unit_test(empty_segment_is_good),
        cmocka_unit_test(any_look_finds_what_a_plain_one_does),
        cmocka_unit_test(first_and_last_are_found),
        cmocka_unit_test(more_than_the_most_leave_the_last_alone),
        cmocka_unit_test(asked_for_twice_is_found_twice),
        cmocka_unit_test(nearly_a_tag_is_not_found),
        cmocka_unit_test(what_was_found_stays),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
