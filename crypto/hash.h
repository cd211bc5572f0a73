/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256, HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869) over lists of parts. Safe in several
   threads at once. A thread that has hashed keeps a blank digest, about 1 KiB of locked memory,
   until it ends. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_LEN = 32 };
enum { HASH_PARTS_MAX = 8 }; /* more parts than this in one call is a programming error: assert */

/* One part of a message; parts are hashed one after the other, with nothing between. */
struct hash_part {
    const void *data;
    size_t len;
};

/* out = SHA-256 of the n parts. Returns 0, or -1 when memory is short (then out is zeroed). */
int hash_sha256(uint8_t out[HASH_LEN], const struct hash_part *parts, size_t n);

/* out = HMAC-SHA-256 of the n parts under key. Returns 0, or -1 when memory is short (then out is
   zeroed). */
int hash_hmac(uint8_t out[HASH_LEN], const void *key, size_t key_len, const struct hash_part *parts,
              size_t n);

/* prk = HKDF-Extract(salt, parts). salt may be NULL with salt_len 0. Returns 0, or -1 when memory
   is short (then prk is zeroed). */
int hash_extract(uint8_t prk[HASH_LEN], const void *salt, size_t salt_len,
                 const struct hash_part *parts, size_t n);

/* out = HKDF-Expand(prk, parts as info, len); len is at most 255 * 32. Returns 0, or -1 when memory
   is short (then out is zeroed). */
int hash_expand(uint8_t *out, size_t len, const uint8_t prk[HASH_LEN],
                const struct hash_part *parts, size_t n);

#endif
