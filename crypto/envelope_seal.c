/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seals a letter to the office: the half of the envelope that a kiosk is linked with. */
#include "crypto/envelope.h"

#include <string.h>

#include "base/wire.h"
#include "crypto/envelope_layout.h"
#include "crypto/hpke.h"
#include "crypto/random.h"
#include "crypto/secret.h"

/* What lies in locked memory while a letter is sealed. */
struct work {
    uint8_t ephemeral[HPKE_KEY_LEN];
    uint8_t shared[HPKE_KEY_LEN];
};

/* Writes all before the ciphertext but the encapsulated key, and the info that goes with it. */
static enum error write_header(const uint8_t public_key[ENVELOPE_KEY_LEN],
                               uint8_t out[ENVELOPE_LEN], uint8_t info[INFO_LEN])
{
    memcpy(out, envelope_magic, AT_KEM);
    wire_put16(out + AT_KEM, ENVELOPE_KEM);
    wire_put16(out + AT_KDF, ENVELOPE_KDF);
    wire_put16(out + AT_AEAD, ENVELOPE_AEAD);
    memset(out + AT_ENC_REST, 0, ENC_REST_LEN);
    if (envelope_key_id(public_key, out + AT_ID) != 0)
        return ERROR_MEMORY;
    memcpy(info, envelope_info_domain, INFO_DOMAIN_LEN);
    memcpy(info + INFO_DOMAIN_LEN, out + AT_ID, ENVELOPE_ID_LEN);
    return ERROR_NONE;
}

enum error envelope_seal(const uint8_t public_key[ENVELOPE_KEY_LEN],
                         const uint8_t letter[ENVELOPE_LETTER_LEN], uint8_t out[ENVELOPE_LEN])
{
    uint8_t info[INFO_LEN];
    const struct hpke_context context = {info, INFO_LEN, out, AT_CIPHERTEXT};
    enum error error = ERROR_MEMORY;
    struct work *work = secret_new(sizeof *work);
    if (work == NULL)
        goto out;
    error = write_header(public_key, out, info);
    if (error != ERROR_NONE)
        goto out;
    random_bytes(work->ephemeral, sizeof work->ephemeral);
    error = hpke_encap(work->ephemeral, public_key, work->shared, out + AT_ENC);
    if (error == ERROR_NONE)
        error = hpke_seal(work->shared, &context, letter, ENVELOPE_LETTER_LEN, out + AT_CIPHERTEXT);
out:
    if (error != ERROR_NONE)
        explicit_bzero(out, ENVELOPE_LEN);
    secret_free(work);
    return error;
}
