/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers sealed, found by tag, opened, and refused; the layout read by a stranger with
   libsodium. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <string.h>

#include "crypto/answer.h"
#include "crypto/secret.h"
#include "tests/lib/hex.h"

enum { PLAIN = 4052 };

static struct code_keys *keys;
static struct answer *written, *read_back;
static uint8_t entry[ANSWER_LEN];

static int setup(void **state)
{
    keys = secret_new(sizeof *keys);
    written = secret_new(sizeof *written);
    read_back = secret_new(sizeof *read_back);
    if (keys == NULL || written == NULL || read_back == NULL)
        return -1;
    memset(keys->tag, 't', sizeof keys->tag);
    memset(keys->answer, 'a', sizeof keys->answer);
    static const char text[] = "\xd0\x96\xd0\xb0\xd0\xbb\xd0\xbe\xd0\xb1\xd0\xb0 is being checked.";
    written->kind = ANSWER_TEXT;
    written->state = 3;
    written->day = 20779;
    written->len = sizeof text - 1;
    memcpy(written->text, text, sizeof text - 1);
    return 0;
}

static int teardown(void **state)
{
    secret_free(keys);
    secret_free(written);
    secret_free(read_back);
    return 0;
}

static void assert_refused(uint64_t n, int why)
{
    static const struct answer none;
    memset(read_back, 'x', sizeof *read_back);
    assert_int_equal(answer_open(keys, n, entry, read_back), why);
    assert_memory_equal(read_back, &none, sizeof none);
}

static void what_is_sealed_opens(void **state)
{
    uint8_t tag[ANSWER_TAG_LEN];
    assert_int_equal(answer_seal(keys, 7, written, entry), ERROR_NONE);
    assert_int_equal(answer_tag(keys, 7, tag), ERROR_NONE);
    assert_memory_equal(tag, entry, sizeof tag);
    assert_int_equal(answer_open(keys, 7, entry, read_back), ERROR_NONE);
    assert_int_equal(read_back->state, 3);
    assert_int_equal(read_back->day, 20779);
    assert_int_equal(read_back->len, written->len);
    assert_memory_equal(read_back->text, written->text, sizeof written->text);
}

static void the_empty_and_the_longest_text_fit(void **state)
{
    written->len = 0;
    assert_int_equal(answer_seal(keys, 1, written, entry), ERROR_NONE);
    assert_int_equal(answer_open(keys, 1, entry, read_back), ERROR_NONE);
    assert_int_equal(read_back->len, 0);
    memset(written->text, 'z', sizeof written->text);
    written->len = ANSWER_TEXT_MAX;
    assert_int_equal(answer_seal(keys, 1, written, entry), ERROR_NONE);
    assert_int_equal(answer_open(keys, 1, entry, read_back), ERROR_NONE);
    assert_memory_equal(read_back->text, written->text, ANSWER_TEXT_MAX);
    written->len = ANSWER_TEXT_MAX + 1;
    assert_int_equal(answer_seal(keys, 1, written, entry), ERROR_TEXT_LONG);
}

/* What stands in text after len is somebody's memory, and must not go to the board. */
static void nothing_after_the_text_is_sealed(void **state)
{
    memset(written->text + written->len, 'x', sizeof written->text - written->len);
    assert_int_equal(answer_seal(keys, 1, written, entry), ERROR_NONE);
    assert_int_equal(answer_open(keys, 1, entry, read_back), ERROR_NONE);
    assert_int_equal(read_back->text[read_back->len], 0);
    assert_int_equal(read_back->text[ANSWER_TEXT_MAX - 1], 0);
}

static void an_entry_opens_as_its_own_number_only(void **state)
{
    uint8_t tag[ANSWER_TAG_LEN];
    assert_int_equal(answer_seal(keys, 7, written, entry), ERROR_NONE);
    assert_refused(8, ERROR_SEAL);
    assert_refused(7 + (1ULL << 32), ERROR_SEAL);
    /* Nor under the tag of the other number. */
    assert_int_equal(answer_tag(keys, 8, tag), ERROR_NONE);
    assert_memory_not_equal(tag, entry, sizeof tag);
    memcpy(entry, tag, sizeof tag);
    assert_refused(8, ERROR_SEAL);
}

/* A message stands on every later board, sealed anew each time: two boards that hold it hold the
   same bytes. */
static void the_same_message_is_sealed_the_same(void **state)
{
    uint8_t first[ANSWER_LEN];
    assert_int_equal(answer_seal(keys, 7, written, entry), ERROR_NONE);
    memcpy(first, entry, sizeof first);
    memset(entry, 'x', sizeof entry);
    memset(written->text + written->len, 'x', sizeof written->text - written->len);
    assert_int_equal(answer_seal(keys, 7, written, entry), ERROR_NONE);
    assert_memory_equal(first, entry, sizeof first);
}

