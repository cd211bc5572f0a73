/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that memcheck has nothing to say about, and work that it must not miss. */
#include "tests/taint/quiet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <valgrind/memcheck.h>

#include "crypto/envelope.h"

int quiet_rounds = 1;
unsigned long quiet_calls, quiet_seen;

/* How many reports of memcheck the work gives rise to. */
static unsigned long reports(void (*work)(void))
{
    const unsigned long before = VALGRIND_COUNT_ERRORS;
    work();
    return VALGRIND_COUNT_ERRORS - before;
}

void quiet_assert(void (*work)(void))
{
    for (int i = 0; i < quiet_rounds; i++) {
        assert_int_equal(reports(work), 0);
        quiet_calls++;
    }
}

void quiet_assert_secret(const void *bytes, size_t len)
{
    static uint8_t marks[ENVELOPE_LEN], any;
    if (!RUNNING_ON_VALGRIND)
        return;
    assert_in_range(len, 1, sizeof marks);
    assert_int_equal(VALGRIND_GET_VBITS(bytes, marks, len), 1);
    for (size_t i = any = 0; i < len; i++)
        any |= marks[i];
    assert_int_not_equal(any, 0);
}

void quiet_assert_seen(void (*work)(void))
{
    if (!RUNNING_ON_VALGRIND)
        skip();
    assert_int_not_equal(reports(work), 0);
    quiet_seen++;
}
