/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encoding letters: their bytes, and what the encoder refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "complaint/letter.h"
#include "tests/lib/letter_test.h"

static void assert_zeros(const uint8_t *bytes, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        assert_int_equal(bytes[i], 0);
}

static void a_cover_is_these_bytes(void **state)
{
    struct letter letter = letter_test_make_cover();
    memset(letter_test_bytes, 0xff, sizeof(letter_test_bytes));
    assert_int_equal(letter_encode(&letter, letter_test_bytes), ERROR_NONE);
    assert_memory_equal(letter_test_bytes, letter_test_cover, sizeof(letter_test_cover));
    assert_zeros(letter_test_bytes, sizeof(letter_test_cover), LETTER_LEN);
}

static void a_complaint_is_these_bytes(void **state)
{
    struct letter letter = letter_test_make_complaint();
    memset(letter_test_bytes, 0xff, sizeof(letter_test_bytes));
    assert_int_equal(letter_encode(&letter, letter_test_bytes), ERROR_NONE);
    assert_memory_equal(letter_test_bytes, letter_test_complaint, sizeof(letter_test_complaint));
    assert_zeros(letter_test_bytes, sizeof(letter_test_complaint), LETTER_LEN);
}

/* Encodes, decodes, encodes again: the same bytes. */
static void assert_round_trip(const struct letter *letter)
{
    static uint8_t again[LETTER_LEN];
    struct letter back;
    assert_int_equal(letter_encode(letter, letter_test_bytes), ERROR_NONE);
    assert_int_equal(letter_decode(letter_test_bytes, &back), ERROR_NONE);
    assert_int_equal(letter_encode(&back, again), ERROR_NONE);
    assert_memory_equal(again, letter_test_bytes, LETTER_LEN);
}

static void the_largest_and_the_smallest_letter_fit(void **state)
{
    struct letter letter = letter_test_make_complaint();
    letter.kind = LETTER_FOLLOWUP;
    memcpy(letter.facility, "ABCDEFGHIJK-019", 16);
    letter.session = UINT64_MAX;
    letter.day = UINT32_MAX;
    letter.people = UINT16_MAX;
    letter.urgent_count = LETTER_URGENT_MAX;
    letter.consent = 4;
    for (size_t i = 0; i < LETTER_TEXT_MAX; i += 2)
        memcpy(letter_test_long + i, "\xd0\x96", 2);
    letter.text = letter_test_long;
    letter.text_len = LETTER_TEXT_MAX;
    letter.about = LETTER_ABOUT_MAX;
    letter.name = letter_test_long;
    letter.name_len = LETTER_NAME_MAX;
    letter.arrival = LETTER_ARRIVAL_MAX;
    letter.seen = letter.question = LETTER_MESSAGES_MAX;
    letter.choice = LETTER_CHOICE_MAX;
    assert_round_trip(&letter);

    letter = letter_test_make_complaint();
    letter.text = NULL;
    letter.text_len = 0;
    letter.name = NULL;
    letter.name_len = 0;
    letter.urgent_count = 0;
    letter.people = 0;
    letter.session = 0;
    letter.day = 0;
    memcpy(letter.facility, "A", 2);
    assert_round_trip(&letter);
}

/* At each head size of CBOR the length of the text and the number change form. */
static void lengths_around_each_head_size_round_trip(void **state)
{
    static const uint32_t edges[] = {23, 24, 255, 256, 65535, 65536};
    struct letter letter = letter_test_make_complaint();
    memset(letter_test_long, 'x', sizeof(letter_test_long));
    letter.text = letter_test_long;
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        letter.session = edges[i];
        letter.day = edges[i];
        letter.text_len = edges[i] <= LETTER_TEXT_MAX ? edges[i] : 0;
        letter.name = letter_test_long;
        letter.name_len = edges[i] <= LETTER_NAME_MAX ? edges[i] : 0;
        assert_round_trip(&letter);
    }
    letter.session = UINT32_MAX;
    assert_round_trip(&letter);
    letter.session++;
    assert_round_trip(&letter);
}

