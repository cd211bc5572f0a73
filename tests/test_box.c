/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boxes: by NIST's vectors and another library, opened under their own key and aad only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <string.h>

#include "crypto/box.h"
#include "crypto/secret.h"
#include "tests/lib/hex.h"

/* Test cases 13, 15 and 16 of McGrew and Viega's GCM specification, which NIST took over:
   AES-256, IV of 96 bits. Each as it would rest in a file: nonce, ciphertext, tag. */
#define KEY   "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define NONCE "cafebabefacedbaddecaf888"
#define TEXT                                                                                       \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6" \
    "b"                                                                                            \
    "525b16aedf5aa0de657ba637b39"
#define CIPHERTEXT                                                                                 \
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682" \
    "8"                                                                                            \
    "838c5f61e6393ba7a0abcc9f662"

static const struct {
    const char *key, *aad, *plain, *sealed;
} vectors[] = {
    {"0000000000000000000000000000000000000000000000000000000000000000", "", "",
     "000000000000000000000000530f8afbc74536b9a963b4f1c4cb738b"},
    {KEY, "", TEXT "1aafd255", NONCE CIPHERTEXT "898015adb094dac5d93471bdec1a502270e3cc6c"},
    {KEY, "feedfacedeadbeeffeedfacedeadbeefabaddad2", TEXT,
     NONCE CIPHERTEXT "76fc6ece0f4e1768cddf8853bb2d551b"},
};

static const char plain[] = "No heating since Monday; two of us are ill.";
enum { PLAIN = sizeof plain, SEALED = PLAIN + BOX_OVERHEAD, ROOM = 128 };

static uint8_t key[BOX_KEY_LEN];
static const struct box box = {key, "office and digest", 17};
static uint8_t sealed[SEALED];
static char opened[PLAIN];

static int seal(void **state)
{
    memset(key, 'b', sizeof key);
    return box_seal(&box, plain, PLAIN, sealed) == ERROR_NONE ? 0 : -1;
}

static void assert_refused(const struct box *with, size_t len)
{
    static const char zeros[PLAIN];
    memset(opened, 'x', sizeof opened);
    assert_int_equal(box_open(with, sealed, len, opened), ERROR_SEAL);
    assert_memory_equal(opened, zeros, len < BOX_OVERHEAD ? 0 : len - BOX_OVERHEAD);
}

static void published_vectors_open(void **state)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint8_t k[BOX_KEY_LEN], aad[ROOM], bytes[ROOM], got[ROOM];
        hex_read(vectors[i].key, k, sizeof k);
        const struct box with = {k, aad, hex_read(vectors[i].aad, aad, sizeof aad)};
        const size_t len = hex_read(vectors[i].sealed, bytes, sizeof bytes);
        assert_int_equal(box_open(&with, bytes, len, got), ERROR_NONE);
        hex_assert(got, len - BOX_OVERHEAD, vectors[i].plain);
    }
}

static void another_library_opens_what_we_seal(void **state)
{
    if (!crypto_aead_aes256gcm_is_available())
        skip();
    assert_int_equal(crypto_aead_aes256gcm_decrypt((uint8_t *)opened, NULL, NULL, sealed + 12,
                                                   SEALED - 12, box.aad, box.aad_len, sealed, key),
                     0);
    assert_memory_equal(opened, plain, PLAIN);
}

static void we_open_what_another_library_seals(void **state)
{
    if (!crypto_aead_aes256gcm_is_available())
        skip();
    crypto_aead_aes256gcm_encrypt(sealed + 12, NULL, (const uint8_t *)plain, PLAIN, box.aad,
                                  box.aad_len, NULL, sealed, key);
    assert_int_equal(box_open(&box, sealed, SEALED, opened), ERROR_NONE);
    assert_memory_equal(opened, plain, PLAIN);
}

static void nothing_can_be_sealed_too(void **state)
{
    assert_int_equal(box_seal(&box, "", 0, sealed), ERROR_NONE);
    assert_int_equal(box_open(&box, sealed, BOX_OVERHEAD, opened), ERROR_NONE);
    assert_refused(&box, BOX_OVERHEAD - 1);
}

static void the_same_text_never_seals_to_the_same_bytes(void **state)
{
    uint8_t again[SEALED];
    assert_int_equal(box_seal(&box, plain, PLAIN, again), ERROR_NONE);
    assert_memory_not_equal(again, sealed, 12);
    assert_memory_not_equal(again + 12, sealed + 12, PLAIN);
}

static void any_flipped_byte_is_refused(void **state)
{
    for (size_t i = 0; i < SEALED; i++) {
        sealed[i] ^= (uint8_t)(1 << i % 8);
        assert_refused(&box, SEALED);
        sealed[i] ^= (uint8_t)(1 << i % 8);
    }
    assert_int_equal(box_open(&box, sealed, SEALED, opened), ERROR_NONE);
}

static void any_cut_is_refused(void **state)
{
    for (size_t len = 0; len < SEALED; len++)
        assert_refused(&box, len);
}

static void another_key_or_aad_is_refused(void **state)
{
    const struct box shorter = {key, box.aad, box.aad_len - 1};
    const struct box other = {key, "office and digesT", 17};
    const struct box none = {key, NULL, 0};
    assert_refused(&shorter, SEALED);
    assert_refused(&other, SEALED);
    assert_refused(&none, SEALED);
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] ^= 0x80;
        assert_refused(&box, SEALED);
        key[i] ^= 0x80;
    }
}

#define EACH(test) cmocka_unit_test_setup(test, seal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(published_vectors_open),
        EACH(another_library_opens_what_we_seal),
        EACH(we_open_what_another_library_seals),
        EACH(nothing_can_be_sealed_too),
        EACH(the_same_text_never_seals_to_the_same_bytes),
        EACH(any_flipped_byte_is_refused),
        EACH(any_cut_is_refused),
        EACH(another_key_or_aad_is_refused),
    };
    if (secret_start() != ERROR_NONE || sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
