/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tampering is seen: attacks by somebody who owns the building, the stick and the disk. Each
   attack is made on real files (tests/tamper/); then the honest protocol goes on. Each must be
   named at the side that can see it, and every honest letter must be at the office once. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/folder.h"
#include "tests/tamper/cases.h"

static void run_case(void **state)
{
    static struct tamper t;
    const struct tamper_case *one = *state;
    tamper_open(&t);
    tamper_sum.cases += !one->calm;
    one->run(&t);
    tamper_sum.cases -= t.impossible;
    tamper_sum.detected += !one->calm && !t.impossible;
    tamper_settle(&t);
    tamper_close(&t);
}

int main(void)
{
    enum { MOST = 100 };
    struct tamper_case *const sides[] = {way_cases,   disk_cases,   back_cases,
                                         stick_cases, spoken_cases, board_cases};
    static struct CMUnitTest tests[MOST];
    char *under;
    size_t n = 0;
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (struct tamper_case *one = sides[i]; one->name != NULL; one++) {
            assert(n < MOST);
            tests[n++] =
                (struct CMUnitTest){.name = one->name, .test_func = run_case, .initial_state = one};
        }
    under = folder_make();
    setenv("TMPDIR", under, 1);
    const int failed = _cmocka_run_group_tests("tamper", tests, n, NULL, NULL);
    folder_remove(&under);
    printf("tamper: %u cases, %u detected, %u honest letters, %u arrived\n", tamper_sum.cases,
           tamper_sum.detected, tamper_sum.letters, tamper_sum.arrived);
    return failed;
}
