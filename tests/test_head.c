/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads of boards: sorted by their writer, checked by their reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/signature.h"
#include "protocol/head.h"
#include "protocol/segment.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/spoil.h"

enum {
    MARKS = 3,
    EXCLUDED = 2,
    SEGMENTS = 4,
    AT_NUMBER = 44,
    AT_MARKS = 200,
    AT_EXCLUDED = AT_MARKS + MARKS * 52,
    AT_SEGMENTS = AT_EXCLUDED + EXCLUDED * 8,
    AT_NOTICES = AT_SEGMENTS + SEGMENTS * 44,
};

static struct fake_office office;
static struct head_mark marks[MARKS];
static uint8_t excluded[EXCLUDED][CARD_KIOSK_LEN] = {{9}, {2}}; /* not sorted */
static struct head_segment segments[SEGMENTS] = {
    {.number = 3, .kind = SEGMENT_ARRIVALS, .count = 5, .hash = {1}},
    {.number = 3, .kind = SEGMENT_ANSWERS, .count = 256, .hash = {2}},
    {.number = 3, .kind = 9, .count = UINT32_MAX, .hash = {3}}, /* of a later version */
    {.number = 4, .kind = SEGMENT_ARRIVALS, .count = 0, .hash = {4}},
};
static const char notices[] = "Ашық қабылдау: дүйсенбі";
static uint8_t *good;
static size_t good_len;

static struct head_lists lists(void)
{
    return (struct head_lists){.marks = marks,
                               .excluded = (const uint8_t(*)[CARD_KIOSK_LEN])excluded,
                               .segments = segments,
                               .notices = notices};
}

static struct head plain(void)
{
    struct head head = {.charter = 2,
                        .number = 4,
                        .day = FAKE_OFFICE_DAY,
                        .kiosk_count = MARKS,
                        .excluded_count = EXCLUDED,
                        .segment_count = SEGMENTS,
                        .notices_len = sizeof notices - 1};
    memcpy(head.office, office.charter.office, sizeof head.office);
    memset(head.before, 'b', sizeof head.before);
    memset(head.journal, 'j', sizeof head.journal);
    head.restored = 3;
    memset(head.lost, 'l', sizeof head.lost);
    memset(head.kept, 'k', sizeof head.kept);
    return head;
}

static int setup(void **state)
{
    fake_office_open(&office);
    const struct head head = plain();
    const struct head_lists all = lists();
    for (uint8_t i = 0; i < MARKS; i++) {
        memset(&marks[i], 0, sizeof marks[i]);
        marks[i].kiosk[0] = (uint8_t)(MARKS - i); /* not sorted */
        marks[i].seq = 100 + (uint64_t)i;
        memset(marks[i].hash, 0x40 + i, sizeof marks[i].hash);
        marks[i].day = FAKE_OFFICE_DAY - i;
    }
    return head_encode(&head, &all, office.board_seed, &good, &good_len);
}

static int teardown(void **state)
{
    free(good);
    fake_office_close(&office);
    return 0;
}

static int read_head(void *context, const uint8_t *in, size_t len)
{
    struct head head;
    return head_decode(in, len, office.charter.board, office.charter.office, &head);
}

static int decode_signed(uint8_t *in, size_t len)
{
    assert_int_equal(
        signature_sign(office.board_seed, "sandyq head v1", in, len - 64, in + len - 64), 0);
    return read_head(NULL, in, len);
}

/* The good head with len bytes at `at` changed, signed anew. */
static int decode_with(size_t at, const void *bytes, size_t len)
{
    uint8_t *in = malloc(good_len);
    memcpy(in, good, good_len);
    memcpy(in + at, bytes, len);
    const int error = decode_signed(in, good_len);
    free(in);
    return error;
}

