/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No branch and no memory address of ours depends on a secret. Secret bytes are marked undefined and memcheck, under
   which this program starts itself again, reports every jump and index that depends on them.

   What becomes public, and where: the verdict of secret_equal; plaintext once its tag was right; what goes into the
   outbox, the board or a file. Of a digit or a letter of UTF-8 the bits that every digit, or every letter of its
   alphabet, has alike are public, and so are lengths. The functions of libraries inside which memcheck is told to
   look away are wrapped below, each with the reason; there are no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrypt.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unistr.h>
#include <valgrind/memcheck.h>

#include "crypto/aead.h"
#include "crypto/answer.h"
#include "crypto/argon.h"
#include "crypto/casebook.h"
#include "crypto/code.h"
#include "crypto/envelope.h"
#include "crypto/keyring.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "protocol/board.h"
#include "session/draft.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

enum { DIGIT_SECRET = 0x0f, LETTER_SECRET = 0x3f, LEAD_SECRET = 0x01 };

static uint64_t seed = 1;
static int rounds = 1;
static unsigned long quiet_calls, controls;

/* ---- Secret and public ---- */

static void hide(void *bytes, size_t len)
{
    VALGRIND_MAKE_MEM_UNDEFINED(bytes, len);
}

static void publish(void *bytes, size_t len)
{
    VALGRIND_MAKE_MEM_DEFINED(bytes, len);
}

/* Only the bits of the mask are secret. */
static void hide_bits(void *byte, uint8_t mask)
{
    (void)VALGRIND_SET_VBITS(byte, &mask, 1);
}

/* That they are digits is known, and how many; which they are is not. */
static void hide_digits(char *digits, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hide_bits(&digits[i], DIGIT_SECRET);
}

/* Cyrillic: two bytes a letter. */
static void hide_letters(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hide_bits(&text[i], i % 2 == 0 ? LEAD_SECRET : LETTER_SECRET);
}

static void fill(void *out, size_t len)
{
    uint8_t *bytes = out;
    for (size_t i = 0; i < len; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        bytes[i] = (uint8_t)(seed >> 56);
    }
}

static void fill_secret(void *out, size_t len)
{
    fill(out, len);
    hide(out, len);
}

/* ---- Doors between secret and public, put around functions by the linker's --wrap ---- */

#define WRAP(type, name, ...)                                                                      \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

/* The one compare: what it says is acted on. */
WRAP(bool, secret_equal, const void *a, const void *b, size_t len)
{
    bool equal = __real_secret_equal(a, b, len);
    publish(&equal, sizeof equal);
    return equal;
}

/* Plaintext may be read once its tag was right. */
WRAP(int, aead_open, const struct aead *with, const uint8_t *sealed, size_t len, void *plain)
{
    int rc = __real_aead_open(with, sealed, len, plain);
    if (rc == ERROR_NONE)
        publish(plain, len - AEAD_TAG_LEN);
    return rc;
}

/* Nonces and salts are published with what they were used for; everything else is a secret. */
WRAP(void, random_bytes, void *out, size_t len)
{
    fill(out, len);
    if (len != AEAD_NONCE_LEN && len != ARGON_SALT_LEN)
        hide(out, len);
}

WRAP(void, random_key, void *out, size_t len)
{
    fill_secret(out, len);
}

/* The same with 32 KiB for 256 MiB. */
WRAP(int, argon_derive, const struct argon_cost *cost, const void *password, size_t len,
     const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch, uint8_t out[ARGON_LEN])
{
    const struct argon_cost cheap = {32, 1};
    int rc = __real_argon_derive(&cheap, password, len, salt, watch, out);
    hide(out, ARGON_LEN);
    return rc;
}

/* ---- Where memcheck looks away ---- */

static void look_away(void)
{
    VALGRIND_DISABLE_ERROR_REPORTING;
}

static void look_again(void)
{
    VALGRIND_ENABLE_ERROR_REPORTING;
}

