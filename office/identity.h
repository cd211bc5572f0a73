/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An officer's own keyring, in a folder of their own: a file under their passphrase
   (crypto/keyring), closed to all others.

   offset  bytes  what
        0      1  version, 1
        1     32  office id
       33     32  hash of the journal's first transaction
       65     32  seed of the signing key (Ed25519)
       97     32  secret of the key that they are given others under (X25519)
      129     32  key of their view */
#ifndef OFFICE_IDENTITY_H
#define OFFICE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "office/keyset.h"
#include "office/passphrase.h"

#define IDENTITY_FILE "keyring"

/* Writes the keyring in the folder dir, replacing what is there. Errors of file_write,
   ERROR_MEMORY. */
enum error identity_save(int dir, const struct keyset *keys, const uint8_t first[HASH_LEN],
                         const struct passphrase *passphrase);

/* Reads the keyring of this office in the folder dir. *keys is the caller's, for keyset_free, and
   has no secret of the office yet; NULL on an error: ERROR_PASSPHRASE, one of ERROR_KEYRING_*,
   ERROR_MEMORY, ERROR_IO. */
enum error identity_load(int dir, const uint8_t office[HASH_LEN],
                         const struct passphrase *passphrase, struct keyset **keys,
                         uint8_t first[HASH_LEN]);

/* The number that names an officer's public keys: SHA-256("sandyq officer v1" || 0 || office ||
   signing key || agreement key). The act that names the officer commits to it, and its first words
   are the fingerprint that a lead types. ERROR_MEMORY. */
enum error identity_digest(const uint8_t office[HASH_LEN], const uint8_t sign[SIGNATURE_PUBLIC_LEN],
                           const uint8_t agree[HPKE_KEY_LEN], uint8_t out[HASH_LEN]);

#endif