/* The table in the header, byte for byte. */
static void layout_is_as_written(void **state)
{
    static const uint8_t numbers[] = {2, 0, 0, 0, 4, 0, 0, 0, 0x20, 0x4e, 0, 0};
    static const uint8_t counts[] = {3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, sizeof notices - 1, 0, 0};
    static const uint8_t restored[] = {3, 0, 0, 0};
    static const uint8_t mark[] = {1, 0, 0, 0, 0, 0, 0, 0, 102, 0, 0, 0, 0, 0, 0, 0, 0x42};
    static const uint8_t day[] = {0x42, 0x1e, 0x4e, 0, 0, 2};
    static const uint8_t out[] = {2, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t second[] = {3, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 2, 0};

    assert_int_equal(good_len, AT_NOTICES + sizeof notices - 1 + 64);
    assert_memory_equal(good, "SANDYQH1", 8);
    assert_memory_equal(good + 8, office.charter.office, 32);
    assert_memory_equal(good + 40, numbers, sizeof numbers);
    assert_memory_equal(good + 52, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 32);
    assert_memory_equal(good + 84, "jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj", 32);
    assert_memory_equal(good + 116, counts, sizeof counts);
    assert_memory_equal(good + 132, restored, sizeof restored);
    assert_memory_equal(good + 136, "llllllllllllllllllllllllllllllll", 32);
    assert_memory_equal(good + 168, "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", 32);
    assert_memory_equal(good + AT_MARKS, mark, sizeof mark);
    assert_memory_equal(good + AT_MARKS + 47, day, sizeof day);
    assert_memory_equal(good + AT_EXCLUDED, out, sizeof out);
    assert_memory_equal(good + AT_SEGMENTS + 44, second, sizeof second);
    assert_memory_equal(good + AT_NOTICES, notices, sizeof notices - 1);
    assert_int_equal(signature_check(office.charter.board, "sandyq head v1", good, good_len - 64,
                                     good + good_len - 64),
                     ERROR_NONE);
}

static void round_trip(void **state)
{
    struct head head, viewed;
    const struct head want = plain();
    assert_int_equal(
        head_decode(good, good_len, office.charter.board, office.charter.office, &head),
        ERROR_NONE);
    assert_int_equal(head.charter, 2);
    assert_int_equal(head.number, 4);
    assert_int_equal(head.day, FAKE_OFFICE_DAY);
    assert_memory_equal(head.office, want.office, 32);
    assert_memory_equal(head.before, want.before, 32);
    assert_memory_equal(head.journal, want.journal, 32);
    assert_int_equal(head.notices_len, sizeof notices - 1);
    assert_memory_equal(head.notices, notices, sizeof notices - 1);
    assert_int_equal(head.segment_count, SEGMENTS);
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        const struct head_segment is = head_segment(&head, i);
        assert_int_equal(is.number, segments[i].number);
        assert_int_equal(is.kind, segments[i].kind);
        assert_int_equal(is.count, segments[i].count);
        assert_memory_equal(is.hash, segments[i].hash, 32);
    }
    assert_int_equal(head_view(good, good_len, &viewed), ERROR_NONE);
    assert_ptr_equal(viewed.segments, head.segments);
}

static void kiosks_are_found(void **state)
{
    struct head head;
    struct head_mark mark;
    static const uint8_t stranger[CARD_KIOSK_LEN] = {2, 1};

    assert_int_equal(head_view(good, good_len, &head), ERROR_NONE);
    for (int i = 0; i < MARKS; i++) {
        assert_true(head_find_mark(&head, marks[i].kiosk, &mark));
        assert_true(mark.seq == marks[i].seq);
        assert_int_equal(mark.day, marks[i].day);
        assert_memory_equal(mark.hash, marks[i].hash, sizeof mark.hash);
        assert_memory_equal(mark.kiosk, marks[i].kiosk, sizeof mark.kiosk);
    }
    assert_false(head_find_mark(&head, stranger, &mark));
    assert_false(head_excludes(&head, stranger));
    assert_false(head_excludes(&head, marks[0].kiosk));
    assert_true(head_excludes(&head, excluded[0]));
    assert_true(head_excludes(&head, excluded[1]));
}

static void spoilt_is_refused(void **state)
{
    spoil_reader(good, good_len, 1, read_head, NULL);
}

static void empty_head_is_good(void **state)
{
    struct head head = plain();
    struct head_mark mark;
    const struct head_lists none = {.notices = NULL};
    uint8_t *out = NULL;
    size_t len = 0;

    head.kiosk_count = head.excluded_count = head.segment_count = head.notices_len = 0;
    assert_int_equal(head_encode(&head, &none, office.board_seed, &out, &len), ERROR_NONE);
    assert_int_equal(len, 264);
    spoil_reader(out, len, 1, read_head, NULL);
    assert_int_equal(head_view(out, len, &head), ERROR_NONE);
    assert_false(head_find_mark(&head, marks[0].kiosk, &mark));
    assert_false(head_excludes(&head, excluded[0]));
    free(out);
}