/* X25519: the ladder swaps under masks, but libgcrypt keeps its numbers without leading zeros, and so branches on how
   many words each has. Whatever becomes of the marks inside: a public key is public, an agreed key is not. */
WRAP(gcry_error_t, gcry_ecc_mul_point, int curve, unsigned char *result,
     const unsigned char *scalar, const unsigned char *point)
{
    look_away();
    gcry_error_t rc = __real_gcry_ecc_mul_point(curve, result, scalar, point);
    look_again();
    if (point == NULL)
        publish(result, ENVELOPE_KEY_LEN);
    else
        hide(result, ENVELOPE_KEY_LEN);
    return rc;
}

/* Ed25519: numbers as above, and the remainder modulo the group's order by long division. What comes out is the
   signature, in one block. */
WRAP(gcry_error_t, gcry_pk_sign, gcry_sexp_t *result, gcry_sexp_t data, gcry_sexp_t key)
{
    look_away();
    gcry_error_t rc = __real_gcry_pk_sign(result, data, key);
    look_again();
    if (rc == 0)
        publish(*result, malloc_usable_size(*result));
    return rc;
}

/* Ed25519's public key, numbers as above. */
WRAP(gcry_mpi_t, gcry_mpi_ec_get_mpi, const char *name, gcry_ctx_t context, int copy)
{
    look_away();
    gcry_mpi_t q = __real_gcry_mpi_ec_get_mpi(name, context, copy);
    look_again();
    return q;
}

/* Argon2id reads memory where the password says, from the second half of its first pass on: by design, against
   machines made for guessing (RFC 9106 section 1). The first half does not, and is over before. */
WRAP(gcry_error_t, gcry_kdf_compute, gcry_kdf_hd_t kdf, const gcry_kdf_thread_ops_t *ops)
{
    look_away();
    gcry_error_t rc = __real_gcry_kdf_compute(kdf, ops);
    look_again();
    return rc;
}

/* Whether the tag was right: the whole of it is compared, then the verdict branched on. */
WRAP(gcry_error_t, gcry_cipher_checktag, gcry_cipher_hd_t handle, const void *tag, size_t len)
{
    look_away();
    gcry_error_t rc = __real_gcry_cipher_checktag(handle, tag, len);
    look_again();
    return rc;
}

/* Is the text UTF-8? Compares that a byte of a two-byte letter answers by its upper bits, which are public here;
   memcheck does not follow compares of 8 bits bit by bit. */
WRAP(const uint8_t *, u8_check, const uint8_t *text, size_t len)
{
    look_away();
    const uint8_t *bad = __real_u8_check(text, len);
    look_again();
    return bad;
}

/* ---- The tool ---- */

/* How many reports of memcheck the work gives rise to. */
static unsigned long reports(void (*work)(void))
{
    const unsigned long before = VALGRIND_COUNT_ERRORS;
    work();
    return VALGRIND_COUNT_ERRORS - before;
}

static void assert_quiet(void (*work)(void))
{
    for (int i = 0; i < rounds; i++) {
        assert_int_equal(reports(work), 0);
        quiet_calls++;
    }
}

/* The marks travelled: what was made of secrets is one, until it is published. */
static void assert_secret(const void *bytes, size_t len)
{
    static uint8_t marks[ENVELOPE_LEN], any;
    if (!RUNNING_ON_VALGRIND)
        return;
    assert_in_range(len, 1, sizeof marks);
    assert_int_equal(VALGRIND_GET_VBITS(bytes, marks, len), 1);
    for (size_t i = any = 0; i < len; i++)
        any |= marks[i];
    assert_int_not_equal(any, 0);
}

/* Deliberately wrong: without a report here, the silence elsewhere would mean nothing. */
static void assert_seen(void (*work)(void))
{
    if (!RUNNING_ON_VALGRIND)
        skip();
    assert_int_not_equal(reports(work), 0);
    controls++;
}

static volatile int sink;

/* ---- Controls ---- */

enum { ENTRIES = 32, TAGS = 8 };

