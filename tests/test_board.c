/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boards: sorted by their writer, checked by their reader, searched without telling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/random.h"
#include "crypto/signature.h"
#include "protocol/board.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/spoil.h"

enum { MARKS = 3, ENTRIES = 5 };

static struct fake_office office;
static struct board_mark marks[MARKS];
static uint8_t entries[ENTRIES * BOARD_ENTRY_LEN];
static const char notices[] = "Ашық қабылдау: дүйсенбі";
static uint8_t *good;
static size_t good_len;

static struct board plain(void)
{
    struct board board = {.number = 4,
                          .day = FAKE_OFFICE_DAY,
                          .kiosk_count = MARKS,
                          .notices = notices,
                          .notices_len = sizeof notices - 1,
                          .entry_count = ENTRIES,
                          .entries = entries};

    memcpy(board.office, office.charter.office, sizeof board.office);
    return board;
}

static int setup(void **state)
{
    struct board board;

    fake_office_open(&office);
    board = plain();
    random_bytes(entries, sizeof entries);
    for (uint8_t i = 0; i < MARKS; i++) {
        memset(&marks[i], 0, sizeof marks[i]);
        marks[i].kiosk[0] = (uint8_t)(MARKS - i); /* not sorted */
        marks[i].seq = 100 + (uint64_t)i;
        memset(marks[i].hash, 0x40 + i, sizeof marks[i].hash);
        marks[i].day = FAKE_OFFICE_DAY - i;
    }
    return board_encode(&board, marks, office.board_seed, &good, &good_len);
}

static int teardown(void **state)
{
    free(good);
    fake_office_close(&office);
    return 0;
}

static int read_board(void *context, const uint8_t *in, size_t len)
{
    struct board board;

    return board_decode(in, len, office.charter.board, office.charter.office, &board);
}

static int decode_signed(uint8_t *in, size_t len)
{
    assert_int_equal(
        signature_sign(office.board_seed, "sandyq board v1", in, len - 64, in + len - 64), 0);
    return read_board(NULL, in, len);
}

static void round_trip(void **state)
{
    struct board board;

    assert_int_equal(
        board_decode(good, good_len, office.charter.board, office.charter.office, &board),
        ERROR_NONE);
    assert_int_equal(board.number, 4);
    assert_int_equal(board.day, FAKE_OFFICE_DAY);
    assert_int_equal(board.kiosk_count, MARKS);
    assert_int_equal(board.notices_len, sizeof notices - 1);
    assert_memory_equal(board.notices, notices, sizeof notices - 1);
    assert_int_equal(board.entry_count, ENTRIES);
    for (int i = 0; i < ENTRIES; i++) {
        const uint8_t *entry = board_find(&board, entries + i * BOARD_ENTRY_LEN);
        assert_non_null(entry);
        assert_memory_equal(entry, entries + i * BOARD_ENTRY_LEN, BOARD_ENTRY_LEN);
    }
    assert_int_equal(board_view(good, good_len, &board), ERROR_NONE);
}

/* The table in the header, byte for byte. */
static void layout_is_as_written(void **state)
{
    static const uint8_t numbers[] = {4, 0, 0, 0, 0x20, 0x4e, 0, 0, 3, 0, 0, 0};
    static const uint8_t mark[] = {1, 0, 0, 0, 0, 0, 0, 0, 102, 0, 0, 0, 0, 0, 0, 0, 0x42};
    static const uint8_t day[] = {0x42, 0x1e, 0x4e, 0, 0, 2};
    size_t text_at = 60 + 3 * 52;

    assert_int_equal(good_len, text_at + sizeof notices - 1 + sizeof entries + 64);
    assert_memory_equal(good, "SANDYQA1", 8);
    assert_memory_equal(good + 8, office.charter.office, 32);
    assert_memory_equal(good + 40, numbers, sizeof numbers);
    assert_int_equal(wire_get32(good + 52), sizeof notices - 1);
    assert_int_equal(wire_get32(good + 56), ENTRIES);
    assert_memory_equal(good + 60, mark, sizeof mark);
    assert_memory_equal(good + 60 + 47, day, sizeof day);
    assert_memory_equal(good + text_at, notices, sizeof notices - 1);
    assert_int_equal(signature_check(office.charter.board, "sandyq board v1", good, good_len - 64,
                                     good + good_len - 64),
                     ERROR_NONE);
}