/* Another nonce, and nothing alike but by chance, from `from` on. */
static void assert_sealed_apart(uint64_t n, size_t from, const uint8_t *first)
{
    size_t same = 0;
    assert_int_equal(answer_seal(keys, n, written, entry), ERROR_NONE);
    assert_memory_not_equal(first + ANSWER_TAG_LEN, entry + ANSWER_TAG_LEN, 12);
    for (size_t i = from; i < ANSWER_LEN; i++)
        same += first[i] == entry[i];
    assert_in_range(same, 0, 100); /* 16 of 4080 by chance */
}

/* An office put back from a backup may answer the same case again, in other words: whoever holds
   both boards must not get one text by the other. */
static void the_same_number_twice_gives_nothing_away(void **state)
{
    uint8_t first[ANSWER_LEN];
    assert_int_equal(answer_seal(keys, 7, written, entry), ERROR_NONE);
    memcpy(first, entry, sizeof first);
    written->text[written->len - 1] ^= 1;
    assert_sealed_apart(7, ANSWER_TAG_LEN, first);
    assert_memory_equal(first, entry, ANSWER_TAG_LEN);
    written->text[written->len - 1] ^= 1;
    written->len--;
    assert_sealed_apart(7, ANSWER_TAG_LEN, first);
    written->len++;
    written->day++;
    assert_sealed_apart(7, ANSWER_TAG_LEN, first);
    written->day--;
    written->state++;
    assert_sealed_apart(7, ANSWER_TAG_LEN, first);
    written->state--;
    assert_sealed_apart(8, 0, first);
    assert_int_equal(answer_seal(keys, 7, written, entry), ERROR_NONE);
    assert_memory_equal(first, entry, sizeof first);
}

/* The nonce by the header's words alone. */
static void the_nonce_is_what_the_header_says(void **state)
{
    static uint8_t named[21 + 8 + PLAIN] = "sandyq entry nonce v1\x07";
    uint8_t *plain = named + 29, digest[32];
    const uint8_t head[] = {1, 3, 0x2b, 0x51, 0, 0, (uint8_t)written->len, 0, 0, 0, 0};
    memcpy(plain, head, sizeof head);
    memcpy(plain + sizeof head, written->text, written->len);
    crypto_auth_hmacsha256(digest, named, sizeof named, keys->answer);
    assert_int_equal(answer_seal(keys, 7, written, entry), ERROR_NONE);
    assert_memory_equal(entry + ANSWER_TAG_LEN, digest, 12);
}

/* By Python, of 32 times "t":
   hmac.new(b"t" * 32, b"sandyq arrived v1" + struct.pack("<II", charter, i),
   "sha256").digest()[:16] */
static void arrival_tags_are_what_the_header_says(void **state)
{
    static const struct {
        uint32_t charter, i;
        const char *tag;
    } cases[] = {
        {1, 0, "ed563df959e28232d44477b4a8c4c397"},
        {0x01020304, 15, "0eb2b11c00beff0864da2a1e3f8dbe7c"},
    };
    uint8_t tag[ANSWER_TAG_LEN];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(answer_arrival_tag(keys, cases[i].charter, cases[i].i, tag), ERROR_NONE);
        hex_assert(tag, sizeof tag, cases[i].tag);
    }
}

static void other_keys_do_not_open(void **state)
{
    assert_int_equal(answer_seal(keys, 7, written, entry), ERROR_NONE);
    keys->answer[31] ^= 1;
    assert_refused(7, ERROR_SEAL);
    keys->answer[31] ^= 1;
    keys->tag[0] ^= 1;
    assert_refused(7, ERROR_SEAL);
}

static void any_flipped_byte_is_refused(void **state)
{
    assert_int_equal(answer_seal(keys, 7, written, entry), ERROR_NONE);
    for (size_t i = 0; i < ANSWER_LEN; i += i < 32 || i > ANSWER_LEN - 18 ? 1 : 61) {
        entry[i] ^= (uint8_t)(1 << i % 8);
        assert_refused(7, ERROR_SEAL);
        entry[i] ^= (uint8_t)(1 << i % 8);
    }
}

