/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No branch and no memory address of ours depends on a secret. Secret bytes are marked undefined
   and memcheck, under which this program starts itself again, reports every jump and index that
   depends on them.

   What becomes public, and where: the verdict of secret_equal; plaintext once its tag was right;
   what goes into the outbox, the board or a file. Of a digit or a letter of UTF-8 the bits that
   every digit, or every letter of its alphabet, has alike are public, and so are lengths. The
   functions of libraries inside which memcheck is told to look away are wrapped below, each with
   the reason; there are no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unistr.h>
#include <valgrind/valgrind.h>

#include "base/error.h"
#include "crypto/answer.h"
#include "crypto/argon.h"
#include "crypto/box.h"
#include "crypto/code.h"
#include "crypto/envelope.h"
#include "crypto/keyring.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "office/keyset.h"
#include "protocol/segment.h"
#include "session/draft.h"
#include "tests/taint/doors.h"
#include "tests/taint/quiet.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

static volatile int sink;

/* ---- Controls ---- */

enum { ENTRIES = 32, TAGS = 8 };

static struct code_keys *keys;
static uint8_t entries[ENTRIES][SEGMENT_ANSWER_LEN];
static uint8_t *answers, *arrivals; /* files of segments, and what they say */
static struct segment answered, arrived;

static void compare_naively(void)
{
    uint8_t tag[ANSWER_TAG_LEN];
    assert_int_equal(answer_tag(keys, 1, tag), ERROR_NONE);
    sink = memcmp(tag, entries[0], sizeof tag) == 0;
    if (sink)
        sink = 2;
}

static void a_naive_compare_of_a_tag_is_seen(void **state)
{
    quiet_assert_seen(compare_naively);
}

static int by_tag(const void *a, const void *b)
{
    return memcmp(a, b, SEGMENT_TAG_LEN);
}

static void search_naively(void)
{
    uint8_t tag[ANSWER_TAG_LEN];
    assert_int_equal(answer_tag(keys, 1, tag), ERROR_NONE);
    sink = bsearch(tag, answered.tags, answered.count, SEGMENT_TAG_LEN, by_tag) != NULL;
}

static void a_binary_search_for_a_tag_is_seen(void **state)
{
    quiet_assert_seen(search_naively);
}

static void look_up_naively(void)
{
    static const uint8_t table[16] = {3, 1, 4, 1, 5};
    char digit = '7';
    taint_hide_digits(&digit, 1);
    sink = table[digit & DIGIT_SECRET];
}

static void a_table_indexed_by_a_digit_is_seen(void **state)
{
    quiet_assert_seen(look_up_naively);
}

/* ---- the kiosk ---- */

static struct charter charter;
static struct card card;
static uint8_t *intake;
static uint8_t envelope[ENVELOPE_LEN];

static void seal_draft(void)
{
    static const char words[] = "Меня бьют. Помогите!";
    struct draft *draft = draft_new(LETTER_COMPLAINT, "ru");
    assert_non_null(draft);
    for (size_t i = 0; i < sizeof draft->text; i += 2)
        memcpy(draft->text + i, words, 2);
    draft->text_len = sizeof draft->text;
    memcpy(draft->name, words, 8);
    draft->name_len = 8;
    memcpy(draft->category, "A1", 3);
    taint_hide_letters(draft->text, draft->text_len);
    taint_hide_letters(draft->name, draft->name_len);
    taint_fill_secret(&draft->keys, sizeof draft->keys);
    assert_int_equal(draft_seal(draft, &charter, &card, 1, 20779, envelope), 0);
    quiet_assert_secret(envelope + ENVELOPE_LEN - 32, 16);
    quiet_assert_secret(envelope + ENVELOPE_LEN - 16, 16);
    taint_publish(envelope, sizeof envelope);
    draft_free(&draft);
}

static void sealing_a_draft_is_quiet(void **state)
{
    quiet_assert(seal_draft);
}

static void make_code(void)
{
    char code[CODE_LEN], grouped[CODE_GROUPED_LEN], read[CODE_LEN];
    code_new(code);
    code_group(code, grouped);
    quiet_assert_secret(code, 1);
    quiet_assert_secret(code + CODE_DIGITS - 1, 1);
    taint_publish(code, sizeof code);
    taint_publish(grouped, sizeof grouped);
    assert_int_equal(code_parse(grouped, CODE_GROUPED_LEN - 1, read), ERROR_NONE);
    assert_string_equal(read, code);
}

static void a_new_code_is_quiet(void **state)
{
    quiet_assert(make_code);
}

