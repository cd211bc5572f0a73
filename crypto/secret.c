/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts libgcrypt so that it is either safe or refused, and lends out its locked memory. */
#include "crypto/secret.h"

#include <gcrypt.h>
#include <stdint.h>

#include "crypto/heap.h"

/* Libraries print nothing; libgcrypt's warnings would tear the screen. */
static void be_silent(void *unused, int level, const char *format, va_list args)
{
}

/* Deprecated since 1.11, without another way to keep the library's words off the screen. */
static void silence(void)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    gcry_set_log_handler(be_silent, NULL);
#pragma GCC diagnostic pop
}

enum error secret_start(void)
{
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
        return ERROR_NONE;
    heap_start();
    silence();
    gcry_control(GCRYCTL_DISABLE_SECMEM_WARN);
    if (gcry_check_version("1.10.1") == NULL)
        return ERROR_CRYPTO_OLD;
    if (gcry_fips_mode_active())
        return ERROR_CRYPTO_FIPS;
    /* Fails when the pool is there but not locked; libgcrypt itself would only warn and go on. */
    if (gcry_control(GCRYCTL_INIT_SECMEM, SECRET_POOL, 0) != 0)
        return ERROR_MEMORY_LOCK;
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    void *first = secret_new(1);
    heap_pool(first, SECRET_POOL);
    secret_free(first);
    return ERROR_NONE;
}

void *secret_new(size_t len)
{
    return gcry_calloc_secure(1, len);
}

void secret_free(void *block)
{
    /* libgcrypt wipes blocks of the locked pool as it takes them back. */
    gcry_free(block);
}

__attribute__((noinline)) void secret_wipe_stack(void)
{
    uint8_t below[SECRET_STACK];

    explicit_bzero(below, sizeof below);
}

bool secret_equal(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *x = a;
    const volatile uint8_t *y = b;
    uint8_t differ = 0;
    for (size_t i = 0; i < len; i++)
        differ |= x[i] ^ y[i];
    return differ == 0;
}
