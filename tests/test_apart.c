/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One round of the six kinds of visit, compared call by call and byte by byte; and that what
   compares and what learns finds what is there. `make tell-apart` does it 400 times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/apart/judge.h"
#include "tests/apart/learn.h"
#include "tests/lib/folder.h"

enum { TRIES = 6, TOO_SLOW = 3, ROUNDS = 40, EACH = 10, WIDTH = 30 };

/* Runs a round at this pace; its exit status. */
static int play(int pace)
{
    char command[512], line[1024];
    const char *build = getenv("SANDYQ_BUILD");
    FILE *round = NULL;
    int status;

    snprintf(command, sizeof command,
             "SANDYQ_SESSIONS=8 SANDYQ_SEED=${SANDYQ_SEED:-1} SANDYQ_PACE=%d "
             "%s/tests/apart/apart 2>&1",
             pace, build != NULL ? build : "build");
    round = popen(command, "re");
    assert_non_null(round);
    while (fgets(line, sizeof line, round) != NULL)
        print_message("%s", line);
    status = pclose(round);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* On a machine that is busy the visitors may not keep their times: then nothing was compared, and
   they get more time. What a sanitizer's allocator asks the kernel for depends on its
   quarantine: with it there is nothing to compare. */
static void test_round(void **state)
{
    int status = TOO_SLOW;

#ifdef __SANITIZE_ADDRESS__
    skip();
#endif
    for (int i = 0; i < TRIES && status == TOO_SLOW; i++)
        status = play(1 + i);
    assert_int_equal(status, 0);
}

/* --- what compares --- */

static void test_one_call_more_is_found(void **state)
{
    struct judge_visit visits[2] = {{.kind = VISIT_FILED}, {.kind = VISIT_LIBRARY}};
    const struct judge_visit *const who[] = {&visits[0], &visits[1]};

    for (size_t i = 0; i < 6; i++)
        trace_insert(&visits[i % 2].trace, i / 2, "fdatasync(9) = 0");
    assert_int_equal(judge_traces(who, 2), 0);
    trace_insert(&visits[1].trace, 1, "fdatasync(9) = 0");
    assert_int_equal(judge_traces(who, 2), 1);
    trace_free(&visits[0].trace);
    trace_free(&visits[1].trace);
}

static void test_one_count_more_is_found(void **state)
{
    struct judge_visit visits[2] = {{.kind = VISIT_FILED}, {.kind = VISIT_LIBRARY}};
    const struct judge_visit *const who[] = {&visits[0], &visits[1]};

    assert_int_equal(judge_counts(who, 2), 0);
    visits[0].result.launcher[VISIT_CHILD_UTIME] = 1;
    assert_int_equal(judge_counts(who, 2), 1);
}

/* Four folders with a file of random bytes, and one byte that is the same for all. */
struct folders {
    struct judge_visit visits[4];
    const struct judge_visit *who[4];
    struct snap snaps[4];
    const struct snap *seen[4];
    char *dir;
};

static void look(struct folders *folders, size_t i, const uint8_t *bytes, size_t len)
{
    static const struct snap none;
    FILE *file = tmpfile();

    assert_non_null(file);
    folder_write(folder_path(folders->dir, "pending"), bytes, len);
    snap_take(&none, &folders->snaps[i], folders->dir, file);
    snap_free(&folders->snaps[i]);
    rewind(file);
    assert_true(snap_next(&none, &folders->snaps[i], file));
    fclose(file);
    folders->seen[i] = &folders->snaps[i];
    folders->who[i] = &folders->visits[i];
}

/* What is found when those that file have `filed` at the place of the byte, and `longer` bytes
   more. */
static unsigned compare(uint8_t filed, size_t longer)
{
    static const enum visit_kind kinds[] = {VISIT_FILED, VISIT_FILED, VISIT_LIBRARY, VISIT_LIBRARY};
    struct folders folders = {.dir = folder_make()};
    uint8_t bytes[2000] = {0};
    unsigned found;

    for (size_t i = 0; i < 4; i++) {
        folders.visits[i].kind = kinds[i];
        for (size_t at = 100; at < 900; at++)
            bytes[at] = (uint8_t)(rand() >> 4);
        bytes[1000] = kinds[i] == VISIT_FILED ? filed : 7;
        look(&folders, i, bytes, 1100 + (kinds[i] == VISIT_FILED ? longer : 0));
    }
    found = judge_folders(folders.who, folders.seen, 4);
    for (size_t i = 0; i < 4; i++)
        snap_free(&folders.snaps[i]);
    folder_remove(&folders.dir);
    return found;
}

static void test_one_byte_is_found(void **state)
{
    assert_int_equal(compare(7, 0), 0);
    assert_int_equal(compare(8, 0), 1);
    assert_true(compare(7, 1) > 0);
}

/* --- what learns --- */

/* Noise, and in one number, for those that file, so much of a leak. */
static struct learn_result teach(double leak)
{
    struct learn_data data = {.x = calloc((size_t)ROUNDS * EACH * WIDTH, sizeof(double)),
                              .filing = calloc((size_t)ROUNDS * EACH, sizeof(bool)),
                              .round = calloc((size_t)ROUNDS * EACH, sizeof(size_t)),
                              .count = (size_t)ROUNDS * EACH,
                              .width = WIDTH};
    struct learn_result result;

    srand(1);
    for (size_t i = 0; i < data.count; i++) {
        data.round[i] = i / EACH;
        data.filing[i] = i % 2;
        for (size_t column = 0; column < WIDTH; column++)
            data.x[i * WIDTH + column] =
                column < 3 ? (double)data.round[i] : (double)(rand() % 1000) / 1000;
        data.x[i * WIDTH + 17] += data.filing[i] ? leak : 0;
    }
    result = learn(&data, 1);
    free(data.x);
    free(data.filing);
    free(data.round);
    return result;
}

static void test_learning(void **state)
{
    struct learn_result result = teach(0);

    assert_int_equal(result.varied, WIDTH - 3);
    assert_true(result.p >= 0.01);
    result = teach(0.3);
    assert_true(result.p < 0.01 && result.accuracy > 0.6);
    result = teach(5);
    assert_true(result.p < 1e-50 && result.accuracy > 0.95);
}

static void test_chance(void **state)
{
    assert_float_equal(learn_tail(0, 10, 0.5), 1, 1e-9);
    assert_float_equal(learn_tail(10, 10, 0.5), 1.0 / 1024, 1e-9);
    assert_float_equal(learn_tail(9, 10, 0.5), 11.0 / 1024, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_one_call_more_is_found),
        cmocka_unit_test(test_one_count_more_is_found),
        cmocka_unit_test(test_one_byte_is_found),
        cmocka_unit_test(test_learning),
        cmocka_unit_test(test_chance),
    };

    setvbuf(stdout, NULL, _IOLBF, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
