/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Argon2id (RFC 9106), version 0x13, one lane: the slow step from what a person knows to a key. */
#ifndef CRYPTO_ARGON_H
#define CRYPTO_ARGON_H

#include <stddef.h>
#include <stdint.h>

enum { ARGON_LEN = 32, ARGON_SALT_LEN = 16, ARGON_KIB = 262144, ARGON_PASSES = 3 };

/* How much work a derivation is. */
struct argon_cost {
    uint32_t kib;
    uint32_t passes;
};

/* Reports progress: step is called after each of the steps, which take about the same time. */
struct argon_watch {
    void (*step)(void *context, int done, int steps);
    void *context;
};

/* out = Argon2id(password, salt), 32 bytes, p = 1, no secret value, no associated data. len is at
   least 1; out should lie in secret_new memory; watch may be NULL. Returns 0, or -1 when memory is
   short (then out is zeroed). */
int argon_derive(const struct argon_cost *cost, const void *password, size_t len,
                 const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch,
                 uint8_t out[ARGON_LEN]);

#endif
