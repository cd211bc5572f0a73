/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days as dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "base/day.h"

static void days_are_dates(void **state)
{
    char text[DAY_TEXT_LEN];

    day_text(0, text);
    assert_string_equal(text, "1970-01-01");
    day_text(20000, text);
    assert_string_equal(text, "2024-10-04");
    day_text(UINT32_MAX, text);
    assert_string_equal(text, "9999-12-31");
    /* The C library is the witness; seven leaps through all four kinds of leap year. */
    for (uint32_t day = 0; day < 2932896; day += 7) {
        time_t seconds = (time_t)day * 86400;
        struct tm date;
        char witness[DAY_TEXT_LEN];
        assert_non_null(gmtime_r(&seconds, &date));
        assert_int_equal(strftime(witness, sizeof witness, "%Y-%m-%d", &date), DAY_TEXT_LEN - 1);
        day_text(day, text);
        assert_string_equal(text, witness);
    }
    assert_true(day_today() > 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(days_are_dates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
