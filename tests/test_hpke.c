/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPKE against RFC 9180's vectors, and envelopes against an HPKE built here from parts of
   libsodium. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrypt.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/envelope.h"
#include "crypto/hpke.h"
#include "crypto/secret.h"
#include "tests/lib/hex.h"

/* RFC 9180 appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, mode base. */
#define INFO   "4f6465206f6e2061204772656369616e2055726e"
#define IKM_R  "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df"
#define IKM_E  "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b"
#define SK_R   "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"
#define SK_E   "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600"
#define PK_R   "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"
#define ENC    "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
#define SHARED "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7"
#define KEY    "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91"
#define NONCE  "5c4d98150661b848853b547f"
#define PLAIN  "4265617574792069732074727574682c20747275746820626561757479"

static const struct {
    const char *aad, *nonce, *ct;
} encryptions[] = {
    {"436f756e742d30", "5c4d98150661b848853b547f",
     "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"},
    {"436f756e742d31", "5c4d98150661b848853b547e",
     "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c"},
    {"436f756e742d32", "5c4d98150661b848853b547d",
     "71146bd6795ccc9c49ce25dda112a48f202ad220559502cef1f34271e0cb4b02b4f10ecac6f48c32f878fae86b"},
};

enum { PLAIN_LEN = 29, AAD_LEN = 7, INFO_LEN = 20 };

static uint8_t *scratch; /* one locked block of four keys for each test */

static int take_scratch(void **state)
{
    scratch = secret_new(4 * HPKE_KEY_LEN);
    return scratch != NULL ? 0 : -1;
}

static int drop_scratch(void **state)
{
    secret_free(scratch);
    return 0;
}

static void key_pairs_are_derived_as_in_rfc_9180(void **state)
{
    static const char *const cases[][3] = {{IKM_R, SK_R, PK_R}, {IKM_E, SK_E, ENC}};
    uint8_t ikm[32], public_key[HPKE_KEY_LEN];
    for (size_t i = 0; i < 2; i++) {
        hex_read(cases[i][0], ikm, sizeof ikm);
        assert_int_equal(hpke_derive(ikm, sizeof ikm, scratch, public_key), ERROR_NONE);
        hex_assert(scratch, HPKE_KEY_LEN, cases[i][1]);
        hex_assert(public_key, HPKE_KEY_LEN, cases[i][2]);
    }
}

static void encapsulation_gives_the_values_of_rfc_9180(void **state)
{
    uint8_t *shared = scratch + HPKE_KEY_LEN;
    uint8_t pk[HPKE_KEY_LEN], enc[HPKE_KEY_LEN];
    hex_read(SK_E, scratch, HPKE_KEY_LEN);
    hex_read(PK_R, pk, sizeof pk);
    assert_int_equal(hpke_encap(scratch, pk, shared, enc), ERROR_NONE);
    hex_assert(shared, HPKE_KEY_LEN, SHARED);
    hex_assert(enc, HPKE_KEY_LEN, ENC);

    hex_read(SK_R, scratch, HPKE_KEY_LEN);
    memset(shared, 0, HPKE_KEY_LEN);
    assert_int_equal(hpke_open_decap(&(struct hpke_pair){scratch, pk}, enc, shared), ERROR_NONE);
    hex_assert(shared, HPKE_KEY_LEN, SHARED);
}

static void the_schedule_gives_the_values_of_rfc_9180(void **state)
{
    struct hpke_keys *keys = (struct hpke_keys *)(void *)scratch;
    uint8_t shared[HPKE_KEY_LEN], info[INFO_LEN];
    hex_read(SHARED, shared, sizeof shared);
    hex_read(INFO, info, sizeof info);
    assert_int_equal(hpke_schedule(shared, info, sizeof info, keys), ERROR_NONE);
    hex_assert(keys->key, sizeof keys->key, KEY);
    hex_assert(keys->nonce, sizeof keys->nonce, NONCE);
}

static void encryptions_give_the_values_of_rfc_9180(void **state)
{
    uint8_t key[32], nonce[12], aad[AAD_LEN], plain[PLAIN_LEN], ct[PLAIN_LEN + 16], back[PLAIN_LEN];
    hex_read(KEY, key, sizeof key);
    hex_read(PLAIN, plain, sizeof plain);
    for (size_t i = 0; i < 3; i++) {
        hex_read(encryptions[i].nonce, nonce, sizeof nonce);
        hex_read(encryptions[i].aad, aad, sizeof aad);
        const struct aead with = {AEAD_CHACHA20_POLY1305, key, nonce, aad, sizeof aad};
        assert_int_equal(aead_seal(&with, plain, sizeof plain, ct), ERROR_NONE);
        hex_assert(ct, sizeof ct, encryptions[i].ct);
        assert_int_equal(aead_open(&with, ct, sizeof ct, back), ERROR_NONE);
        assert_memory_equal(back, plain, sizeof plain);
    }
}

