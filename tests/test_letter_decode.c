/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoding letters: what is taken, and what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "complaint/letter.h"
#include "tests/lib/letter_test.h"

/* Where things stand in letter_test_complaint; the first six also in letter_test_cover. */
enum {
    AT_VERSION = 2,
    AT_KIND = 4,
    AT_FACILITY_HEAD = 6,
    AT_KIOSK_HEAD = 13,
    AT_SESSION_HEAD = 23,
    AT_DAY_KEY = 25,
    AT_DAY_HEAD = 26,
    AT_LANGUAGE_KEY = 29,
    AT_LANGUAGE = 31,
    AT_CATEGORY_KEY = 33,
    AT_CATEGORY = 35,
    AT_URGENT_HEAD = 38,
    AT_CONSENT_KEY = 42,
    AT_CONSENT = 43,
    AT_ABOUT = 45,
    AT_PEOPLE_HEAD = 47,
    AT_TEXT_KEY = 50,
    AT_TEXT_HEAD = 51,
    AT_TAG_HEAD = 57,
    AT_ANSWER_KEY = 91,
    AT_NAME_KEY = 126,
    AT_NAME_HEAD = 127,
    AT_ARRIVAL_KEY = 134,
    AT_ARRIVAL = 135,
    AT_SEEN_KEY = 136,
    AT_SEEN = 137,
    AT_QUESTION = 139,
    AT_CHOICE = 141,
};

static int decode_len(const uint8_t *bytes, size_t len)
{
    struct letter letter;
    memset(letter_test_bytes, 0, sizeof(letter_test_bytes));
    memcpy(letter_test_bytes, bytes, len);
    return letter_decode(letter_test_bytes, &letter);
}

/* The complaint with `cut` bytes at `at` replaced by `len` others. */
static int decode_changed(size_t at, size_t cut, const void *bytes, size_t len)
{
    struct letter letter;
    memset(letter_test_bytes, 0, sizeof(letter_test_bytes));
    memcpy(letter_test_bytes, letter_test_complaint, at);
    memcpy(letter_test_bytes + at, bytes, len);
    memcpy(letter_test_bytes + at + len, letter_test_complaint + at + cut,
           sizeof(letter_test_complaint) - at - cut);
    return letter_decode(letter_test_bytes, &letter);
}

static void assert_changed(size_t at, size_t cut, const void *bytes, size_t len, int error)
{
    int is = decode_changed(at, cut, bytes, len);
    if (is != error)
        fail_msg("at %zu: %s, not %s", at, error_text(is), error_text(error));
}

static void these_bytes_are_a_cover(void **state)
{
    struct letter is, must = letter_test_make_cover();
    memcpy(memset(letter_test_bytes, 0, LETTER_LEN), letter_test_cover, sizeof(letter_test_cover));
    memset(&is, 0xff, sizeof(is));
    assert_int_equal(letter_decode(letter_test_bytes, &is), ERROR_NONE);
    assert_int_equal(is.kind, LETTER_COVER);
    assert_string_equal(is.facility, "KA-01");
    assert_memory_equal(is.kiosk, must.kiosk, LETTER_KIOSK_LEN);
    assert_int_equal(is.session, 42);
    assert_int_equal(is.day, 20675);
    assert_int_equal(is.text_len, 0);
    assert_int_equal(is.name_len, 0);
}

static void these_bytes_are_a_complaint(void **state)
{
    struct letter is, must = letter_test_make_complaint();
    memcpy(memset(letter_test_bytes, 0, LETTER_LEN), letter_test_complaint,
           sizeof(letter_test_complaint));
    assert_int_equal(letter_decode(letter_test_bytes, &is), ERROR_NONE);
    assert_int_equal(is.kind, LETTER_COMPLAINT);
    assert_string_equal(is.language, "kk");
    assert_string_equal(is.category, "A2");
    assert_int_equal(is.urgent_count, 3);
    assert_memory_equal(is.urgent, must.urgent, LETTER_URGENT_MAX);
    assert_int_equal(is.consent, 2);
    assert_int_equal(is.about, 3);
    assert_int_equal(is.people, 256);
    assert_int_equal(is.text_len, 4);
    assert_memory_equal(is.text, must.text, 4);
    assert_ptr_equal(is.text, letter_test_bytes + AT_TEXT_HEAD + 1);
    assert_memory_equal(is.tag_key, must.tag_key, LETTER_KEY_LEN);
    assert_memory_equal(is.answer_key, must.answer_key, LETTER_KEY_LEN);
    assert_int_equal(is.name_len, 6);
    assert_memory_equal(is.name, must.name, 6);
    assert_ptr_equal(is.name, letter_test_bytes + AT_NAME_HEAD + 1);
    assert_int_equal(is.arrival, 0);
}

