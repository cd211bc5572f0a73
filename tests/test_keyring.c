/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyrings: opened with the right words, refused without any derivation when damaged, readable by a
   stranger with libsodium. Derivations are slow, so most tests share one cheap keyring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/wire.h"
#include "crypto/keyring.h"
#include "crypto/secret.h"

enum { SECRET_LEN = 96, FILE_LEN = SECRET_LEN + KEYRING_OVERHEAD, BODY_LEN = FILE_LEN - 32 };

static const char words[] = "correct horse battery staple";
static uint8_t *opened;
static uint8_t secret[SECRET_LEN];
static uint8_t honest[FILE_LEN];
static uint8_t file[FILE_LEN]; /* each test's own copy of honest, to spoil */

static void write_checksum(void)
{
    crypto_hash_sha256(file + BODY_LEN, file, BODY_LEN);
}

/* Builds a keyring of 64 MiB and one pass by the header's words alone. */
static int stranger_seals(void **state)
{
    uint8_t key[32];
    opened = secret_new(SECRET_LEN);
    if (opened == NULL)
        return -1;
    memset(secret, 's', sizeof secret);
    memcpy(file, "SANDYQW1", 8);
    wire_put32(file + 8, 65536);
    wire_put32(file + 12, 1);
    randombytes_buf(file + 16, 16 + 12);
    wire_put32(file + 44, SECRET_LEN);
    if (crypto_pwhash(key, sizeof key, words, strlen(words), file + 16, 1, 65536UL * 1024,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return -1;
    crypto_aead_aes256gcm_encrypt(file + 48, NULL, secret, SECRET_LEN, file, 48, NULL, file + 32,
                                  key);
    write_checksum();
    memcpy(honest, file, sizeof honest);
    return 0;
}

static int copy(void **state)
{
    memcpy(file, honest, sizeof file);
    return 0;
}

static int teardown(void **state)
{
    secret_free(opened);
    return 0;
}

static int try(const char *passphrase, size_t file_len)
{
    size_t len = 99;
    memset(opened, 'x', SECRET_LEN);
    int rc = keyring_open(passphrase, strlen(passphrase), file, file_len, opened, &len);
    if (rc != ERROR_NONE) {
        assert_int_equal(len, 0);
        for (size_t i = 0; i < SECRET_LEN; i++)
            assert_true(opened[i] == 'x' || opened[i] == 0);
    } else {
        assert_int_equal(len, SECRET_LEN);
    }
    return rc;
}

static void a_strangers_keyring_opens(void **state)
{
    assert_int_equal(try(words, FILE_LEN), ERROR_NONE);
    assert_memory_equal(opened, secret, sizeof secret);
}

static void a_wrong_passphrase_is_told_from_damage(void **state)
{
    assert_int_equal(try("correct horse battery staples", FILE_LEN), ERROR_PASSPHRASE);
    assert_int_equal(try("", FILE_LEN), ERROR_PASSPHRASE);
}

/* Changed by somebody who can write checksums too: the tag of the cipher still says no. */
static void a_change_with_a_right_checksum_does_not_open(void **state)
{
    file[60] ^= 1;
    write_checksum();
    assert_int_equal(try(words, FILE_LEN), ERROR_PASSPHRASE);
}

/* Calls a check of all damaged files, which together must take less time than one derivation. */
static void without_derivation(void (*refuse_all)(void))
{
    clock_t begin = clock();
    assert_int_equal(try(words, FILE_LEN), ERROR_NONE);
    clock_t one = clock() - begin;
    begin = clock();
    refuse_all();
    assert_true(clock() - begin < one / 2 + CLOCKS_PER_SEC / 50);
}

static void truncate_at_every_length(void)
{
    for (size_t len = 0; len < FILE_LEN; len++)
        assert_int_equal(try(words, len), ERROR_KEYRING_DAMAGED);
}

static void a_file_cut_short_is_damaged(void **state)
{
    without_derivation(truncate_at_every_length);
}

static void flip_every_byte(void)
{
    for (size_t i = 0; i < FILE_LEN; i++) {
        uint8_t kept = file[i];
        file[i] ^= (uint8_t)(1 << i % 8);
        int want = i < 8 ? ERROR_KEYRING_FOREIGN : ERROR_KEYRING_DAMAGED;
        assert_int_equal(try(words, FILE_LEN), want);
        file[i] = kept;
    }
}

static void any_flipped_byte_is_refused(void **state)
{
    without_derivation(flip_every_byte);
}

static void one_byte_more_is_damaged(void **state)
{
    uint8_t longer[FILE_LEN + 1] = {0};
    size_t len;
    memcpy(longer, file, FILE_LEN);
    assert_int_equal(keyring_open(words, strlen(words), longer, sizeof longer, opened, &len),
                     ERROR_KEYRING_DAMAGED);
}

static void versions_and_foreign_files_are_told_apart(void **state)
{
    file[7] = '2';
    assert_int_equal(try(words, FILE_LEN), ERROR_KEYRING_NEWER);
    assert_int_equal(try(words, 8), ERROR_KEYRING_NEWER);
    file[7] = 'x';
    assert_int_equal(try(words, FILE_LEN), ERROR_KEYRING_FOREIGN);
    memcpy(file, "-----BEGIN", 10);
    assert_int_equal(try(words, FILE_LEN), ERROR_KEYRING_FOREIGN);
    assert_int_equal(try(words, 3), ERROR_KEYRING_FOREIGN);
}

static void refuse_costs(void)
{
    static const uint32_t costs[][2] = {
        {0, 3},      {65535, 3},   {1048577, 3},        {UINT32_MAX, 3},
        {262144, 0}, {262144, 17}, {262144, UINT32_MAX}};
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        wire_put32(file + 8, costs[i][0]);
        wire_put32(file + 12, costs[i][1]);
        write_checksum();
        assert_int_equal(try(words, FILE_LEN), ERROR_KEYRING_DAMAGED);
    }
}

static void costs_out_of_bounds_are_refused(void **state)
{
    without_derivation(refuse_costs);
}

static void a_length_that_lies_is_damaged(void **state)
{
    static const uint32_t lengths[] = {0, SECRET_LEN - 1, SECRET_LEN + 1, KEYRING_SECRET_MAX + 1,
                                       UINT32_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        wire_put32(file + 44, lengths[i]);
        write_checksum();
        assert_int_equal(try(words, FILE_LEN), ERROR_KEYRING_DAMAGED);
    }
}

static void what_we_seal_opens(void **state)
{
    static uint8_t other[FILE_LEN];
    memcpy(other, file, sizeof other);
    assert_int_equal(keyring_seal(words, strlen(words), secret, SECRET_LEN, file), ERROR_NONE);
    assert_memory_equal(file, "SANDYQW1\x00\x00\x04\x00\x03\x00\x00\x00", 16);
    assert_memory_not_equal(file + 16, other + 16, 16);
    assert_memory_not_equal(file + 32, other + 32, 12);
    assert_int_equal(try(words, FILE_LEN), ERROR_NONE);
    assert_memory_equal(opened, secret, sizeof secret);
}

#define EACH(test) cmocka_unit_test_setup(test, copy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(a_strangers_keyring_opens),
        EACH(a_wrong_passphrase_is_told_from_damage),
        EACH(a_change_with_a_right_checksum_does_not_open),
        EACH(a_file_cut_short_is_damaged),
        EACH(any_flipped_byte_is_refused),
        EACH(one_byte_more_is_damaged),
        EACH(versions_and_foreign_files_are_told_apart),
        EACH(costs_out_of_bounds_are_refused),
        EACH(a_length_that_lies_is_damaged),
        EACH(what_we_seal_opens),
    };
    if (secret_start() != ERROR_NONE || sodium_init() < 0)
        return 1;
    if (!crypto_aead_aes256gcm_is_available()) {
        print_message("[  SKIPPED ] libsodium has no AES-GCM on this processor\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, stranger_seals, teardown);
}
