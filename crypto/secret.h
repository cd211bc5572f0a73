/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start of the crypto library, and memory for secrets: locked, never swapped, wiped when freed. */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Starts libgcrypt with a locked pool of SECRET_POOL bytes, inside the default 8 MiB limit of an
   ordinary user. Once per process, before any thread and before anything else in crypto/; again it
   does nothing. A fork does not inherit the lock: a child that holds secrets is started by exec and
   calls this itself. From here on every block given to free(3) in this process is wiped first,
   libgcrypt's too (crypto/heap.c says why). Prints nothing. Returns ERROR_NONE, ERROR_CRYPTO_OLD,
   ERROR_CRYPTO_FIPS or ERROR_MEMORY_LOCK. */
enum error secret_start(void);
#define SECRET_POOL (2 * 1024 * 1024)

/* Returns len bytes of zeroed locked memory, or NULL when the pool is used up. The caller owns it
   and gives it to secret_free. Never grows: there is no realloc, by design. */
void *secret_new(size_t len);

/* Wipes and frees a block of secret_new. Does nothing for NULL. */
void secret_free(void *block);

/* Wipes SECRET_STACK bytes of the stack below the caller's frame, where calls that have returned
   leave behind what the compiler or a library spilled from registers. */
void secret_wipe_stack(void);
#define SECRET_STACK (64 * 1024)

/* True when the len bytes at a and b are equal. Takes a time that depends on len alone. */
bool secret_equal(const void *a, const void *b, size_t len);

#endif