static void read_as(const char *right, size_t len, int want)
{
    char typed[CODE_GROUPED_LEN], code[CODE_LEN];
    memcpy(typed, right, len);
    for (size_t i = 0; i < len; i++)
        if (typed[i] >= '0' && typed[i] <= '?')
            taint_hide_digits(&typed[i], 1);
    assert_int_equal(code_parse(typed, len, code), want);
}

static void read_codes(void)
{
    read_as("0000 0000-0000 0000 0007 9444", 29, ERROR_NONE);
    read_as("0000 0000-0000 0000 0007 9445", 29, ERROR_CODE_CHECK);
    read_as("0000 0000-0000 0000 0007 944:", 29, ERROR_CODE_FOREIGN);
    read_as("000000000000000000079", 21, ERROR_CODE_SHORT);
}

static void reading_a_code_is_quiet(void **state)
{
    quiet_assert(read_codes);
}

static void derive_keys(void)
{
    char code[CODE_LEN] = "000000000000000000079444", pin[CODE_PIN_MAX + 1] = "271828";
    const uint8_t office[CODE_OFFICE_LEN] = {1};
    struct code_keys *made = secret_new(sizeof *made);
    assert_non_null(made);
    taint_hide_digits(code, CODE_DIGITS);
    taint_hide_digits(pin, strlen(pin));
    assert_int_equal(code_derive(code, pin, office, NULL, made), ERROR_NONE);
    quiet_assert_secret(made->tag, 1);
    quiet_assert_secret(made->answer, 1);
    secret_free(made);
}

static void deriving_the_keys_of_a_code_is_quiet(void **state)
{
    quiet_assert(derive_keys);
}

static void compare_pins(void)
{
    char pin[CODE_PIN_MAX + 1] = "271828", again[CODE_PIN_MAX + 1] = "271829";
    taint_hide_digits(pin, strlen(pin));
    taint_hide_digits(again, strlen(again));
    assert_false(secret_equal(pin, again, sizeof pin));
    assert_true(secret_equal(pin, pin, sizeof pin));
}

static void comparing_two_pins_is_quiet(void **state)
{
    quiet_assert(compare_pins);
}

/* As the screen for answers does: all tags, all bodies, those from the first. */
static void look_for_answers(void)
{
    static uint8_t tags[TAGS][SEGMENT_TAG_LEN], found[TAGS][SEGMENT_ANSWER_LEN];
    struct answer *answer = secret_new(sizeof *answer);
    assert_non_null(answer);
    for (size_t i = 0; i < TAGS; i++)
        assert_int_equal(answer_tag(keys, i + 1, tags[i]), ERROR_NONE);
    segment_find_answers(&answered, (const uint8_t(*)[SEGMENT_TAG_LEN])tags, TAGS, found);
    for (size_t i = 0; i < TAGS; i++)
        quiet_assert_secret(found[i] + SEGMENT_ANSWER_LEN - 1, 1);
    assert_int_equal(answer_open(keys, 1, found[0], answer), ERROR_NONE);
    assert_int_equal(answer->len, 4);
    assert_int_equal(answer_open(keys, 2, found[1], answer), ERROR_NONE);
    assert_int_equal(answer_open(keys, 3, found[2], answer), ERROR_SEAL);
    secret_free(answer);
}

static void looking_for_answers_is_quiet(void **state)
{
    quiet_assert(look_for_answers);
}

/* The same for what has arrived: the letter with number 2. */
static void look_for_arrivals(void)
{
    uint8_t tags[ANSWER_ARRIVALS][SEGMENT_TAG_LEN], found[ANSWER_ARRIVALS] = {0};
    for (uint32_t i = 0; i < ANSWER_ARRIVALS; i++)
        assert_int_equal(answer_arrival_tag(keys, 1, i, tags[i]), ERROR_NONE);
    segment_find_tags(&arrived, (const uint8_t(*)[SEGMENT_TAG_LEN])tags, ANSWER_ARRIVALS, found);
    for (size_t i = 0; i < ANSWER_ARRIVALS; i++) {
        quiet_assert_secret(&found[i], 1);
        taint_publish(&found[i], 1);
        assert_int_equal(found[i], i == 2 ? 0xff : 0);
    }
}

static void looking_for_arrivals_is_quiet(void **state)
{
    quiet_assert(look_for_arrivals);
}

/* Under the right tag, but spoilt: found out by the cipher's own tag. */
static void open_spoilt_answer(void)
{
    static uint8_t spoilt[ANSWER_LEN];
    struct answer *answer = secret_new(sizeof *answer);
    assert_non_null(answer);
    memcpy(spoilt, entries[1], sizeof spoilt);
    spoilt[ANSWER_LEN / 2] ^= 1;
    taint_hide(spoilt, sizeof spoilt);
    assert_int_equal(answer_open(keys, 1, spoilt, answer), ERROR_SEAL);
    secret_free(answer);
}

