/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One-shot authenticated encryption. libgcrypt encrypts without a nonce as if it were zero, takes
   other key, nonce and tag lengths in silence, and hands out plaintext before it has checked the
   tag; each of these is shut off here.

   No handle outlives its message: gcry_cipher_reset keeps the key, and only gcry_cipher_close wipes
   what was made of it. */
#include "crypto/aead.h"

#include <gcrypt.h>
#include <string.h>

static int algorithm(enum aead_cipher cipher)
{
    return cipher == AEAD_AES256_GCM ? GCRY_CIPHER_AES256 : GCRY_CIPHER_CHACHA20;
}

static int mode(enum aead_cipher cipher)
{
    return cipher == AEAD_AES256_GCM ? GCRY_CIPHER_MODE_GCM : GCRY_CIPHER_MODE_POLY1305;
}

/* A handle in locked memory with key, nonce and aad set, or NULL. */
static gcry_cipher_hd_t start(const struct aead *with)
{
    gcry_cipher_hd_t handle = NULL;
    if (gcry_cipher_open(&handle, algorithm(with->cipher), mode(with->cipher),
                         GCRY_CIPHER_SECURE) != 0)
        return NULL;
    if (gcry_cipher_setkey(handle, with->key, AEAD_KEY_LEN) != 0)
        goto fail;
    if (gcry_cipher_setiv(handle, with->nonce, AEAD_NONCE_LEN) != 0)
        goto fail;
    if (gcry_cipher_authenticate(handle, with->aad, with->aad_len) != 0)
        goto fail;
    gcry_cipher_final(handle);
    return handle;
fail:
    gcry_cipher_close(handle);
    return NULL;
}

enum error aead_seal(const struct aead *with, const void *plain, size_t len, uint8_t *out)
{
    enum error error = ERROR_MEMORY;
    gcry_cipher_hd_t handle = start(with);
    if (handle == NULL)
        goto out;
    if (gcry_cipher_encrypt(handle, out, len, plain, len) != 0)
        goto out;
    if (gcry_cipher_gettag(handle, out + len, AEAD_TAG_LEN) != 0)
        goto out;
    error = ERROR_NONE;
out:
    if (error != ERROR_NONE)
        explicit_bzero(out, len + AEAD_TAG_LEN);
    gcry_cipher_close(handle);
    return error;
}

enum error aead_open(const struct aead *with, const uint8_t *sealed, size_t len, void *plain)
{
    enum error error = ERROR_SEAL;
    gcry_cipher_hd_t handle = NULL;
    if (len < AEAD_TAG_LEN)
        return ERROR_SEAL;
    len -= AEAD_TAG_LEN;
    handle = start(with);
    if (handle == NULL) {
        error = ERROR_MEMORY;
        goto out;
    }
    if (gcry_cipher_decrypt(handle, plain, len, sealed, len) != 0)
        goto out;
    if (gcry_cipher_checktag(handle, sealed + len, AEAD_TAG_LEN) != 0)
        goto out;
    error = ERROR_NONE;
out:
    if (error != ERROR_NONE)
        explicit_bzero(plain, len);
    gcry_cipher_close(handle);
    return error;
}
