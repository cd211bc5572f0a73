/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's secrets taken with the recovery key. */
#include "office/recovery.h"

#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "office/root.h"

static enum error own_keys(const struct root *root, struct keyset *keys)
{
    memcpy(keys->sign, root->seed, SIGNATURE_SEED_LEN);
    memcpy(keys->agree, root->recovery, HPKE_KEY_LEN);
    if (signature_public(keys->sign, keys->sign_public) != 0)
        return ERROR_MEMORY;
    return hpke_public(keys->agree, keys->agree_public);
}

enum error recovery_unlock(struct vault *vault, const struct passphrase *passphrase)
{
    struct root *root = NULL;
    enum error error = root_load(vault->dir, vault->charter.root, passphrase, &root);
    if (error == ERROR_PASSPHRASE)
        return ERROR_ROOT_PASSPHRASE;
    if (error == ERROR_NONE)
        error = keyset_new(vault->charter.office, &vault->keys);
    if (error == ERROR_NONE)
        error = own_keys(root, vault->keys);
    secret_free(root);
    if (error == ERROR_NONE)
        error = vault_take(vault);
    if (error == ERROR_NONE && keyset_newest(vault->keys, KEYSET_HOUSE) == NULL)
        error = ERROR_KEY_UNFIT;
    return error;
}
