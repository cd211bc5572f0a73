/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before what is slow and not what is tried here: thousands of keyrings are opened, and the
   same signatures checked thousands of times. The derivation of keys is made quick; a signature
   that was checked once is remembered. */
#include <string.h>

#include "crypto/argon.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

int argon_derive(const struct argon_cost *cost, const void *password, size_t len,
                 const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch,
                 uint8_t out[ARGON_LEN])
{
    const struct hash_part parts[] = {{salt, ARGON_SALT_LEN}, {password, len}};
    return hash_sha256(out, parts, 2);
}

/* The linker gives calls of sign_check to the first and sign_check itself the second name. */
bool __wrap_sign_check(const uint8_t public_key[SIGN_PUBLIC_LEN], const char *domain,
                       const void *data, size_t len, const uint8_t signature[SIGN_LEN]);
bool __real_sign_check(const uint8_t public_key[SIGN_PUBLIC_LEN], const char *domain,
                       const void *data, size_t len, const uint8_t signature[SIGN_LEN]);

enum { REMEMBERED = 1 << 12 };

bool __wrap_sign_check(const uint8_t public_key[SIGN_PUBLIC_LEN], const char *domain,
                       const void *data, size_t len, const uint8_t signature[SIGN_LEN])
{
    static uint8_t good[REMEMBERED][HASH_LEN];
    uint8_t hash[HASH_LEN];
    const struct hash_part parts[] = {{public_key, SIGN_PUBLIC_LEN},
                                      {domain, strlen(domain)},
                                      {data, len},
                                      {signature, SIGN_LEN}};
    if (hash_sha256(hash, parts, 4) != 0)
        return __real_sign_check(public_key, domain, data, len, signature);
    uint8_t *place = good[(hash[0] | hash[1] << 8) % REMEMBERED];
    if (memcmp(place, hash, HASH_LEN) == 0)
        return true;
    bool result = __real_sign_check(public_key, domain, data, len, signature);
    if (result)
        memcpy(place, hash, HASH_LEN);
    return result;
}