static struct code_keys *keys;
static uint8_t entries[ENTRIES][BOARD_ENTRY_LEN];
static struct board board;

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
    assert_seen(compare_naively);
}

static void search_naively(void)
{
    uint8_t tag[ANSWER_TAG_LEN];
    assert_int_equal(answer_tag(keys, 1, tag), ERROR_NONE);
    (void)board_find(&board, tag);
}

static void a_binary_search_for_a_tag_is_seen(void **state)
{
    assert_seen(search_naively);
}

static void look_up_naively(void)
{
    static const uint8_t table[16] = {3, 1, 4, 1, 5};
    char digit = '7';
    hide_digits(&digit, 1);
    sink = table[digit & DIGIT_SECRET];
}

static void a_table_indexed_by_a_digit_is_seen(void **state)
{
    assert_seen(look_up_naively);
}

/* ---- The booth ---- */

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
    hide_letters(draft->text, draft->text_len);
    hide_letters(draft->name, draft->name_len);
    fill_secret(&draft->keys, sizeof draft->keys);
    assert_int_equal(draft_seal(draft, &charter, &card, 1, 20779, envelope), 0);
    assert_secret(envelope + ENVELOPE_LEN - 32, 16);
    assert_secret(envelope + ENVELOPE_LEN - 16, 16);
    publish(envelope, sizeof envelope);
    draft_free(&draft);
}

static void sealing_a_draft_is_quiet(void **state)
{
    assert_quiet(seal_draft);
}

static void make_code(void)
{
    char code[CODE_LEN], grouped[CODE_GROUPED_LEN], read[CODE_LEN];
    code_new(code);
    code_group(code, grouped);
    assert_secret(code, 1);
    assert_secret(code + CODE_DIGITS - 1, 1);
    publish(code, sizeof code);
    publish(grouped, sizeof grouped);
    assert_int_equal(code_parse(grouped, CODE_GROUPED_LEN - 1, read), ERROR_NONE);
    assert_string_equal(read, code);
}

static void a_new_code_is_quiet(void **state)
{
    assert_quiet(make_code);
}

static void read_as(const char *right, size_t len, int want)
{
    char typed[CODE_GROUPED_LEN], code[CODE_LEN];
    memcpy(typed, right, len);
    for (size_t i = 0; i < len; i++)
        if (typed[i] >= '0' && typed[i] <= '?')
            hide_digits(&typed[i], 1);
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
    assert_quiet(read_codes);
}

static void derive_keys(void)
{
    char code[CODE_LEN] = "000000000000000000079444", pin[CODE_PIN_MAX + 1] = "271828";
    const uint8_t office[CODE_OFFICE_LEN] = {1};
    struct code_keys *made = secret_new(sizeof *made);
    assert_non_null(made);
    hide_digits(code, CODE_DIGITS);
    hide_digits(pin, strlen(pin));
    assert_int_equal(code_derive(code, pin, office, NULL, made), ERROR_NONE);
    assert_secret(made->tag, 1);
    assert_secret(made->answer, 1);
    secret_free(made);
}

static void deriving_the_keys_of_a_code_is_quiet(void **state)
{
    assert_quiet(derive_keys);
}

static void compare_pins(void)
{
    char pin[CODE_PIN_MAX + 1] = "271828", again[CODE_PIN_MAX + 1] = "271829";
    hide_digits(pin, strlen(pin));
    hide_digits(again, strlen(again));
    assert_false(secret_equal(pin, again, sizeof pin));
    assert_true(secret_equal(pin, pin, sizeof pin));
}

static void comparing_two_pins_is_quiet(void **state)
{
    assert_quiet(compare_pins);
}

