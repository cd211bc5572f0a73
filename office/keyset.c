/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's keys: made, sealed under the passphrase, and read back. */
#include "office/keyset.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/wire.h"
#include "crypto/keyring.h"
#include "crypto/random.h"
#include "crypto/secret.h"

enum {
    VERSION = 1,
    AT_OFFICE = 1,
    AT_BOARD = AT_OFFICE + CHARTER_OFFICE_LEN,
    AT_CASEBOOK = AT_BOARD + SIGNATURE_SEED_LEN,
    AT_COUNT = AT_CASEBOOK + CASEBOOK_KEY_LEN,
    AT_INTAKE = AT_COUNT + 2,
    INTAKE_LEN = 4 + 2 * ENVELOPE_KEY_LEN,
    PLAIN_MAX = AT_INTAKE + KEYSET_INTAKE_MAX * INTAKE_LEN,
};

static enum error make_keys(struct keyset *keys, struct charter *charter, uint8_t *root)
{
    uint8_t public_key[SIGNATURE_PUBLIC_LEN];
    struct keyset_intake *intake = &keys->intake[0];
    random_key(keys->casebook, CASEBOOK_KEY_LEN);
    keys->intake_count = 1;
    intake->epoch = 1;
    if (signature_key_new(root, public_key) != 0 ||
        signature_key_new(keys->board, charter->board) != 0 ||
        envelope_key_new(intake->secret, intake->public_key) != ERROR_NONE ||
        envelope_key_id(intake->public_key, intake->id) != 0)
        return ERROR_MEMORY;
    memcpy(charter->intake, intake->public_key, ENVELOPE_KEY_LEN);
    return ERROR_NONE;
}

enum error keyset_new(struct charter *charter, uint8_t root[SIGNATURE_SEED_LEN],
                      struct keyset **out)
{
    *out = secret_new(sizeof **out);
    if (*out == NULL)
        return ERROR_MEMORY;
    enum error error = make_keys(*out, charter, root);
    if (error != ERROR_NONE) {
        secret_free(*out);
        *out = NULL;
    }
    return error;
}

/* --- writing --- */

static enum error seal_file(int dir, const char *name, const struct passphrase *passphrase,
                            const uint8_t *secret, size_t len)
{
    uint8_t sealed[PLAIN_MAX + KEYRING_OVERHEAD];
    enum error error = keyring_seal(passphrase->text, passphrase->len, secret, len, sealed);
    if (error != ERROR_NONE)
        return error;
    return file_write(dir, name, 0600, sealed, len + KEYRING_OVERHEAD);
}

/* Returns the length. */
static size_t encode(const struct keyset *keys, const uint8_t *office, uint8_t plain[PLAIN_MAX])
{
    plain[0] = VERSION;
    memcpy(plain + AT_OFFICE, office, CHARTER_OFFICE_LEN);
    memcpy(plain + AT_BOARD, keys->board, SIGNATURE_SEED_LEN);
    memcpy(plain + AT_CASEBOOK, keys->casebook, CASEBOOK_KEY_LEN);
    wire_put16(plain + AT_COUNT, (uint16_t)keys->intake_count);
    uint8_t *p = plain + AT_INTAKE;
    for (size_t i = 0; i < keys->intake_count; i++, p += INTAKE_LEN) {
        wire_put32(p, keys->intake[i].epoch);
        memcpy(p + 4, keys->intake[i].secret, ENVELOPE_KEY_LEN);
        memcpy(p + 4 + ENVELOPE_KEY_LEN, keys->intake[i].public_key, ENVELOPE_KEY_LEN);
    }
    return (size_t)(p - plain);
}

enum error keyset_seal(int dir, const struct keyset *keys, const uint8_t office[CHARTER_OFFICE_LEN],
                       const struct passphrase *passphrase)
{
    uint8_t *plain = secret_new(PLAIN_MAX);
    if (plain == NULL)
        return ERROR_MEMORY;
    enum error error =
        seal_file(dir, KEYSET_DESK_FILE, passphrase, plain, encode(keys, office, plain));
    secret_free(plain);
    return error;
}

enum error keyset_seal_root(int dir, const uint8_t seed[SIGNATURE_SEED_LEN],
                            const struct passphrase *passphrase)
{
    return seal_file(dir, KEYSET_ROOT_FILE, passphrase, seed, SIGNATURE_SEED_LEN);
}

