/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a confined process can no longer do: each try ends it at once. */
#include <fcntl.h>
#include <linux/kd.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiosk/confine.h"
#include "tests/folder.h"

enum { KEPT = 3, BETWEEN = 4, KEPT_TOO = 6, OTHER = 9, NOT_CONFINED = 90, NOBODY = 65534 };

static const int kept[] = {KEPT, KEPT_TOO};

static int ends[2];

/* Runs the deed confined, in a process of its own; how that ended, as of waitpid. */
static int confined(int (*deed)(void))
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        dup2(1, KEPT);
        dup2(1, BETWEEN);
        dup2(1, KEPT_TOO);
        dup2(1, OTHER);
        _exit(confine_session(kept, 2) == 0 ? deed() : NOT_CONFINED);
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

static int set_the_lights(void)
{
    return ioctl(0, KDSKBLED, 0);
}

static int send_a_stop(void)
{
    return tcflow(0, TCIOFF);
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
    assert_killed(set_the_lights);
    assert_killed(send_a_stop);
    assert_killed(map_code);
    assert_killed(turn_to_code);
}

static int work(void)
{
    struct winsize size;
    char lights;
    char *large = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (large == MAP_FAILED)
        return 1;
    large[0] = 'x';
    munmap(large, 1 << 20);
    ioctl(0, TIOCGWINSZ, &size);
    ioctl(0, KDGKBLED, &lights); /* is Caps Lock on? */
    tcflow(0, TCOOFF);
    tcflow(0, TCOON);
    alarm(60);
    alarm(0);
    /* The sockets of keeper and helpers stay, no other descriptor does. */
    if (write(KEPT, "", 0) < 0 || write(KEPT_TOO, "", 0) < 0)
        return 2;
    return write(BETWEEN, "", 0) == 0 || write(OTHER, "", 0) == 0 ? 3 : 0;
}

static void test_allowed(void **state)
{
    (void)state;
    assert_int_equal(confined(work), 0);
}

/* An ordinary user's process that could dump its core, unless it is confined. */
static pid_t start_open(bool confine)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    if (geteuid() == 0 && setuid(NOBODY) != 0)
        _exit(1);
    signal(SIGSYS, SIG_DFL); /* cmocka catches it */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 1);
    dup2(ends[0], KEPT);
    if (confine && confine_session(kept, 1) != 0)
        _exit(NOT_CONFINED);
    /* Ready: now it waits for the signal that a forbidden call would give it. */
    (void)!write(KEPT, "r", 1);
    for (;;)
        poll(NULL, 0, -1);
}

/* The limit as /proc has it: prlimit(2) is not for everybody. */
static void read_core_limit(pid_t pid, char limit[32])
{
    char path[64], line[256];
    FILE *file = NULL;

    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    file = fopen(path, "r");
    assert_non_null(file);
    limit[0] = '\0';
    while (limit[0] == '\0' && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "Max core file size %31s", limit);
    fclose(file);
}

/* Waits until it is ready; then, as who /proc shows it (root, when nobody may look into it), its
   limit of cores, and whether it leaves one. */
static void assert_core(bool confine, uid_t owner)
{
    char path[64], limit[32], ready = 0;
    struct stat st;
    int status = 0;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pid_t pid = start_open(confine);
    assert_true(pid > 0);
    close(ends[0]);
    assert_int_equal(read(ends[1], &ready, 1), 1);
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, owner);
    read_core_limit(pid, limit);
    if (confine)
        assert_string_equal(limit, "0");
    kill(pid, SIGSYS);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    if (confine)
        assert_false(WCOREDUMP(status));
    else if (!WCOREDUMP(status))
        print_message("this machine writes no core here\n");
    close(ends[1]);
}

/* A session leaves no core, and no other process of its user may look into it. What is not confined
   shows that the look can tell. */
static void test_no_core(void **state)
{
    const uid_t user = geteuid() == 0 ? NOBODY : geteuid();
    struct rlimit limit;
    char *dir = folder_make();

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(chmod(dir, 0777), 0);
    assert_int_equal(chdir(dir), 0);
    assert_core(false, user);
    assert_core(true, 0);
    assert_int_equal(chdir("/"), 0);
    folder_remove(&dir);
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
