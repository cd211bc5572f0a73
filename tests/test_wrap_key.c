/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrapped keys: read and written by an HPKE built here from parts of libsodium, which itself is
   held against RFC 9180's vector; opened by their own pair under their own info only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <string.h>

#include "crypto/secret.h"
#include "crypto/wrap.h"
#include "tests/lib/hex.h"

static const char words[] = "sandyq wrap v1, an office, a compartment";
static const struct wrap_info info = {words, sizeof words};
static const uint8_t key[WRAP_SECRET_LEN] = "thirty-two bytes that are a key";

/* Locked: the pair's secret and what was opened. */
static uint8_t *secret, *opened;
static uint8_t public_key[HPKE_KEY_LEN], wrapped[WRAP_LEN];

static int seal(void **state)
{
    return wrap_key_new(secret, public_key) == ERROR_NONE &&
                   wrap_seal(public_key, &info, key, wrapped) == ERROR_NONE
               ? 0
               : -1;
}

static enum error open_with(const uint8_t *own_secret, const uint8_t *own_public,
                            const struct wrap_info *own_info)
{
    const struct hpke_pair pair = {own_secret, own_public};
    memset(opened, 'x', WRAP_SECRET_LEN);
    enum error error = wrap_open(&pair, own_info, wrapped, opened);
    if (error != ERROR_NONE)
        assert_true(sodium_is_zero(opened, WRAP_SECRET_LEN));
    return error;
}

/* --- The other HPKE. Labels and data of one call are at most 256 bytes. --- */

struct text {
    uint8_t bytes[256];
    size_t len;
};

static void add(struct text *text, const void *bytes, size_t len)
{
    assert_true(text->len + len <= sizeof text->bytes);
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
}

static void hmac(uint8_t out[32], const void *with, size_t with_len, const struct text *text)
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, with, with_len);
    crypto_auth_hmacsha256_update(&state, text->bytes, text->len);
    crypto_auth_hmacsha256_final(&state, out);
}

struct suite {
    const char *id;
    size_t len;
};
static const struct suite kem = {"KEM\x00\x20", 5}, hpke = {"HPKE\x00\x20\x00\x01\x00\x03", 10};

static void extract(uint8_t out[32], const uint8_t *salt, const struct suite *suite,
                    const char *label, const struct text *ikm)
{
    struct text text = {.len = 0};
    add(&text, "HPKE-v1", 7);
    add(&text, suite->id, suite->len);
    add(&text, label, strlen(label));
    add(&text, ikm->bytes, ikm->len);
    hmac(out, salt != NULL ? salt : (const uint8_t *)"", salt != NULL ? 32 : 0, &text);
}

static void expand(uint8_t *out, uint8_t len, const uint8_t prk[32], const struct suite *suite,
                   const char *label, const struct text *context)
{
    uint8_t block[32];
    struct text text = {{0, len}, 2};
    add(&text, "HPKE-v1", 7);
    add(&text, suite->id, suite->len);
    add(&text, label, strlen(label));
    add(&text, context->bytes, context->len);
    add(&text, "\1", 1);
    hmac(block, prk, 32, &text);
    memcpy(out, block, len);
}

struct keys {
    uint8_t shared[32], key[32], nonce[12];
};

static struct keys schedule(const uint8_t dh[32], const uint8_t enc[32], const uint8_t pk[32],
                            const void *about, size_t about_len)
{
    struct keys keys;
    struct text none = {.len = 0}, agreed = none, both = none, in = none, context = {{0}, 1};
    uint8_t prk[32], hash[32];
    add(&agreed, dh, 32);
    add(&both, enc, 32);
    add(&both, pk, 32);
    extract(prk, NULL, &kem, "eae_prk", &agreed);
    expand(keys.shared, 32, prk, &kem, "shared_secret", &both);
    extract(hash, NULL, &hpke, "psk_id_hash", &none);
    add(&context, hash, 32);
    add(&in, about, about_len);
    extract(hash, NULL, &hpke, "info_hash", &in);
    add(&context, hash, 32);
    extract(prk, keys.shared, &hpke, "secret", &none);
    expand(keys.key, 32, prk, &hpke, "key", &context);
    expand(keys.nonce, 12, prk, &hpke, "base_nonce", &context);
    return keys;
}

/* RFC 9180 appendix A.2.1. */
static void the_other_hpke_gives_the_values_of_rfc_9180(void **state)
{
    uint8_t sk[32], pk[32], enc[32], dh[32], about[20];
    hex_read("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb", sk, 32);
    hex_read("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a", pk, 32);
    hex_read("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a", enc, 32);
    hex_read("4f6465206f6e2061204772656369616e2055726e", about, sizeof about);
    assert_int_equal(crypto_scalarmult(dh, sk, enc), 0);
    const struct keys keys = schedule(dh, enc, pk, about, sizeof about);
    hex_assert(keys.shared, 32, "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7");
    hex_assert(keys.key, 32, "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91");
    hex_assert(keys.nonce, 12, "5c4d98150661b848853b547f");
}

