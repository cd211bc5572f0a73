/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws that depend on nothing but a seed and what they are for, so that a casebook is the same
   whatever order it is made in (splitmix64). */
#ifndef TESTS_CASEBOOK_DRAW_H
#define TESTS_CASEBOOK_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct draw {
    uint64_t state;
};

/* What is drawn. Each has draws of its own. */
enum draw_for { DRAW_KIOSK, DRAW_FLOOD, DRAW_PERSON, DRAW_LETTER, DRAW_WORK, DRAW_BUNDLE };

/* The draws for the i-th of a kind. */
struct draw draw_start(uint64_t seed, enum draw_for what, uint64_t i);

/* A number below n, which is not 0; a number from first to last; true in so many of 1,000 draws. */
uint32_t draw_below(struct draw *draw, uint32_t n);
uint32_t draw_between(struct draw *draw, uint32_t first, uint32_t last);
bool draw_chance(struct draw *draw, uint32_t of_1000);

/* An index below n, each as often as its weight says; the weights are not all 0. */
size_t draw_weighted(struct draw *draw, const uint16_t *weights, size_t n);

/* Bytes for keys that nobody is to be kept from. */
void draw_bytes(struct draw *draw, uint8_t *out, size_t len);

#endif
