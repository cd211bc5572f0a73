/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ed25519 (RFC 8032) signatures under a domain tag: no signature made for one purpose serves
   another. What is signed is: domain, ASCII without its NUL || one byte 0x00 || SHA-256(message),
   32 bytes, by Ed25519 itself (not Ed25519ph, not Ed25519ctx). The domain has at most 63 bytes;
   more is a programming error: assert. Signature = R then S, 32 bytes each, as in RFC 8032. */
#ifndef CRYPTO_SIGNATURE_H
#define CRYPTO_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    SIGNATURE_SEED_LEN = 32,
    SIGNATURE_PUBLIC_LEN = 32,
    SIGNATURE_LEN = 64,
    SIGNATURE_HASH_LEN = 32
};

/* Makes a key pair; the seed (RFC 8032 private key) must lie in secret_new memory. Returns 0, or -1
   when memory is short. */
int signature_key_new(uint8_t seed[SIGNATURE_SEED_LEN], uint8_t public_key[SIGNATURE_PUBLIC_LEN]);

/* Computes the public key of a seed. Returns 0, or -1 when memory is short. */
int signature_public(const uint8_t seed[SIGNATURE_SEED_LEN],
                     uint8_t public_key[SIGNATURE_PUBLIC_LEN]);

/* Signs len bytes of message for the domain (ASCII). Returns 0, or -1 when memory is short. */
int signature_sign(const uint8_t seed[SIGNATURE_SEED_LEN], const char *domain, const void *message,
                   size_t len, uint8_t signature[SIGNATURE_LEN]);

/* Returns ERROR_NONE when the signature is right, ERROR_FORGED when it is not, or ERROR_MEMORY when
   memory is short, so that nobody can say. public_key and signature may be any bytes. Refuses
   S >= L, which libgcrypt 1.10 and 1.11 accept, keys of small order, and keys that would make
   libgcrypt end the process (a coordinate below 2^192). */
enum error signature_check(const uint8_t public_key[SIGNATURE_PUBLIC_LEN], const char *domain,
                           const void *message, size_t len, const uint8_t signature[SIGNATURE_LEN]);

/* As signature_sign and signature_check, for a message of which the caller has the SHA-256
 * already. */
int signature_sign_hashed(const uint8_t seed[SIGNATURE_SEED_LEN], const char *domain,
                          const uint8_t digest[SIGNATURE_HASH_LEN],
                          uint8_t signature[SIGNATURE_LEN]);
enum error signature_check_hashed(const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                                  const char *domain, const uint8_t digest[SIGNATURE_HASH_LEN],
                                  const uint8_t signature[SIGNATURE_LEN]);

#endif