static void marks_are_found(void **state)
{
    struct board board;
    struct board_mark mark;
    static const uint8_t stranger[CARD_KIOSK_LEN] = {2, 1};

    assert_int_equal(board_view(good, good_len, &board), ERROR_NONE);
    for (int i = 0; i < MARKS; i++) {
        assert_true(board_find_mark(&board, marks[i].kiosk, &mark));
        assert_true(mark.seq == marks[i].seq);
        assert_int_equal(mark.day, marks[i].day);
        assert_memory_equal(mark.hash, marks[i].hash, sizeof mark.hash);
    }
    assert_false(board_find_mark(&board, stranger, &mark));
}

static void nearly_a_tag_is_not_found(void **state)
{
    struct board board;
    uint8_t tag[BOARD_TAG_LEN];

    assert_int_equal(board_view(good, good_len, &board), ERROR_NONE);
    for (size_t i = 0; i < BOARD_TAG_LEN; i++) {
        memcpy(tag, entries, sizeof tag);
        tag[i] ^= 0x80;
        assert_null(board_find(&board, tag));
    }
}

/* Tags that are there, in any order and at both ends, among ones that are not. */
static void many_tags_are_found_at_once(void **state)
{
    enum { TAGS = 64 };
    static const uint8_t none[BOARD_ENTRY_LEN];
    static uint8_t tags[TAGS][BOARD_TAG_LEN], found[TAGS][BOARD_ENTRY_LEN];
    const uint8_t *wanted[TAGS] = {NULL};
    struct board board;

    assert_int_equal(board_view(good, good_len, &board), ERROR_NONE);
    random_bytes(tags, sizeof tags);
    for (size_t i = 0; i < ENTRIES; i++) {
        size_t at = i * (TAGS - 1) / (ENTRIES - 1);
        wanted[at] = board.entries + (ENTRIES - 1 - i) * BOARD_ENTRY_LEN;
        memcpy(tags[at], wanted[at], BOARD_TAG_LEN);
    }
    memcpy(tags[1], tags[0], BOARD_TAG_LEN); /* asked for twice, found twice */
    wanted[1] = wanted[0];
    memset(found, 'x', sizeof found); /* what stood there before does not matter */
    board_copy_all(&board, (const uint8_t(*)[BOARD_TAG_LEN])tags, TAGS, found);
    for (size_t i = 0; i < TAGS; i++)
        assert_memory_equal(found[i], wanted[i] != NULL ? wanted[i] : none, BOARD_ENTRY_LEN);
    board.entry_count = 0;
    board_copy_all(&board, (const uint8_t(*)[BOARD_TAG_LEN])tags, TAGS, found);
    for (size_t i = 0; i < TAGS; i++)
        assert_memory_equal(found[i], none, BOARD_ENTRY_LEN);
}

static void nearly_a_tag_is_not_copied(void **state)
{
    static const uint8_t none[BOARD_ENTRY_LEN];
    static uint8_t found[1][BOARD_ENTRY_LEN];
    struct board board;

    assert_int_equal(board_view(good, good_len, &board), ERROR_NONE);
    for (size_t bit = 0; bit < 8 * BOARD_TAG_LEN; bit++) {
        uint8_t tag[1][BOARD_TAG_LEN];
        memcpy(tag[0], entries, sizeof tag[0]);
        tag[0][bit / 8] ^= (uint8_t)(1 << bit % 8);
        board_copy_all(&board, (const uint8_t(*)[BOARD_TAG_LEN])tag, 1, found);
        assert_memory_equal(found[0], none, BOARD_ENTRY_LEN);
    }
}

static void spoilt_is_refused(void **state)
{
    spoil_reader(good, good_len, 97, read_board, NULL);
}

static void empty_board_is_good(void **state)
{
    struct board board = plain();
    struct board_mark mark;
    uint8_t *out = NULL;
    size_t len = 0;

    board.kiosk_count = board.entry_count = board.notices_len = 0;
    board.notices = NULL;
    board.entries = NULL;
    assert_int_equal(board_encode(&board, NULL, office.board_seed, &out, &len), ERROR_NONE);
    assert_int_equal(len, 124);
    spoil_reader(out, len, 1, read_board, NULL);
    assert_int_equal(board_view(out, len, &board), ERROR_NONE);
    assert_false(board_find_mark(&board, marks[0].kiosk, &mark));
    assert_null(board_find(&board, entries));
    free(out);
}