static void another_version_is_said_first(void **state)
{
    assert_changed(AT_VERSION, 1, "\x02", 1, ERROR_LETTER_VERSION_UNKNOWN);
    assert_changed(AT_VERSION, 1, "\x00", 1, ERROR_LETTER_VERSION_UNKNOWN);
    assert_changed(0, 3, "\xb8\x20\x00\x02", 4, ERROR_LETTER_VERSION_UNKNOWN);
}

/* Zeros take the place of what is cut, as in every letter; so the cut must come before the last
   number, or the name. */
static void what_ends_early_is_refused_at_every_length(void **state)
{
    for (size_t len = 0; len < AT_DAY_HEAD; len++)
        assert_int_not_equal(decode_len(letter_test_cover, len), ERROR_NONE);
    for (size_t len = 0; len <= AT_NAME_HEAD; len++)
        assert_int_not_equal(decode_len(letter_test_complaint, len), ERROR_NONE);
}

static void lengths_beyond_the_end_are_truncated(void **state)
{
    assert_changed(AT_FACILITY_HEAD, 1, "\x79\x3f\xff", 3, ERROR_LETTER_TRUNCATED);
    assert_changed(AT_KIOSK_HEAD, 1, "\x5a\xff\xff\xff\xff", 5, ERROR_LETTER_TRUNCATED);
    assert_changed(AT_TEXT_HEAD, 1, "\x7b\xff\xff\xff\xff\xff\xff\xff\xff", 9,
                   ERROR_LETTER_TRUNCATED);
    assert_changed(AT_TEXT_HEAD, 1, "\x7b\x7f\xff\xff\xff\xff\xff\xff\xff", 9,
                   ERROR_LETTER_TRUNCATED);
    assert_changed(AT_NAME_HEAD, 1, "\x79\xff\xff", 3, ERROR_LETTER_TRUNCATED);
}

static void wrong_types_are_refused(void **state)
{
    static const uint8_t others[] = {
        0x20, /* negative */
        0x40, /* bytes */
        0x60, /* text */
        0x80, /* array */
        0xa0, /* map */
        0xc1, /* tag */
        0xf4, /* false */
        0xf6, /* null */
        0xf9, /* half float */
        0xfb, /* double */
        0xff, /* break */
        0x1c, /* reserved */
        0x5f, /* indefinite bytes */
        0x7f, /* indefinite text */
        0x9f, /* indefinite array */
        0xbf, /* indefinite map */
    };
    for (size_t i = 0; i < sizeof(others); i++) {
        assert_changed(AT_KIND, 1, &others[i], 1, ERROR_LETTER_TYPE);
        assert_changed(AT_KIND - 1, 1, &others[i], 1, ERROR_LETTER_TYPE);
        if (others[i] != 0xa0)
            assert_changed(0, 1, &others[i], 1, ERROR_LETTER_TYPE);
        if (others[i] != 0x60) {
            assert_changed(AT_TEXT_HEAD, 1, &others[i], 1, ERROR_LETTER_TYPE);
            assert_changed(AT_NAME_HEAD, 1, &others[i], 1, ERROR_LETTER_TYPE);
        }
        if (others[i] != 0x40)
            assert_changed(AT_TAG_HEAD, 2, &others[i], 1, ERROR_LETTER_TYPE);
        if (others[i] != 0x80)
            assert_changed(AT_URGENT_HEAD, 1, &others[i], 1, ERROR_LETTER_TYPE);
    }
    assert_changed(AT_URGENT_HEAD + 1, 1, "\x61", 1, ERROR_LETTER_TYPE);
    assert_changed(AT_FACILITY_HEAD, 1, "\x45", 1, ERROR_LETTER_TYPE);
    assert_changed(AT_KIOSK_HEAD, 1, "\x68", 1, ERROR_LETTER_TYPE);
}

