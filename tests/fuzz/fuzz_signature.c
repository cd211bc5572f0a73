/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a key, a signature and a message: no key ends the process, and nothing but what
   was signed is taken. Input: 1 byte (1: changes to a good key and signature; else their bytes),
   key (32), signature (64), message. */
#include <stdlib.h>
#include <string.h>

#include "crypto/signature.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 1 + SIGNATURE_PUBLIC_LEN + SIGNATURE_LEN };

static const uint8_t seed[SIGNATURE_SEED_LEN] = {1, 2, 3};
static const char domain[] = "sandyq fuzz v1";

static void try(const uint8_t *data, size_t size)
{
    static uint8_t good[SIGNATURE_PUBLIC_LEN];
    uint8_t key[SIGNATURE_PUBLIC_LEN] = {0}, signature[SIGNATURE_LEN] = {0}, right[SIGNATURE_LEN];
    const uint8_t *message = data + HEAD;

    if (good[0] == 0)
        must(signature_public(seed, good) == 0);
    must(signature_sign(seed, domain, message, size - HEAD, right) == 0);
    if (data[0] == 1) {
        memcpy(key, good, sizeof key);
        memcpy(signature, right, sizeof signature);
    }
    fuzz_change(key, sizeof key, 0, data + 1, sizeof key);
    fuzz_change(signature, sizeof signature, 0, data + 1 + SIGNATURE_PUBLIC_LEN, sizeof signature);
    const bool same =
        memcmp(key, good, sizeof key) == 0 && memcmp(signature, right, sizeof signature) == 0;
    must((signature_check(key, domain, message, size - HEAD, signature) == ERROR_NONE) == same);
    must(signature_check(key, "sandyq other v1", message, size - HEAD, signature) != ERROR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_start();
    fuzz_fail_at(0);
    fuzz_sign_really(true);
    if (size >= HEAD)
        try(data, size);
    fuzz_sign_really(false);
    return 0;
}