/* As the screen for answers does: all tags, all entries, those from the first. */
static void look_for_answers(void)
{
    static uint8_t tags[TAGS][BOARD_TAG_LEN], found[TAGS][BOARD_ENTRY_LEN];
    struct answer *answer = secret_new(sizeof *answer);
    assert_non_null(answer);
    for (size_t i = 0; i < TAGS; i++)
        assert_int_equal(answer_tag(keys, i + 1, tags[i]), ERROR_NONE);
    board_copy_all(&board, (const uint8_t(*)[BOARD_TAG_LEN])tags, TAGS, found);
    for (size_t i = 0; i < TAGS; i++)
        assert_secret(found[i] + BOARD_ENTRY_LEN - 1, 1);
    assert_int_equal(answer_open(keys, 1, found[0], answer), ERROR_NONE);
    assert_int_equal(answer->len, 4);
    assert_int_equal(answer_open(keys, 2, found[1], answer), ERROR_NONE);
    assert_int_equal(answer_open(keys, 3, found[2], answer), ERROR_SEAL);
    secret_free(answer);
}

static void looking_for_answers_is_quiet(void **state)
{
    assert_quiet(look_for_answers);
}

/* Under the right tag, but spoilt: found out by the cipher's own tag. */
static void open_spoilt_answer(void)
{
    static uint8_t spoilt[ANSWER_LEN];
    struct answer *answer = secret_new(sizeof *answer);
    assert_non_null(answer);
    memcpy(spoilt, entries[1], sizeof spoilt);
    spoilt[ANSWER_LEN / 2] ^= 1;
    hide(spoilt, sizeof spoilt);
    assert_int_equal(answer_open(keys, 1, spoilt, answer), ERROR_SEAL);
    secret_free(answer);
}

static void an_answer_that_does_not_open_is_quiet(void **state)
{
    assert_quiet(open_spoilt_answer);
}

static void sign(void)
{
    uint8_t public_key[SIGNATURE_PUBLIC_LEN], signature[SIGNATURE_LEN];
    uint8_t *secret = secret_new(SIGNATURE_SEED_LEN);
    assert_non_null(secret);
    fill_secret(secret, SIGNATURE_SEED_LEN);
    assert_int_equal(signature_public(secret, public_key), 0);
    assert_int_equal(signature_sign(secret, "sandyq test v1", "x", 1, signature), 0);
    publish(public_key, sizeof public_key);
    publish(signature, sizeof signature);
    assert_true(signature_verify(public_key, "sandyq test v1", "x", 1, signature));
    secret_free(secret);
}

static void signing_is_quiet(void **state)
{
    assert_quiet(sign);
}

/* ---- The desk ---- */

static void open_envelope(void)
{
    uint8_t *letter = secret_new(ENVELOPE_LETTER_LEN);
    assert_non_null(letter);
    assert_int_equal(envelope_open(intake, envelope, letter), ERROR_NONE);
    envelope[ENVELOPE_LEN / 2] ^= 1;
    assert_int_equal(envelope_open_pair(intake, charter.intake, envelope, letter), ERROR_SEAL);
    envelope[ENVELOPE_LEN / 2] ^= 1;
    secret_free(letter);
}

static void opening_an_envelope_is_quiet(void **state)
{
    assert_quiet(open_envelope);
}

static void seal_answer(void)
{
    uint8_t entry[ANSWER_LEN];
    struct answer *answer = secret_new(sizeof *answer);
    assert_non_null(answer);
    answer->len = 100;
    hide(answer->text, sizeof answer->text);
    hide(&answer->state, sizeof answer->state);
    assert_int_equal(answer_seal(keys, 9, answer, entry), ERROR_NONE);
    assert_secret(entry, ANSWER_TAG_LEN);
    assert_secret(entry + ANSWER_LEN - 1, 1);
    secret_free(answer);
}

static void sealing_an_answer_is_quiet(void **state)
{
    assert_quiet(seal_answer);
}

enum { RING_LEN = 96 };

