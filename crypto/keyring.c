/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's secrets in a file, under a passphrase. */
#include "crypto/keyring.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/wire.h"
#include "crypto/aead.h"
#include "crypto/argon.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"

enum {
    AT_VERSION = 7,
    AT_KIB = 8,
    AT_PASSES = 12,
    AT_SALT = 16,
    AT_NONCE = 32,
    AT_LEN = 44,
    AT_CIPHERTEXT = 48,
    KIB_MIN = 65536,
    KIB_MAX = 1048576,
    PASSES_MAX = 16,
};

static const char magic[] = "SANDYQW1";

/* The wrapping key of a keyring whose first 48 bytes stand in header, or NULL. */
static uint8_t *derive(const char *passphrase, size_t len, const uint8_t header[AT_CIPHERTEXT])
{
    const struct argon_cost cost = {wire_get32(header + AT_KIB), wire_get32(header + AT_PASSES)};
    uint8_t *key = secret_new(ARGON_LEN);
    if (key != NULL && argon_derive(&cost, passphrase, len, header + AT_SALT, NULL, key) != 0) {
        secret_free(key);
        key = NULL;
    }
    return key;
}

static int checksum(const uint8_t *file, size_t len, uint8_t sum[HASH_LEN])
{
    return hash_sha256(sum, &(struct hash_part){file, len}, 1);
}

enum error keyring_seal(const char *passphrase, size_t passphrase_len, const uint8_t *secret,
                        size_t len, uint8_t *out)
{
    const size_t body = AT_CIPHERTEXT + len + AEAD_TAG_LEN;
    enum error error = ERROR_MEMORY;
    assert(passphrase_len > 0 && len > 0 && len <= KEYRING_SECRET_MAX);
    memcpy(out, magic, AT_KIB);
    wire_put32(out + AT_KIB, ARGON_KIB);
    wire_put32(out + AT_PASSES, ARGON_PASSES);
    random_bytes(out + AT_SALT, ARGON_SALT_LEN);
    random_bytes(out + AT_NONCE, AEAD_NONCE_LEN);
    wire_put32(out + AT_LEN, (uint32_t)len);
    uint8_t *key = derive(passphrase, passphrase_len, out);
    if (key == NULL)
        goto out;
    const struct aead with = {AEAD_AES256_GCM, key, out + AT_NONCE, out, AT_CIPHERTEXT};
    if (aead_seal(&with, secret, len, out + AT_CIPHERTEXT) != ERROR_NONE)
        goto out;
    if (checksum(out, body, out + body) != 0)
        goto out;
    error = ERROR_NONE;
out:
    if (error != ERROR_NONE)
        explicit_bzero(out, len + KEYRING_OVERHEAD);
    secret_free(key);
    return error;
}

/* Tells ours from foreign and newer files. A file that ends within our magic is ours, cut short. */
static enum error check_magic(const uint8_t *file, size_t len)
{
    if (memcmp(file, magic, len < AT_VERSION ? len : AT_VERSION) != 0)
        return ERROR_KEYRING_FOREIGN;
    if (len <= AT_VERSION)
        return ERROR_KEYRING_DAMAGED;
    if (file[AT_VERSION] > '1' && file[AT_VERSION] <= '9')
        return ERROR_KEYRING_NEWER;
    return file[AT_VERSION] == '1' ? ERROR_NONE : ERROR_KEYRING_FOREIGN;
}

/* We never write costs outside these limits: they would be too cheap, or exhaust the machine. */
static bool cost_is_allowed(const uint8_t *file)
{
    const uint32_t kib = wire_get32(file + AT_KIB), passes = wire_get32(file + AT_PASSES);
    return kib >= KIB_MIN && kib <= KIB_MAX && passes >= 1 && passes <= PASSES_MAX;
}

/* All checks that need no passphrase. */
static enum error check(const uint8_t *file, size_t file_len)
{
    uint8_t sum[HASH_LEN];
    enum error error = check_magic(file, file_len);
    if (error != ERROR_NONE)
        return error;
    if (file_len <= KEYRING_OVERHEAD || file_len > KEYRING_SECRET_MAX + KEYRING_OVERHEAD ||
        wire_get32(file + AT_LEN) != file_len - KEYRING_OVERHEAD)
        return ERROR_KEYRING_DAMAGED;
    if (checksum(file, file_len - HASH_LEN, sum) != 0)
        return ERROR_MEMORY;
    if (memcmp(sum, file + file_len - HASH_LEN, HASH_LEN) != 0 || !cost_is_allowed(file))
        return ERROR_KEYRING_DAMAGED;
    return ERROR_NONE;
}

enum error keyring_open(const char *passphrase, size_t passphrase_len, const uint8_t *file,
                        size_t file_len, uint8_t *secret, size_t *len)
{
    uint8_t *key = NULL;
    enum error error = check(file, file_len);
    *len = 0;
    if (error != ERROR_NONE)
        goto out;
    if (passphrase_len == 0) { /* never sealed with none; libgcrypt 1.10 would call it an error */
        error = ERROR_PASSPHRASE;
        goto out;
    }
    key = derive(passphrase, passphrase_len, file);
    if (key == NULL) {
        error = ERROR_MEMORY;
        goto out;
    }
    const struct aead with = {AEAD_AES256_GCM, key, file + AT_NONCE, file, AT_CIPHERTEXT};
    const size_t n = file_len - KEYRING_OVERHEAD;
    error = aead_open(&with, file + AT_CIPHERTEXT, n + AEAD_TAG_LEN, secret);
    if (error == ERROR_SEAL)
        error = ERROR_PASSPHRASE; /* the checksum was right */
    if (error == ERROR_NONE)
        *len = n;
out:
    secret_free(key);
    return error;
}
