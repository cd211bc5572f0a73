/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nonce, ciphertext and tag as they rest in a file. */
#include "crypto/box.h"

#include <string.h>

#include "crypto/aead.h"
#include "crypto/random.h"

_Static_assert((int)BOX_KEY_LEN == (int)AEAD_KEY_LEN, "AES-256");
_Static_assert(BOX_OVERHEAD == AEAD_NONCE_LEN + AEAD_TAG_LEN, "nonce and tag");

_Static_assert((int)BOX_NONCE_LEN == (int)AEAD_NONCE_LEN, "one kind of nonce");

enum error box_seal_with(const struct box *box, const uint8_t nonce[BOX_NONCE_LEN],
                         const void *plain, size_t len, uint8_t *out)
{
    const struct aead with = {AEAD_AES256_GCM, box->key, out, box->aad, box->aad_len};
    memcpy(out, nonce, BOX_NONCE_LEN);
    return aead_seal(&with, plain, len, out + BOX_NONCE_LEN);
}

enum error box_seal(const struct box *box, const void *plain, size_t len, uint8_t *out)
{
    uint8_t nonce[BOX_NONCE_LEN];
    random_bytes(nonce, sizeof nonce);
    return box_seal_with(box, nonce, plain, len, out);
}

enum error box_open(const struct box *box, const uint8_t *sealed, size_t len, void *plain)
{
    const struct aead with = {AEAD_AES256_GCM, box->key, sealed, box->aad, box->aad_len};
    if (len < BOX_OVERHEAD)
        return ERROR_SEAL;
    return aead_open(&with, sealed + AEAD_NONCE_LEN, len - AEAD_NONCE_LEN, plain);
}