static void text_with_controls_is_a_complaint_like_any_other(void **state)
{
    static const char text[] = "a\0b\x1b[2J\xe2\x80\xae\xf0\x9f\x98\x80\xef\xbf\xbf";
    struct letter letter = letter_test_make_complaint(), back;
    letter.text = text;
    letter.text_len = sizeof(text) - 1;
    letter.name = text;
    letter.name_len = sizeof(text) - 1;
    assert_round_trip(&letter);
    assert_int_equal(letter_decode(letter_test_bytes, &back), ERROR_NONE);
    assert_memory_equal(back.text, text, sizeof(text) - 1);
    assert_memory_equal(back.name, text, sizeof(text) - 1);
}

static void assert_not_encoded(const struct letter *letter, int error)
{
    memset(letter_test_bytes, 0xff, LETTER_LEN);
    assert_int_equal(letter_encode(letter, letter_test_bytes), error);
    assert_zeros(letter_test_bytes, 0, LETTER_LEN);
}

#define REFUSE(change, error)                                                                      \
    do {                                                                                           \
        struct letter letter = letter_test_make_complaint();                                       \
        change;                                                                                    \
        assert_not_encoded(&letter, error);                                                        \
    } while (0)

static void the_encoder_refuses_what_the_decoder_would(void **state)
{
    REFUSE(letter.kind = (enum letter_kind)4, ERROR_LETTER_RANGE);
    REFUSE(letter.facility[0] = '\0', ERROR_LETTER_RANGE);
    REFUSE(letter.facility[0] = '-', ERROR_LETTER_RANGE);
    REFUSE(letter.facility[1] = 'a', ERROR_LETTER_RANGE);
    REFUSE(memset(letter.facility, 'A', sizeof(letter.facility)), ERROR_LETTER_RANGE);
    REFUSE(letter.language[1] = 'K', ERROR_LETTER_RANGE);
    REFUSE(letter.language[1] = '\0', ERROR_LETTER_RANGE);
    REFUSE(letter.language[2] = 'k', ERROR_LETTER_RANGE);
    REFUSE(letter.category[0] = 'a', ERROR_LETTER_RANGE);
    REFUSE(letter.category[1] = 'A', ERROR_LETTER_RANGE);
    REFUSE(letter.category[2] = '1', ERROR_LETTER_RANGE);
    REFUSE(letter.urgent_count = 9, ERROR_LETTER_RANGE);
    REFUSE(letter.urgent[2] = 3, ERROR_LETTER_RANGE);
    REFUSE(letter.consent = 0, ERROR_LETTER_RANGE);
    REFUSE(letter.consent = 5, ERROR_LETTER_RANGE);
    REFUSE(letter.about = LETTER_ABOUT_MAX + 1, ERROR_LETTER_RANGE);
    REFUSE(letter.arrival = 1, ERROR_LETTER_RANGE);
    REFUSE((letter.kind = LETTER_FOLLOWUP, letter.arrival = LETTER_ARRIVAL_MAX + 1),
           ERROR_LETTER_RANGE);
    REFUSE(letter.seen = 1, ERROR_LETTER_RANGE);
    REFUSE((letter.text = letter_test_long, letter.text_len = LETTER_TEXT_MAX + 1),
           ERROR_LETTER_RANGE);
    REFUSE(letter.text_len = 3, ERROR_LETTER_UTF8);
    REFUSE((letter.text = "\xed\xa0\x80", letter.text_len = 3), ERROR_LETTER_UTF8);
    REFUSE((letter.text = "\xc0\xaf", letter.text_len = 2), ERROR_LETTER_UTF8);
    REFUSE((letter.text = "\xf4\x90\x80\x80", letter.text_len = 4), ERROR_LETTER_UTF8);
    REFUSE((letter.name = letter_test_long, letter.name_len = LETTER_NAME_MAX + 1),
           ERROR_LETTER_RANGE);
    REFUSE(letter.name_len = 5, ERROR_LETTER_UTF8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cover_is_these_bytes),
        cmocka_unit_test(a_complaint_is_these_bytes),
        cmocka_unit_test(the_largest_and_the_smallest_letter_fit),
        cmocka_unit_test(lengths_around_each_head_size_round_trip),
        cmocka_unit_test(text_with_controls_is_a_complaint_like_any_other),
        cmocka_unit_test(the_encoder_refuses_what_the_decoder_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
