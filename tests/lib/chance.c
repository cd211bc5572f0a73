/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws of a test: a linear congruential generator, of which the upper bits are taken. */
#include "tests/lib/chance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static uint64_t state = 1;

void chance_start(void)
{
    const char *set = getenv("SANDYQ_SEED");

    state = set != NULL ? strtoull(set, NULL, 10) : (uint64_t)time(NULL) << 16 ^ (uint64_t)getpid();
    printf("SANDYQ_SEED=%" PRIu64 "\n", state);
    fflush(stdout);
    chance_below(1); /* seeds that are near each other draw apart */
}

uint32_t chance_below(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % n;
}
