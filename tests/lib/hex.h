/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Test vectors as the standards print them: hexadecimal text into bytes. */
#ifndef TESTS_LIB_HEX_H
#define TESTS_LIB_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Fails the test unless the len bytes at got are the ones that hex spells. */
void hex_assert(const void *got, size_t len, const char *hex);

/* Reads hex into out, which has room for max bytes; fails the test when it does not fit. Returns
   the number of bytes. */
size_t hex_read(const char *hex, uint8_t *out, size_t max);

#endif
