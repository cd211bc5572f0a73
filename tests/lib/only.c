/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In every test program: SANDYQ_TEST=NAME runs the tests of that name and no others. A `*` in it
   stands for anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

__attribute__((constructor)) static void only_what_was_asked_for(void)
{
    if (getenv("SANDYQ_TEST") != NULL)
        cmocka_set_test_filter(getenv("SANDYQ_TEST"));
}
