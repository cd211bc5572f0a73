/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A keyring file: secret bytes wrapped by a passphrase (Argon2id, RFC 9106; AES-256-GCM).

   offset  bytes  what
        0      8  "SANDYQW1"
        8      4  Argon2id memory in KiB (262144; readers take 65536 to 1048576)
       12      4  Argon2id passes (3; readers take 1 to 16)
       16     16  salt
       32     12  nonce
       44      4  length n of the secret
       48  n + 16  ciphertext and tag, aad = bytes 0 to 47
   64 + n     32  SHA-256 of all bytes before: tells a damaged file from a wrong passphrase

   key = Argon2id(passphrase, salt, memory and passes as above, p = 1, 32 bytes, version 0x13);
   AES-256-GCM, 16-byte tag at the end. n is 1 to 65536 and the file ends with the SHA-256.
   Byte 7 from '2' to '9' is a newer version; any other byte there is foreign. */
#ifndef CRYPTO_KEYRING_H
#define CRYPTO_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { KEYRING_OVERHEAD = 48 + 16 + 32, KEYRING_SECRET_MAX = 65536 };

/* Wraps len bytes (1 to KEYRING_SECRET_MAX) into out, len + KEYRING_OVERHEAD bytes. The passphrase
   is 1 or more bytes. Returns ERROR_NONE or ERROR_MEMORY. */
enum error keyring_seal(const char *passphrase, size_t passphrase_len, const uint8_t *secret,
                        size_t len, uint8_t *out);

/* Unwraps file into secret, which must lie in secret_new memory and hold file_len -
   KEYRING_OVERHEAD bytes; *len is set, to 0 on error. Magic, version, lengths, SHA-256 and the
   limits of memory and passes are checked before any derivation. On error secret is untouched or
   zeroed: ERROR_KEYRING_FOREIGN, _NEWER or _DAMAGED, ERROR_PASSPHRASE, ERROR_MEMORY. */
enum error keyring_open(const char *passphrase, size_t passphrase_len, const uint8_t *file,
                        size_t file_len, uint8_t *secret, size_t *len);

#endif
