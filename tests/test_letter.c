/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letter: the expected bytes below are written by hand from the table in complaint/letter.h, so
   that the author of another reader can check it against them; then everything that must be
   refused, by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "complaint/letter.h"

static const uint8_t cover_bytes[] = {
    0xa6,                                                       /* map of 6 */
    0x00, 0x01,                                                 /* 0: version 1 */
    0x01, 0x00,                                                 /* 1: cover */
    0x02, 0x65, 'K',  'A',  '-',  '0',  '1',                    /* 2: "KA-01" */
    0x03, 0x48, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, /* 3: kiosk */
    0x04, 0x18, 0x2a,                                           /* 4: session 42 */
    0x05, 0x19, 0x50, 0xc3,                                     /* 5: day 20675 */
};

/* clang-format off */
static const uint8_t complaint_bytes[] = {
    0xb0,                                                       /* map of 16 */
    0x00, 0x01,                                                 /* 0: version 1 */
    0x01, 0x01,                                                 /* 1: complaint */
    0x02, 0x65, 'K', 'A', '-', '0', '1',                        /* 2: "KA-01" */
    0x03, 0x48, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, /* 3: kiosk */
    0x04, 0x18, 0x2a,                                           /* 4: session 42 */
    0x05, 0x19, 0x50, 0xc3,                                     /* 5: day 20675 */
    0x06, 0x62, 'k', 'k',                                       /* 6: "kk" */
    0x07, 0x62, 'A', '2',                                       /* 7: "A2" */
    0x08, 0x83, 0x01, 0x02, 0x00,                               /* 8: [yes, no, skipped] */
    0x09, 0x02,                                                 /* 9: consent 2 */
    0x0a, 0x03,                                                 /* 10: several of us */
    0x0b, 0x19, 0x01, 0x00,                                     /* 11: 256 people */
    0x0c, 0x64, 0xd1, 0x83, 0xd2, 0x9b,                         /* 12: Cyrillic u, Kazakh qa */
    0x0d, 0x58, 0x20,                                           /* 13: tag key */
    0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
    0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
    0x0e, 0x58, 0x20,                                           /* 14: answer key */
    0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb,
    0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb,
    0x0f, 0x66, 0xd0, 0x94, 0xd2, 0xaf, 0xd1, 0x80,             /* 15: a name of three letters */
};
/* clang-format on */

/* Where things stand in complaint_bytes; the first six also in cover_bytes. */
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
};

static uint8_t letter_bytes[LETTER_LEN];
static char long_text[LETTER_TEXT_MAX + 1];

static struct letter cover_make(void)
{
    struct letter letter = {.kind = LETTER_COVER, .facility = "KA-01", .session = 42, .day = 20675};
    memcpy(letter.kiosk, "\x10\x11\x12\x13\x14\x15\x16\x17", LETTER_KIOSK_LEN);
    return letter;
}

static struct letter complaint_make(void)
{
    struct letter letter = cover_make();
    letter.kind = LETTER_COMPLAINT;
    memcpy(letter.language, "kk", 3);
    memcpy(letter.category, "A2", 3);
    memcpy(letter.urgent, "\x01\x02\x00", 3);
    letter.urgent_count = 3;
    letter.consent = 2;
    letter.about = 3;
    letter.people = 256;
    letter.text = "\xd1\x83\xd2\x9b";
    letter.text_len = 4;
    letter.name = "\xd0\x94\xd2\xaf\xd1\x80";
    letter.name_len = 6;
    memset(letter.tag_key, 0xaa, LETTER_KEY_LEN);
    memset(letter.answer_key, 0xbb, LETTER_KEY_LEN);
    return letter;
}

static void assert_zeros(const uint8_t *bytes, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        assert_int_equal(bytes[i], 0);
}

static int decode_len(const uint8_t *bytes, size_t len)
{
    struct letter letter;
    memset(letter_bytes, 0, sizeof(letter_bytes));
    memcpy(letter_bytes, bytes, len);
    return letter_decode(letter_bytes, &letter);
}

