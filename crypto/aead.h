/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message under one key and nonce, the only way anything in crypto/ encrypts: the nonce is
   always set, always AEAD_NONCE_LEN bytes, and the tag is always whole, AEAD_TAG_LEN bytes after
   the ciphertext. */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { AEAD_KEY_LEN = 32, AEAD_NONCE_LEN = 12, AEAD_TAG_LEN = 16 };

enum aead_cipher {
    AEAD_CHACHA20_POLY1305, /* RFC 8439 */
    AEAD_AES256_GCM,        /* NIST SP 800-38D */
};

/* What sealing and opening must agree on. */
struct aead {
    enum aead_cipher cipher;
    const uint8_t *key;   /* AEAD_KEY_LEN bytes */
    const uint8_t *nonce; /* AEAD_NONCE_LEN bytes; never twice under one key */
    const void *aad;
    size_t aad_len;
};

/* Seals len bytes into out, len + AEAD_TAG_LEN bytes, which may not overlap plain. Returns
   ERROR_NONE or ERROR_MEMORY (then out is zeroed). */
enum error aead_seal(const struct aead *with, const void *plain, size_t len, uint8_t *out);

/* Opens len bytes, tag included, into plain, len - AEAD_TAG_LEN bytes. Returns ERROR_NONE,
   ERROR_SEAL or ERROR_MEMORY; on error plain is zeroed. */
enum error aead_open(const struct aead *with, const uint8_t *sealed, size_t len, void *plain);

#endif
