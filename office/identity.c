/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An officer's own keyring: written and read. */
#include "office/identity.h"

#include <string.h>

#include "crypto/secret.h"
#include "office/sealed_file.h"

enum {
    VERSION = 1,
    AT_OFFICE = 1,
    AT_FIRST = AT_OFFICE + HASH_LEN,
    AT_SIGN = AT_FIRST + HASH_LEN,
    AT_AGREE = AT_SIGN + SIGNATURE_SEED_LEN,
    AT_VIEW = AT_AGREE + HPKE_KEY_LEN,
    PLAIN_LEN = AT_VIEW + KEYSET_KEY_LEN,
};
_Static_assert((int)PLAIN_LEN <= (int)SEALED_FILE_MAX, "a keyring fits");

enum error identity_save(int dir, const struct keyset *keys, const uint8_t first[HASH_LEN],
                         const struct passphrase *passphrase)
{
    uint8_t *plain = secret_new(PLAIN_LEN);
    if (plain == NULL)
        return ERROR_MEMORY;
    plain[0] = VERSION;
    memcpy(plain + AT_OFFICE, keys->office, HASH_LEN);
    memcpy(plain + AT_FIRST, first, HASH_LEN);
    memcpy(plain + AT_SIGN, keys->sign, SIGNATURE_SEED_LEN);
    memcpy(plain + AT_AGREE, keys->agree, HPKE_KEY_LEN);
    memcpy(plain + AT_VIEW, keys->view, KEYSET_KEY_LEN);
    enum error error = sealed_file_write(dir, IDENTITY_FILE, passphrase, plain, PLAIN_LEN);
    secret_free(plain);
    return error;
}

static enum error decode(const uint8_t *plain, size_t len, struct keyset *keys, uint8_t *first)
{
    if (len < 1 || plain[0] != VERSION)
        return ERROR_KEYRING_NEWER;
    if (len != PLAIN_LEN)
        return ERROR_KEYRING_DAMAGED;
    if (memcmp(plain + AT_OFFICE, keys->office, HASH_LEN) != 0)
        return ERROR_KEYRING_OTHER;
    memcpy(first, plain + AT_FIRST, HASH_LEN);
    memcpy(keys->sign, plain + AT_SIGN, SIGNATURE_SEED_LEN);
    memcpy(keys->agree, plain + AT_AGREE, HPKE_KEY_LEN);
    memcpy(keys->view, plain + AT_VIEW, KEYSET_KEY_LEN);
    if (signature_public(keys->sign, keys->sign_public) != 0)
        return ERROR_MEMORY;
    return hpke_public(keys->agree, keys->agree_public);
}

enum error identity_load(int dir, const uint8_t office[HASH_LEN],
                         const struct passphrase *passphrase, struct keyset **keys,
                         uint8_t first[HASH_LEN])
{
    size_t len = 0;
    enum error error = ERROR_MEMORY;
    *keys = NULL;
    uint8_t *plain = secret_new(SEALED_FILE_MAX);
    if (plain != NULL)
        error = sealed_file_read(dir, IDENTITY_FILE, passphrase, plain, &len);
    if (error == ERROR_MISSING || error == ERROR_SPECIAL)
        error = error == ERROR_MISSING ? ERROR_KEYRING_MISSING : ERROR_KEYRING_SPECIAL;
    if (error == ERROR_NONE)
        error = keyset_new(office, keys);
    if (error == ERROR_NONE)
        error = decode(plain, len, *keys, first);
    if (error != ERROR_NONE)
        keyset_free(keys);
    secret_free(plain);
    return error;
}

enum error identity_digest(const uint8_t office[HASH_LEN], const uint8_t sign[SIGNATURE_PUBLIC_LEN],
                           const uint8_t agree[HPKE_KEY_LEN], uint8_t out[HASH_LEN])
{
    static const char domain[] = "sandyq officer v1";
    const struct hash_part parts[] = {{domain, sizeof domain},
                                      {office, HASH_LEN},
                                      {sign, SIGNATURE_PUBLIC_LEN},
                                      {agree, HPKE_KEY_LEN}};
    return hash_sha256(out, parts, 4) == 0 ? ERROR_NONE : ERROR_MEMORY;
}
