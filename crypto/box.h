/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rests in the office's files under a key: AES-256-GCM with a random 96-bit nonce. Sealed = 12
   bytes nonce, ciphertext, 16 bytes tag. One key seals fewer than 2^32 boxes. */
#ifndef CRYPTO_BOX_H
#define CRYPTO_BOX_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { BOX_KEY_LEN = 32, BOX_OVERHEAD = 12 + 16 };

/* A key, and what must be the same when the box is opened. */
struct box {
    const uint8_t *key; /* BOX_KEY_LEN bytes */
    const void *aad;
    size_t aad_len;
};

/* Seals len bytes into out, len + BOX_OVERHEAD bytes, which may not overlap plain. ERROR_MEMORY. */
enum error box_seal(const struct box *box, const void *plain, size_t len, uint8_t *out);

/* As box_seal, with a nonce (BOX_NONCE_LEN bytes) that the caller has drawn together with something
   else: each draw takes its time. */
enum { BOX_NONCE_LEN = 12 };
enum error box_seal_with(const struct box *box, const uint8_t nonce[BOX_NONCE_LEN],
                         const void *plain, size_t len, uint8_t *out);

/* Opens len bytes into plain, len - BOX_OVERHEAD bytes that the caller wipes. ERROR_SEAL when it
   was changed, is for another key or aad, or is too short; ERROR_MEMORY. On an error plain is
   zeroed. */
enum error box_open(const struct box *box, const uint8_t *sealed, size_t len, void *plain);

#endif
