/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whichever allocation fails: no wrong key, no wrong signature, and no right one is called wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "crypto/signature.h"

static const char domain[] = "sandyq test v1";
static const uint8_t seed[SIGNATURE_SEED_LEN] = {9}, digest[SIGNATURE_HASH_LEN] = {1};
static uint8_t public_key[SIGNATURE_PUBLIC_LEN], signature[SIGNATURE_LEN];

/* Allocations until the one that fails; below 0: none does. */
static long until = -1;

#ifndef __SANITIZE_ADDRESS__
void *__libc_malloc(size_t len);
void *__libc_calloc(size_t n, size_t len);

static bool is_refused(void)
{
    const bool refused = until == 0;
    until -= until >= 0;
    return refused;
}

void *malloc(size_t len)
{
    if (!is_refused())
        return __libc_malloc(len);
    errno = ENOMEM;
    return NULL;
}

void *calloc(size_t n, size_t len)
{
    if (!is_refused())
        return __libc_calloc(n, len);
    errno = ENOMEM;
    return NULL;
}
#endif

static bool key_is_wrong(void)
{
    uint8_t key[SIGNATURE_PUBLIC_LEN];
    return signature_public(seed, key) == 0 && memcmp(key, public_key, sizeof key) != 0;
}

static bool signature_is_wrong(void)
{
    uint8_t made[SIGNATURE_LEN];
    return signature_sign_hashed(seed, domain, digest, made) == 0 &&
           memcmp(made, signature, sizeof made) != 0;
}

static bool verdict_is_wrong(void)
{
    return signature_check_hashed(public_key, domain, digest, signature) == ERROR_FORGED;
}

/* Each in a process of its own, for libgcrypt ends it where it can go no other way. */
static void try_each(bool (*is_wrong)(void))
{
    enum { RIGHT, WRONG, UNTOUCHED, MOST = 2000 };
    static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    int status = 0;
    for (long n = 0; n < MOST; n++) {
        const pid_t child = fork();
        if (child == 0) {
            for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
                signal(fatal[i], SIG_DFL); /* cmocka would go on with the next test here */
            until = n;
            const bool wrong = is_wrong();
            _exit(wrong ? WRONG : until >= 0 ? UNTOUCHED : RIGHT);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == UNTOUCHED)
            return;
        assert_false(WIFEXITED(status) && WEXITSTATUS(status) == WRONG);
    }
    fail();
}

static void no_wrong_key_is_made(void **state)
{
    try_each(key_is_wrong);
}

static void no_wrong_signature_is_made(void **state)
{
    try_each(signature_is_wrong);
}

static void no_right_signature_is_called_wrong(void **state)
{
    try_each(verdict_is_wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_wrong_key_is_made),
        cmocka_unit_test(no_wrong_signature_is_made),
        cmocka_unit_test(no_right_signature_is_called_wrong),
    };
    if (secret_start() != ERROR_NONE || signature_public(seed, public_key) != 0 ||
        signature_sign_hashed(seed, domain, digest, signature) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