/* Seals plain as entry 1 by the header's words alone. */
static void stranger_seals(const uint8_t plain[PLAIN])
{
    uint8_t named[23] = "sandyq entry v1\x01", digest[32], nonce[12] = "any nonce 12";
    crypto_auth_hmacsha256(digest, named, sizeof named, keys->tag);
    memcpy(entry, digest, 16);
    memcpy(entry + 16, nonce, 12);
    crypto_aead_chacha20poly1305_ietf_encrypt(entry + 28, NULL, plain, PLAIN, entry, 16, NULL,
                                              nonce, keys->answer);
}

static void a_strangers_entry_opens(void **state)
{
    uint8_t plain[PLAIN] = {1, 2, 0x2b, 0x51, 0, 0, 2, 0, 0, 0, 0, 'o', 'k'};
    stranger_seals(plain);
    assert_int_equal(answer_open(keys, 1, entry, read_back), ERROR_NONE);
    assert_int_equal(read_back->state, 2);
    assert_int_equal(read_back->day, 20779);
    assert_int_equal(read_back->len, 2);
    assert_memory_equal(read_back->text, "ok", 3);
}

static void fields_that_make_no_sense_are_malformed(void **state)
{
    static const struct {
        uint8_t len[2], text[8];
    } cases[] = {
        {{0xca, 0x0f}, "ok"},         /* 4042 bytes */
        {{0xff, 0xff}, "ok"},         /* 65535 bytes */
        {{1, 0}, "ok"},               /* text after the text */
        {{2, 0}, "\xd0\x20"},         /* a letter cut in two */
        {{1, 0}, "\xd0"},             /* cut by the length */
        {{2, 0}, "\xc0\x80"},         /* NUL in two bytes */
        {{3, 0}, "\xed\xa0\x80"},     /* a surrogate */
        {{4, 0}, "\xf4\x90\x80\x80"}, /* above U+10FFFF */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t plain[PLAIN] = {1};
        memcpy(plain + 6, cases[i].len, 2);
        memcpy(plain + 11, cases[i].text, 8);
        stranger_seals(plain);
        assert_refused(1, ERROR_MALFORMED);
    }
    uint8_t plain[PLAIN] = {1};
    plain[PLAIN - 1] = 1;
    stranger_seals(plain);
    assert_refused(1, ERROR_MALFORMED);
}

/* Makes the message a question with answers of these lengths, behind its text. */
static void ask(uint8_t a, uint8_t b, uint8_t c)
{
    written->kind = ANSWER_QUESTION;
    memcpy(written->choices, (const uint8_t[]){a, b, c}, 3);
    memset(written->text + written->len, 'c', sizeof written->text - written->len);
}

static void a_question_comes_with_its_choices(void **state)
{
    ask(2, 0, 0);
    for (uint8_t n = 1; n <= ANSWER_CHOICES_MAX; n++) {
        written->choices[n - 1] = (uint8_t)(n + 1);
        assert_int_equal(answer_seal(keys, 1, written, entry), ERROR_NONE);
        assert_int_equal(answer_open(keys, 1, entry, read_back), ERROR_NONE);
        assert_int_equal(read_back->kind, ANSWER_QUESTION);
        assert_int_equal(answer_choices(read_back), n);
        assert_int_equal(read_back->choices[n - 1], n + 1);
        assert_memory_equal(answer_choice(read_back, n - 1U), "cccc", n + 1U);
        assert_ptr_equal(answer_choice(read_back, n - 1U) + n + 1,
                         answer_choice(read_back, n)); /* one behind the other */
        assert_int_equal(*answer_choice(read_back, n), 0);
    }
}

static void the_longest_question_fits(void **state)
{
    written->len = ANSWER_TEXT_MAX - 3 * ANSWER_CHOICE_MAX;
    memset(written->text, 'z', sizeof written->text);
    ask(ANSWER_CHOICE_MAX, ANSWER_CHOICE_MAX, ANSWER_CHOICE_MAX);
    assert_int_equal(answer_seal(keys, 1, written, entry), ERROR_NONE);
    assert_int_equal(answer_open(keys, 1, entry, read_back), ERROR_NONE);
    assert_memory_equal(read_back->text, written->text, sizeof written->text);
    written->len++;
    assert_int_equal(answer_seal(keys, 1, written, entry), ERROR_TEXT_LONG);
}

