/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPKE's opening side, a link unit of its own: a kiosk cannot open what it seals. */
#include "crypto/hpke.h"

#include <string.h>

#include "crypto/aead.h"
#include "crypto/secret.h"

int hpke_open_decap(const struct hpke_pair *pair, const uint8_t enc[HPKE_KEY_LEN],
                    uint8_t shared[HPKE_KEY_LEN])
{
    int rc = ERROR_MEMORY;
    uint8_t *dh = secret_new(HPKE_KEY_LEN);
    if (dh == NULL)
        goto out;
    rc = hpke_agree(pair->secret, enc, dh);
    if (rc == ERROR_NONE)
        rc = hpke_shared(dh, enc, pair->public_key, shared);
out:
    secret_free(dh);
    return rc;
}

int hpke_open(const uint8_t shared[HPKE_KEY_LEN], const struct hpke_context *context,
              const uint8_t *sealed, size_t len, uint8_t *plain)
{
    int rc = ERROR_MEMORY;
    struct hpke_keys *keys = secret_new(sizeof *keys);
    if (len < HPKE_TAG_LEN) {
        rc = ERROR_SEAL;
        goto out;
    }
    explicit_bzero(plain, len - HPKE_TAG_LEN);
    if (keys == NULL)
        goto out;
    rc = hpke_schedule(shared, context->info, context->info_len, keys);
    if (rc != ERROR_NONE)
        goto out;
    const struct aead with = {AEAD_CHACHA20_POLY1305, keys->key, keys->nonce, context->aad,
                              context->aad_len};
    int opened = aead_open(&with, sealed, len, plain);
    if (opened != ERROR_NONE)
        rc = opened == ERROR_SEAL ? ERROR_SEAL : ERROR_MEMORY;
out:
    secret_free(keys);
    return rc;
}
