/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small file of secrets under a passphrase (crypto/keyring), mode 0600. */
#ifndef OFFICE_SEALED_FILE_H
#define OFFICE_SEALED_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "office/passphrase.h"

enum { SEALED_FILE_MAX = 1024 }; /* bytes of secret */

/* Writes name in the folder dir, replacing what is there. Errors as file_write, ERROR_MEMORY. */
enum error sealed_file_write(int dir, const char *name, const struct passphrase *passphrase,
                             const uint8_t *secret, size_t len);

/* Reads name in the folder dir into secret, SEALED_FILE_MAX bytes of secret_new memory.
   ERROR_PASSPHRASE, ERROR_MISSING, ERROR_SPECIAL, one of ERROR_KEYRING_*, ERROR_MEMORY,
   ERROR_IO. */
enum error sealed_file_read(int dir, const char *name, const struct passphrase *passphrase,
                            uint8_t *secret, size_t *len);

#endif