static void what_is_no_question_is_not_sealed(void **state)
{
    static const uint8_t cases[][4] = {
        {ANSWER_TEXT, 1, 0, 0},
        {ANSWER_QUESTION, 0, 0, 0},
        {ANSWER_QUESTION, 0, 1, 0},
        {ANSWER_QUESTION, 1, 0, 1},
        {ANSWER_QUESTION, ANSWER_CHOICE_MAX + 1, 0, 0},
        {0, 0, 0, 0},
        {3, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        written->kind = cases[i][0];
        memcpy(written->choices, cases[i] + 1, 3);
        assert_int_equal(answer_seal(keys, 1, written, entry), ERROR_MALFORMED);
    }
}

static void a_strangers_question_is_read_strictly(void **state)
{
    static const struct {
        uint8_t head[11], text[8];
        int error;
    } cases[] = {
        {{2, 3, 0, 0, 0, 0, 3, 0, 1, 2, 0}, "Is?yno", ERROR_NONE},
        {{2, 3, 0, 0, 0, 0, 0, 0, 1, 0, 0}, "y", ERROR_NONE},
        {{2, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0}, "Is?", ERROR_MALFORMED},
        {{2, 3, 0, 0, 0, 0, 3, 0, 1, 0, 2}, "Is?yno", ERROR_MALFORMED},
        {{1, 3, 0, 0, 0, 0, 3, 0, 1, 0, 0}, "Is?y", ERROR_MALFORMED},
        {{2, 3, 0, 0, 0, 0, 3, 0, 161, 0, 0}, "Is?y", ERROR_MALFORMED},
        {{2, 3, 0, 0, 0, 0, 0xc9, 0x0f, 1, 0, 0}, "", ERROR_MALFORMED},    /* 4042 in all */
        {{2, 3, 0, 0, 0, 0, 3, 0, 1, 0, 0}, "Is?yno", ERROR_MALFORMED},    /* something behind it */
        {{2, 3, 0, 0, 0, 0, 1, 0, 1, 1, 0}, "?\xd0\x96", ERROR_MALFORMED}, /* a letter cut */
        {{2, 3, 0, 0, 0, 0, 1, 0, 1, 0, 0}, "\xd0\x96", ERROR_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t plain[PLAIN] = {0};
        memcpy(plain, cases[i].head, sizeof cases[i].head);
        memcpy(plain + sizeof cases[i].head, cases[i].text, sizeof cases[i].text);
        stranger_seals(plain);
        if (cases[i].error != ERROR_NONE)
            assert_refused(1, cases[i].error);
        else
            assert_int_equal(answer_open(keys, 1, entry, read_back), ERROR_NONE);
    }
}

/* Whatever a kind of tomorrow has behind the day: it is there, and none of it is taken. */
static void a_newer_kind_opens_with_state_and_day(void **state)
{
    static const struct answer none = {.state = 3, .day = 20779};
    struct answer *newer = written;
    static const uint8_t kinds[] = {0, 3, 9, 255};
    for (size_t i = 0; i < sizeof kinds; i++) {
        uint8_t plain[PLAIN] = {kinds[i], 3, 0x2b, 0x51};
        memset(plain + 6, 0xff, PLAIN - 6);
        stranger_seals(plain);
        memset(read_back, 'x', sizeof *read_back);
        assert_int_equal(answer_open(keys, 1, entry, read_back), ERROR_NONE);
        memcpy(newer, &none, sizeof none);
        newer->kind = kinds[i];
        assert_memory_equal(read_back, newer, sizeof none);
    }
}

static void the_tag_is_a_known_answer(void **state)
{
    uint8_t tag[ANSWER_TAG_LEN];
    assert_int_equal(answer_tag(keys, 0x0102030405060708, tag), ERROR_NONE);
    hex_assert(tag, sizeof tag, "78241ef057c6608b914e5cdf054b55d8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_sealed_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(the_empty_and_the_longest_text_fit, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_after_the_text_is_sealed, setup, teardown),
        cmocka_unit_test_setup_teardown(an_entry_opens_as_its_own_number_only, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_message_is_sealed_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_number_twice_gives_nothing_away, setup, teardown),
        cmocka_unit_test_setup_teardown(the_nonce_is_what_the_header_says, setup, teardown),
        cmocka_unit_test_setup_teardown(arrival_tags_are_what_the_header_says, setup, teardown),
        cmocka_unit_test_setup_teardown(other_keys_do_not_open, setup, teardown),
        cmocka_unit_test_setup_teardown(any_flipped_byte_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_strangers_entry_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(fields_that_make_no_sense_are_malformed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_question_comes_with_its_choices, setup, teardown),
        cmocka_unit_test_setup_teardown(the_longest_question_fits, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_question_is_not_sealed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_strangers_question_is_read_strictly, setup, teardown),
        cmocka_unit_test_setup_teardown(a_newer_kind_opens_with_state_and_day, setup, teardown),
        cmocka_unit_test_setup_teardown(the_tag_is_a_known_answer, setup, teardown),
    };
    if (secret_start() != ERROR_NONE || sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
