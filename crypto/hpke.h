/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPKE (RFC 9180) base mode, single shot, one suite: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256
   0x0001, ChaCha20-Poly1305 0x0003. For the rest of crypto/ and for the RFC's vectors; every secret
   that goes in or out lies in secret_new memory. */
#ifndef CRYPTO_HPKE_H
#define CRYPTO_HPKE_H

#include <stddef.h>
#include <stdint.h>

enum {
    HPKE_KEY_LEN = 32, /* private, public, encapsulated and shared alike */
    HPKE_AEAD_KEY_LEN = 32,
    HPKE_NONCE_LEN = 12,
    HPKE_TAG_LEN = 16,
};

enum hpke_error {
    HPKE_OK,
    HPKE_KEY,    /* a point of small order: the shared secret would be zero */
    HPKE_FORGED, /* the ciphertext does not open */
    HPKE_MEMORY,
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

/* DeriveKeyPair(ikm). Returns HPKE_OK or HPKE_MEMORY. */
int hpke_derive(const void *ikm, size_t ikm_len, uint8_t secret[HPKE_KEY_LEN],
                uint8_t public_key[HPKE_KEY_LEN]);

/* public_key of a secret. Returns HPKE_OK or HPKE_MEMORY. */
int hpke_public(const uint8_t secret[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN]);

/* out = X25519(secret, point), the pitfall of small orders handled. Returns HPKE_OK, HPKE_KEY
   or HPKE_MEMORY. */
int hpke_agree(const uint8_t secret[HPKE_KEY_LEN], const uint8_t point[HPKE_KEY_LEN],
               uint8_t out[HPKE_KEY_LEN]);

/* shared = ExtractAndExpand(dh, enc || public_key). Returns HPKE_OK or HPKE_MEMORY. */
int hpke_shared(const uint8_t dh[HPKE_KEY_LEN], const uint8_t enc[HPKE_KEY_LEN],
                const uint8_t public_key[HPKE_KEY_LEN], uint8_t shared[HPKE_KEY_LEN]);

/* keys = KeySchedule(mode_base, shared, info). Returns HPKE_OK or HPKE_MEMORY. */
int hpke_schedule(const uint8_t shared[HPKE_KEY_LEN], const void *info, size_t info_len,
                  struct hpke_keys *keys);

/* Encap to public_key with the given ephemeral secret instead of a random one: shared and enc.
   Returns HPKE_OK, HPKE_KEY or HPKE_MEMORY. */
int hpke_encap(const uint8_t ephemeral[HPKE_KEY_LEN], const uint8_t public_key[HPKE_KEY_LEN],
               uint8_t shared[HPKE_KEY_LEN], uint8_t enc[HPKE_KEY_LEN]);

/* A pair of keys, for the opening side. */
struct hpke_pair {
    const uint8_t *secret;     /* HPKE_KEY_LEN bytes */
    const uint8_t *public_key; /* HPKE_KEY_LEN bytes, of that secret */
};

/* Decap (hpke_open.c): shared. Returns HPKE_OK, HPKE_KEY (enc is of small order) or HPKE_MEMORY. */
int hpke_open_decap(const struct hpke_pair *pair, const uint8_t enc[HPKE_KEY_LEN],
                    uint8_t shared[HPKE_KEY_LEN]);

/* SealBase's first message without its enc: seals len bytes under shared into out, len +
   HPKE_TAG_LEN bytes. Returns HPKE_OK or HPKE_MEMORY. */
int hpke_seal(const uint8_t shared[HPKE_KEY_LEN], const struct hpke_context *context,
              const void *plain, size_t len, uint8_t *out);

/* OpenBase's first message (hpke_open.c): opens len bytes, tag included, under shared into plain,
   len - HPKE_TAG_LEN bytes. Returns HPKE_OK, HPKE_FORGED or HPKE_MEMORY; on error plain is zeroed.
 */
int hpke_open(const uint8_t shared[HPKE_KEY_LEN], const struct hpke_context *context,
              const uint8_t *sealed, size_t len, uint8_t *plain);

#endif