static void longer_forms_than_needed_are_refused(void **state)
{
    assert_changed(0, 1, "\xb8\x10", 2, ERROR_LETTER_NOT_SHORTEST);
    assert_changed(1, 1, "\x18\x00", 2, ERROR_LETTER_NOT_SHORTEST);
    assert_changed(AT_VERSION, 1, "\x18\x01", 2, ERROR_LETTER_NOT_SHORTEST);
    assert_changed(AT_FACILITY_HEAD, 1, "\x78\x05", 2, ERROR_LETTER_NOT_SHORTEST);
    assert_changed(AT_KIOSK_HEAD, 1, "\x59\x00\x08", 3, ERROR_LETTER_NOT_SHORTEST);
    assert_changed(AT_SESSION_HEAD, 2, "\x19\x00\x2a", 3, ERROR_LETTER_NOT_SHORTEST);
    assert_changed(AT_SESSION_HEAD, 2, "\x1b\x00\x00\x00\x00\xff\xff\xff\xff", 9,
                   ERROR_LETTER_NOT_SHORTEST);
    assert_changed(AT_DAY_HEAD, 3, "\x1a\x00\x00\x50\xc3", 5, ERROR_LETTER_NOT_SHORTEST);
    assert_changed(AT_URGENT_HEAD, 1, "\x98\x03", 2, ERROR_LETTER_NOT_SHORTEST);
    assert_changed(AT_TEXT_HEAD, 1, "\x7b\x00\x00\x00\x00\x00\x00\x00\x04", 9,
                   ERROR_LETTER_NOT_SHORTEST);
    assert_changed(AT_NAME_HEAD, 1, "\x78\x06", 2, ERROR_LETTER_NOT_SHORTEST);
}

static void keys_are_in_order_once_and_known(void **state)
{
    static const uint8_t swapped[] = {0x07, 0x62, 'A', '2', 0x06, 0x62, 'k', 'k'};
    assert_changed(AT_LANGUAGE_KEY, 8, swapped, sizeof(swapped), ERROR_LETTER_UNSORTED);
    assert_changed(1, 4, "\x01\x01\x00\x01", 4, ERROR_LETTER_UNSORTED);
    assert_changed(AT_CATEGORY_KEY, 1, "\x06", 1, ERROR_LETTER_DUPLICATE);
    assert_changed(AT_CONSENT_KEY, 1, "\x00", 1, ERROR_LETTER_DUPLICATE);
    assert_changed(AT_NAME_KEY, 1, "\x0e", 1, ERROR_LETTER_DUPLICATE);
    assert_changed(AT_CHOICE - 1, 1, "\x14", 1, ERROR_LETTER_UNKNOWN_KEY);
    assert_changed(AT_ARRIVAL_KEY, 1, "\x18\x64", 2, ERROR_LETTER_UNKNOWN_KEY);
    assert_changed(AT_KIND, 1, "\x00", 1, ERROR_LETTER_UNKNOWN_KEY); /* a cover with a language */
}

static void each_missing_key_is_missed(void **state)
{
    static const size_t at[] = {1,
                                3,
                                5,
                                12,
                                22,
                                AT_DAY_KEY,
                                AT_LANGUAGE_KEY,
                                AT_CATEGORY_KEY,
                                37,
                                AT_CONSENT_KEY,
                                44,
                                46,
                                AT_TEXT_KEY,
                                56,
                                AT_ANSWER_KEY,
                                AT_NAME_KEY,
                                AT_ARRIVAL_KEY,
                                AT_SEEN_KEY,
                                AT_QUESTION - 1,
                                AT_CHOICE - 1,
                                sizeof(letter_test_complaint)};
    for (size_t key = 0; key < 20; key++) {
        struct letter letter;
        size_t end = at[key + 1];
        memset(letter_test_bytes, 0, LETTER_LEN);
        memcpy(letter_test_bytes, letter_test_complaint, at[key]);
        memcpy(letter_test_bytes + at[key], letter_test_complaint + end,
               sizeof(letter_test_complaint) - end);
        letter_test_bytes[0] = 0xb3;
        assert_int_equal(letter_decode(letter_test_bytes, &letter), ERROR_LETTER_MISSING);
    }
    assert_int_equal(decode_len((const uint8_t *)"\xa0", 1), ERROR_LETTER_MISSING);
}

