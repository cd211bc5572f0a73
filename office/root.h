/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file root.keyring under its own passphrase, which lies in a safe but for the few acts that
   need it: it signs charters and cards, may name a lead, and opens what only lost keyrings opened.

   offset  bytes  what
        0     32  seed of the root key (Ed25519)
       32     32  secret of the recovery key (X25519) */
#ifndef OFFICE_ROOT_H
#define OFFICE_ROOT_H

#include <stdint.h>

#include "crypto/hpke.h"
#include "crypto/signature.h"
#include "office/passphrase.h"

#define ROOT_FILE "root.keyring"

/* In secret_new memory. */
struct root {
    uint8_t seed[SIGNATURE_SEED_LEN];
    uint8_t recovery[HPKE_KEY_LEN];
};

/* Writes root.keyring in the folder dir, replacing what is there. Errors of sealed_file_write. */
enum error root_save(int dir, const struct root *root, const struct passphrase *passphrase);

/* Reads root.keyring; its key must have this public half. *root is the caller's, for secret_free;
   NULL on an error: ERROR_PASSPHRASE, one of ERROR_ROOT_*, ERROR_KEYRING_FOREIGN or _NEWER,
   ERROR_MEMORY, ERROR_IO. */
enum error root_load(int dir, const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                     const struct passphrase *passphrase, struct root **root);

#endif
