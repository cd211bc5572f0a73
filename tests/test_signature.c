/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures against RFC 8032's keys, against libsodium, and against forgers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrypt.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "tests/lib/hex.h"

static const char domain[] = "sandyq test v1";
static const char message[] = "forty-two of us in a cell for twelve";

/* RFC 8032 section 7.1, tests 1, 2, 3 and SHA(abc). */
static const char *const rfc_keys[][2] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"},
};

static uint8_t *seed;
static uint8_t public_key[SIGNATURE_PUBLIC_LEN];

static int make_key(void **state)
{
    seed = secret_new(SIGNATURE_SEED_LEN);
    return seed != NULL ? signature_key_new(seed, public_key) : -1;
}

static int drop_key(void **state)
{
    secret_free(seed);
    return 0;
}

/* What the header says is signed, built by hand. */
static size_t signed_bytes(const char *under, uint8_t out[128])
{
    size_t len = strlen(under) + 1;
    memcpy(out, under, len);
    crypto_hash_sha256(out + len, (const uint8_t *)message, sizeof message);
    return len + crypto_hash_sha256_BYTES;
}

static void public_keys_are_those_of_rfc_8032(void **state)
{
    for (size_t i = 0; i < sizeof rfc_keys / sizeof *rfc_keys; i++) {
        uint8_t made[SIGNATURE_PUBLIC_LEN];
        hex_read(rfc_keys[i][0], seed, SIGNATURE_SEED_LEN);
        assert_int_equal(signature_public(seed, made), 0);
        hex_assert(made, sizeof made, rfc_keys[i][1]);
    }
    assert_int_equal(signature_key_new(seed, public_key), 0);
}

/* Ed25519 is deterministic, so the same bytes under the same key must give the same signature; the
   other library gives RFC 8032's first signature, so both do. */
static void libsodium_signs_the_same_bytes_alike(void **state)
{
    uint8_t bytes[128], ours[SIGNATURE_LEN], theirs[crypto_sign_BYTES];
    uint8_t pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
    uint8_t rfc_seed[SIGNATURE_SEED_LEN];
    hex_read(rfc_keys[0][0], rfc_seed, sizeof rfc_seed);
    crypto_sign_seed_keypair(pk, sk, rfc_seed);
    crypto_sign_detached(theirs, NULL, NULL, 0, sk);
    hex_assert(
        theirs, sizeof theirs,
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
        "39701cf9b46bd25bf5f0595bbe24655141438e7a100b");

    crypto_sign_seed_keypair(pk, sk, seed);
    crypto_sign_detached(theirs, NULL, bytes, signed_bytes(domain, bytes), sk);
    assert_int_equal(signature_sign(seed, domain, message, sizeof message, ours), 0);
    assert_memory_equal(ours, theirs, SIGNATURE_LEN);
    assert_memory_equal(public_key, pk, sizeof pk);
    assert_int_equal(signature_check(public_key, domain, message, sizeof message, theirs),
                     ERROR_NONE);
}

static void an_empty_message_can_be_signed(void **state)
{
    uint8_t signature[SIGNATURE_LEN];
    assert_int_equal(signature_sign(seed, domain, "", 0, signature), 0);
    assert_int_equal(signature_check(public_key, domain, "", 0, signature), ERROR_NONE);
    assert_int_equal(signature_check(public_key, domain, "", 1, signature), ERROR_FORGED);
}

static void every_changed_bit_is_refused(void **state)
{
    uint8_t signature[SIGNATURE_LEN], other[SIGNATURE_PUBLIC_LEN];
    char changed[sizeof message];
    assert_int_equal(signature_sign(seed, domain, message, sizeof message, signature), 0);
    for (size_t i = 0; i < SIGNATURE_LEN; i++) {
        signature[i] ^= (uint8_t)(1 << i % 8);
        assert_int_equal(signature_check(public_key, domain, message, sizeof message, signature),
                         ERROR_FORGED);
        signature[i] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t i = 0; i < sizeof message; i++) {
        memcpy(changed, message, sizeof message);
        changed[i] ^= 1;
        assert_int_equal(signature_check(public_key, domain, changed, sizeof message, signature),
                         ERROR_FORGED);
    }
    for (size_t i = 0; i < SIGNATURE_PUBLIC_LEN; i++) {
        memcpy(other, public_key, sizeof other);
        other[i] ^= 1;
        assert_int_equal(signature_check(other, domain, message, sizeof message, signature),
                         ERROR_FORGED);
    }
}