static void numbers_and_codes_out_of_range_are_refused(void **state)
{
    assert_changed(AT_KIND, 1, "\x04", 1, ERROR_LETTER_RANGE);
    assert_changed(AT_FACILITY_HEAD, 6, "\x60", 1, ERROR_LETTER_RANGE);
    assert_changed(AT_FACILITY_HEAD, 6,
                   "\x70"
                   "ABCDEFGHIJKLMNOP",
                   17, ERROR_LETTER_RANGE);
    assert_changed(AT_FACILITY_HEAD, 6,
                   "\x65"
                   "KA_01",
                   6, ERROR_LETTER_RANGE);
    assert_changed(AT_FACILITY_HEAD, 6,
                   "\x65"
                   "KA\0"
                   "01",
                   6, ERROR_LETTER_RANGE);
    assert_changed(AT_KIOSK_HEAD, 1, "\x47", 1, ERROR_LETTER_RANGE);
    assert_changed(AT_DAY_HEAD, 3, "\x1b\x00\x00\x00\x01\x00\x00\x00\x00", 9, ERROR_LETTER_RANGE);
    assert_changed(AT_LANGUAGE, 2, "KK", 2, ERROR_LETTER_RANGE);
    assert_changed(AT_LANGUAGE - 1, 3, "\x61k", 2, ERROR_LETTER_RANGE);
    assert_changed(AT_LANGUAGE - 1, 3, "\x63kaz", 4, ERROR_LETTER_RANGE);
    assert_changed(AT_CATEGORY, 2, "2A", 2, ERROR_LETTER_RANGE);
    assert_changed(AT_URGENT_HEAD, 4, "\x89\0\0\0\0\0\0\0\0\0", 10, ERROR_LETTER_RANGE);
    assert_changed(AT_URGENT_HEAD + 1, 1, "\x03", 1, ERROR_LETTER_RANGE);
    assert_changed(AT_CONSENT, 1, "\x00", 1, ERROR_LETTER_RANGE);
    assert_changed(AT_CONSENT, 1, "\x05", 1, ERROR_LETTER_RANGE);
    assert_changed(AT_CONSENT, 1, "\x19\x01\x01", 3, ERROR_LETTER_RANGE);
    assert_changed(AT_ABOUT, 1, "\x04", 1, ERROR_NONE);
    assert_changed(AT_ABOUT, 1, "\x05", 1, ERROR_LETTER_RANGE);
    assert_changed(AT_PEOPLE_HEAD, 3, "\x1a\x00\x01\x00\x00", 5, ERROR_LETTER_RANGE);
    assert_changed(AT_TAG_HEAD, 2, "\x58\x1f", 2, ERROR_LETTER_RANGE);
    memset(letter_test_long, 'x', sizeof(letter_test_long));
    memcpy(letter_test_long, "\x79\x38\x41", 3); /* 14,401 */
    assert_changed(AT_TEXT_HEAD, 1, letter_test_long, LETTER_TEXT_MAX, ERROR_LETTER_RANGE);
    memset(letter_test_long, 'x', sizeof(letter_test_long));
    memcpy(letter_test_long, "\x78\xa1", 2); /* 161 */
    assert_changed(AT_NAME_HEAD, 7, letter_test_long, LETTER_NAME_MAX + 3, ERROR_LETTER_RANGE);
}

/* Only a follow-up has a number of its own: 1 to 15, or the 0 of a complaint. */
static void arrivals_of_a_followup_go_to_15(void **state)
{
    struct letter letter;
    assert_changed(AT_ARRIVAL, 1, "\x01", 1, ERROR_LETTER_RANGE);
    for (uint8_t i = 0; i <= 16; i++) {
        memcpy(memset(letter_test_bytes, 0, LETTER_LEN), letter_test_complaint,
               sizeof(letter_test_complaint));
        letter_test_bytes[AT_KIND] = LETTER_FOLLOWUP;
        letter_test_bytes[AT_ARRIVAL] = i;
        assert_int_equal(letter_decode(letter_test_bytes, &letter),
                         i <= LETTER_ARRIVAL_MAX ? ERROR_NONE : ERROR_LETTER_RANGE);
        assert_int_equal(letter.arrival, i <= LETTER_ARRIVAL_MAX ? i : 0);
    }
    assert_changed(AT_ARRIVAL, 1, "\x19\x01\x00", 3, ERROR_LETTER_RANGE);
}

