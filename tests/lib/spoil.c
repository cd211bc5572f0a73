/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spoils a file of any format in every place. */
#include "tests/lib/spoil.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static int read_copy(const uint8_t *bytes, size_t len, spoil_read_fn *read, void *context)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    /* With nothing to read, whatever is read is too much: point at the end. */
    int error = read(context, len == 0 ? copy + 1 : copy, len);
    free(copy);
    return error;
}

static size_t next_place(size_t i, size_t len, size_t step)
{
    if (i < 200 || i + 200 >= len)
        return i + 1;
    return i + step + 200 < len ? i + step : len - 200;
}

void spoil_reader(const uint8_t *good, size_t len, size_t step, spoil_read_fn *read, void *context)
{
    uint8_t *bad = malloc(len + 1);

    assert_non_null(bad);
    memcpy(bad, good, len);
    bad[len] = 0;
    assert_int_equal(read_copy(bad, len, read, context), ERROR_NONE);
    assert_int_equal(read_copy(bad, len + 1, read, context), ERROR_TRUNCATED);
    for (size_t i = 0; i < len; i = next_place(i, len, step)) {
        if (read_copy(bad, i, read, context) != ERROR_TRUNCATED)
            fail_msg("taken, or another error, when cut to %zu bytes", i);
        bad[i] ^= (uint8_t)(1U << i % 8);
        if (read_copy(bad, len, read, context) == ERROR_NONE)
            fail_msg("taken with byte %zu changed", i);
        bad[i] = good[i];
    }
    bad[7]++;
    assert_int_equal(read_copy(bad, len, read, context), ERROR_NEWER);
    bad[7] = good[7];
    bad[6] = '?';
    assert_int_equal(read_copy(bad, len, read, context), ERROR_FOREIGN);
    free(bad);
}
