/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random bytes from libgcrypt, at the two levels that may become keys. */
#include "crypto/random.h"

#include <gcrypt.h>

void random_bytes(void *out, size_t len)
{
    gcry_randomize(out, len, GCRY_STRONG_RANDOM);
}

void random_key(void *out, size_t len)
{
    gcry_randomize(out, len, GCRY_VERY_STRONG_RANDOM);
}