/* Decodes the complaint as another kind with these values of keys 17 to 19. */
static int decode_about_messages(enum letter_kind kind, uint8_t seen, uint8_t question,
                                 uint8_t choice)
{
    uint8_t bytes[sizeof(letter_test_complaint) + 2], *to = bytes + AT_SEEN_KEY;
    const uint8_t numbers[] = {seen, question};
    memcpy(bytes, letter_test_complaint, sizeof(letter_test_complaint));
    bytes[AT_KIND] = (uint8_t)kind;
    for (uint8_t i = 0; i < 2; i++) {
        *to++ = 17 + i;
        if (numbers[i] >= 24)
            *to++ = 0x18;
        *to++ = numbers[i];
    }
    *to++ = 19;
    *to++ = choice;
    return decode_len(bytes, (size_t)(to - bytes));
}

static void only_a_followup_speaks_of_messages(void **state)
{
    assert_int_equal(decode_about_messages(LETTER_FOLLOWUP, 64, 64, 3), ERROR_NONE);
    assert_int_equal(decode_about_messages(LETTER_FOLLOWUP, 0, 1, 1), ERROR_NONE);
    assert_int_equal(decode_about_messages(LETTER_FOLLOWUP, 65, 0, 0), ERROR_LETTER_RANGE);
    assert_int_equal(decode_about_messages(LETTER_FOLLOWUP, 0, 65, 1), ERROR_LETTER_RANGE);
    assert_int_equal(decode_about_messages(LETTER_FOLLOWUP, 9, 1, 4), ERROR_LETTER_RANGE);
    /* An answer to nothing, and none to something. */
    assert_int_equal(decode_about_messages(LETTER_FOLLOWUP, 9, 0, 1), ERROR_LETTER_RANGE);
    assert_int_equal(decode_about_messages(LETTER_FOLLOWUP, 9, 1, 0), ERROR_LETTER_RANGE);
    assert_int_equal(decode_about_messages(LETTER_COMPLAINT, 1, 0, 0), ERROR_LETTER_RANGE);
    assert_int_equal(decode_about_messages(LETTER_COMPLAINT, 0, 1, 1), ERROR_LETTER_RANGE);
}

/* A note that messages were seen, with one field changed. */
#define SEEN(change, error)                                                                        \
    do {                                                                                           \
        struct letter letter = letter_test_make_complaint(), back;                                 \
        letter.kind = LETTER_SEEN;                                                                 \
        letter.urgent_count = letter.about = letter.people = 0;                                    \
        letter.text_len = letter.name_len = 0;                                                     \
        letter.consent = 1;                                                                        \
        letter.seen = 3;                                                                           \
        change;                                                                                    \
        assert_int_equal(letter_encode(&letter, letter_test_bytes), error);                        \
        if (error == ERROR_NONE) {                                                                 \
            assert_int_equal(letter_decode(letter_test_bytes, &back), ERROR_NONE);                 \
            assert_int_equal(back.kind, LETTER_SEEN);                                              \
            assert_int_equal(back.seen, letter.seen);                                              \
        }                                                                                          \
    } while (0)

static void a_note_of_what_was_seen_says_nothing_else(void **state)
{
    SEEN((void)0, ERROR_NONE);
    SEEN(letter.seen = LETTER_MESSAGES_MAX, ERROR_NONE);
    SEEN(letter.seen = 0, ERROR_LETTER_RANGE);
    SEEN(letter.seen = LETTER_MESSAGES_MAX + 1, ERROR_LETTER_RANGE);
    SEEN(letter.text_len = 4, ERROR_LETTER_RANGE);
    SEEN(letter.name_len = 6, ERROR_LETTER_RANGE);
    SEEN(letter.urgent_count = 1, ERROR_LETTER_RANGE);
    SEEN(letter.about = 1, ERROR_LETTER_RANGE);
    SEEN(letter.people = 1, ERROR_LETTER_RANGE);
    SEEN(letter.consent = 2, ERROR_LETTER_RANGE);
    SEEN(letter.arrival = 1, ERROR_LETTER_RANGE);
    SEEN((letter.question = 1, letter.choice = 1), ERROR_LETTER_RANGE);
}

