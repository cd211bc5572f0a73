/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before two calls of libgcrypt: the last of each check of a signature, and the first of
   each sealing and opening. */
#include "tests/lib/short_memory.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#include <gcrypt.h>

static _Atomic bool is_short, only_once;
static _Atomic size_t left; /* calls that still find memory */

void short_memory_begin(size_t calls)
{
    is_short = true;
    only_once = false;
    left = calls;
}

void short_memory_moment(size_t calls)
{
    short_memory_begin(calls);
    only_once = true;
}

void short_memory_end(void)
{
    is_short = false;
}

static bool is_refused(void)
{
    const bool refused = is_short && left == 0;
    left -= is_short && left > 0;
    is_short = is_short && !(refused && only_once);
    return refused;
}

gcry_error_t gcry_pk_verify(gcry_sexp_t signature, gcry_sexp_t data, gcry_sexp_t key)
{
    gcry_error_t (*real)(gcry_sexp_t, gcry_sexp_t, gcry_sexp_t) = NULL;
    void *found = dlsym(RTLD_NEXT, "gcry_pk_verify");
    memcpy(&real, &found, sizeof real);
    return is_refused() ? gcry_error(GPG_ERR_ENOMEM) : real(signature, data, key);
}

gcry_error_t gcry_cipher_open(gcry_cipher_hd_t *handle, int algorithm, int mode, unsigned flags)
{
    gcry_error_t (*real)(gcry_cipher_hd_t *, int, int, unsigned) = NULL;
    void *found = dlsym(RTLD_NEXT, "gcry_cipher_open");
    memcpy(&real, &found, sizeof real);
    return is_refused() ? gcry_error(GPG_ERR_ENOMEM) : real(handle, algorithm, mode, flags);
}