static void a_stranger_opens_what_we_seal(void **state)
{
    uint8_t dh[32], got[WRAP_SECRET_LEN];
    assert_int_equal(crypto_scalarmult(dh, secret, wrapped), 0);
    const struct keys keys = schedule(dh, wrapped, public_key, words, sizeof words);
    assert_int_equal(crypto_aead_chacha20poly1305_ietf_decrypt(got, NULL, NULL, wrapped + 32,
                                                               WRAP_LEN - 32, NULL, 0, keys.nonce,
                                                               keys.key),
                     0);
    assert_memory_equal(got, key, sizeof key);
}

static void we_open_what_a_stranger_seals(void **state)
{
    uint8_t dh[32], ephemeral[32];
    randombytes_buf(ephemeral, sizeof ephemeral);
    crypto_scalarmult_base(wrapped, ephemeral);
    assert_int_equal(crypto_scalarmult(dh, ephemeral, public_key), 0);
    const struct keys keys = schedule(dh, wrapped, public_key, words, sizeof words);
    crypto_aead_chacha20poly1305_ietf_encrypt(wrapped + 32, NULL, key, sizeof key, NULL, 0, NULL,
                                              keys.nonce, keys.key);
    assert_int_equal(open_with(secret, public_key, &info), ERROR_NONE);
    assert_memory_equal(opened, key, sizeof key);
}

/* --- --- */

static void what_is_wrapped_opens_and_never_looks_the_same(void **state)
{
    uint8_t again[WRAP_LEN];
    assert_int_equal(open_with(secret, public_key, &info), ERROR_NONE);
    assert_memory_equal(opened, key, sizeof key);
    assert_int_equal(wrap_seal(public_key, &info, key, again), ERROR_NONE);
    assert_memory_not_equal(again, wrapped, HPKE_KEY_LEN);
    assert_memory_not_equal(again + HPKE_KEY_LEN, wrapped + HPKE_KEY_LEN, WRAP_SECRET_LEN);
}

/* X25519 does not look at the top bit of a point, but HPKE takes all of enc into its keys. */
static void any_flipped_byte_is_refused(void **state)
{
    for (size_t bit = 0; bit < 8; bit += 7)
        for (size_t i = 0; i < WRAP_LEN; i++) {
            wrapped[i] ^= (uint8_t)(1 << bit);
            assert_int_equal(open_with(secret, public_key, &info), ERROR_SEAL);
            wrapped[i] ^= (uint8_t)(1 << bit);
        }
}

static void another_info_is_refused(void **state)
{
    char changed[sizeof words];
    const struct wrap_info shorter = {words, sizeof words - 1}, none = {NULL, 0},
                           other = {changed, sizeof changed};
    assert_int_equal(open_with(secret, public_key, &shorter), ERROR_SEAL);
    assert_int_equal(open_with(secret, public_key, &none), ERROR_SEAL);
    for (size_t i = 0; i < sizeof words; i++) {
        memcpy(changed, words, sizeof words);
        changed[i] ^= 1;
        assert_int_equal(open_with(secret, public_key, &other), ERROR_SEAL);
    }
}

static void another_pair_is_refused(void **state)
{
    uint8_t other_public[HPKE_KEY_LEN];
    uint8_t *other = secret_new(HPKE_KEY_LEN);
    assert_non_null(other);
    assert_int_equal(wrap_key_new(other, other_public), ERROR_NONE);
    assert_int_equal(open_with(other, other_public, &info), ERROR_SEAL);
    assert_int_equal(open_with(secret, other_public, &info), ERROR_SEAL);
    assert_int_equal(open_with(other, public_key, &info), ERROR_SEAL);
    secret_free(other);
}

static void a_point_that_gives_a_known_key_is_refused(void **state)
{
    static const uint8_t zero[HPKE_KEY_LEN];
    uint8_t out[WRAP_LEN];
    memset(out, 'x', sizeof out);
    assert_int_equal(wrap_seal(zero, &info, key, out), ERROR_KEY_UNFIT);
    assert_true(sodium_is_zero(out, sizeof out));
    memcpy(wrapped, zero, sizeof zero);
    assert_int_equal(open_with(secret, public_key, &info), ERROR_KEY_UNFIT);
}

#define EACH(test) cmocka_unit_test_setup(test, seal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(the_other_hpke_gives_the_values_of_rfc_9180),
        EACH(a_stranger_opens_what_we_seal),
        EACH(we_open_what_a_stranger_seals),
        EACH(what_is_wrapped_opens_and_never_looks_the_same),
        EACH(any_flipped_byte_is_refused),
        EACH(another_info_is_refused),
        EACH(another_pair_is_refused),
        EACH(a_point_that_gives_a_known_key_is_refused),
    };
    if (secret_start() != ERROR_NONE || sodium_init() < 0)
        return 1;
    secret = secret_new(HPKE_KEY_LEN + WRAP_SECRET_LEN);
    if (secret == NULL)
        return 1;
    opened = secret + HPKE_KEY_LEN;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