/* As many of everything as there may be; checked in far less than a second. */
static void fullest_head_is_good(void **state)
{
    struct head head = plain();
    struct head_lists all = lists();
    struct head_mark *many = calloc(HEAD_KIOSKS_MAX, sizeof *many), mark;
    uint8_t(*out_of)[CARD_KIOSK_LEN] = calloc(HEAD_KIOSKS_MAX, CARD_KIOSK_LEN);
    struct head_segment *named = calloc(HEAD_SEGMENTS_MAX, sizeof *named);
    char *text = malloc(HEAD_NOTICES_MAX);
    uint8_t *out = NULL;
    size_t len = 0;

    for (uint32_t i = 0; i < HEAD_KIOSKS_MAX; i++) {
        wire_put32(many[i].kiosk, i * 2654435761U);
        wire_put32(out_of[i], ~i);
    }
    for (uint32_t i = 0; i < HEAD_SEGMENTS_MAX; i++)
        named[i] = (struct head_segment){.number = 1 + i / 2, .kind = 1 + i % 2};
    memset(text, 'a', HEAD_NOTICES_MAX);
    head.number = HEAD_SEGMENTS_MAX;
    head.kiosk_count = head.excluded_count = HEAD_KIOSKS_MAX;
    head.segment_count = HEAD_SEGMENTS_MAX;
    head.notices_len = HEAD_NOTICES_MAX;
    all = (struct head_lists){many, (const uint8_t(*)[CARD_KIOSK_LEN])out_of, named, text};
    assert_int_equal(head_encode(&head, &all, office.board_seed, &out, &len), ERROR_NONE);
    assert_int_equal(len, HEAD_MAX);
    assert_int_equal(read_head(NULL, out, len), ERROR_NONE);
    assert_int_equal(head_view(out, len, &head), ERROR_NONE);
    assert_true(head_find_mark(&head, many[77].kiosk, &mark));
    assert_true(head_excludes(&head, out_of[HEAD_KIOSKS_MAX - 1]));
    free(out);
    free(text);
    free(named);
    free(out_of);
    free(many);
}

static void other_office_and_key_are_refused(void **state)
{
    struct head head;
    struct fake_office other;

    fake_office_open(&other);
    assert_int_equal(head_decode(good, good_len, other.charter.board, other.charter.office, &head),
                     ERROR_OFFICE);
    assert_int_equal(head_decode(good, good_len, other.charter.board, office.charter.office, &head),
                     ERROR_FORGED);
    fake_office_close(&other);
}

static int encode(const struct head *head, const struct head_lists *all)
{
    uint8_t *out = NULL;
    size_t len = 1;
    const int error = head_encode(head, all, office.board_seed, &out, &len);
    if (error != ERROR_NONE) {
        assert_null(out);
        assert_int_equal(len, 0);
    }
    free(out);
    return error;
}

static void writer_refuses_what_a_reader_would(void **state)
{
    struct head head = plain();
    struct head_lists all = lists();
    uint32_t *counts[] = {&head.kiosk_count, &head.excluded_count, &head.segment_count,
                          &head.notices_len};
    const uint32_t most[] = {HEAD_KIOSKS_MAX, HEAD_KIOSKS_MAX, HEAD_SEGMENTS_MAX, HEAD_NOTICES_MAX};
    for (size_t i = 0; i < 4; i++) {
        head = plain();
        *counts[i] = most[i] + 1;
        assert_int_equal(encode(&head, &all), ERROR_MALFORMED);
    }
    head = plain();
    head.number = 0;
    assert_int_equal(encode(&head, &all), ERROR_MALFORMED);
    head = plain();
    all.notices = "\xed\xa0\x80";
    head.notices_len = 3;
    assert_int_equal(encode(&head, &all), ERROR_MALFORMED);
    head = plain();
    all = lists();
    struct head_mark twice[MARKS] = {marks[0], marks[1], marks[0]};
    all.marks = twice;
    assert_int_equal(encode(&head, &all), ERROR_MALFORMED);
    all = lists();
    static const uint8_t same[EXCLUDED][CARD_KIOSK_LEN] = {{5}, {5}};
    all.excluded = same;
    assert_int_equal(encode(&head, &all), ERROR_MALFORMED);
    all = lists();
    assert_int_equal(encode(&head, &all), ERROR_NONE);
}

