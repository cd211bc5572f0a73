/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key given to the holder of another: 32 bytes sealed to a public key by HPKE (RFC 9180, base
   mode, single shot, the suite of crypto/hpke, no aad). Wrapped = enc, 32 bytes, ciphertext, 32,
   tag, 16. */
#ifndef CRYPTO_WRAP_H
#define CRYPTO_WRAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/hpke.h"

enum { WRAP_SECRET_LEN = 32, WRAP_LEN = HPKE_KEY_LEN + WRAP_SECRET_LEN + HPKE_TAG_LEN };

/* What both sides must agree on. */
struct wrap_info {
    const void *data;
    size_t len;
};

/* Makes a fresh pair; the secret lies in secret_new memory. ERROR_MEMORY. */
enum error wrap_key_new(uint8_t secret[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN]);

/* Seals the secret to public_key. ERROR_KEY_UNFIT (a point of small order), ERROR_MEMORY; on an
   error out is zeroed. */
enum error wrap_seal(const uint8_t public_key[HPKE_KEY_LEN], const struct wrap_info *info,
                     const uint8_t secret[WRAP_SECRET_LEN], uint8_t out[WRAP_LEN]);

/* Opens what was sealed to the pair into secret (secret_new memory). ERROR_SEAL when it was changed
   or is for another key or info, ERROR_KEY_UNFIT, ERROR_MEMORY; on an error secret is zeroed. */
enum error wrap_open(const struct hpke_pair *pair, const struct wrap_info *info,
                     const uint8_t wrapped[WRAP_LEN], uint8_t secret[WRAP_SECRET_LEN]);

#endif
