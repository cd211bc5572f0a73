/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes more than a call: the work of each part goes on when it is confined, with and
   without Landlock. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/kd.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/file.h"
#include "device/state.h"
#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/lib/sandbox_test.h"

/* --- the parts, each tried in a process of its own --- */

static enum outcome outcome_of_deed(enum part part, int (*deed)(void))
{
    const pid_t pid = fork();

    if (pid == 0) {
        sandbox_test_take_places();
        if (sandbox_test_enter(part) != 0)
            _exit(NOT_CONFINED);
        sandbox_test_end(deed());
    }
    return sandbox_test_outcome(pid);
}

/* --- what takes more than a call --- */

/* The sockets of keeper and helpers stay, no other descriptor does. */
static int close_all_others(void)
{
    static struct pollfd polled[] = {
        {.fd = KEPT}, {.fd = KEPT_TOO}, {.fd = BETWEEN}, {.fd = OTHER}};

    poll(polled, 4, 0);
    errno = EIO;
    return polled[0].revents == 0 && polled[1].revents == 0 && polled[2].revents == POLLNVAL &&
                   polled[3].revents == POLLNVAL
               ? 0
               : -1;
}

/* The kernel answers the call, be it that this is no terminal. */
static bool answers(int result)
{
    return result == 0 || errno != ENOSYS;
}

static int work_at_a_terminal(void)
{
    struct winsize size;
    struct termios line;
    char lights;
    struct sigaction action = {.sa_handler = SIG_IGN};

    memset(&line, 0, sizeof line);
    const bool work = answers(ioctl(0, TIOCGWINSZ, &size)) &&
                      answers(ioctl(0, KDGKBLED, &lights)) && /* is Caps Lock on? */
                      answers(tcgetattr(1, &line)) && answers(tcsetattr(1, TCSADRAIN, &line)) &&
                      answers(tcflush(0, TCIFLUSH)) && answers(tcflow(1, TCOOFF)) &&
                      answers(tcflow(1, TCOON));
    alarm(60);
    alarm(0);
    return work ? sigaction(SIGWINCH, &action, NULL) : -1;
}

/* More memory than is there at the start, and less and more again. */
static int work_with_memory(void)
{
    char *volatile some = malloc(1 << 20);
    char *volatile more = some != NULL ? realloc(some, 1 << 24) : NULL;

    if (more == NULL)
        return -1;
    more[(1 << 24) - 1] = 'x';
    free(more);
    return 0;
}

/* A file as the courier writes it, and a database. */
static int work_with_files(void)
{
    static const uint8_t envelope[64];
    struct outbox *outbox = NULL;
    struct outbox_tip tip = {.seq = 1, .day = 1};
    const int at = open(sandbox_state, O_RDONLY | O_DIRECTORY);
    int result = -1;

    if (at < 0 || file_write(at, "card", 0600, "x", 1) != ERROR_NONE ||
        file_write(at, "card", 0600, "y", 1) != ERROR_NONE)
        return -1;
    file_sweep(at);
    if (outbox_open(folder_path(sandbox_state, "outbox.db"), DB_CREATE, &outbox) == ERROR_NONE &&
        outbox_append(outbox, &tip, envelope, sizeof envelope) == ERROR_NONE &&
        outbox_tip(outbox, &tip) == ERROR_NONE)
        result = unlinkat(at, "card", 0);
    outbox_close(&outbox);
    unlink(folder_path(sandbox_state, "outbox.db"));
    return result;
}

static void *beside(void *context)
{
    *(volatile int *)context = 1;
    return NULL;
}

static int suspend_itself(void)
{
    return raise(SIGTSTP) == 0 ? 0 : -1;
}

static int work_with_threads(void)
{
    volatile int done = 0;
    pthread_t thread;

    return pthread_create(&thread, NULL, beside, (void *)(uintptr_t)&done) == 0 &&
                   pthread_join(thread, NULL) == 0 && done == 1
               ? 0
               : -1;
}

static int speak(void)
{
    int status = -1;
    const pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/true", "true", NULL);
        _exit(1);
    }
    if (pid < 0)
        return -1;
    return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

/* Whatever the speech program starts, it signals nobody else. */
static int signal_parent(void)
{
    return kill(getppid(), SIGCONT);
}

static int print(void)
{
    struct stat st;
    const int fd = stat(sandbox_pinned, &st) == 0 ? open(sandbox_pinned, O_RDWR | O_NONBLOCK) : -1;

    return fd >= 0 && write(fd, "x", 1) == 1 && read(fd, &st, 1) == 1 && close(fd) == 0 ? 0 : -1;
}

