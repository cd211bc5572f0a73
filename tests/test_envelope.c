/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Envelopes sealed and opened, and everything that must not open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "crypto/envelope.h"
#include "crypto/secret.h"

enum { ENC_END = 62, HEADER_LEN = 1150, SAMPLE_STEP = 257 };

static uint8_t *secret;
static uint8_t public_key[ENVELOPE_KEY_LEN];
static uint8_t letter[ENVELOPE_LETTER_LEN];
static uint8_t envelope[ENVELOPE_LEN];
static uint8_t opened[ENVELOPE_LETTER_LEN];

static int seal_one(void **state)
{
    secret = secret_new(ENVELOPE_KEY_LEN);
    if (secret == NULL || envelope_key_new(secret, public_key) != ERROR_NONE)
        return -1;
    memset(letter, 'k', sizeof letter);
    return envelope_seal(public_key, letter, envelope);
}

static int drop(void **state)
{
    secret_free(secret);
    return 0;
}

static void assert_refused(const uint8_t *with, const uint8_t *what, int why)
{
    static const uint8_t zeros[ENVELOPE_LETTER_LEN];
    memset(opened, 'x', sizeof opened);
    assert_int_equal(envelope_open(with, what, opened), why);
    assert_memory_equal(opened, zeros, sizeof opened);
}

static void what_is_sealed_opens(void **state)
{
    assert_int_equal(envelope_open(secret, envelope, opened), ERROR_NONE);
    assert_memory_equal(opened, letter, sizeof letter);
    memset(opened, 0, sizeof opened);
    assert_int_equal(envelope_open_pair(secret, public_key, envelope, opened), ERROR_NONE);
    assert_memory_equal(opened, letter, sizeof letter);
}

static void the_same_letter_never_seals_to_the_same_bytes(void **state)
{
    static uint8_t again[ENVELOPE_LEN];
    assert_int_equal(envelope_seal(public_key, letter, again), ERROR_NONE);
    assert_memory_equal(again, envelope, 30);
    assert_memory_not_equal(again + 30, envelope + 30, 32);
    assert_memory_equal(again + ENC_END, envelope + ENC_END, HEADER_LEN - ENC_END);
    assert_memory_not_equal(again + HEADER_LEN, envelope + HEADER_LEN, 16);
}

static void an_envelope_names_its_key(void **state)
{
    uint8_t named[ENVELOPE_ID_LEN], id[ENVELOPE_ID_LEN];
    assert_int_equal(envelope_names(envelope, named), ERROR_NONE);
    assert_int_equal(envelope_key_id(public_key, id), 0);
    assert_memory_equal(named, id, sizeof id);
}

/* Which error a change of byte i has to give. */
static int blame(size_t i, uint8_t byte)
{
    if (i < 7)
        return ERROR_FOREIGN;
    if (i == 7)
        return byte > '1' && byte <= '9' ? ERROR_NEWER : ERROR_FOREIGN;
    if (i < 14)
        return ERROR_SUITE;
    return i < 30 ? ERROR_KEY_UNFIT : ERROR_SEAL;
}

static void any_flipped_byte_is_refused(void **state)
{
    static uint8_t changed[ENVELOPE_LEN];
    memcpy(changed, envelope, sizeof changed);
    for (size_t i = 0; i < ENVELOPE_LEN; i += i < ENC_END ? 1 : SAMPLE_STEP) {
        changed[i] ^= (uint8_t)(1 << i % 8);
        assert_refused(secret, changed, blame(i, changed[i]));
        changed[i] = envelope[i];
    }
    /* X25519 does not read the top bit of a point, but the KEM's context does. */
    changed[ENC_END - 1] ^= 0x80;
    assert_refused(secret, changed, ERROR_SEAL);
    changed[ENC_END - 1] ^= 0x80;
    for (size_t i = ENVELOPE_LEN - 17; i < ENVELOPE_LEN; i++) {
        changed[i] ^= 0x80;
        assert_refused(secret, changed, ERROR_SEAL);
        changed[i] = envelope[i];
    }
}

