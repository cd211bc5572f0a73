/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Test vectors as the standards print them: hexadecimal text into bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/lib/hex.h"

size_t hex_read(const char *hex, uint8_t *out, size_t max)
{
    const size_t len = strlen(hex) / 2;
    assert_true(len <= max);
    for (size_t i = 0; i < len; i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return len;
}

void hex_assert(const void *got, size_t len, const char *hex)
{
    uint8_t *want = malloc(len + 1);
    assert_non_null(want);
    assert_int_equal(hex_read(hex, want, len), len);
    assert_memory_equal(got, want, len);
    free(want);
}
