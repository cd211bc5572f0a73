/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small file of secrets under a passphrase. */
#include "office/sealed_file.h"

#include <stdlib.h>

#include "base/file.h"
#include "crypto/keyring.h"

enum error sealed_file_write(int dir, const char *name, const struct passphrase *passphrase,
                             const uint8_t *secret, size_t len)
{
    uint8_t sealed[SEALED_FILE_MAX + KEYRING_OVERHEAD];
    if (len > SEALED_FILE_MAX)
        return ERROR_LARGE;
    enum error error = keyring_seal(passphrase->text, passphrase->len, secret, len, sealed);
    return error == ERROR_NONE ? file_write(dir, name, 0600, sealed, len + KEYRING_OVERHEAD)
                               : error;
}

enum error sealed_file_read(int dir, const char *name, const struct passphrase *passphrase,
                            uint8_t *secret, size_t *len)
{
    uint8_t *data = NULL;
    size_t size = 0;
    enum error error = file_read(dir, name, SEALED_FILE_MAX + KEYRING_OVERHEAD, &data, &size);
    if (error != ERROR_NONE)
        return error == ERROR_LARGE ? ERROR_KEYRING_DAMAGED : error;
    error = keyring_open(passphrase->text, passphrase->len, data, size, secret, len);
    free(data);
    return error;
}
