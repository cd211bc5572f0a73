/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPKE's key encapsulation and key schedule, and its sealing side. */
#include "crypto/hpke.h"

#include <gcrypt.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"

/* suite_id as RFC 9180 sections 4.1 and 5.1 write them: big-endian, unlike our own files. */
static const char kem_suite[] = "KEM\x00\x20";
static const char hpke_suite[] = "HPKE\x00\x20\x00\x01\x00\x03";

struct suite {
    const char *id;
    size_t len;
};
static const struct suite in_kem = {kem_suite, sizeof kem_suite - 1};
static const struct suite in_hpke = {hpke_suite, sizeof hpke_suite - 1};

/* LabeledExtract(salt, label, ikm) of RFC 9180 section 4; the salt is always empty or a hash. */
static enum error labeled_extract(const struct suite *suite, const uint8_t *salt, const char *label,
                                  struct hash_part ikm, uint8_t prk[HASH_LEN])
{
    const struct hash_part parts[] = {
        {"HPKE-v1", 7}, {suite->id, suite->len}, {label, strlen(label)}, ikm};
    return hash_extract(prk, salt, salt != NULL ? HASH_LEN : 0, parts, 4) == 0 ? ERROR_NONE
                                                                               : ERROR_MEMORY;
}

/* LabeledExpand(prk, label, info, len) of RFC 9180 section 4. */
static enum error labeled_expand(const struct suite *suite, const uint8_t prk[HASH_LEN],
                                 const char *label, struct hash_part info, uint8_t *out, size_t len)
{
    const uint8_t length[2] = {(uint8_t)(len >> 8), (uint8_t)len};
    const struct hash_part parts[] = {
        {length, 2}, {"HPKE-v1", 7}, {suite->id, suite->len}, {label, strlen(label)}, info};
    return hash_expand(out, len, prk, parts, 5) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

enum error hpke_derive(const void *ikm, size_t ikm_len, uint8_t secret[HPKE_KEY_LEN],
                       uint8_t public_key[HPKE_KEY_LEN])
{
    const struct hash_part none = {"", 0};
    enum error error = ERROR_MEMORY;
    uint8_t *prk = secret_new(HASH_LEN);
    if (prk == NULL)
        goto out;
    error = labeled_extract(&in_kem, NULL, "dkp_prk", (struct hash_part){ikm, ikm_len}, prk);
    if (error == ERROR_NONE)
        error = labeled_expand(&in_kem, prk, "sk", none, secret, HPKE_KEY_LEN);
    if (error == ERROR_NONE)
        error = hpke_public(secret, public_key);
out:
    secret_free(prk);
    return error;
}

/* X25519, of the base point when point is NULL. libgcrypt copies the scalar into locked memory and,
   when there is no room for the copy, reads through a null pointer. */
static gcry_error_t multiply(uint8_t out[HPKE_KEY_LEN], const uint8_t *scalar, const uint8_t *point)
{
    enum { ROOM = 256 }; /* three times what it takes */
    void *room = secret_new(ROOM);
    if (room == NULL)
        return gcry_error(GPG_ERR_ENOMEM);
    secret_free(room);
    return gcry_ecc_mul_point(GCRY_ECC_CURVE25519, out, scalar, point);
}

enum error hpke_public(const uint8_t secret[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN])
{
    return multiply(public_key, secret, NULL) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

enum error hpke_key_new(uint8_t secret[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN])
{
    random_key(secret, HPKE_KEY_LEN);
    return hpke_public(secret, public_key);
}

enum error hpke_agree(const uint8_t secret[HPKE_KEY_LEN], const uint8_t point[HPKE_KEY_LEN],
                      uint8_t out[HPKE_KEY_LEN])
{
    static const uint8_t zero[HPKE_KEY_LEN];
    gcry_error_t error = 0;
    /* libgcrypt accepts points of small order. RFC 9180 section 7.1.4 has the result refused, which
       is then zero and so known to everybody. */
    if ((error = multiply(out, secret, point)) != 0 || secret_equal(out, zero, HPKE_KEY_LEN)) {
        explicit_bzero(out, HPKE_KEY_LEN);
        return gcry_err_code(error) == GPG_ERR_ENOMEM ? ERROR_MEMORY : ERROR_KEY_UNFIT;
    }
    return ERROR_NONE;
}

enum error hpke_shared(const uint8_t dh[HPKE_KEY_LEN], const uint8_t enc[HPKE_KEY_LEN],
                       const uint8_t public_key[HPKE_KEY_LEN], uint8_t shared[HPKE_KEY_LEN])
{
    uint8_t context[2 * HPKE_KEY_LEN];
    enum error error = ERROR_MEMORY;
    uint8_t *prk = secret_new(HASH_LEN);
    if (prk == NULL)
        goto out;
    memcpy(context, enc, HPKE_KEY_LEN);
    memcpy(context + HPKE_KEY_LEN, public_key, HPKE_KEY_LEN);
    error = labeled_extract(&in_kem, NULL, "eae_prk", (struct hash_part){dh, HPKE_KEY_LEN}, prk);
    if (error == ERROR_NONE)
        error = labeled_expand(&in_kem, prk, "shared_secret",
                               (struct hash_part){context, sizeof context}, shared, HPKE_KEY_LEN);
out:
    secret_free(prk);
    return error;
}

/* key_schedule_context = mode_base || psk_id_hash || info_hash. */
static enum error schedule_context(const void *info, size_t info_len,
                                   uint8_t context[1 + 2 * HASH_LEN])
{
    context[0] = 0;
    enum error error =
        labeled_extract(&in_hpke, NULL, "psk_id_hash", (struct hash_part){"", 0}, context + 1);
    if (error == ERROR_NONE)
        error = labeled_extract(&in_hpke, NULL, "info_hash", (struct hash_part){info, info_len},
                                context + 1 + HASH_LEN);
    return error;
}

enum error hpke_schedule(const uint8_t shared[HPKE_KEY_LEN], const void *info, size_t info_len,
                         struct hpke_keys *keys)
{
    uint8_t bytes[1 + 2 * HASH_LEN];
    const struct hash_part context = {bytes, sizeof bytes};
    const struct hash_part psk = {"", 0};
    enum error error = ERROR_MEMORY;
    uint8_t *secret = secret_new(HASH_LEN);
    if (secret == NULL)
        goto out;
    error = schedule_context(info, info_len, bytes);
    if (error == ERROR_NONE)
        error = labeled_extract(&in_hpke, shared, "secret", psk, secret);
    if (error == ERROR_NONE)
        error = labeled_expand(&in_hpke, secret, "key", context, keys->key, sizeof keys->key);
    if (error == ERROR_NONE)
        error = labeled_expand(&in_hpke, secret, "base_nonce", context, keys->nonce,
                               sizeof keys->nonce);
out:
    secret_free(secret);
    return error;
}

enum error hpke_encap(const uint8_t ephemeral[HPKE_KEY_LEN], const uint8_t public_key[HPKE_KEY_LEN],
                      uint8_t shared[HPKE_KEY_LEN], uint8_t enc[HPKE_KEY_LEN])
{
    enum error error = ERROR_MEMORY;
    uint8_t *dh = secret_new(HPKE_KEY_LEN);
    if (dh == NULL)
        goto out;
    error = hpke_public(ephemeral, enc);
    if (error == ERROR_NONE)
        error = hpke_agree(ephemeral, public_key, dh);
    if (error == ERROR_NONE)
        error = hpke_shared(dh, enc, public_key, shared);
out:
    secret_free(dh);
    return error;
}

enum error hpke_seal(const uint8_t shared[HPKE_KEY_LEN], const struct hpke_context *context,
                     const void *plain, size_t len, uint8_t *out)
{
    enum error error = ERROR_MEMORY;
    struct hpke_keys *keys = secret_new(sizeof *keys);
    if (keys == NULL)
        goto out;
    error = hpke_schedule(shared, context->info, context->info_len, keys);
    if (error != ERROR_NONE)
        goto out;
    const struct aead with = {AEAD_CHACHA20_POLY1305, keys->key, keys->nonce, context->aad,
                              context->aad_len};
    error = aead_seal(&with, plain, len, out);
out:
    secret_free(keys);
    return error;
}
