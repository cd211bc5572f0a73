/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file root.keyring, written and read. */
#include "office/root.h"

#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "office/sealed_file.h"

_Static_assert(sizeof(struct root) == SIGNATURE_SEED_LEN + HPKE_KEY_LEN, "no holes in the keys");

enum error root_save(int dir, const struct root *root, const struct passphrase *passphrase)
{
    return sealed_file_write(dir, ROOT_FILE, passphrase, (const uint8_t *)root, sizeof *root);
}

static enum error own_word(enum error error)
{
    switch (error) {
    case ERROR_DENIED: /* in a group's folder the file is still of its owner alone */
        return ERROR_ROOT_DENIED;
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

enum error root_load(int dir, const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                     const struct passphrase *passphrase, struct root **root)
{
    uint8_t found[SIGNATURE_PUBLIC_LEN];
    size_t len = 0;
    enum error error = ERROR_MEMORY;
    uint8_t *plain = secret_new(SEALED_FILE_MAX);
    *root = secret_new(sizeof **root);
    if (plain != NULL && *root != NULL)
        error = own_word(sealed_file_read(dir, ROOT_FILE, passphrase, plain, &len));
    if (error == ERROR_NONE && len != sizeof **root)
        error = ERROR_ROOT_DAMAGED;
    if (error == ERROR_NONE) {
        memcpy(*root, plain, sizeof **root);
        error = signature_public((*root)->seed, found) == 0 ? ERROR_NONE : ERROR_MEMORY;
    }
    if (error == ERROR_NONE && memcmp(found, public_key, sizeof found) != 0)
        error = ERROR_ROOT_OTHER;
    if (error != ERROR_NONE) {
        secret_free(*root);
        *root = NULL;
    }
    secret_free(plain);
    return error;
}
