/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate: one at a time, in the order in which they came, and never for a process that is gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "office/gate.h"
#include "tests/lib/folder.h"
#include "tests/lib/gate_test.h"

enum { LONG = 600000 };

static char *folder;
static char path[FOLDER_PATH];

static int make(void **state)
{
    folder = folder_make();
    snprintf(path, sizeof path, "%s", folder_path(folder, "gate"));
    folder_write(path, "", 0);
    return 0;
}

static int clean(void **state)
{
    folder_remove(&folder);
    return 0;
}

static int gate_open(void)
{
    const int gate = open(path, O_RDWR | O_CLOEXEC);
    assert_true(gate >= 0);
    return gate;
}

/* A process that enters, says its name and leaves; it is in the queue when this returns. */
static pid_t queue_up(char name, int gate, int64_t place, int told)
{
    const pid_t child = gate_test_fork();
    if (child == 0) {
        const int own = open(path, O_RDWR | O_CLOEXEC);
        if (gate_enter(own, LONG, NULL, NULL, &place) != ERROR_NONE || write(told, &name, 1) != 1)
            _exit(1);
        gate_leave(own, place);
        _exit(0);
    }
    gate_test_await(gate, place);
    return child;
}

static void who_comes_first_enters_first(void **state)
{
    enum { N = 5 };
    pid_t children[N];
    char names[N + 2] = "";
    int told[2];
    int64_t place = 0;
    const int gate = gate_open();
    assert_int_equal(pipe2(told, O_NONBLOCK | O_CLOEXEC), 0);
    assert_int_equal(gate_enter(gate, 0, NULL, NULL, &place), ERROR_NONE);
    assert_int_equal(place, GATE_FIRST);
    for (int i = 0; i < N; i++)
        children[i] = queue_up((char)('a' + i), gate, GATE_FIRST + 1 + i, told[1]);
    assert_int_equal(read(told[0], names, sizeof names), -1);
    /* Who comes back at once is behind all that waited. */
    gate_leave(gate, place);
    assert_int_equal(gate_enter(gate, LONG, NULL, NULL, &place), ERROR_NONE);
    assert_int_equal(read(told[0], names, sizeof names), N);
    assert_string_equal(names, "abcde");
    for (int i = 0; i < N; i++)
        assert_int_equal(waitpid(children[i], NULL, 0), children[i]);
    close(gate);
    close(told[0]);
    close(told[1]);
}

static void who_waits_too_long_is_told_and_leaves_nothing(void **state)
{
    int64_t mine = 0, theirs = 0;
    const int gate = gate_open(), other = gate_open();
    assert_int_equal(gate_enter(gate, 0, NULL, NULL, &mine), ERROR_NONE);
    assert_int_equal(gate_enter(other, 1, NULL, NULL, &theirs), ERROR_OFFICE_BUSY);
    gate_leave(gate, mine);
    assert_int_equal(gate_enter(gate, 0, NULL, NULL, &mine), ERROR_NONE);
    assert_int_equal(mine, GATE_FIRST);
    gate_leave(gate, mine);
    assert_int_equal(gate_enter(other, 0, NULL, NULL, &theirs), ERROR_NONE);
    close(gate);
    close(other);
}

static enum error give_up(void *context)
{
    ++*(int *)context;
    return ERROR_IO;
}

static void who_does_something_meanwhile_may_give_up(void **state)
{
    int64_t mine = 0, theirs = 0;
    int times = 0;
    const int gate = gate_open(), other = gate_open();
    assert_int_equal(gate_enter(gate, 0, give_up, &times, &mine), ERROR_NONE);
    assert_int_equal(times, 0);
    assert_int_equal(gate_enter(other, LONG, give_up, &times, &theirs), ERROR_IO);
    assert_int_equal(times, 1);
    gate_leave(gate, mine);
    assert_int_equal(gate_enter(gate, 0, NULL, NULL, &mine), ERROR_NONE);
    assert_int_equal(mine, GATE_FIRST);
    close(gate);
    close(other);
}

static void who_is_killed_inside_or_waiting_holds_nobody_up(void **state)
{
    int64_t place = 0;
    const int gate = gate_open();
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = gate_test_fork();
        if (children[i] == 0) {
            const int own = open(path, O_RDWR | O_CLOEXEC);
            const enum error error = gate_enter(own, LONG, NULL, NULL, &place);
            while (error == ERROR_NONE)
                pause();
            _exit(1);
        }
        gate_test_await(gate, GATE_FIRST + i);
    }
    for (int i = 1; i >= 0; i--) {
        assert_int_equal(gate_enter(gate, 0, NULL, NULL, &place), ERROR_OFFICE_BUSY);
        assert_int_equal(kill(children[i], SIGKILL), 0);
        assert_int_equal(waitpid(children[i], NULL, 0), children[i]);
    }
    assert_int_equal(gate_enter(gate, 0, NULL, NULL, &place), ERROR_NONE);
    close(gate);
}

#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GATE_TEST(who_comes_first_enters_first),
        GATE_TEST(who_waits_too_long_is_told_and_leaves_nothing),
        GATE_TEST(who_does_something_meanwhile_may_give_up),
        GATE_TEST(who_is_killed_inside_or_waiting_holds_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