/* The complaint with `cut` bytes at `at` replaced by `len` others. */
static int decode_changed(size_t at, size_t cut, const void *bytes, size_t len)
{
    struct letter letter;
    memset(letter_bytes, 0, sizeof(letter_bytes));
    memcpy(letter_bytes, complaint_bytes, at);
    memcpy(letter_bytes + at, bytes, len);
    memcpy(letter_bytes + at + len, complaint_bytes + at + cut, sizeof(complaint_bytes) - at - cut);
    return letter_decode(letter_bytes, &letter);
}

static void assert_changed(size_t at, size_t cut, const void *bytes, size_t len, int error)
{
    int is = decode_changed(at, cut, bytes, len);
    if (is != error)
        fail_msg("at %zu: %s, not %s", at, error_text(is), error_text(error));
}

static void a_cover_is_these_bytes(void **state)
{
    struct letter letter = cover_make();
    memset(letter_bytes, 0xff, sizeof(letter_bytes));
    assert_int_equal(letter_encode(&letter, letter_bytes), ERROR_NONE);
    assert_memory_equal(letter_bytes, cover_bytes, sizeof(cover_bytes));
    assert_zeros(letter_bytes, sizeof(cover_bytes), LETTER_LEN);
}

static void a_complaint_is_these_bytes(void **state)
{
    struct letter letter = complaint_make();
    memset(letter_bytes, 0xff, sizeof(letter_bytes));
    assert_int_equal(letter_encode(&letter, letter_bytes), ERROR_NONE);
    assert_memory_equal(letter_bytes, complaint_bytes, sizeof(complaint_bytes));
    assert_zeros(letter_bytes, sizeof(complaint_bytes), LETTER_LEN);
}

static void these_bytes_are_a_cover(void **state)
{
    struct letter is, must = cover_make();
    memcpy(memset(letter_bytes, 0, LETTER_LEN), cover_bytes, sizeof(cover_bytes));
    memset(&is, 0xff, sizeof(is));
    assert_int_equal(letter_decode(letter_bytes, &is), ERROR_NONE);
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
    struct letter is, must = complaint_make();
    memcpy(memset(letter_bytes, 0, LETTER_LEN), complaint_bytes, sizeof(complaint_bytes));
    assert_int_equal(letter_decode(letter_bytes, &is), ERROR_NONE);
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
    assert_ptr_equal(is.text, letter_bytes + AT_TEXT_HEAD + 1);
    assert_memory_equal(is.tag_key, must.tag_key, LETTER_KEY_LEN);
    assert_memory_equal(is.answer_key, must.answer_key, LETTER_KEY_LEN);
    assert_int_equal(is.name_len, 6);
    assert_memory_equal(is.name, must.name, 6);
    assert_ptr_equal(is.name, letter_bytes + AT_NAME_HEAD + 1);
}

/* Encodes, decodes, encodes again: the same bytes. */
static void assert_round_trip(const struct letter *letter)
{
    static uint8_t again[LETTER_LEN];
    struct letter back;
    assert_int_equal(letter_encode(letter, letter_bytes), ERROR_NONE);
    assert_int_equal(letter_decode(letter_bytes, &back), ERROR_NONE);
    assert_int_equal(letter_encode(&back, again), ERROR_NONE);
    assert_memory_equal(again, letter_bytes, LETTER_LEN);
}