static void single_shot_seals_and_opens_rfc_9180s_first_message(void **state)
{
    uint8_t info[INFO_LEN], aad[AAD_LEN], plain[PLAIN_LEN], ct[PLAIN_LEN + 16], back[PLAIN_LEN];
    hex_read(SHARED, scratch, HPKE_KEY_LEN);
    hex_read(INFO, info, sizeof info);
    hex_read(encryptions[0].aad, aad, sizeof aad);
    hex_read(PLAIN, plain, sizeof plain);
    const struct hpke_context context = {info, sizeof info, aad, sizeof aad};
    assert_int_equal(hpke_seal(scratch, &context, plain, sizeof plain, ct), ERROR_NONE);
    hex_assert(ct, sizeof ct, encryptions[0].ct);
    assert_int_equal(hpke_open(scratch, &context, ct, sizeof ct, back), ERROR_NONE);
    assert_memory_equal(back, plain, sizeof plain);
}

/* A tag cut short, which libgcrypt's GCM would take, and a nonce that is not set, cannot be asked
   for; what is left is a message shorter than a tag. */
static void a_message_shorter_than_its_tag_is_forged(void **state)
{
    const uint8_t key[32] = {1}, nonce[12] = {2}, sealed[AEAD_TAG_LEN] = {0};
    uint8_t plain[4] = "abc";
    const struct hpke_context none = {"", 0, "", 0};
    for (enum aead_cipher cipher = AEAD_CHACHA20_POLY1305; cipher <= AEAD_AES256_GCM; cipher++) {
        const struct aead with = {cipher, key, nonce, "", 0};
        for (size_t len = 0; len < sizeof sealed; len++)
            assert_int_equal(aead_open(&with, sealed, len, plain), ERROR_SEAL);
    }
    assert_int_equal(hpke_open(key, &none, sealed, 15, plain), ERROR_SEAL);
}

/* Every tag cut to a length that libgcrypt's checktag takes, with the ciphertext moved up to it. */
static void a_truncated_tag_is_forged(void **state)
{
    const uint8_t key[32] = {1}, nonce[12] = {2};
    uint8_t sealed[8 + AEAD_TAG_LEN], plain[8] = "fortytwo";
    const struct aead with = {AEAD_AES256_GCM, key, nonce, "", 0};
    assert_int_equal(aead_seal(&with, plain, sizeof plain, sealed), ERROR_NONE);
    for (size_t cut = 1; cut <= 12; cut++) {
        memset(plain, 'x', sizeof plain);
        assert_int_equal(aead_open(&with, sealed, sizeof sealed - cut, plain), ERROR_SEAL);
        if (cut < sizeof plain)
            assert_int_equal(plain[0], 0);
    }
}

/* What is said of libgcrypt here was seen in versions before this one; a later one may be
   better. */
static bool libgcrypt_is_known(void)
{
    return gcry_check_version("1.12.0") == NULL;
}

/* RFC 7748 section 5.2: scalars that are not clamped, a point with its top bit set, and one that
   is p or more; all as they lie in our files, little-endian. Turned round, as libgcrypt's own
   numbers want them, they give something else. */