static void seal_and_open_keyring(void)
{
    char words[] = "correct horse battery staple", wrong[] = "correct horse battery stable";
    uint8_t secret[RING_LEN], file[RING_LEN + KEYRING_OVERHEAD];
    size_t len;
    hide(words, sizeof words);
    hide(wrong, sizeof wrong);
    fill_secret(secret, sizeof secret);
    assert_int_equal(keyring_seal(words, sizeof words - 1, secret, sizeof secret, file),
                     ERROR_NONE);
    assert_secret(file + sizeof file - 1, 1);
    publish(file, sizeof file);
    assert_int_equal(keyring_open(words, sizeof words - 1, file, sizeof file, secret, &len),
                     ERROR_NONE);
    assert_int_equal(keyring_open(wrong, sizeof wrong - 1, file, sizeof file, secret, &len),
                     ERROR_PASSPHRASE);
}

static void a_keyring_is_quiet(void **state)
{
    assert_quiet(seal_and_open_keyring);
}

static void seal_and_open_row(void)
{
    uint8_t key[CASEBOOK_KEY_LEN], row[100], sealed[sizeof row + CASEBOOK_OVERHEAD];
    uint8_t link[CASEBOOK_LINK_LEN];
    fill_secret(key, sizeof key);
    fill_secret(row, sizeof row);
    assert_int_equal(casebook_seal(key, 7, row, sizeof row, sealed), 0);
    assert_int_equal(casebook_link(key, row, sizeof row, link), 0);
    assert_secret(sealed + sizeof sealed - 1, 1);
    assert_secret(link, sizeof link);
    publish(sealed, sizeof sealed);
    assert_int_equal(casebook_open(key, 7, sealed, sizeof sealed, row), 0);
    sealed[40] ^= 1;
    assert_int_equal(casebook_open(key, 7, sealed, sizeof sealed, row), -1);
}

static void a_row_of_the_casebook_is_quiet(void **state)
{
    assert_quiet(seal_and_open_row);
}

/* ---- The scene ---- */

static int by_tag(const void *a, const void *b)
{
    return memcmp(a, b, BOARD_TAG_LEN);
}

/* A board with two answers among padding. */
static int make_board(void)
{
    struct answer *answer = secret_new(sizeof *answer);
    if (answer == NULL)
        return -1;
    answer->len = 4;
    memcpy(answer->text, "text", 4);
    fill(entries, sizeof entries);
    for (uint64_t n = 1; n <= 2; n++)
        if (answer_seal(keys, n, answer, entries[n]) != ERROR_NONE)
            return -1;
    qsort(entries, ENTRIES, BOARD_ENTRY_LEN, by_tag);
    board.entry_count = ENTRIES;
    board.entries = entries[0];
    secret_free(answer);
    return 0;
}

static int setup(void **state)
{
    keys = secret_new(sizeof *keys);
    intake = secret_new(ENVELOPE_KEY_LEN);
    if (keys == NULL || intake == NULL)
        return -1;
    fill(keys, sizeof *keys);
    if (make_board() != 0)
        return -1;
    hide(keys, sizeof *keys);
    memcpy(card.facility, "PC-17", 6);
    return envelope_key_new(intake, charter.intake) == ERROR_NONE ? 0 : -1;
}

static int teardown(void **state)
{
    secret_free(keys);
    secret_free(intake);
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
        cmocka_unit_test(an_answer_that_does_not_open_is_quiet),
        cmocka_unit_test(signing_is_quiet),
        cmocka_unit_test(opening_an_envelope_is_quiet),
        cmocka_unit_test(sealing_an_answer_is_quiet),
        cmocka_unit_test(a_keyring_is_quiet),
        cmocka_unit_test(a_row_of_the_casebook_is_quiet),
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
    seed = from_environment("SANDYQ_SEED", seed);
    rounds = (int)from_environment("SANDYQ_TAINT_ROUNDS", 1);
    const uint64_t began_with = seed;
    if (secret_start() != ERROR_NONE)
        return 1;
    int failed = run();
    printf("taint: %lu calls without a report, %lu of 3 controls seen%s, seed %lu\n", quiet_calls,
           controls, SANITIZED ? " (no valgrind under a sanitizer: nothing was measured)" : "",
           (unsigned long)began_with);
    return failed;
}