static void an_answer_that_does_not_open_is_quiet(void **state)
{
    quiet_assert(open_spoilt_answer);
}

static void sign(void)
{
    uint8_t public_key[SIGNATURE_PUBLIC_LEN], signature[SIGNATURE_LEN];
    uint8_t *secret = secret_new(SIGNATURE_SEED_LEN);
    assert_non_null(secret);
    taint_fill_secret(secret, SIGNATURE_SEED_LEN);
    assert_int_equal(signature_public(secret, public_key), 0);
    assert_int_equal(signature_sign(secret, "sandyq test v1", "x", 1, signature), 0);
    taint_publish(public_key, sizeof public_key);
    taint_publish(signature, sizeof signature);
    assert_int_equal(signature_check(public_key, "sandyq test v1", "x", 1, signature), ERROR_NONE);
    secret_free(secret);
}

static void signing_is_quiet(void **state)
{
    quiet_assert(sign);
}

/* ---- The desk ---- */

static void open_envelope(void)
{
    uint8_t *letter = secret_new(ENVELOPE_LETTER_LEN);
    assert_non_null(letter);
    assert_int_equal(envelope_open(intake, envelope, letter), ERROR_NONE);
    envelope[ENVELOPE_LEN / 2] ^= 1;
    assert_int_equal(envelope_open_pair(intake, charter.intake[0].key, envelope, letter),
                     ERROR_SEAL);
    envelope[ENVELOPE_LEN / 2] ^= 1;
    secret_free(letter);
}

static void opening_an_envelope_is_quiet(void **state)
{
    quiet_assert(open_envelope);
}

static void seal_answer(void)
{
    uint8_t entry[ANSWER_LEN];
    struct answer *answer = secret_new(sizeof *answer);
    assert_non_null(answer);
    answer->kind = ANSWER_TEXT;
    answer->len = 100;
    taint_hide(answer->text, sizeof answer->text);
    taint_hide(&answer->state, sizeof answer->state);
    assert_int_equal(answer_seal(keys, 9, answer, entry), ERROR_NONE);
    quiet_assert_secret(entry, ANSWER_TAG_LEN);
    quiet_assert_secret(entry + ANSWER_LEN - 1, 1);
    secret_free(answer);
}

static void sealing_an_answer_is_quiet(void **state)
{
    quiet_assert(seal_answer);
}

enum { RING_LEN = 96 };

static void seal_and_open_keyring(void)
{
    char words[] = "correct horse battery staple", wrong[] = "correct horse battery stable";
    uint8_t secret[RING_LEN], file[RING_LEN + KEYRING_OVERHEAD];
    size_t len;
    taint_hide(words, sizeof words);
    taint_hide(wrong, sizeof wrong);
    taint_fill_secret(secret, sizeof secret);
    assert_int_equal(keyring_seal(words, sizeof words - 1, secret, sizeof secret, file),
                     ERROR_NONE);
    quiet_assert_secret(file + sizeof file - 1, 1);
    taint_publish(file, sizeof file);
    assert_int_equal(keyring_open(words, sizeof words - 1, file, sizeof file, secret, &len),
                     ERROR_NONE);
    assert_int_equal(keyring_open(wrong, sizeof wrong - 1, file, sizeof file, secret, &len),
                     ERROR_PASSPHRASE);
}

static void a_keyring_is_quiet(void **state)
{
    quiet_assert(seal_and_open_keyring);
}

static void seal_and_open_box(void)
{
    uint8_t key[BOX_KEY_LEN], body[100], sealed[sizeof body + BOX_OVERHEAD];
    const struct box box = {key, "aad", 3};
    taint_fill_secret(key, sizeof key);
    taint_fill_secret(body, sizeof body);
    assert_int_equal(box_seal(&box, body, sizeof body, sealed), ERROR_NONE);
    quiet_assert_secret(sealed + sizeof sealed - 1, 1);
    taint_publish(sealed, sizeof sealed);
    assert_int_equal(box_open(&box, sealed, sizeof sealed, body), ERROR_NONE);
    sealed[40] ^= 1;
    assert_int_equal(box_open(&box, sealed, sizeof sealed, body), ERROR_SEAL);
}

static void a_box_in_the_journal_is_quiet(void **state)
{
    quiet_assert(seal_and_open_box);
}

/* The keys of a compartment, and which case a letter belongs to. */
static void derive_and_name(void)
{
    static const uint8_t office[HASH_LEN] = {1};
    uint8_t handle[16], *secret = secret_new(KEYSET_KEY_LEN);
    struct keyset *held = NULL;
    assert_non_null(secret);
    taint_fill_secret(secret, KEYSET_KEY_LEN);
    assert_int_equal(keyset_new(office, &held), ERROR_NONE);
    assert_int_equal(keyset_add(held, KEYSET_REGISTER, 1, secret), ERROR_NONE);
    assert_int_equal(keyset_handle(held, keys->tag, sizeof keys->tag, handle), ERROR_NONE);
    quiet_assert_secret(handle, sizeof handle);
    keyset_free(&held);
    secret_free(secret);
}

