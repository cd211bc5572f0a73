/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens an envelope: the half that only the office's desk is linked with. */
#include "crypto/envelope.h"

#include <string.h>

#include "base/wire.h"
#include "crypto/envelope_layout.h"
#include "crypto/hpke.h"
#include "crypto/secret.h"

enum error envelope_names(const uint8_t envelope[ENVELOPE_LEN], uint8_t id[ENVELOPE_ID_LEN])
{
    if (memcmp(envelope, envelope_magic, AT_VERSION) != 0)
        return ERROR_FOREIGN;
    if (envelope[AT_VERSION] > '1' && envelope[AT_VERSION] <= '9')
        return ERROR_NEWER;
    if (envelope[AT_VERSION] != '1')
        return ERROR_FOREIGN;
    if (wire_get16(envelope + AT_KEM) != ENVELOPE_KEM ||
        wire_get16(envelope + AT_KDF) != ENVELOPE_KDF ||
        wire_get16(envelope + AT_AEAD) != ENVELOPE_AEAD)
        return ERROR_SUITE;
    memcpy(id, envelope + AT_ID, ENVELOPE_ID_LEN);
    return ERROR_NONE;
}

/* Checks that the envelope is for the owner of this public key. Writes its info. */
static enum error check_header(const uint8_t public_key[ENVELOPE_KEY_LEN],
                               const uint8_t envelope[ENVELOPE_LEN], uint8_t info[INFO_LEN])
{
    static const uint8_t zeros[ENC_REST_LEN];
    uint8_t ours[ENVELOPE_ID_LEN];
    memcpy(info, envelope_info_domain, INFO_DOMAIN_LEN);
    enum error error = envelope_names(envelope, info + INFO_DOMAIN_LEN);
    if (error != ERROR_NONE)
        return error;
    if (envelope_key_id(public_key, ours) != 0)
        return ERROR_MEMORY;
    if (memcmp(ours, info + INFO_DOMAIN_LEN, ENVELOPE_ID_LEN) != 0)
        return ERROR_KEY_UNFIT;
    return secret_equal(envelope + AT_ENC_REST, zeros, ENC_REST_LEN) ? ERROR_NONE : ERROR_SEAL;
}

enum error envelope_open_pair(const uint8_t secret[ENVELOPE_KEY_LEN],
                              const uint8_t public_key[ENVELOPE_KEY_LEN],
                              const uint8_t envelope[ENVELOPE_LEN],
                              uint8_t letter[ENVELOPE_LETTER_LEN])
{
    uint8_t info[INFO_LEN];
    const struct hpke_pair pair = {secret, public_key};
    const struct hpke_context context = {info, INFO_LEN, envelope, AT_CIPHERTEXT};
    enum error error = ERROR_MEMORY;
    uint8_t *shared = secret_new(HPKE_KEY_LEN);
    if (shared == NULL)
        goto out;
    error = check_header(public_key, envelope, info);
    if (error != ERROR_NONE)
        goto out;
    error = hpke_open_decap(&pair, envelope + AT_ENC, shared);
    if (error == ERROR_KEY_UNFIT)
        error = ERROR_SEAL; /* nobody honest writes an encapsulated key of small order */
    if (error == ERROR_NONE)
        error = hpke_open(shared, &context, envelope + AT_CIPHERTEXT, CIPHERTEXT_LEN, letter);
out:
    if (error != ERROR_NONE)
        explicit_bzero(letter, ENVELOPE_LETTER_LEN);
    secret_free(shared);
    return error;
}

enum error envelope_open(const uint8_t secret[ENVELOPE_KEY_LEN],
                         const uint8_t envelope[ENVELOPE_LEN], uint8_t letter[ENVELOPE_LETTER_LEN])
{
    uint8_t public_key[ENVELOPE_KEY_LEN];
    if (hpke_public(secret, public_key) != ERROR_NONE) {
        explicit_bzero(letter, ENVELOPE_LETTER_LEN);
        return ERROR_MEMORY;
    }
    return envelope_open_pair(secret, public_key, envelope, letter);
}
