/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Authenticated encryption: what libgcrypt's own calls let pass, shown beside what ours do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrypt.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/aead.h"
#include "crypto/secret.h"

enum { LEN = 32, SEALED = LEN + AEAD_TAG_LEN };

static const uint8_t key[AEAD_KEY_LEN] = {1, 2, 3};
static const uint8_t nonce[AEAD_NONCE_LEN] = {4, 5, 6};
static const uint8_t beside[] = "authenticated too";
static const uint8_t plain[LEN] = "one word that must not get out";
static const struct aead chacha = {AEAD_CHACHA20_POLY1305, key, nonce, "", 0};
static const struct aead gcm = {AEAD_AES256_GCM, key, nonce, "", 0};

/* What is said of libgcrypt here was seen in versions before this one; a later one may be
   better. */
static bool libgcrypt_is_known(void)
{
    return gcry_check_version("1.12.0") == NULL;
}

/* A handle as libgcrypt's manual makes one, without a nonce. */
static gcry_cipher_hd_t naive_handle(enum aead_cipher cipher, size_t key_len)
{
    const bool aes = cipher == AEAD_AES256_GCM;
    gcry_cipher_hd_t handle = NULL;
    assert_int_equal(gcry_cipher_open(&handle, aes ? GCRY_CIPHER_AES256 : GCRY_CIPHER_CHACHA20,
                                      aes ? GCRY_CIPHER_MODE_GCM : GCRY_CIPHER_MODE_POLY1305, 0),
                     0);
    assert_int_equal(gcry_cipher_setkey(handle, key, key_len), 0);
    return handle;
}

/* The same bytes as another library makes: key, nonce and tag have the lengths they should, and
   what stands beside the text is under the tag. */
static void libsodium_seals_the_same_bytes(void **state)
{
    const struct aead a = {AEAD_CHACHA20_POLY1305, key, nonce, beside, sizeof beside};
    const struct aead b = {AEAD_AES256_GCM, key, nonce, beside, sizeof beside};
    uint8_t ours[SEALED], theirs[SEALED];
    assert_int_equal(aead_seal(&a, plain, LEN, ours), ERROR_NONE);
    crypto_aead_chacha20poly1305_ietf_encrypt(theirs, NULL, plain, LEN, beside, sizeof beside, NULL,
                                              nonce, key);
    assert_memory_equal(ours, theirs, SEALED);
    if (!crypto_aead_aes256gcm_is_available())
        return;
    assert_int_equal(aead_seal(&b, plain, LEN, ours), ERROR_NONE);
    crypto_aead_aes256gcm_encrypt(theirs, NULL, plain, LEN, beside, sizeof beside, NULL, nonce,
                                  key);
    assert_memory_equal(ours, theirs, SEALED);
}

/* libgcrypt encrypts without a nonce, always with the same. Ours has no such call, and reads all
   of the nonce. */
static void the_nonce_is_always_set(void **state)
{
    for (enum aead_cipher cipher = AEAD_CHACHA20_POLY1305; cipher <= AEAD_AES256_GCM; cipher++) {
        uint8_t naive[2][LEN], ours[SEALED], other[SEALED], changed[AEAD_NONCE_LEN];
        const struct aead with = {cipher, key, nonce, "", 0}, next = {cipher, key, changed, "", 0};
        for (int i = 0; i < 2; i++) {
            gcry_cipher_hd_t handle = naive_handle(cipher, sizeof key);
            gcry_error_t rc = gcry_cipher_encrypt(handle, naive[i], LEN, plain, LEN);
            if (libgcrypt_is_known())
                assert_int_equal(rc, 0);
            gcry_cipher_close(handle);
        }
        if (libgcrypt_is_known())
            assert_memory_equal(naive[0], naive[1], LEN);
        assert_int_equal(aead_seal(&with, plain, LEN, ours), ERROR_NONE);
        for (size_t i = 0; i < sizeof changed; i++) {
            memcpy(changed, nonce, sizeof changed);
            changed[i] ^= 1;
            assert_int_equal(aead_seal(&next, plain, LEN, other), ERROR_NONE);
            assert_memory_not_equal(ours, other, LEN);
        }
    }
}

/* libgcrypt takes one nonce twice under one key, and then the texts' difference lies open; what
   keeps ours apart is that each call is given a nonce of its own. */
static void a_nonce_given_twice_is_not_noticed_by_libgcrypt(void **state)
{
    static const uint8_t other[LEN] = "another word";
    uint8_t a[LEN], b[LEN];
    gcry_cipher_hd_t handle = naive_handle(AEAD_AES256_GCM, sizeof key);
    assert_int_equal(gcry_cipher_setiv(handle, nonce, sizeof nonce), 0);
    assert_int_equal(gcry_cipher_encrypt(handle, a, LEN, plain, LEN), 0);
    gcry_cipher_reset(handle);
    gcry_error_t rc = gcry_cipher_setiv(handle, nonce, sizeof nonce);
    if (libgcrypt_is_known()) {
        assert_int_equal(rc, 0);
        assert_int_equal(gcry_cipher_encrypt(handle, b, LEN, other, LEN), 0);
        for (size_t i = 0; i < LEN; i++)
            assert_int_equal(a[i] ^ b[i], plain[i] ^ other[i]);
    }
    gcry_cipher_close(handle);
}

/* Half a key is a key to libgcrypt's ChaCha20, and 24 bytes are a nonce: both without a word.
   Ours have one length. */
