/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A crew does each job once, whoever does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "office/crew.h"

enum { JOBS = 1000 };

static void tick(void *context, size_t i)
{
    atomic_fetch_add((atomic_int *)context + i, 1);
}

static void each_job_is_done_once(void **state)
{
    static const size_t counts[] = {0, 1, 2, JOBS, 0, JOBS, 3};
    static atomic_int done[JOBS];
    struct crew *crew = NULL;
    assert_int_equal(crew_new(&crew), ERROR_NONE);
    crew_finish(crew);
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        memset(done, 0, sizeof done);
        crew_start(crew, tick, done, counts[k]);
        crew_finish(crew);
        for (size_t i = 0; i < JOBS; i++)
            assert_int_equal(done[i], i < counts[k]);
    }
    crew_free(&crew);
    assert_null(crew);
    crew_free(&crew);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_job_is_done_once),
    };
    if (secret_start() != ERROR_NONE)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
