/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a confined process can no longer do: each try ends it at once. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiosk/confine.h"

enum { KEPT = 3, OTHER = 9, NOT_CONFINED = 90 };

/* Runs the deed confined, in a process of its own; how that ended, as of waitpid. */
static int confined(int (*deed)(void))
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        dup2(1, KEPT);
        dup2(1, OTHER);
        _exit(confine_session(KEPT) == 0 ? deed() : NOT_CONFINED);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void assert_killed(int (*deed)(void))
{
    int status = confined(deed);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
}

static int open_file(void)
{
    return open("/dev/null", O_RDONLY);
}

static int run_program(void)
{
    return execl("/bin/true", "true", NULL);
}

static int make_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int make_process(void)
{
    return fork() == 0;
}

static int look_into_parent(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0;
}

static int signal_parent(void)
{
    return kill(getppid(), 0);
}

static int type_for_next(void)
{
    return ioctl(0, TIOCSTI, "x");
}

static int map_code(void)
{
    void *map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return map == MAP_FAILED;
}

static int turn_to_code(void)
{
    void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(map, 4096, PROT_READ | PROT_EXEC);
}

static void test_forbidden(void **state)
{
    (void)state;
    assert_killed(open_file);
    assert_killed(run_program);
    assert_killed(make_socket);
    assert_killed(make_process);
    assert_killed(look_into_parent);
    assert_killed(signal_parent);
    assert_killed(type_for_next);
    assert_killed(map_code);
    assert_killed(turn_to_code);
}

static int work(void)
{
    struct winsize size;
    char *large = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (large == MAP_FAILED)
        return 1;
    large[0] = 'x';
    munmap(large, 1 << 20);
    ioctl(0, TIOCGWINSZ, &size);
    /* The one socket stays, another descriptor does not. */
    return write(KEPT, "", 0) < 0 || write(OTHER, "", 0) == 0 ? 2 : 0;
}

static void test_allowed(void **state)
{
    (void)state;
    assert_int_equal(confined(work), 0);
}

static int stay_hidden(void)
{
    return 0;
}

/* Core files are off before the filter is on: a session that is killed leaves none. */
static void test_no_core(void **state)
{
    int status = confined(open_file);

    (void)state;
    assert_true(WIFSIGNALED(status));
    assert_false(WCOREDUMP(status));
    assert_int_equal(confined(stay_hidden), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forbidden),
        cmocka_unit_test(test_allowed),
        cmocka_unit_test(test_no_core),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
