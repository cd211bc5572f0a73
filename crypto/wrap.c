/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single-shot HPKE around a key. */
#include "crypto/wrap.h"

#include <string.h>

#include "crypto/random.h"
#include "crypto/secret.h"

enum { SEALED_LEN = WRAP_SECRET_LEN + HPKE_TAG_LEN };

enum error wrap_key_new(uint8_t secret[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN])
{
    return hpke_key_new(secret, public_key);
}

enum error wrap_seal(const uint8_t public_key[HPKE_KEY_LEN], const struct wrap_info *info,
                     const uint8_t secret[WRAP_SECRET_LEN], uint8_t out[WRAP_LEN])
{
    const struct hpke_context context = {info->data, info->len, NULL, 0};
    enum error error = ERROR_MEMORY;
    uint8_t *ephemeral = secret_new(2 * HPKE_KEY_LEN);
    if (ephemeral == NULL)
        goto out;
    uint8_t *shared = ephemeral + HPKE_KEY_LEN;
    random_bytes(ephemeral, HPKE_KEY_LEN);
    error = hpke_encap(ephemeral, public_key, shared, out);
    if (error == ERROR_NONE)
        error = hpke_seal(shared, &context, secret, WRAP_SECRET_LEN, out + HPKE_KEY_LEN);
out:
    if (error != ERROR_NONE)
        explicit_bzero(out, WRAP_LEN);
    secret_free(ephemeral);
    return error;
}

enum error wrap_open(const struct hpke_pair *pair, const struct wrap_info *info,
                     const uint8_t wrapped[WRAP_LEN], uint8_t secret[WRAP_SECRET_LEN])
{
    const struct hpke_context context = {info->data, info->len, NULL, 0};
    enum error error = ERROR_MEMORY;
    uint8_t *shared = secret_new(HPKE_KEY_LEN);
    if (shared == NULL)
        goto out;
    error = hpke_open_decap(pair, wrapped, shared);
    if (error == ERROR_NONE)
        error = hpke_open(shared, &context, wrapped + HPKE_KEY_LEN, SEALED_LEN, secret);
out:
    if (error != ERROR_NONE)
        explicit_bzero(secret, WRAP_SECRET_LEN);
    secret_free(shared);
    return error;
}
