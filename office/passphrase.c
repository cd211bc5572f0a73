/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wiping a passphrase. */
#include "office/passphrase.h"

#include "crypto/secret.h"

void passphrase_free(struct passphrase **passphrase)
{
    secret_free(*passphrase);
    *passphrase = NULL;
}
