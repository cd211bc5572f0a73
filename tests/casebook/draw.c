/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws that depend on nothing but a seed and what they are for. */
#include "tests/casebook/draw.h"

static uint64_t next(struct draw *draw)
{
    uint64_t x = draw->state += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

struct draw draw_start(uint64_t seed, enum draw_for what, uint64_t i)
{
    struct draw draw = {seed};
    draw.state = next(&draw) ^ (uint64_t)what << 56;
    draw.state = next(&draw) ^ i;
    draw.state = next(&draw);
    return draw;
}

uint32_t draw_below(struct draw *draw, uint32_t n)
{
    return (uint32_t)((next(draw) >> 32) * n >> 32);
}

uint32_t draw_between(struct draw *draw, uint32_t first, uint32_t last)
{
    return first + draw_below(draw, last - first + 1);
}

bool draw_chance(struct draw *draw, uint32_t of_1000)
{
    return draw_below(draw, 1000) < of_1000;
}

size_t draw_weighted(struct draw *draw, const uint16_t *weights, size_t n)
{
    uint32_t sum = 0;
    size_t i = 0;
    for (size_t k = 0; k < n; k++)
        sum += weights[k];
    uint32_t at = draw_below(draw, sum);
    while (at >= weights[i])
        at -= weights[i++];
    return i;
}

void draw_bytes(struct draw *draw, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(next(draw) >> 56);
}