static void later_versions_are_told_from_foreign_files(void **state)
{
    static uint8_t changed[ENVELOPE_LEN];
    uint8_t id[ENVELOPE_ID_LEN];
    memcpy(changed, envelope, sizeof changed);
    for (unsigned byte = 0; byte < 256; byte++) {
        if (byte == '1')
            continue;
        changed[7] = (uint8_t)byte;
        assert_int_equal(envelope_names(changed, id), blame(7, (uint8_t)byte));
    }
}

static void another_suite_is_refused(void **state)
{
    static uint8_t changed[ENVELOPE_LEN];
    memcpy(changed, envelope, sizeof changed);
    changed[8] = 0x7a; /* X-Wing, 0x647a */
    changed[9] = 0x64;
    assert_refused(secret, changed, ERROR_SUITE);
    memcpy(changed, envelope, sizeof changed);
    changed[12] = 0x02; /* AES-256-GCM */
    assert_refused(secret, changed, ERROR_SUITE);
}

static void another_key_does_not_open(void **state)
{
    uint8_t other_public[ENVELOPE_KEY_LEN];
    uint8_t *other = secret_new(ENVELOPE_KEY_LEN);
    assert_int_equal(envelope_key_new(other, other_public), ERROR_NONE);
    assert_refused(other, envelope, ERROR_KEY_UNFIT);
    /* Nor when it says that it is the right one. */
    assert_int_equal(envelope_open_pair(other, public_key, envelope, opened), ERROR_SEAL);
    secret_free(other);
}

static void an_encapsulated_key_of_small_order_is_forged(void **state)
{
    static uint8_t changed[ENVELOPE_LEN];
    memcpy(changed, envelope, sizeof changed);
    memset(changed + 30, 0, 32);
    assert_refused(secret, changed, ERROR_SEAL);
    changed[30] = 1;
    assert_refused(secret, changed, ERROR_SEAL);
}

static void *open_many(void *unused)
{
    uint8_t *mine = secret_new(ENVELOPE_LETTER_LEN);
    size_t right = 0;
    for (int i = 0; i < 50 && mine != NULL; i++)
        if (envelope_open(secret, envelope, mine) == ERROR_NONE &&
            memcmp(mine, letter, sizeof letter) == 0)
            right++;
    secret_free(mine);
    return (void *)right;
}

static void threads_open_at_once(void **state)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_many, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        void *right = NULL;
        assert_int_equal(pthread_join(threads[i], &right), 0);
        assert_int_equal((size_t)right, 50);
    }
}

static void a_full_pool_is_an_error_and_no_crash(void **state)
{
    static void *blocks[4096];
    size_t n = 0;
    for (size_t size = 512; size > 0; size /= 8) /* not a hole is left */
        while (n < 4096 && (blocks[n] = secret_new(size)) != NULL)
            n++;
    assert_in_range(n, 1, 4095);
    memset(opened, 'x', sizeof opened);
    assert_int_equal(envelope_open(secret, envelope, opened), ERROR_MEMORY);
    assert_int_equal(opened[0], 0);
    static uint8_t out[ENVELOPE_LEN];
    assert_int_equal(envelope_seal(public_key, letter, out), ERROR_MEMORY);
    while (n > 0)
        secret_free(blocks[--n]);
    assert_int_equal(envelope_open(secret, envelope, opened), ERROR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_opens),
        cmocka_unit_test(the_same_letter_never_seals_to_the_same_bytes),
        cmocka_unit_test(an_envelope_names_its_key),
        cmocka_unit_test(any_flipped_byte_is_refused),
        cmocka_unit_test(later_versions_are_told_from_foreign_files),
        cmocka_unit_test(another_suite_is_refused),
        cmocka_unit_test(another_key_does_not_open),
        cmocka_unit_test(an_encapsulated_key_of_small_order_is_forged),
        cmocka_unit_test(threads_open_at_once),
        cmocka_unit_test(a_full_pool_is_an_error_and_no_crash),
    };
    if (secret_start() != ERROR_NONE)
        return 1;
    return cmocka_run_group_tests(tests, seal_one, drop);
}