/* What stands above the 32 bits of an int is up to the C library and the compiler. */
static int print_by_wide_words(void)
{
    const long narrow = (long)(uint32_t)AT_FDCWD, wide = AT_FDCWD;
    struct stat st;

    return syscall(SYS_newfstatat, narrow, sandbox_pinned, &st, 0) == 0 &&
                   syscall(SYS_newfstatat, wide, sandbox_pinned, &st, 0) == 0 &&
                   close((int)syscall(SYS_openat, narrow, sandbox_pinned, O_RDWR | O_NONBLOCK)) ==
                       0 &&
                   close((int)syscall(SYS_openat, wide, sandbox_pinned, O_RDWR | O_NONBLOCK)) == 0
               ? 0
               : -1;
}

/* The same words elsewhere in memory are another path to the filter: no other could be told from
   it. */
static int print_elsewhere(void)
{
    return open(sandbox_device, O_RDWR | O_NONBLOCK);
}

static int print_over(void)
{
    return open(sandbox_pinned, O_RDWR | O_NONBLOCK | O_TRUNC);
}

static int end_by_itself(void)
{
    raise(SIGTERM);
    return 0;
}

#ifndef __SANITIZE_ADDRESS__
static int change_signals(void)
{
    return signal(SIGTERM, SIG_IGN) == SIG_ERR;
}
#endif

static int grow_in_place(void)
{
    return mremap(&sandbox_pair, 4096, 8192, MREMAP_MAYMOVE) != MAP_FAILED;
}

#ifdef __x86_64__
/* The way in of 32-bit programs has other numbers: 5 is open(2) there. */
static int call_the_old_way(void)
{
    long result = 5;

    __asm__ volatile("int $0x80" : "+a"(result) : "b"(0), "c"(0), "d"(0) : "memory");
    return (int)result;
}

/* How a confined process ends that calls the old way: by the filter; but on a kernel without 32-bit
   system calls by a fault, as any process there, for no filter is asked. */
static enum outcome end_of_the_old_way(void)
{
    const pid_t pid = fork();

    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        call_the_old_way();
        _exit(DONE);
    }
    return sandbox_test_outcome(pid) == FAULTED ? FAULTED : KILLED;
}
#endif

static void test_deeds(void **state)
{
    const struct {
        const char *name;
        int parts;
        int (*deed)(void);
        enum outcome want;
    } deeds[] = {
        {"keep its descriptors", SESSION, close_all_others, DONE},
        {"work at a terminal", SESSION | DESK, work_at_a_terminal, DONE},
        {"work with memory", SESSION | FILES, work_with_memory, DONE},
        {"work with files", FILES, work_with_files, DONE},
        {"work with threads", DESK, work_with_threads, DONE},
        {"start a program", SPEAKER, speak, DONE},
        {"start a program", FILES, speak, REFUSED},
        {"suspend itself", DESK, suspend_itself, REFUSED},
        {"open its device", PRINTER, print, DONE},
        {"open its device by wide words", PRINTER, print_by_wide_words, DONE},
        {"open its device's name", PRINTER, print_elsewhere, KILLED},
        {"cut its device", PRINTER, print_over, KILLED},
        {"grow in place", SESSION, grow_in_place, DONE},
#ifndef __SANITIZE_ADDRESS__
        {"change signals", SESSION | PRINTER, change_signals, KILLED},
#endif
        {"raise", SESSION | PRINTER, end_by_itself, KILLED},
#ifdef __x86_64__
        {"call the old way", SESSION | FILES | PRINTER, call_the_old_way, end_of_the_old_way()},
#endif
    };

    (void)state;
    sandbox_tried = sandbox_wrong = 0;
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
        for (size_t p = 0; p < PARTS; p++)
            if ((deeds[i].parts & sandbox_parts[p].part) != 0)
                sandbox_test_judge(sandbox_parts[p].name, deeds[i].name,
                                   outcome_of_deed(sandbox_parts[p].part, deeds[i].deed),
                                   deeds[i].want);
    if (landlock_abi() >= 6)
        sandbox_test_judge("speaker", "signal the parent", outcome_of_deed(SPEAKER, signal_parent),
                           REFUSED);
    print_message("%u deeds, %u otherwise\n", sandbox_tried, sandbox_wrong);
    assert_int_equal(sandbox_wrong, 0);
}

static int open_outside(void)
{
    return open(sandbox_outside, O_RDONLY);
}

static int open_parent(void)
{
    return open(sandbox_dir, O_RDONLY | O_DIRECTORY);
}