static void a_signature_serves_one_domain(void **state)
{
    uint8_t signature[SIGNATURE_LEN];
    assert_int_equal(signature_sign(seed, domain, message, sizeof message, signature), 0);
    assert_int_equal(
        signature_check(public_key, "sandyq test v2", message, sizeof message, signature),
        ERROR_FORGED);
    assert_int_equal(
        signature_check(public_key, "sandyq test v", message, sizeof message, signature),
        ERROR_FORGED);
    assert_int_equal(signature_check(public_key, "", message, sizeof message, signature),
                     ERROR_FORGED);
}

/* What is said of libgcrypt here was seen in versions before this one; a later one may be
   better. */
static bool libgcrypt_is_known(void)
{
    return gcry_check_version("1.12.0") == NULL;
}

/* libgcrypt's verdict on a signature, asked as its manual says. */
static bool libgcrypt_takes(const uint8_t key[SIGNATURE_PUBLIC_LEN], const void *bytes, size_t len,
                            const uint8_t signature[SIGNATURE_LEN])
{
    gcry_sexp_t q = NULL, data = NULL, value = NULL;
    bool takes = gcry_sexp_build(&q, NULL, "(public-key(ecc(curve Ed25519)(flags eddsa)(q%b)))", 32,
                                 key) == 0 &&
                 gcry_sexp_build(&data, NULL, "(data(flags eddsa)(hash-algo sha512)(value%b))",
                                 (int)len, bytes) == 0 &&
                 gcry_sexp_build(&value, NULL, "(sig-val(eddsa(r%b)(s%b)))", 32, signature, 32,
                                 signature + 32) == 0 &&
                 gcry_pk_verify(value, data, q) == 0;
    gcry_sexp_release(value);
    gcry_sexp_release(data);
    gcry_sexp_release(q);
    return takes;
}