static void a_category_of_tomorrow_is_taken(void **state)
{
    assert_changed(AT_CATEGORY, 2, "Z9", 2, ERROR_NONE);
    assert_changed(AT_LANGUAGE, 2, "uz", 2, ERROR_NONE);
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    assert_changed(AT_TEXT_HEAD + 1, 2, "\xc0\xaf", 2, ERROR_LETTER_UTF8);
    assert_changed(AT_TEXT_HEAD, 1, "\x63", 1, ERROR_LETTER_UTF8);
    assert_changed(AT_TEXT_HEAD, 5, "\x63\xed\xa0\x80", 4, ERROR_LETTER_UTF8);
    assert_changed(AT_TEXT_HEAD, 5, "\x64\xf4\x90\x80\x80", 5, ERROR_LETTER_UTF8);
    assert_changed(AT_NAME_HEAD + 1, 2, "\xc0\xaf", 2, ERROR_LETTER_UTF8);
    assert_changed(AT_NAME_HEAD, 1, "\x65", 1, ERROR_LETTER_UTF8);
    assert_changed(AT_LANGUAGE, 2, "\xff\xff", 2, ERROR_LETTER_UTF8);
    assert_changed(AT_FACILITY_HEAD + 1, 1, "\x80", 1, ERROR_LETTER_UTF8);
}

static void anything_after_the_map_is_refused(void **state)
{
    struct letter letter;
    for (size_t at = sizeof(letter_test_complaint); at < LETTER_LEN; at += 997) {
        memcpy(memset(letter_test_bytes, 0, LETTER_LEN), letter_test_complaint,
               sizeof(letter_test_complaint));
        letter_test_bytes[at] = 1;
        assert_int_equal(letter_decode(letter_test_bytes, &letter), ERROR_LETTER_TRAILING);
    }
    memcpy(memset(letter_test_bytes, 0, LETTER_LEN), letter_test_cover, sizeof(letter_test_cover));
    letter_test_bytes[LETTER_LEN - 1] = 0x80;
    assert_int_equal(letter_decode(letter_test_bytes, &letter), ERROR_LETTER_TRAILING);
}

static void a_refused_letter_leaves_nothing(void **state)
{
    struct letter letter, empty;
    memset(&empty, 0, sizeof(empty));
    memcpy(memset(letter_test_bytes, 0, LETTER_LEN), letter_test_complaint,
           sizeof(letter_test_complaint));
    letter_test_bytes[LETTER_LEN - 1] = 1;
    assert_int_equal(letter_decode(letter_test_bytes, &letter), ERROR_LETTER_TRAILING);
    assert_memory_equal(&letter, &empty, sizeof(letter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(these_bytes_are_a_cover),
        cmocka_unit_test(these_bytes_are_a_complaint),
        cmocka_unit_test(another_version_is_said_first),
        cmocka_unit_test(what_ends_early_is_refused_at_every_length),
        cmocka_unit_test(lengths_beyond_the_end_are_truncated),
        cmocka_unit_test(wrong_types_are_refused),
        cmocka_unit_test(longer_forms_than_needed_are_refused),
        cmocka_unit_test(keys_are_in_order_once_and_known),
        cmocka_unit_test(each_missing_key_is_missed),
        cmocka_unit_test(numbers_and_codes_out_of_range_are_refused),
        cmocka_unit_test(arrivals_of_a_followup_go_to_15),
        cmocka_unit_test(only_a_followup_speaks_of_messages),
        cmocka_unit_test(a_note_of_what_was_seen_says_nothing_else),
        cmocka_unit_test(a_category_of_tomorrow_is_taken),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(anything_after_the_map_is_refused),
        cmocka_unit_test(a_refused_letter_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
