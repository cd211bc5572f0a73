/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Argon2id by libgcrypt. Its blocks are too large for locked memory; heap.c wipes them. */
#include "crypto/argon.h"

#include <gcrypt.h>
#include <string.h>

int argon_derive(const struct argon_cost *cost, const void *password, size_t len,
                 const uint8_t salt[ARGON_SALT_LEN], uint8_t out[ARGON_LEN])
{
    const unsigned long params[] = {ARGON_LEN, cost->passes, cost->kib, 1};
    gcry_kdf_hd_t kdf = NULL;
    int rc = -1;
    if (gcry_kdf_open(&kdf, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, params, 4, password, len, salt,
                      ARGON_SALT_LEN, NULL, 0, NULL, 0) != 0)
        goto out;
    if (gcry_kdf_compute(kdf, NULL) != 0)
        goto out;
    if (gcry_kdf_final(kdf, ARGON_LEN, out) != 0)
        goto out;
    rc = 0;
out:
    if (rc != 0)
        explicit_bzero(out, ARGON_LEN);
    if (kdf != NULL)
        gcry_kdf_close(kdf);
    return rc;
}
