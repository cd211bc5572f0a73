/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows at rest: opened under their own id only; links and padding by the header's words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <string.h>

#include "crypto/casebook.h"
#include "crypto/secret.h"

static const char plain[] = "No heating since Monday; two of us are ill.";
enum { PLAIN = sizeof plain, SEALED = PLAIN + CASEBOOK_OVERHEAD };
static const uint64_t id = 0x0102030405060708;

static uint8_t key[CASEBOOK_KEY_LEN];
static uint8_t sealed[SEALED];
static char opened[PLAIN];

static int seal(void **state)
{
    memset(key, 'c', sizeof key);
    return casebook_seal(key, id, plain, PLAIN, sealed);
}

static void assert_refused(uint64_t as, size_t len)
{
    static const char zeros[PLAIN];
    memset(opened, 'x', sizeof opened);
    assert_int_equal(casebook_open(key, as, sealed, len, opened), ERROR_SEAL);
    assert_memory_equal(opened, zeros, len < CASEBOOK_OVERHEAD ? 0 : len - CASEBOOK_OVERHEAD);
}

static void what_is_sealed_opens(void **state)
{
    assert_int_equal(casebook_open(key, id, sealed, SEALED, opened), ERROR_NONE);
    assert_memory_equal(opened, plain, PLAIN);
}

static void an_empty_row_seals_and_opens(void **state)
{
    assert_int_equal(casebook_seal(key, id, "", 0, sealed), 0);
    assert_int_equal(casebook_open(key, id, sealed, CASEBOOK_OVERHEAD, opened), ERROR_NONE);
    assert_refused(id + 1, CASEBOOK_OVERHEAD);
}

static void a_row_opens_under_its_own_id_only(void **state)
{
    assert_refused(id + 1, SEALED);
    assert_refused(id & UINT32_MAX, SEALED);
    assert_refused(0, SEALED);
}

static void the_same_row_never_seals_to_the_same_bytes(void **state)
{
    uint8_t again[SEALED];
    assert_int_equal(casebook_seal(key, id, plain, PLAIN, again), 0);
    assert_memory_not_equal(again, sealed, 12);
    assert_memory_not_equal(again + 12, sealed + 12, PLAIN);
}

static void any_flipped_byte_cut_or_other_key_is_refused(void **state)
{
    for (size_t i = 0; i < SEALED; i++) {
        sealed[i] ^= (uint8_t)(1 << i % 8);
        assert_refused(id, SEALED);
        sealed[i] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t len = 0; len < SEALED; len++)
        assert_refused(id, len);
    key[0] ^= 1;
    assert_refused(id, SEALED);
}

/* HKDF-Expand to one block, by hand. */
static void expand(const void *info, size_t len, uint8_t out[32])
{
    const uint8_t one = 1;
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, key, sizeof key);
    crypto_auth_hmacsha256_update(&h, info, len);
    crypto_auth_hmacsha256_update(&h, &one, 1);
    crypto_auth_hmacsha256_final(&h, out);
}

static void a_stranger_opens_a_row(void **state)
{
    uint8_t subkey[32];
    if (!crypto_aead_aes256gcm_is_available())
        skip();
    expand("sandyq casebook v1\x08\x07\x06\x05\x04\x03\x02\x01", 26, subkey);
    assert_int_equal(crypto_aead_aes256gcm_decrypt(
                         (uint8_t *)opened, NULL, NULL, sealed + 12, SEALED - 12,
                         (const uint8_t *)"\x08\x07\x06\x05\x04\x03\x02\x01", 8, sealed, subkey),
                     0);
    assert_memory_equal(opened, plain, PLAIN);
}

static void equal_values_give_equal_links(void **state)
{
    uint8_t a[CASEBOOK_LINK_LEN], b[CASEBOOK_LINK_LEN], subkey[32], want[32];
    assert_int_equal(casebook_link(key, "value", 5, a), 0);
    assert_int_equal(casebook_link(key, "value", 5, b), 0);
    assert_memory_equal(a, b, sizeof a);
    expand("sandyq casebook link v1", 23, subkey);
    crypto_auth_hmacsha256(want, (const uint8_t *)"value", 5, subkey);
    assert_memory_equal(a, want, sizeof a);
    assert_int_equal(casebook_link(key, "valuf", 5, b), 0);
    assert_memory_not_equal(a, b, sizeof a);
    key[0] ^= 1;
    assert_int_equal(casebook_link(key, "value", 5, b), 0);
    assert_memory_not_equal(a, b, sizeof a);
}

static void padding_is_the_same_each_time_and_differs_by_number(void **state)
{
    static uint8_t a[4096], b[4096];
    uint8_t want[32];
    assert_int_equal(casebook_padding(key, id, a, sizeof a), 0);
    assert_int_equal(casebook_padding(key, id, b, sizeof b), 0);
    assert_memory_equal(a, b, sizeof a);
    expand("sandyq casebook padding v1\x08\x07\x06\x05\x04\x03\x02\x01", 34, want);
    assert_memory_equal(a, want, sizeof want);
    assert_memory_not_equal(a, a + 2048, 2048);
    assert_int_equal(casebook_padding(key, id + 1, b, sizeof b), 0);
    assert_memory_not_equal(a, b, 32);
}

#define EACH(test) cmocka_unit_test_setup(test, seal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(what_is_sealed_opens),
        EACH(an_empty_row_seals_and_opens),
        EACH(a_row_opens_under_its_own_id_only),
        EACH(the_same_row_never_seals_to_the_same_bytes),
        EACH(any_flipped_byte_cut_or_other_key_is_refused),
        EACH(a_stranger_opens_a_row),
        EACH(equal_values_give_equal_links),
        EACH(padding_is_the_same_each_time_and_differs_by_number),
    };
    if (secret_start() != ERROR_NONE || sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
