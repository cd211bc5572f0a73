/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file kiosk.key: a magic and the seed. */
#include "device/kiosk_key.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "crypto/signature.h"

#define KEY_FILE "kiosk.key"

static const char key_magic[] = "SANDYQS1";
enum { KEY_FILE_LEN = FILE_MAGIC_LEN + SIGNATURE_SEED_LEN };

enum error kiosk_key_read(int dir, uint8_t **seed)
{
    uint8_t *data = NULL;
    size_t len = 0;

    enum error error = file_read(dir, KEY_FILE, KEY_FILE_LEN, &data, &len);
    if (error != ERROR_NONE)
        return error;
    error = file_magic(data, len, key_magic);
    if (error == ERROR_NONE && len != KEY_FILE_LEN)
        error = ERROR_TRUNCATED;
    if (error == ERROR_NONE) {
        *seed = secret_new(SIGNATURE_SEED_LEN);
        if (*seed == NULL)
            error = ERROR_MEMORY;
        else
            memcpy(*seed, data + FILE_MAGIC_LEN, SIGNATURE_SEED_LEN);
    }
    explicit_bzero(data, len);
    free(data);
    return error;
}

enum error kiosk_key_make(int dir, uint8_t **seed)
{
    uint8_t *file = secret_new(KEY_FILE_LEN);
    uint8_t public_key[SIGNATURE_PUBLIC_LEN];
    enum error error = ERROR_MEMORY;

    *seed = secret_new(SIGNATURE_SEED_LEN);
    if (file == NULL || *seed == NULL || signature_key_new(*seed, public_key) != 0)
        goto out;
    memcpy(file, key_magic, FILE_MAGIC_LEN);
    memcpy(file + FILE_MAGIC_LEN, *seed, SIGNATURE_SEED_LEN);
    error = file_write(dir, KEY_FILE, 0600, file, KEY_FILE_LEN);
out:
    secret_free(file);
    return error;
}