/* Adds the group order L to S: another signature for the same bytes, which libgcrypt takes. */
static void s_plus_l_is_refused(void **state)
{
    static const uint8_t l[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    uint8_t signature[SIGNATURE_LEN], bytes[128];
    assert_int_equal(signature_sign(seed, domain, message, sizeof message, signature), 0);
    assert_true(libgcrypt_takes(public_key, bytes, signed_bytes(domain, bytes), signature));
    sodium_add(signature + 32, l, sizeof l);
    if (libgcrypt_is_known())
        assert_true(libgcrypt_takes(public_key, bytes, signed_bytes(domain, bytes), signature));
    assert_int_equal(signature_check(public_key, domain, message, sizeof message, signature),
                     ERROR_FORGED);
    memcpy(signature + 32, l, sizeof l);
    assert_int_equal(signature_check(public_key, domain, message, sizeof message, signature),
                     ERROR_FORGED);
}

/* Bytes that are no point of the curve, or all one value, are refused and crash nothing. */
static void nonsense_is_refused(void **state)
{
    static const uint8_t fills[] = {0x00, 0x02, 0x7f, 0x80, 0xff};
    uint8_t key[SIGNATURE_PUBLIC_LEN], signature[SIGNATURE_LEN], right[SIGNATURE_LEN];
    assert_int_equal(signature_sign(seed, domain, message, sizeof message, right), 0);
    for (size_t i = 0; i < sizeof fills; i++) {
        memset(key, fills[i], sizeof key);
        memset(signature, fills[i], sizeof signature);
        assert_int_equal(signature_check(key, domain, message, sizeof message, right),
                         ERROR_FORGED);
        assert_int_equal(signature_check(public_key, domain, message, sizeof message, signature),
                         ERROR_FORGED);
    }
}

/* Keys under which libgcrypt ends the process, and keys of small order under which an all-zero
   signature is right for some messages. */
static const char *const hostile_keys[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0300000000000000000000000000000000000000000000000000000000000000",
    "ffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000",
    /* x of 2, 4, 191 and 192 bits */
    "3126711e11ef574692935381d2cd2bbab5dd113c4010f91fd7c4dd7b12bf431a",
    "dc09e3aa31beb07d43151353273ed871b582034567178a96d4a08af3daefd873",
    "95cef8cde8960ec2a0524d2a6a67d4ed4bbc360b94f5d336a71dd875bd710405",
    "030ff5ff59346ec1d0483b49e146a8c72aba4078ce899acd423e0807a8513321",
    /* order 8, with both signs */
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
};

static void a_hostile_key_is_refused_and_ends_nothing(void **state)
{
    const uint8_t zeros[SIGNATURE_LEN] = {0};
    for (size_t i = 0; i < sizeof hostile_keys / sizeof *hostile_keys; i++) {
        uint8_t key[SIGNATURE_PUBLIC_LEN];
        hex_read(hostile_keys[i], key, sizeof key);
        for (char text = 0; text < 16; text++)
            assert_int_equal(signature_check(key, domain, &text, 1, zeros), ERROR_FORGED);
    }
}

/* p to p + 18, which are 0 to 18 written otherwise, with both signs: a second name of one key. */
static void a_y_beyond_the_prime_is_refused_and_ends_nothing(void **state)
{
    const uint8_t zeros[SIGNATURE_LEN] = {0};
    uint8_t key[SIGNATURE_PUBLIC_LEN];
    memset(key, 0xff, sizeof key);
    for (int last = 0xed; last <= 0xff; last++) {
        key[0] = (uint8_t)last;
        for (int sign = 0; sign <= 1; sign++) {
            key[31] = sign ? 0xff : 0x7f;
            for (char text = 0; text < 16; text++)
                assert_int_equal(signature_check(key, domain, &text, 1, zeros), ERROR_FORGED);
        }
    }
}

/* In another process: what libgcrypt says of an all-zero signature under a key, for sixteen
   messages. */
enum { REFUSES, TAKES, ENDS };
static int libgcrypt_on_zeros(const uint8_t key[SIGNATURE_PUBLIC_LEN])
{
    const uint8_t zeros[SIGNATURE_LEN] = {0};
    const struct rlimit none = {0, 0};
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int said = REFUSES;
        setrlimit(RLIMIT_CORE, &none);
        close(STDERR_FILENO);
        for (char text = 0; text < 16; text++)
            if (libgcrypt_takes(key, &text, 1, zeros))
                said = TAKES;
        _exit(said);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) <= TAKES ? WEXITSTATUS(status) : ENDS;
}

/* Why such keys are refused before libgcrypt sees them. */
static void libgcrypt_itself_ends_or_takes_zeros(void **state)
{
    size_t said[3] = {0};
    if (!libgcrypt_is_known())
        skip();
    for (size_t i = 0; i < sizeof hostile_keys / sizeof *hostile_keys; i++) {
        uint8_t key[SIGNATURE_PUBLIC_LEN];
        hex_read(hostile_keys[i], key, sizeof key);
        said[libgcrypt_on_zeros(key)]++;
    }
    assert_int_not_equal(said[TAKES], 0);
    assert_int_not_equal(said[ENDS], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_keys_are_those_of_rfc_8032),
        cmocka_unit_test(libsodium_signs_the_same_bytes_alike),
        cmocka_unit_test(an_empty_message_can_be_signed),
        cmocka_unit_test(every_changed_bit_is_refused),
        cmocka_unit_test(a_signature_serves_one_domain),
        cmocka_unit_test(s_plus_l_is_refused),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(a_hostile_key_is_refused_and_ends_nothing),
        cmocka_unit_test(a_y_beyond_the_prime_is_refused_and_ends_nothing),
        cmocka_unit_test(libgcrypt_itself_ends_or_takes_zeros),
    };
    if (secret_start() != ERROR_NONE || sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, make_key, drop_key);
}
