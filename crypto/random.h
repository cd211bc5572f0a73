/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random bytes, of libgcrypt's levels STRONG and VERY_STRONG only. */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Fills out with len bytes of level STRONG: ephemeral keys, nonces, salts, codes, tags. Cannot fail
   (libgcrypt ends the process when the kernel gives no entropy). */
void random_bytes(void *out, size_t len);

/* Fills out with len bytes of level VERY_STRONG: long-lived keys only (5 to 8 ms a call). */
void random_key(void *out, size_t len);

#endif
