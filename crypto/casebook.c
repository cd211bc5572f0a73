/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows at rest in the office's database, each under its own subkey. */
#include "crypto/casebook.h"

#include <string.h>

#include "base/wire.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"

enum { ID_LEN = 8 };

_Static_assert(CASEBOOK_OVERHEAD == AEAD_NONCE_LEN + AEAD_TAG_LEN, "nonce and tag");

/* HKDF-Expand(key, label || tail) in a block of secret_new, or NULL. */
static uint8_t *subkey(const uint8_t key[CASEBOOK_KEY_LEN], const char *label, const uint8_t *tail,
                       size_t tail_len)
{
    const struct hash_part parts[] = {{label, strlen(label)}, {tail, tail_len}};
    uint8_t *out = secret_new(CASEBOOK_KEY_LEN);
    if (out != NULL && hash_expand(out, CASEBOOK_KEY_LEN, key, parts, 2) != 0) {
        secret_free(out);
        out = NULL;
    }
    return out;
}

int casebook_seal(const uint8_t key[CASEBOOK_KEY_LEN], uint64_t id, const void *plain, size_t len,
                  uint8_t *out)
{
    uint8_t row[ID_LEN];
    int rc = -1;
    wire_put64(row, id);
    uint8_t *own = subkey(key, "sandyq casebook v1", row, sizeof row);
    if (own == NULL)
        goto out;
    random_bytes(out, AEAD_NONCE_LEN);
    const struct aead with = {AEAD_AES256_GCM, own, out, row, sizeof row};
    if (aead_seal(&with, plain, len, out + AEAD_NONCE_LEN) == ERROR_NONE)
        rc = 0;
out:
    secret_free(own);
    return rc;
}

enum error casebook_open(const uint8_t key[CASEBOOK_KEY_LEN], uint64_t id, const uint8_t *sealed,
                         size_t len, void *plain)
{
    uint8_t row[ID_LEN];
    if (len < CASEBOOK_OVERHEAD)
        return ERROR_SEAL;
    explicit_bzero(plain, len - CASEBOOK_OVERHEAD);
    wire_put64(row, id);
    uint8_t *own = subkey(key, "sandyq casebook v1", row, sizeof row);
    if (own == NULL)
        return ERROR_MEMORY;
    const struct aead with = {AEAD_AES256_GCM, own, sealed, row, sizeof row};
    enum error error = aead_open(&with, sealed + AEAD_NONCE_LEN, len - AEAD_NONCE_LEN, plain);
    secret_free(own);
    return error;
}

int casebook_link(const uint8_t key[CASEBOOK_KEY_LEN], const void *value, size_t len,
                  uint8_t link[CASEBOOK_LINK_LEN])
{
    uint8_t digest[HASH_LEN]; /* its first half is the link, its second opens nothing */
    int rc = -1;
    uint8_t *own = subkey(key, "sandyq casebook link v1", NULL, 0);
    if (own == NULL)
        goto out;
    if (hash_hmac(digest, own, CASEBOOK_KEY_LEN, &(struct hash_part){value, len}, 1) != 0)
        goto out;
    memcpy(link, digest, CASEBOOK_LINK_LEN);
    rc = 0;
out:
    secret_free(own);
    return rc;
}

int casebook_padding(const uint8_t key[CASEBOOK_KEY_LEN], uint64_t i, uint8_t *out, size_t len)
{
    static const char label[] = "sandyq casebook padding v1";
    uint8_t number[ID_LEN];
    const struct hash_part parts[] = {{label, sizeof label - 1}, {number, sizeof number}};
    wire_put64(number, i);
    return hash_expand(out, len, key, parts, 2);
}