/* A list of one or two segments. */
static int encode_segments(struct head_segment a, struct head_segment b, uint32_t count)
{
    struct head head = plain();
    struct head_lists all = lists();
    const struct head_segment both[] = {a, b};
    head.segment_count = count;
    all.segments = both;
    return encode(&head, &all);
}

static void segments_are_of_boards_before_in_order(void **state)
{
    const struct head_segment good_one = {.number = 3, .kind = SEGMENT_ANSWERS, .count = 4096};
    struct head_segment other = good_one;
    assert_int_equal(encode_segments(good_one, other, 1), ERROR_NONE);
    assert_int_equal(encode_segments(good_one, other, 2), ERROR_MALFORMED); /* twice */
    other.kind = SEGMENT_ARRIVALS;
    assert_int_equal(encode_segments(good_one, other, 2), ERROR_MALFORMED); /* out of order */
    assert_int_equal(encode_segments(other, good_one, 2), ERROR_NONE);
    other = (struct head_segment){.number = 4, .kind = SEGMENT_ARRIVALS, .count = 1 << 20};
    assert_int_equal(encode_segments(other, good_one, 2), ERROR_MALFORMED);
    assert_int_equal(encode_segments(good_one, other, 2), ERROR_NONE);
    other.count++;
    assert_int_equal(encode_segments(good_one, other, 2), ERROR_MALFORMED); /* no such file */
    other = (struct head_segment){.number = 5, .kind = SEGMENT_ARRIVALS};
    assert_int_equal(encode_segments(good_one, other, 2), ERROR_MALFORMED); /* of a later board */
    other.number = 0;
    assert_int_equal(encode_segments(other, good_one, 2), ERROR_MALFORMED);
    other = (struct head_segment){.number = 2, .kind = SEGMENT_ANSWERS, .count = 4097};
    assert_int_equal(encode_segments(other, good_one, 2), ERROR_MALFORMED);
}

static void signed_nonsense_is_refused(void **state)
{
    static const uint8_t zeros[4];
    assert_int_equal(decode_with(AT_NUMBER, zeros, 4), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_NUMBER, "\x03", 1), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_MARKS, "\x02", 1), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_MARKS, "\x09", 1), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_EXCLUDED, "\x09", 1), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_EXCLUDED, "\x0a", 1), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_SEGMENTS, "\x04", 1), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_SEGMENTS, zeros, 4), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_SEGMENTS + 4, "\x02", 1), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_SEGMENTS + 11, "\x01", 1), ERROR_MALFORMED);
    assert_int_equal(decode_with(AT_NOTICES, "\xff", 1), ERROR_MALFORMED);
}

/* Counts that would overflow a smaller size, or point far beyond the file. */
static void impossible_counts_are_refused(void **state)
{
    static const uint32_t counts[] = {0xffffffff, 0x80000000, 0x00100000, 131073, 65537, 2049, 6};
    uint8_t count[4];
    for (size_t at = 116; at <= 128; at += 4)
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            wire_put32(count, counts[i]);
            assert_int_equal(decode_with(at, count, 4), ERROR_TRUNCATED);
        }
}

/* By charter first: an office that lost its boards begins anew under the next charter. */
static void newer_is_by_charter_then_number(void **state)
{
    struct head a = plain(), b = plain();
    assert_int_equal(head_compare(&a, &b), 0);
    b.number++;
    assert_true(head_compare(&a, &b) < 0 && head_compare(&b, &a) > 0);
    b.number = 1;
    b.charter++;
    assert_true(head_compare(&a, &b) < 0 && head_compare(&b, &a) > 0);
    a.number = UINT32_MAX;
    assert_true(head_compare(&a, &b) < 0 && head_compare(&b, &a) > 0);
    b.charter = UINT32_MAX;
    assert_true(head_compare(&a, &b) < 0 && head_compare(&b, &a) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_is_as_written),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(kiosks_are_found),
        cmocka_unit_test(spoilt_is_refused),
        cmocka_unit_test(empty_head_is_good),
        cmocka_unit_test(fullest_head_is_good),
        cmocka_unit_test(other_office_and_key_are_refused),
        cmocka_unit_test(writer_refuses_what_a_reader_would),
        cmocka_unit_test(segments_are_of_boards_before_in_order),
        cmocka_unit_test(signed_nonsense_is_refused),
        cmocka_unit_test(impossible_counts_are_refused),
        cmocka_unit_test(newer_is_by_charter_then_number),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