static void the_largest_and_the_smallest_letter_fit(void **state)
{
    struct letter letter = complaint_make();
    letter.kind = LETTER_FOLLOWUP;
    memcpy(letter.facility, "ABCDEFGHIJK-019", 16);
    letter.session = UINT64_MAX;
    letter.day = UINT32_MAX;
    letter.people = UINT16_MAX;
    letter.urgent_count = LETTER_URGENT_MAX;
    letter.consent = 4;
    for (size_t i = 0; i < LETTER_TEXT_MAX; i += 2)
        memcpy(long_text + i, "\xd0\x96", 2);
    letter.text = long_text;
    letter.text_len = LETTER_TEXT_MAX;
    letter.about = LETTER_ABOUT_MAX;
    letter.name = long_text;
    letter.name_len = LETTER_NAME_MAX;
    assert_round_trip(&letter);

    letter = complaint_make();
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
    struct letter letter = complaint_make();
    memset(long_text, 'x', sizeof(long_text));
    letter.text = long_text;
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        letter.session = edges[i];
        letter.day = edges[i];
        letter.text_len = edges[i] <= LETTER_TEXT_MAX ? edges[i] : 0;
        letter.name = long_text;
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
    struct letter letter = complaint_make(), back;
    letter.text = text;
    letter.text_len = sizeof(text) - 1;
    letter.name = text;
    letter.name_len = sizeof(text) - 1;
    assert_round_trip(&letter);
    assert_int_equal(letter_decode(letter_bytes, &back), ERROR_NONE);
    assert_memory_equal(back.text, text, sizeof(text) - 1);
    assert_memory_equal(back.name, text, sizeof(text) - 1);
}

static void assert_not_encoded(const struct letter *letter, int error)
{
    memset(letter_bytes, 0xff, LETTER_LEN);
    assert_int_equal(letter_encode(letter, letter_bytes), error);
    assert_zeros(letter_bytes, 0, LETTER_LEN);
}

#define REFUSE(change, error)                                                                      \
    do {                                                                                           \
        struct letter letter = complaint_make();                                                   \
        change;                                                                                    \
        assert_not_encoded(&letter, error);                                                        \
    } while (0)

static void the_encoder_refuses_what_the_decoder_would(void **state)
{
    REFUSE(letter.kind = (enum letter_kind)3, ERROR_LETTER_RANGE);
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
    REFUSE((letter.text = long_text, letter.text_len = LETTER_TEXT_MAX + 1), ERROR_LETTER_RANGE);
    REFUSE(letter.text_len = 3, ERROR_LETTER_UTF8);
    REFUSE((letter.text = "\xed\xa0\x80", letter.text_len = 3), ERROR_LETTER_UTF8);
    REFUSE((letter.text = "\xc0\xaf", letter.text_len = 2), ERROR_LETTER_UTF8);
    REFUSE((letter.text = "\xf4\x90\x80\x80", letter.text_len = 4), ERROR_LETTER_UTF8);
    REFUSE((letter.name = long_text, letter.name_len = LETTER_NAME_MAX + 1), ERROR_LETTER_RANGE);
    REFUSE(letter.name_len = 5, ERROR_LETTER_UTF8);
}

static void another_version_is_said_first(void **state)
{
    assert_changed(AT_VERSION, 1, "\x02", 1, ERROR_LETTER_VERSION_UNKNOWN);
    assert_changed(AT_VERSION, 1, "\x00", 1, ERROR_LETTER_VERSION_UNKNOWN);
    assert_changed(0, 3, "\xb8\x20\x00\x02", 4, ERROR_LETTER_VERSION_UNKNOWN);
}

/* Zeros take the place of what is cut, as in every letter; so the cut must come before the last
 * number, or the name. */
