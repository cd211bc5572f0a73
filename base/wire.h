/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fixed-width integers in byte buffers of any alignment: the one place that knows byte order.
   Sandyq's own files are little-endian; others' formats may not be. */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdint.h>

/* Loads the 2 bytes at p. */
static inline uint16_t wire_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

/* Loads the 4 bytes at p. */
static inline uint32_t wire_get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Loads the 8 bytes at p. */
static inline uint64_t wire_get64(const uint8_t *p)
{
    return (uint64_t)wire_get32(p) | (uint64_t)wire_get32(p + 4) << 32;
}

/* Loads the 4 bytes at p, the highest first. */
static inline uint32_t wire_get32_big(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Stores v in the 2 bytes at p. */
static inline void wire_put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

/* Stores v in the 4 bytes at p. */
static inline void wire_put32(uint8_t *p, uint32_t v)
{
    wire_put16(p, (uint16_t)v);
    wire_put16(p + 2, (uint16_t)(v >> 16));
}

/* Stores v in the 8 bytes at p. */
static inline void wire_put64(uint8_t *p, uint64_t v)
{
    wire_put32(p, (uint32_t)v);
    wire_put32(p + 4, (uint32_t)(v >> 32));
}

#endif
