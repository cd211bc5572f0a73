/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPKE's opening side, a link unit of its own: a kiosk cannot open what it seals. */
#include "crypto/hpke.h"

#include <string.h>

#include "crypto/aead.h"
#include "crypto/secret.h"

enum error hpke_open_decap(const struct hpke_pair *pair, const uint8_t enc[HPKE_KEY_LEN],
                           uint8_t shared[HPKE_KEY_LEN])
{
    enum error error = ERROR_MEMORY;
    uint8_t *dh = secret_new(HPKE_KEY_LEN);
    if (dh == NULL)
        goto out;
    error = hpke_agree(pair->secret, enc, dh);
    if (error == ERROR_NONE)
        error = hpke_shared(dh, enc, pair->public_key, shared);
out:
    secret_free(dh);
    return error;
}

enum error hpke_open(const uint8_t shared[HPKE_KEY_LEN], const struct hpke_context *context,
                     const uint8_t *sealed, size_t len, uint8_t *plain)
{
    enum error error = ERROR_MEMORY;
    struct hpke_keys *keys = secret_new(sizeof *keys);
    if (len < HPKE_TAG_LEN) {
        error = ERROR_SEAL;
        goto out;
    }
    explicit_bzero(plain, len - HPKE_TAG_LEN);
    if (keys == NULL)
        goto out;
    error = hpke_schedule(shared, context->info, context->info_len, keys);
    if (error != ERROR_NONE)
        goto out;
    const struct aead with = {AEAD_CHACHA20_POLY1305, keys->key, keys->nonce, context->aad,
                              context->aad_len};
    error = aead_open(&with, sealed, len, plain);
out:
    secret_free(keys);
    return error;
}
