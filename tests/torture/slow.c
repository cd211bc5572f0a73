/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before what is slow and not what is tried here: thousands of keyrings are opened, and the
   same signatures checked thousands of times. The derivation of keys is made quick; a signature
   that was checked once is remembered. */
#include <string.h>

#include "crypto/argon.h"
#include "crypto/hash.h"
#include "crypto/signature.h"

int argon_derive(const struct argon_cost *cost, const void *password, size_t len,
                 const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch,
                 uint8_t out[ARGON_LEN])
{
    const struct hash_part parts[] = {{salt, ARGON_SALT_LEN}, {password, len}};
    return hash_sha256(out, parts, 2);
}

/* The linker gives calls of the two functions to the first and themselves the second name. */
enum error __wrap_signature_check_hashed(const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                                         const char *domain,
                                         const uint8_t digest[SIGNATURE_HASH_LEN],
                                         const uint8_t signature[SIGNATURE_LEN]);
enum error __real_signature_check_hashed(const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                                         const char *domain,
                                         const uint8_t digest[SIGNATURE_HASH_LEN],
                                         const uint8_t signature[SIGNATURE_LEN]);
enum error __wrap_signature_check(const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                                  const char *domain, const void *data, size_t len,
                                  const uint8_t signature[SIGNATURE_LEN]);

enum { REMEMBERED = 1 << 12 };

enum error __wrap_signature_check_hashed(const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                                         const char *domain,
                                         const uint8_t digest[SIGNATURE_HASH_LEN],
                                         const uint8_t signature[SIGNATURE_LEN])
{
    static uint8_t good[REMEMBERED][HASH_LEN];
    uint8_t hash[HASH_LEN];
    const struct hash_part parts[] = {{public_key, SIGNATURE_PUBLIC_LEN},
                                      {domain, strlen(domain)},
                                      {digest, SIGNATURE_HASH_LEN},
                                      {signature, SIGNATURE_LEN}};
    if (hash_sha256(hash, parts, 4) != 0)
        return __real_signature_check_hashed(public_key, domain, digest, signature);
    uint8_t *place = good[(hash[0] | hash[1] << 8) % REMEMBERED];
    if (memcmp(place, hash, HASH_LEN) == 0)
        return ERROR_NONE;
    enum error result = __real_signature_check_hashed(public_key, domain, digest, signature);
    if (result == ERROR_NONE)
        memcpy(place, hash, HASH_LEN);
    return result;
}

enum error __wrap_signature_check(const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                                  const char *domain, const void *data, size_t len,
                                  const uint8_t signature[SIGNATURE_LEN])
{
    uint8_t digest[HASH_LEN];
    if (hash_sha256(digest, &(struct hash_part){data, len}, 1) != 0)
        return ERROR_MEMORY;
    return __wrap_signature_check_hashed(public_key, domain, digest, signature);
}
