/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPKE (RFC 9180) base mode, single shot, one suite: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256
   0x0001, ChaCha20-Poly1305 0x0003. For the rest of crypto/ and for the RFC's vectors; every secret
   that goes in or out lies in secret_new memory. */
#ifndef CRYPTO_HPKE_H
#define CRYPTO_HPKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    HPKE_KEY_LEN = 32, /* private, public, encapsulated and shared alike */
    HPKE_AEAD_KEY_LEN = 32,
    HPKE_NONCE_LEN = 12,
    HPKE_TAG_LEN = 16,
};

/* What both sides must agree on. */
struct hpke_context {
    const void *info;
    size_t info_len;
    const void *aad;
    size_t aad_len;
};

/* What the key schedule gives for the first message. Keep it in secret_new memory. */
struct hpke_keys {
    uint8_t key[HPKE_AEAD_KEY_LEN];
    uint8_t nonce[HPKE_NONCE_LEN];
};

/* DeriveKeyPair(ikm) of RFC 9180 section 7.1.3. Returns ERROR_NONE or ERROR_MEMORY. */
enum error hpke_derive(const void *ikm, size_t ikm_len, uint8_t secret[HPKE_KEY_LEN],
                       uint8_t public_key[HPKE_KEY_LEN]);

/* Computes the public key of a secret. Returns ERROR_NONE or ERROR_MEMORY. */
enum error hpke_public(const uint8_t secret[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN]);

/* Makes a fresh pair of a long-lived key. Returns ERROR_NONE or ERROR_MEMORY. */
enum error hpke_key_new(uint8_t secret[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN]);

/* out = X25519(secret, point). Returns ERROR_NONE, ERROR_KEY_UNFIT for a point of small order, or
   ERROR_MEMORY; on error out is zeroed. */
enum error hpke_agree(const uint8_t secret[HPKE_KEY_LEN], const uint8_t point[HPKE_KEY_LEN],
                      uint8_t out[HPKE_KEY_LEN]);

/* shared = ExtractAndExpand(dh, enc || public_key). Returns ERROR_NONE or ERROR_MEMORY. */
enum error hpke_shared(const uint8_t dh[HPKE_KEY_LEN], const uint8_t enc[HPKE_KEY_LEN],
                       const uint8_t public_key[HPKE_KEY_LEN], uint8_t shared[HPKE_KEY_LEN]);

/* keys = KeySchedule(mode_base, shared, info). Returns ERROR_NONE or ERROR_MEMORY. */
enum error hpke_schedule(const uint8_t shared[HPKE_KEY_LEN], const void *info, size_t info_len,
                         struct hpke_keys *keys);

/* Encap to public_key with the given ephemeral secret instead of a random one: shared and enc.
   Returns ERROR_NONE, ERROR_KEY_UNFIT or ERROR_MEMORY. */
enum error hpke_encap(const uint8_t ephemeral[HPKE_KEY_LEN], const uint8_t public_key[HPKE_KEY_LEN],
                      uint8_t shared[HPKE_KEY_LEN], uint8_t enc[HPKE_KEY_LEN]);

/* A pair of keys, for the opening side. */
struct hpke_pair {
    const uint8_t *secret;     /* HPKE_KEY_LEN bytes */
    const uint8_t *public_key; /* HPKE_KEY_LEN bytes, of that secret */
};

/* Decap (hpke_open.c): computes shared from enc. Returns ERROR_NONE, ERROR_KEY_UNFIT (enc is of
   small order) or ERROR_MEMORY. */
enum error hpke_open_decap(const struct hpke_pair *pair, const uint8_t enc[HPKE_KEY_LEN],
                           uint8_t shared[HPKE_KEY_LEN]);

/* SealBase's first message without its enc: seals len bytes under shared into out, len +
   HPKE_TAG_LEN bytes. Returns ERROR_NONE or ERROR_MEMORY. */
enum error hpke_seal(const uint8_t shared[HPKE_KEY_LEN], const struct hpke_context *context,
                     const void *plain, size_t len, uint8_t *out);

/* OpenBase's first message (hpke_open.c): opens len bytes, tag included, under shared into plain,
   len - HPKE_TAG_LEN bytes. Returns ERROR_NONE, ERROR_SEAL (also for less than a tag) or
   ERROR_MEMORY; on error plain is zeroed. */
enum error hpke_open(const uint8_t shared[HPKE_KEY_LEN], const struct hpke_context *context,
                     const uint8_t *sealed, size_t len, uint8_t *plain);

#endif
