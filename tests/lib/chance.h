/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws of a test that can be drawn again: SANDYQ_SEED in the environment gives the seed. */
#ifndef TESTS_LIB_CHANCE_H
#define TESTS_LIB_CHANCE_H

#include <stdint.h>

/* Seeds the draws of this process, anew in every run unless SANDYQ_SEED says how, and prints the
   seed. */
void chance_start(void);

/* A number below n, which is not 0. */
uint32_t chance_below(uint32_t n);

#endif