/* A file of the speech program's may carry words in its name, so it makes none, by whichever
   call. */
static int make_files(void)
{
    const int flags = O_WRONLY | O_CREAT;
    char path[PATH_MAX];
    bool none = false;

    snprintf(path, sizeof path, "%s/words", sandbox_dir);
    none = syscall(SYS_openat, AT_FDCWD, path, flags, 0600) == -1 && errno == EPERM;
#ifdef SYS_open
    none = none && syscall(SYS_open, path, flags, 0600) == -1 && errno == EPERM;
    none = none && syscall(SYS_open, "/dev/null", O_RDWR, 0) >= 0;
#endif
    return none ? 0 : -1;
}

/* Landlock, as a kernel without it answers. */
static void take_landlock_away(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0);
    seccomp_load(filter);
    seccomp_release(filter);
}

/* There the lists of system calls hold alone: a keeper may open what its user may, a session
   nothing. */
static void test_without_landlock(void **state)
{
    static const struct {
        enum part part;
        int (*deed)(void);
        enum outcome want;
    } tries[] = {
        {SESSION, open_outside, KILLED}, {KEEPER, open_outside, DONE},
        {KEEPER, work_with_files, DONE}, {COURIER, open_parent, DONE},
        {DESK, work_with_files, DONE},   {DESK, speak, REFUSED},
        {PRINTER, open_outside, KILLED}, {PRINTER, print, DONE},
        {SPEAKER, speak, DONE},          {SPEAKER, make_files, DONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        const pid_t pid = fork();

        if (pid == 0) {
            sandbox_test_take_places();
            take_landlock_away();
            if (landlock_abi() != 0 || sandbox_test_enter(tries[i].part) != 0)
                _exit(NOT_CONFINED);
            sandbox_test_end(tries[i].deed());
        }
        assert_int_equal(sandbox_test_outcome(pid), tries[i].want);
    }
}

/* How a desk ends that has confined itself to these places: the deed's outcome. */
static enum outcome outcome_at(const struct landlock_place *places, size_t count, uid_t user,
                               int (*deed)(void))
{
    const pid_t pid = fork();

    if (pid == 0) {
        if (geteuid() == 0 && user != 0 && setuid(user) != 0)
            _exit(BROKEN);
        if (sandbox_desk(places, count) != 0)
            _exit(NOT_CONFINED);
        sandbox_test_end(deed());
    }
    return sandbox_test_outcome(pid);
}

/* Their threads count as processes, of which there is no limit for root. */
static void test_threads_of_an_ordinary_user(void **state)
{
    (void)state;
    assert_int_equal(outcome_at(NULL, 0, NOBODY, work_with_threads), DONE);
}

/* What is named for reading may lie on a stranger's medium, so a link there opens nothing. A place
   whose name is given to another keeps its rights, because it is held. */
static void test_links_and_descriptors(void **state)
{
    const char *link = folder_path(sandbox_media, "link");
    const struct landlock_place by_link = {link, LANDLOCK_READ};
    struct landlock_place held = {NULL, LANDLOCK_READ};

    (void)state;
    if (landlock_abi() == 0)
        skip();
    assert_int_equal(symlink(sandbox_dir, link), 0);
    assert_int_equal(outcome_at(&by_link, 1, 0, open_outside), REFUSED);
    assert_int_equal(unlink(link), 0);
    held.fd = open(sandbox_dir, O_RDONLY | O_DIRECTORY);
    assert_true(held.fd >= 0);
    assert_int_equal(outcome_at(&held, 1, 0, open_outside), DONE);
    close(held.fd);
}

/* What cannot be reached is no error: the command that was to use it says what is wrong. */
static void test_a_place_that_cannot_be(void **state)
{
    static char endless[2 * PATH_MAX];
    const struct landlock_place places[] = {
        {endless, LANDLOCK_READ},
        {"/nowhere/at/all", LANDLOCK_KEEP},
        {sandbox_outside, LANDLOCK_READ},
    };

    (void)state;
    memset(endless, 'x', sizeof endless - 1);
    assert_int_equal(outcome_at(places, 3, 0, open_outside), DONE);
    if (landlock_abi() > 0)
        assert_int_equal(outcome_at(places, 2, 0, open_outside), REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deeds),
        cmocka_unit_test(test_without_landlock),
        cmocka_unit_test(test_threads_of_an_ordinary_user),
        cmocka_unit_test(test_links_and_descriptors),
        cmocka_unit_test(test_a_place_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, sandbox_test_setup, sandbox_test_teardown);
}