static void points_and_scalars_are_those_of_rfc_7748(void **state)
{
    static const char *const cases[][3] = {
        {"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
         "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
         "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
        {"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
         "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
         "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
    };
    static const uint8_t p_and_nine[HPKE_KEY_LEN] = {
        0xf6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
    uint8_t point[HPKE_KEY_LEN], turned[HPKE_KEY_LEN], public_key[HPKE_KEY_LEN];
    uint8_t *out = scratch + HPKE_KEY_LEN;
    for (size_t i = 0; i < 2; i++) {
        hex_read(cases[i][0], scratch, HPKE_KEY_LEN);
        hex_read(cases[i][1], point, sizeof point);
        assert_int_equal(hpke_agree(scratch, point, out), ERROR_NONE);
        hex_assert(out, HPKE_KEY_LEN, cases[i][2]);
        for (size_t at = 0; at < sizeof turned; at++)
            turned[at] = point[sizeof turned - 1 - at];
        assert_int_equal(hpke_agree(scratch, turned, public_key), ERROR_NONE);
        assert_memory_not_equal(public_key, out, HPKE_KEY_LEN);
    }
    /* 2^255 - 19 + 9 is the base point, once it is reduced. */
    assert_int_equal(hpke_public(scratch, public_key), ERROR_NONE);
    assert_int_equal(hpke_agree(scratch, p_and_nine, out), ERROR_NONE);
    assert_memory_equal(out, public_key, HPKE_KEY_LEN);
}

/* Every length is in the type: libgcrypt's call takes none, and reads 32 bytes wherever it is
   pointed. */
_Static_assert(HPKE_KEY_LEN == 32 && (int)ENVELOPE_KEY_LEN == (int)HPKE_KEY_LEN, "X25519's keys");

/* RFC 7748 section 6.1 and the points of small order: zero and one, the two of order 8, p - 1, and
   the forms of these that are p or more. */
static void points_of_small_order_are_refused(void **state)
{
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
    };
    static uint8_t letter[ENVELOPE_LETTER_LEN], envelope[ENVELOPE_LEN];
    uint8_t *out = scratch + HPKE_KEY_LEN;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        uint8_t point[HPKE_KEY_LEN];
        hex_read(points[i], point, sizeof point);
        memset(scratch, 0x55, HPKE_KEY_LEN);
        memset(out, 0x55, HPKE_KEY_LEN);
        if (libgcrypt_is_known()) { /* success, and a secret that everybody knows */
            assert_int_equal(gcry_ecc_mul_point(GCRY_ECC_CURVE25519, out, scratch, point), 0);
            assert_true(sodium_is_zero(out, HPKE_KEY_LEN));
            memset(out, 0x55, HPKE_KEY_LEN);
        }
        assert_int_equal(hpke_agree(scratch, point, out), ERROR_KEY_UNFIT);
        assert_true(sodium_is_zero(out, HPKE_KEY_LEN));
        memset(envelope, 0x55, sizeof envelope);
        assert_int_equal(envelope_seal(point, letter, envelope), ERROR_KEY_UNFIT);
        assert_true(sodium_is_zero(envelope, sizeof envelope));
    }
}

/* ---- The other HPKE: sandyq-formats(5) read by a stranger with libsodium ---- */

static void hmac(uint8_t out[32], const uint8_t *key, size_t key_len, const uint8_t *data,
                 size_t len)
{
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, key, key_len);
    crypto_auth_hmacsha256_update(&h, data, len);
    crypto_auth_hmacsha256_final(&h, out);
}

/* LabeledExtract of one suite; data is at most 64 bytes. */
static void extract(uint8_t out[32], const char *salt, size_t salt_len, const char *suite,
                    size_t suite_len, const char *label, const uint8_t *data, size_t len)
{
    uint8_t all[160];
    size_t n = 0;
    memcpy(all + n, "HPKE-v1", 7), n += 7;
    memcpy(all + n, suite, suite_len), n += suite_len;
    memcpy(all + n, label, strlen(label)), n += strlen(label);
    memcpy(all + n, data, len), n += len;
    hmac(out, (const uint8_t *)salt, salt_len, all, n);
}

/* LabeledExpand to 32 bytes or fewer. */
static void expand(uint8_t *out, size_t out_len, const uint8_t prk[32], const char *suite,
                   size_t suite_len, const char *label, const uint8_t *data, size_t len)
{
    uint8_t all[200] = {0, (uint8_t)out_len}, block[32];
    size_t n = 2;
    memcpy(all + n, "HPKE-v1", 7), n += 7;
    memcpy(all + n, suite, suite_len), n += suite_len;
    memcpy(all + n, label, strlen(label)), n += strlen(label);
    memcpy(all + n, data, len), n += len;
    all[n++] = 1;
    hmac(block, prk, 32, all, n);
    memcpy(out, block, out_len);
}

#define KEM_SUITE  "KEM\x00\x20", 5
#define HPKE_SUITE "HPKE\x00\x20\x00\x01\x00\x03", 10

/* AEAD key and nonce of an envelope from its header and the X25519 result. */
static void stranger_schedule(const uint8_t *envelope, const uint8_t dh[32], const uint8_t pk[32],
                              uint8_t key[32], uint8_t nonce[12])
{
    uint8_t prk[32], shared[32], secret[32], kem[64], context[65] = {0}, info[34];
    memcpy(kem, envelope + 30, 32);
    memcpy(kem + 32, pk, 32);
    extract(prk, "", 0, KEM_SUITE, "eae_prk", dh, 32);
    expand(shared, 32, prk, KEM_SUITE, "shared_secret", kem, 64);
    memcpy(info, "sandyq envelope v1", 18);
    memcpy(info + 18, envelope + 14, 16);
    extract(context + 1, "", 0, HPKE_SUITE, "psk_id_hash", info, 0);
    extract(context + 33, "", 0, HPKE_SUITE, "info_hash", info, 34);
    extract(secret, (const char *)shared, 32, HPKE_SUITE, "secret", info, 0);
    expand(key, 32, secret, HPKE_SUITE, "key", context, 65);
    expand(nonce, 12, secret, HPKE_SUITE, "base_nonce", context, 65);
}