/* --- reading --- */

/* Plaintext of a keyring file, in secret_new memory. */
struct opened {
    uint8_t *secret;
    size_t len;
};

static enum error open_file(int dir, const char *name, const struct passphrase *passphrase,
                            struct opened *opened)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum error error = file_read(dir, name, PLAIN_MAX + KEYRING_OVERHEAD, &data, &len);
    if (error != ERROR_NONE)
        return error == ERROR_LARGE ? ERROR_KEYRING_DAMAGED : error;
    opened->secret = secret_new(PLAIN_MAX);
    if (opened->secret == NULL)
        error = ERROR_MEMORY;
    else
        error = keyring_open(passphrase->text, passphrase->len, data, len, opened->secret,
                             &opened->len);
    free(data);
    return error;
}

static enum error decode_intake(struct keyset_intake *intake, const uint8_t *p)
{
    intake->epoch = wire_get32(p);
    memcpy(intake->secret, p + 4, ENVELOPE_KEY_LEN);
    memcpy(intake->public_key, p + 4 + ENVELOPE_KEY_LEN, ENVELOPE_KEY_LEN);
    return envelope_key_id(intake->public_key, intake->id) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

static enum error decode(const struct opened *opened, const uint8_t *office, struct keyset *keys)
{
    if (opened->len < AT_INTAKE || opened->secret[0] != VERSION)
        return ERROR_KEYRING_NEWER;
    if (memcmp(opened->secret + AT_OFFICE, office, CHARTER_OFFICE_LEN) != 0)
        return ERROR_KEYRING_OTHER;
    keys->intake_count = wire_get16(opened->secret + AT_COUNT);
    if (keys->intake_count > KEYSET_INTAKE_MAX ||
        opened->len != AT_INTAKE + keys->intake_count * INTAKE_LEN)
        return ERROR_KEYRING_DAMAGED;
    memcpy(keys->board, opened->secret + AT_BOARD, SIGNATURE_SEED_LEN);
    memcpy(keys->casebook, opened->secret + AT_CASEBOOK, CASEBOOK_KEY_LEN);
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < keys->intake_count && error == ERROR_NONE; i++)
        error = decode_intake(&keys->intake[i], opened->secret + AT_INTAKE + i * INTAKE_LEN);
    return error;
}

enum error keyset_open(int dir, const uint8_t office[CHARTER_OFFICE_LEN],
                       const struct passphrase *passphrase, struct keyset **out)
{
    struct opened opened = {0};
    struct keyset *keys = NULL;
    enum error error = open_file(dir, KEYSET_DESK_FILE, passphrase, &opened);
    if (error == ERROR_MISSING || error == ERROR_SPECIAL)
        error = error == ERROR_MISSING ? ERROR_KEYRING_MISSING : ERROR_KEYRING_SPECIAL;
    if (error == ERROR_NONE && (keys = secret_new(sizeof *keys)) == NULL)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = decode(&opened, office, keys);
    secret_free(opened.secret);
    if (error != ERROR_NONE) {
        secret_free(keys);
        keys = NULL;
    }
    *out = keys;
    return error;
}

/* The error for root.keyring where it has one of its own. */
static enum error root_error(enum error error)
{
    switch (error) {
    case ERROR_MISSING:
        return ERROR_ROOT_AWAY;
    case ERROR_SPECIAL:
        return ERROR_ROOT_SPECIAL;
    case ERROR_KEYRING_DAMAGED:
        return ERROR_ROOT_DAMAGED;
    default:
        return error;
    }
}

enum error keyset_open_root(int dir, const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                            const struct passphrase *passphrase, uint8_t **seed)
{
    struct opened opened = {0};
    uint8_t found[SIGNATURE_PUBLIC_LEN];
    enum error error = root_error(open_file(dir, KEYSET_ROOT_FILE, passphrase, &opened));
    if (error == ERROR_NONE && opened.len != SIGNATURE_SEED_LEN)
        error = ERROR_ROOT_DAMAGED;
    if (error == ERROR_NONE && signature_public(opened.secret, found) != 0)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE && memcmp(found, public_key, SIGNATURE_PUBLIC_LEN) != 0)
        error = ERROR_ROOT_OTHER;
    if (error != ERROR_NONE) {
        secret_free(opened.secret);
        opened.secret = NULL;
    }
    *seed = opened.secret;
    return error;
}
