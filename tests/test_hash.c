/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes against the vectors of RFC 4231 and RFC 5869, and their parts against the whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrypt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "tests/lib/hex.h"

struct hmac_case {
    const char *key, *data, *mac;
};

#define AA20  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AA131 AA20 AA20 AA20 AA20 AA20 AA20 "aaaaaaaaaaaaaaaaaaaaaa"
#define DD50                                                                                       \
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd" \
    "dddddddd"

/* RFC 4231 section 4, cases 1, 2, 3, 6 and 7. */
static const struct hmac_case hmac_cases[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {AA20, DD50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {AA131,
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b"
     "6579204669727374",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {AA131,
     "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a6520"
     "6b657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579"
     "206e6565647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520"
     "484d414320616c676f726974686d2e",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

static void hmac_gives_the_values_of_rfc_4231(void **state)
{
    for (size_t i = 0; i < sizeof hmac_cases / sizeof *hmac_cases; i++) {
        uint8_t key[160], data[200], mac[HASH_LEN];
        size_t key_len = hex_read(hmac_cases[i].key, key, sizeof key);
        size_t len = hex_read(hmac_cases[i].data, data, sizeof data);
        assert_int_equal(hash_hmac(mac, key, key_len, &(struct hash_part){data, len}, 1), 0);
        hex_assert(mac, HASH_LEN, hmac_cases[i].mac);
    }
}

struct hkdf_case {
    const char *ikm, *salt, *info, *prk, *okm;
};

/* RFC 5869 appendix A.1 to A.3. */
static const struct hkdf_case hkdf_cases[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
     "f0f1f2f3f4f5f6f7f8f9", "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
     "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d"
     "2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d"
     "8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
     "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdd"
     "dedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
     "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e59"
     "0e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
     "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
};

static void hkdf_gives_the_values_of_rfc_5869(void **state)
{
    for (size_t i = 0; i < sizeof hkdf_cases / sizeof *hkdf_cases; i++) {
        const struct hkdf_case *c = &hkdf_cases[i];
        uint8_t ikm[96], salt[96], info[96], prk[HASH_LEN], okm[96];
        const struct hash_part ikm_part = {ikm, hex_read(c->ikm, ikm, sizeof ikm)};
        const struct hash_part info_part = {info, hex_read(c->info, info, sizeof info)};
        size_t salt_len = hex_read(c->salt, salt, sizeof salt);
        size_t len = strlen(c->okm) / 2;
        assert_int_equal(hash_extract(prk, salt_len > 0 ? salt : NULL, salt_len, &ikm_part, 1), 0);
        hex_assert(prk, HASH_LEN, c->prk);
        assert_int_equal(hash_expand(okm, len, prk, &info_part, 1), 0);
        hex_assert(okm, len, c->okm);
    }
}

static void an_expansion_reaches_255_blocks(void **state)
{
    static uint8_t all[255 * HASH_LEN], first[HASH_LEN];
    const uint8_t prk[HASH_LEN] = {1};
    assert_int_equal(hash_expand(all, sizeof all, prk, NULL, 0), 0);
    assert_int_equal(hash_expand(first, sizeof first, prk, NULL, 0), 0);
    assert_memory_equal(all, first, sizeof first);
    assert_memory_not_equal(all + sizeof all - HASH_LEN, first, HASH_LEN);
}

static void parts_are_hashed_with_nothing_between(void **state)
{
    const struct hash_part parts[] = {{"a", 1}, {"", 0}, {"bc", 2}};
    uint8_t digest[HASH_LEN];
    assert_int_equal(hash_sha256(digest, parts, 3), 0);
    hex_assert(digest, HASH_LEN,
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* The one-shot HMAC of libgcrypt refuses locked memory, and a caller that does not look at what it
   returns goes on with whatever lay in mac. Ours keeps its state there. */
static void a_state_in_locked_memory_is_taken(void **state)
{
    char key[] = "Jefe", text[] = "what do ya want for nothing?";
    gcry_buffer_t parts[] = {{.data = key, .len = 4}, {.data = text, .len = sizeof text - 1}};
    uint8_t mac[HASH_LEN] = {0};
    const unsigned flags = GCRY_MD_FLAG_HMAC;
    assert_int_equal(gcry_md_hash_buffers(GCRY_MD_SHA256, flags, mac, parts, 2), 0);
    hex_assert(mac, HASH_LEN, hmac_cases[1].mac);
    memset(mac, 0, sizeof mac);
    if (gcry_check_version("1.12.0") == NULL) {
        assert_int_not_equal(
            gcry_md_hash_buffers(GCRY_MD_SHA256, flags | GCRY_MD_FLAG_SECURE, mac, parts, 2), 0);
        assert_int_equal(mac[0], 0);
    }
    assert_int_equal(hash_hmac(mac, key, 4, &(struct hash_part){text, sizeof text - 1}, 1), 0);
    hex_assert(mac, HASH_LEN, hmac_cases[1].mac);
}

/* Where the locked pool begins. */
static const uint8_t *pool;

static void find_pool(void)
{
    void *first = secret_new(1);
    pool = (const uint8_t *)((uintptr_t)first & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1));
    secret_free(first);
}

static void assert_not_in_pool(const uint8_t *bytes, size_t len)
{
    assert_null(memmem(pool, SECRET_POOL, bytes, len));
}

/* The kept digest and what stands beside it are blank: neither key, nor padded key, nor result. */
static void nothing_stays_between_two_calls(void **state)
{
    uint8_t key[HASH_LEN], inside[HASH_LEN], outside[HASH_LEN], mac[HASH_LEN], digest[HASH_LEN];
    const struct hash_part part = {"no block filled", 15};
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)(0x81 ^ i * 7);
        inside[i] = key[i] ^ 0x36;
        outside[i] = key[i] ^ 0x5c;
    }
    assert_int_equal(hash_hmac(mac, key, sizeof key, &part, 1), 0);
    assert_not_in_pool(key, sizeof key);
    assert_not_in_pool(inside, sizeof inside);
    assert_not_in_pool(outside, sizeof outside);
    assert_not_in_pool(mac, 8);
    assert_int_equal(hash_sha256(digest, &part, 1), 0);
    assert_not_in_pool(digest, 8);
    assert_not_in_pool(part.data, part.len);
}

static void *hash_elsewhere(void *context)
{
    uint8_t digest[HASH_LEN];
    for (int i = 0; i < 20; i++) {
        if (hash_sha256(digest, &(struct hash_part){"abc", 3}, 1) != 0 || digest[0] != 0xba ||
            digest[31] != 0xad)
            atomic_store((atomic_int *)context, 1);
    }
    return NULL;
}

/* Many threads, of which each keeps a digest: the pool holds a few hundred at a time. */
static void threads_end_with_what_they_kept(void **state)
{
    atomic_int wrong = 0;
    for (int round = 0; round < 1000; round++) {
        pthread_t threads[2];
        for (int i = 0; i < 2; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, hash_elsewhere, &wrong), 0);
        for (int i = 0; i < 2; i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&wrong), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_gives_the_values_of_rfc_4231),
        cmocka_unit_test(hkdf_gives_the_values_of_rfc_5869),
        cmocka_unit_test(an_expansion_reaches_255_blocks),
        cmocka_unit_test(parts_are_hashed_with_nothing_between),
        cmocka_unit_test(a_state_in_locked_memory_is_taken),
        cmocka_unit_test(nothing_stays_between_two_calls),
        cmocka_unit_test(threads_end_with_what_they_kept),
    };
    if (secret_start() != ERROR_NONE)
        return 1;
    find_pool();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