static void other_lengths_cannot_be_asked_for(void **state)
{
    static const uint8_t long_nonce[24];
    gcry_cipher_hd_t handle = naive_handle(AEAD_CHACHA20_POLY1305, 16);
    gcry_error_t rc = gcry_cipher_setiv(handle, long_nonce, sizeof long_nonce);
    if (libgcrypt_is_known())
        assert_int_equal(rc, 0);
    gcry_cipher_close(handle);
    uint8_t half[AEAD_KEY_LEN], a[SEALED], b[SEALED];
    const struct aead with = {AEAD_CHACHA20_POLY1305, half, nonce, "", 0};
    memcpy(half, key, sizeof half);
    assert_int_equal(aead_seal(&with, plain, LEN, a), ERROR_NONE);
    half[AEAD_KEY_LEN - 1] ^= 1; /* the last byte counts */
    assert_int_equal(aead_seal(&with, plain, LEN, b), ERROR_NONE);
    assert_memory_not_equal(a, b, LEN);
}

/* libgcrypt hands out the plaintext before it has looked at the tag; ours hands out zeros. */
static void forged_plaintext_is_not_handed_out(void **state)
{
    static const uint8_t zeros[LEN];
    for (enum aead_cipher cipher = AEAD_CHACHA20_POLY1305; cipher <= AEAD_AES256_GCM; cipher++) {
        const struct aead with = {cipher, key, nonce, "", 0};
        const struct aead other = {cipher, key, nonce, beside, sizeof beside};
        uint8_t sealed[SEALED], opened[LEN];
        assert_int_equal(aead_seal(&with, plain, LEN, sealed), ERROR_NONE);
        assert_int_equal(aead_open(&other, sealed, SEALED, opened), ERROR_SEAL);
        for (size_t i = 0; i < SEALED; i++) {
            sealed[i] ^= 0x10;
            memset(opened, 'x', sizeof opened);
            assert_int_equal(aead_open(&with, sealed, SEALED, opened), ERROR_SEAL);
            assert_memory_equal(opened, zeros, LEN);
            sealed[i] ^= 0x10;
        }
        gcry_cipher_hd_t handle = naive_handle(cipher, sizeof key);
        assert_int_equal(gcry_cipher_setiv(handle, nonce, sizeof nonce), 0);
        assert_int_equal(gcry_cipher_decrypt(handle, opened, LEN, sealed, LEN), 0);
        assert_memory_equal(opened, plain, LEN);
        sealed[LEN] ^= 1;
        assert_int_not_equal(gcry_cipher_checktag(handle, sealed + LEN, AEAD_TAG_LEN), 0);
        gcry_cipher_close(handle);
    }
}

/* GCM in libgcrypt is content with four bytes of the tag, which a forger hits in an afternoon.
   To ours every tag is 16 bytes long, so a file cut short has another one. */
static void a_short_tag_is_no_tag(void **state)
{
    static const size_t lengths[] = {4, 8, 12, 13, 14, 15};
    uint8_t sealed[SEALED], opened[LEN];
    assert_int_equal(aead_seal(&gcm, plain, LEN, sealed), ERROR_NONE);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        gcry_cipher_hd_t handle = naive_handle(AEAD_AES256_GCM, sizeof key);
        assert_int_equal(gcry_cipher_setiv(handle, nonce, sizeof nonce), 0);
        assert_int_equal(gcry_cipher_decrypt(handle, opened, LEN, sealed, LEN), 0);
        gcry_error_t rc = gcry_cipher_checktag(handle, sealed + LEN, lengths[i]);
        if (libgcrypt_is_known())
            assert_int_equal(rc, 0);
        gcry_cipher_close(handle);
        assert_int_equal(aead_open(&gcm, sealed, LEN + lengths[i], opened), ERROR_SEAL);
    }
}

/* Runs what should end the process in another; true when it did. */
static bool ends_the_process(void (*work)(void))
{
    const struct rlimit none = {0, 0};
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGSEGV, SIG_DFL); /* cmocka's would go on with the next test */
        close(STDERR_FILENO);
        work();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static void use_no_handle(void)
{
    gcry_cipher_hd_t none = NULL;
    (void)gcry_cipher_setiv(none, nonce, sizeof nonce);
}

/* When the locked pool is used up there is no handle, and libgcrypt's calls on none crash. */
static void a_full_pool_is_an_error_and_no_crash(void **state)
{
    static void *blocks[65536];
    static const uint8_t zeros[SEALED];
    uint8_t sealed[SEALED], full[SEALED], opened[LEN];
    size_t n = 0;
    assert_int_equal(aead_seal(&gcm, plain, LEN, sealed), ERROR_NONE);
    while (n < sizeof blocks / sizeof *blocks && (blocks[n] = secret_new(16)) != NULL)
        n++;
    memset(full, 'x', sizeof full);
    memset(opened, 'x', sizeof opened);
    int sealing = aead_seal(&chacha, plain, LEN, full),
        opening = aead_open(&gcm, sealed, SEALED, opened);
    while (n > 0)
        secret_free(blocks[--n]);
    assert_int_equal(sealing, ERROR_MEMORY);
    assert_int_equal(opening, ERROR_MEMORY);
    assert_memory_equal(full, zeros, SEALED);
    assert_memory_equal(opened, zeros, LEN);
    assert_int_equal(aead_open(&gcm, sealed, SEALED, opened), ERROR_NONE);
    if (libgcrypt_is_known())
        assert_true(ends_the_process(use_no_handle));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libsodium_seals_the_same_bytes),
        cmocka_unit_test(the_nonce_is_always_set),
        cmocka_unit_test(a_nonce_given_twice_is_not_noticed_by_libgcrypt),
        cmocka_unit_test(other_lengths_cannot_be_asked_for),
        cmocka_unit_test(forged_plaintext_is_not_handed_out),
        cmocka_unit_test(a_short_tag_is_no_tag),
        cmocka_unit_test(a_full_pool_is_an_error_and_no_crash),
    };
    if (secret_start() != ERROR_NONE || sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