static void fill(uint8_t *letter)
{
    for (size_t i = 0; i < ENVELOPE_LETTER_LEN; i++)
        letter[i] = (uint8_t)(i * 7 + i / 256);
}

static void a_stranger_opens_what_we_seal(void **state)
{
    static uint8_t letter[ENVELOPE_LETTER_LEN], envelope[ENVELOPE_LEN], back[ENVELOPE_LETTER_LEN];
    uint8_t pk[32], dh[32], key[32], nonce[12];
    fill(letter);
    assert_int_equal(envelope_key_new(scratch, pk), ERROR_NONE);
    assert_int_equal(envelope_seal(pk, letter, envelope), ERROR_NONE);
    assert_memory_equal(envelope, "SANDYQE1\x20\x00\x01\x00\x03\x00", 14);
    assert_int_equal(crypto_scalarmult(dh, scratch, envelope + 30), 0);
    stranger_schedule(envelope, dh, pk, key, nonce);
    assert_int_equal(crypto_aead_chacha20poly1305_ietf_decrypt(back, NULL, NULL, envelope + 1150,
                                                               ENVELOPE_LEN - 1150, envelope, 1150,
                                                               nonce, key),
                     0);
    assert_memory_equal(back, letter, sizeof letter);
}

/* To pk, with this byte where zeros must stand. */
static void stranger_seals(const uint8_t pk[32], const uint8_t *letter, uint8_t rest,
                           uint8_t *envelope)
{
    uint8_t dh[32], ephemeral[32], key[32], nonce[12], id[32], named[48];
    memcpy(named, "sandyq intake v1", 16);
    memcpy(named + 16, pk, 32);
    crypto_hash_sha256(id, named, sizeof named);
    memcpy(envelope, "SANDYQE1\x20\x00\x01\x00\x03\x00", 14);
    memcpy(envelope + 14, id, 16);
    memset(envelope + 62, 0, 1150 - 62);
    envelope[1149] = rest;
    randombytes_buf(ephemeral, sizeof ephemeral);
    crypto_scalarmult_base(envelope + 30, ephemeral);
    assert_int_equal(crypto_scalarmult(dh, ephemeral, pk), 0);
    stranger_schedule(envelope, dh, pk, key, nonce);
    crypto_aead_chacha20poly1305_ietf_encrypt(envelope + 1150, NULL, letter, ENVELOPE_LETTER_LEN,
                                              envelope, 1150, NULL, nonce, key);
}

static void we_open_what_a_stranger_seals(void **state)
{
    static uint8_t letter[ENVELOPE_LETTER_LEN], envelope[ENVELOPE_LEN], back[ENVELOPE_LETTER_LEN];
    uint8_t pk[32];
    fill(letter);
    assert_int_equal(envelope_key_new(scratch, pk), ERROR_NONE);
    stranger_seals(pk, letter, 0, envelope);
    assert_int_equal(envelope_open(scratch, envelope, back), ERROR_NONE);
    assert_memory_equal(back, letter, sizeof letter);
    stranger_seals(pk, letter, 1, envelope);
    assert_int_equal(envelope_open(scratch, envelope, back), ERROR_SEAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_pairs_are_derived_as_in_rfc_9180),
        cmocka_unit_test(encapsulation_gives_the_values_of_rfc_9180),
        cmocka_unit_test(the_schedule_gives_the_values_of_rfc_9180),
        cmocka_unit_test(encryptions_give_the_values_of_rfc_9180),
        cmocka_unit_test(single_shot_seals_and_opens_rfc_9180s_first_message),
        cmocka_unit_test(a_message_shorter_than_its_tag_is_forged),
        cmocka_unit_test(a_truncated_tag_is_forged),
        cmocka_unit_test(points_and_scalars_are_those_of_rfc_7748),
        cmocka_unit_test(points_of_small_order_are_refused),
        cmocka_unit_test(a_stranger_opens_what_we_seal),
        cmocka_unit_test(we_open_what_a_stranger_seals),
    };
    if (secret_start() != ERROR_NONE || sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, take_scratch, drop_scratch);
}