static void keys_of_a_compartment_are_quiet(void **state)
{
    quiet_assert(derive_and_name);
}

/* ---- The scene ---- */

/* The file of a segment of random entries, two of them answers or one of them the arrival of number
   2. */
static enum error make_segment(uint32_t kind, uint8_t **file, struct segment *segment)
{
    const struct segment wanted = {.kind = kind, .number = 1, .charter = 1, .count = ENTRIES};
    size_t len = 0;
    const enum error error = segment_encode(&wanted, entries[0], file, &len);
    return error == ERROR_NONE ? segment_view(*file, len, segment) : error;
}

static int make_board(void)
{
    static const struct answer answer = {.kind = ANSWER_TEXT, .len = 4, .text = "text"};
    taint_fill(entries, sizeof entries);
    if (answer_arrival_tag(keys, 1, 2, entries[0] + 5 * SEGMENT_TAG_LEN) != ERROR_NONE ||
        make_segment(SEGMENT_ARRIVALS, &arrivals, &arrived) != ERROR_NONE)
        return -1;
    for (uint64_t n = 1; n <= 2; n++)
        if (answer_seal(keys, n, &answer, entries[n]) != ERROR_NONE)
            return -1;
    return make_segment(SEGMENT_ANSWERS, &answers, &answered) != ERROR_NONE;
}

static int setup(void **state)
{
    keys = secret_new(sizeof *keys);
    intake = secret_new(ENVELOPE_KEY_LEN);
    if (keys == NULL || intake == NULL)
        return -1;
    taint_fill(keys, sizeof *keys);
    if (make_board() != 0)
        return -1;
    taint_hide(keys, sizeof *keys);
    memcpy(card.facility, "PC-17", 6);
    return envelope_key_new(intake, charter.intake[0].key) == ERROR_NONE ? 0 : -1;
}

static int teardown(void **state)
{
    secret_free(keys);
    secret_free(intake);
    free(answers);
    free(arrivals);
    return 0;
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_naive_compare_of_a_tag_is_seen),
        cmocka_unit_test(a_binary_search_for_a_tag_is_seen),
        cmocka_unit_test(a_table_indexed_by_a_digit_is_seen),
        cmocka_unit_test(sealing_a_draft_is_quiet),
        cmocka_unit_test(a_new_code_is_quiet),
        cmocka_unit_test(reading_a_code_is_quiet),
        cmocka_unit_test(deriving_the_keys_of_a_code_is_quiet),
        cmocka_unit_test(comparing_two_pins_is_quiet),
        cmocka_unit_test(looking_for_answers_is_quiet),
        cmocka_unit_test(looking_for_arrivals_is_quiet),
        cmocka_unit_test(an_answer_that_does_not_open_is_quiet),
        cmocka_unit_test(signing_is_quiet),
        cmocka_unit_test(opening_an_envelope_is_quiet),
        cmocka_unit_test(sealing_an_answer_is_quiet),
        cmocka_unit_test(a_keyring_is_quiet),
        cmocka_unit_test(a_box_in_the_journal_is_quiet),
        cmocka_unit_test(keys_of_a_compartment_are_quiet),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* Starts this program again under memcheck; comes back only when that cannot be done. */
static void start_under_valgrind(void)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len < 0)
        return;
    self[len] = '\0';
    execlp("valgrind", "valgrind", "-q", "--error-limit=no", "--num-callers=40",
           "--expensive-definedness-checks=yes", self, (char *)NULL);
}

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
    const char *value = getenv(name);
    return value != NULL ? strtoul(value, NULL, 10) : otherwise;
}

int main(void)
{
    if (!RUNNING_ON_VALGRIND && !SANITIZED) {
        start_under_valgrind();
        perror("valgrind");
        return 1;
    }
    taint_seed = from_environment("SANDYQ_SEED", taint_seed);
    quiet_rounds = (int)from_environment("SANDYQ_TAINT_ROUNDS", 1);
    const uint64_t began_with = taint_seed;
    if (secret_start() != ERROR_NONE)
        return 1;
    int failed = run();
    printf("taint: %lu calls without a report, %lu of 3 controls seen%s, taint_seed %lu\n",
           quiet_calls, quiet_seen,
           SANITIZED ? " (no valgrind under a sanitizer: nothing was measured)" : "",
           (unsigned long)began_with);
    return failed;
}