static void other_office_and_key_are_refused(void **state)
{
    struct board board;
    struct fake_office other;

    fake_office_open(&other);
    assert_int_equal(
        board_decode(good, good_len, other.charter.board, other.charter.office, &board),
        ERROR_OFFICE);
    assert_int_equal(
        board_decode(good, good_len, other.charter.board, office.charter.office, &board),
        ERROR_FORGED);
    fake_office_close(&other);
}

static int encode(const struct board *board)
{
    uint8_t *out = NULL;
    size_t len = 0;

    int error = board_encode(board, marks, office.board_seed, &out, &len);
    if (error != ERROR_NONE)
        assert_null(out);
    free(out);
    return error;
}

static void writer_refuses_what_a_reader_would(void **state)
{
    struct board board = plain();

    board.number = 0;
    assert_int_equal(encode(&board), ERROR_MALFORMED);
    board = plain();
    board.notices = "\xed\xa0\x80";
    board.notices_len = 3;
    assert_int_equal(encode(&board), ERROR_MALFORMED);
    board = plain();
    board.entry_count = BOARD_ENTRIES_MAX + 1;
    assert_int_equal(encode(&board), ERROR_MALFORMED);
    board = plain();
    uint8_t saved[BOARD_TAG_LEN];
    memcpy(saved, entries, sizeof saved);
    memcpy(entries, entries + BOARD_ENTRY_LEN, BOARD_TAG_LEN);
    assert_int_equal(encode(&board), ERROR_MALFORMED);
    memcpy(entries, saved, sizeof saved);
    marks[0].kiosk[0] = marks[1].kiosk[0];
    assert_int_equal(encode(&board), ERROR_MALFORMED);
    marks[0].kiosk[0] = MARKS;
    assert_int_equal(encode(&board), ERROR_NONE);
}

static void swap(uint8_t *a, uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

static void signed_nonsense_is_refused(void **state)
{
    uint8_t *in = malloc(good_len);
    uint8_t *first_mark = in + BOARD_HEADER_LEN;
    uint8_t *text = first_mark + (size_t)MARKS * BOARD_MARK_LEN;
    uint8_t *first_entry = text + sizeof notices - 1;

    memcpy(in, good, good_len);
    swap(first_mark, first_mark + BOARD_MARK_LEN, BOARD_MARK_LEN);
    assert_int_equal(decode_signed(in, good_len), ERROR_MALFORMED);
    memcpy(in, good, good_len);
    swap(first_entry, first_entry + BOARD_ENTRY_LEN, BOARD_ENTRY_LEN);
    assert_int_equal(decode_signed(in, good_len), ERROR_MALFORMED);
    memcpy(in, good, good_len);
    memcpy(first_entry, first_entry + BOARD_ENTRY_LEN, BOARD_TAG_LEN);
    assert_int_equal(decode_signed(in, good_len), ERROR_MALFORMED);
    memcpy(in, good, good_len);
    text[0] = 0xff;
    assert_int_equal(decode_signed(in, good_len), ERROR_MALFORMED);
    memcpy(in, good, good_len);
    wire_put32(in + 40, 0);
    assert_int_equal(decode_signed(in, good_len), ERROR_MALFORMED);
    free(in);
}

/* Counts that would overflow a smaller size, or point far beyond the file. */
static void impossible_counts_are_refused(void **state)
{
    static const uint32_t counts[] = {0xffffffff, 0x80000000, 0x00100000, 131073, 65537, 6};
    uint8_t *in = malloc(good_len);

    memcpy(in, good, good_len);
    for (size_t at = 48; at <= 56; at += 4)
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            wire_put32(in + at, counts[i]);
            assert_int_equal(decode_signed(in, good_len), ERROR_TRUNCATED);
            wire_put32(in + at, wire_get32(good + at));
        }
    free(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(layout_is_as_written),
        cmocka_unit_test(marks_are_found),
        cmocka_unit_test(nearly_a_tag_is_not_found),
        cmocka_unit_test(many_tags_are_found_at_once),
        cmocka_unit_test(nearly_a_tag_is_not_copied),
        cmocka_unit_test(spoilt_is_refused),
        cmocka_unit_test(empty_board_is_good),
        cmocka_unit_test(other_office_and_key_are_refused),
        cmocka_unit_test(writer_refuses_what_a_reader_would),
        cmocka_unit_test(signed_nonsense_is_refused),
        cmocka_unit_test(impossible_counts_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
