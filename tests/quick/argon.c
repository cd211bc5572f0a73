/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For most test programs, and the programs in build/quick that they start: a derivation is the same
   steps in a thirty-second of the memory, so of the time. What derives, how often and with what
   end stays as it is; the real work is tried by test_code, test_end_to_end, test_leak and
   test_travel.sh, with the programs as they are installed. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/argon.h"

enum { SHARE = 32, KIB_MIN = 8 /* RFC 9106 section 3.1, for one lane */ };

int __wrap_argon_derive(const struct argon_cost *cost, const void *password, size_t len,
                        const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch,
                        uint8_t out[ARGON_LEN]);
int __real_argon_derive(const struct argon_cost *cost, const void *password, size_t len,
                        const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch,
                        uint8_t out[ARGON_LEN]);

int __wrap_argon_derive(const struct argon_cost *cost, const void *password, size_t len,
                        const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch,
                        uint8_t out[ARGON_LEN])
{
    const uint32_t kib = cost->kib / SHARE;
    const struct argon_cost less = {kib > KIB_MIN ? kib : KIB_MIN, cost->passes};
    return __real_argon_derive(&less, password, len, salt, watch, out);
}

/* A test program finds the quick programs: what they write, it can read. */
__attribute__((constructor)) static void use_quick_programs(void)
{
    const char *build = getenv("SANDYQ_BUILD");
    char path[4096];
    snprintf(path, sizeof path, "%s/quick", build != NULL ? build : "build");
    setenv("SANDYQ_PROGRAMS", path, 1);
}