static void what_ends_early_is_refused_at_every_length(void **state)
{
    for (size_t len = 0; len < AT_DAY_HEAD; len++)
        assert_int_not_equal(decode_len(cover_bytes, len), ERROR_NONE);
    for (size_t len = 0; len <= AT_NAME_HEAD; len++)
        assert_int_not_equal(decode_len(complaint_bytes, len), ERROR_NONE);
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
    assert_changed(AT_NAME_KEY, 1, "\x10", 1, ERROR_LETTER_UNKNOWN_KEY);
    assert_changed(AT_NAME_KEY, 1, "\x18\x64", 2, ERROR_LETTER_UNKNOWN_KEY);
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
                                sizeof(complaint_bytes)};
    for (size_t key = 0; key < 16; key++) {
        struct letter letter;
        size_t end = at[key + 1];
        memset(letter_bytes, 0, LETTER_LEN);
        memcpy(letter_bytes, complaint_bytes, at[key]);
        memcpy(letter_bytes + at[key], complaint_bytes + end, sizeof(complaint_bytes) - end);
        letter_bytes[0] = 0xaf;
        assert_int_equal(letter_decode(letter_bytes, &letter), ERROR_LETTER_MISSING);
    }
    assert_int_equal(decode_len((const uint8_t *)"\xa0", 1), ERROR_LETTER_MISSING);
}

static void numbers_and_codes_out_of_range_are_refused(void **state)
{
    assert_changed(AT_KIND, 1, "\x03", 1, ERROR_LETTER_RANGE);
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
    memset(long_text, 'x', sizeof(long_text));
    memcpy(long_text, "\x79\x38\x41", 3); /* 14,401 */
    assert_changed(AT_TEXT_HEAD, 1, long_text, LETTER_TEXT_MAX, ERROR_LETTER_RANGE);
    memset(long_text, 'x', sizeof(long_text));
    memcpy(long_text, "\x78\xa1", 2); /* 161 */
    assert_changed(AT_NAME_HEAD, 7, long_text, LETTER_NAME_MAX + 3, ERROR_LETTER_RANGE);
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
    for (size_t at = sizeof(complaint_bytes); at < LETTER_LEN; at += 997) {
        memcpy(memset(letter_bytes, 0, LETTER_LEN), complaint_bytes, sizeof(complaint_bytes));
        letter_bytes[at] = 1;
        assert_int_equal(letter_decode(letter_bytes, &letter), ERROR_LETTER_TRAILING);
    }
    memcpy(memset(letter_bytes, 0, LETTER_LEN), cover_bytes, sizeof(cover_bytes));
    letter_bytes[LETTER_LEN - 1] = 0x80;
    assert_int_equal(letter_decode(letter_bytes, &letter), ERROR_LETTER_TRAILING);
}

static void a_refused_letter_leaves_nothing(void **state)
{
    struct letter letter, empty;
    memset(&empty, 0, sizeof(empty));
    memcpy(memset(letter_bytes, 0, LETTER_LEN), complaint_bytes, sizeof(complaint_bytes));
    letter_bytes[LETTER_LEN - 1] = 1;
    assert_int_equal(letter_decode(letter_bytes, &letter), ERROR_LETTER_TRAILING);
    assert_memory_equal(&letter, &empty, sizeof(letter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cover_is_these_bytes),
        cmocka_unit_test(a_complaint_is_these_bytes),
        cmocka_unit_test(these_bytes_are_a_cover),
        cmocka_unit_test(these_bytes_are_a_complaint),
        cmocka_unit_test(the_largest_and_the_smallest_letter_fit),
        cmocka_unit_test(lengths_around_each_head_size_round_trip),
        cmocka_unit_test(text_with_controls_is_a_complaint_like_any_other),
        cmocka_unit_test(the_encoder_refuses_what_the_decoder_would),
        cmocka_unit_test(another_version_is_said_first),
        cmocka_unit_test(what_ends_early_is_refused_at_every_length),
        cmocka_unit_test(lengths_beyond_the_end_are_truncated),
        cmocka_unit_test(wrong_types_are_refused),
        cmocka_unit_test(longer_forms_than_needed_are_refused),
        cmocka_unit_test(keys_are_in_order_once_and_known),
        cmocka_unit_test(each_missing_key_is_missed),
        cmocka_unit_test(numbers_and_codes_out_of_range_are_refused),
        cmocka_unit_test(a_category_of_tomorrow_is_taken),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(anything_after_the_map_is_refused),
        cmocka_unit_test(a_refused_letter_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
