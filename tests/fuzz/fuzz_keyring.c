/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the reading of keyrings up to the derivation, which is too slow to fuzz: the input is
   given once as it is and once with a right checksum, and the second time never with costs that are
   allowed. */
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "crypto/secret.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { AT_PASSES = 12, SIZE_MAX_HERE = 4096 };

static uint8_t *secret;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    if (secret_start() != SECRET_OK || (secret = secret_new(SIZE_MAX_HERE)) == NULL)
        exit(1);
    return 0;
}

static void must_be_refused(const uint8_t *file, size_t size)
{
    size_t len;
    int rc = keyring_open("words", 5, file, size, secret, &len);
    if (rc != KEYRING_FOREIGN && rc != KEYRING_NEWER && rc != KEYRING_DAMAGED)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t file[SIZE_MAX_HERE];
    if (size > sizeof file)
        return 0;
    must_be_refused(data, size);
    memcpy(file, data, size);
    if (size >= KEYRING_OVERHEAD) {
        file[AT_PASSES + 1] |= 1; /* at least 256 passes */
        if (hash_sha256(file + size - HASH_LEN, &(struct hash_part){file, size - HASH_LEN}, 1) != 0)
            abort();
        must_be_refused(file, size);
    }
    return 0;
}
