/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visit at the real kiosk, through keeper and confined session: how it goes and how it ends. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "device/state.h"
#include "session/slip.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/kiosk_test.h"
#include "tests/lib/process.h"
#include "tests/lib/raster.h"

/* Types the group of the number that is asked for: its place is the first digit on the screen. */
static void type_back(struct kiosk_process *kiosk, const char *code)
{
    char *screen = pty_text(kiosk->pty);
    const char *place = screen + strcspn(screen, "123456");
    char group[5] = "";

    assert_true(*place != '\0');
    memcpy(group, code + (size_t)(*place - '1') * 4, 4);
    free(screen);
    pty_type(kiosk->pty, group);
    assert_int_equal(pty_rest(kiosk->pty), PTY_IDLE);
    pty_type(kiosk->pty, "\r");
    assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
    assert_false(pty_shows(kiosk->pty, "That is not the same."));
}

static void test_complaint_is_filed(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_start(kiosk, 1);
    kiosk_file(kiosk, "I am not safe");
    assert_false(pty_shows(kiosk->pty, "I am not safe"));
    kiosk_go(kiosk, "1", "This is your number");
    char code[CODE_LEN], scanned[256];
    char *receipt = pty_text(kiosk->pty);
    fake_terminal_code(receipt, code);
    free(receipt);
    assert_int_equal(raster_scan_terminal(kiosk->pty, scanned, sizeof scanned), 1);
    assert_string_equal(scanned, code);
    kiosk_go(kiosk, "1", "of your number, please");
    type_back(kiosk, code);
    type_back(kiosk, code);
    kiosk_go(kiosk, "\r", "Goodbye");
    pty_type(kiosk->pty, " ");
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 0);
    assert_false(pty_shows(kiosk->pty, "Goodbye"));
    assert_int_equal(kiosk_check(kiosk), 2);
}

/* What a person was writing must not stay on the screen of a session that was killed, nor may its
   terminal stay without echo and lines. */
static void assert_killed_leaves_nothing(struct kiosk_process *kiosk, int number)
{
    const char *argv[] = {"sh",
                          "-c",
                          "trap '' ALRM; exec \"$0\" --state \"$1\" --once",
                          kiosk_program("sandyq-kiosk"),
                          kiosk->dir,
                          NULL};
    struct termios line;
    pid_t session = 0;

    kiosk->pty = pty_start(ROWS, COLS, argv, NULL);
    assert_non_null(kiosk->pty);
    kiosk_begin(kiosk);
    kiosk_go(kiosk, "do not tell anyone\033OR", "Do not tell anyone");
    while (session == 0)
        session = pty_grandchild(kiosk->pty);
    /* Nor on a terminal whose output is stopped. */
    int fd = open(pty_device(kiosk->pty), O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);
    assert_int_equal(tcflow(fd, TCOOFF), 0);
    kill(session, number);
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 0);
    assert_false(pty_shows(kiosk->pty, "not tell"));
    assert_int_equal(tcgetattr(fd, &line), 0);
    close(fd);
    assert_int_equal(line.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
    assert_int_equal(kiosk_check(kiosk), 2);
}

static void test_killed_session_leaves_a_clean_terminal(void **state)
{
    assert_killed_leaves_nothing(*state, SIGKILL);
}

/* A session held in write() by its terminal is ended by its alarm, whatever its parents ignored.
   (Not tested here: that the alarm comes some 30 seconds after the idle limit; that would take
   40.) */
static void test_alarm_ends_a_session(void **state)
{
    assert_killed_leaves_nothing(*state, SIGALRM);
}

/* Runs a command as the same user, but with no right to look into all. */
static int run_barred(const char *command)
{
    char line[256];

    snprintf(line, sizeof line, "%s sh -c \"%s\" >/dev/null 2>&1",
             geteuid() == 0 ? "setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace" : "",
             command);
    return system(line);
}

/* Whether such a one may look into this process. */
static bool can_look_into(pid_t pid)
{
    char command[64];

    snprintf(command, sizeof command, "readlink /proc/%d/exe", (int)pid);
    return run_barred(command) == 0;
}

static void test_session_is_hidden_and_leaves_no_core(void **state)
{
    struct kiosk_process *kiosk = *state;
    const char *sh = "ulimit -c $(ulimit -H -c); exec \"$@\"";
    const char *argv[] = {"sh",      "-c",       sh,  "sh", kiosk_program("sandyq-kiosk"),
                          "--state", kiosk->dir, NULL};
    const char *root[] = {"setpriv",
                          "--bounding-set=-sys_ptrace",
                          "--inh-caps=-sys_ptrace",
                          "sh",
                          "-c",
                          sh,
                          "sh",
                          argv[4],
                          "--state",
                          kiosk->dir,
                          NULL};
    struct rlimit core = {1, 1};
    pid_t session = 0;

    kiosk->pty = pty_start(ROWS, COLS, geteuid() == 0 ? root : argv, NULL);
    assert_non_null(kiosk->pty);
    kiosk_wait(kiosk, "Choose a language");
    session = pty_grandchild(kiosk->pty);
    assert_true(session > 0);
    assert_int_equal(run_barred("sh -c 'readlink /proc/\\$PPID/exe'; :"),
                     0); /* so the look itself works */
    assert_false(can_look_into(session));
    assert_false(can_look_into(pty_process(kiosk->pty))); /* the keeper, who has the signing key */
    assert_int_equal(prlimit(session, RLIMIT_CORE, NULL, &core), 0);
    assert_int_equal(core.rlim_cur, 0);
    assert_int_equal(core.rlim_max, 0);
    assert_true(process_confined(session));
    assert_true(process_confined(pty_process(kiosk->pty)));
    assert_int_equal(kiosk_end(kiosk), 0);
}

static void test_small_terminal(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_start_sized(kiosk, 0, 10, 40);
    kiosk_wait(kiosk, "The screen is too small.");
    pty_resize(kiosk->pty, ROWS, COLS);
    kiosk_wait(kiosk, "Choose a language");
    kiosk_go(kiosk, "3", "What do you want to do?");
    pty_resize(kiosk->pty, 10, 40);
    kiosk_wait(kiosk, "The screen is too small.");
    pty_resize(kiosk->pty, 30, 100);
    kiosk_wait(kiosk, "What do you want to do?");
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 2);
}

static void test_languages_switch_in_a_confined_process(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    pty_type(kiosk->pty, "1");
    assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
    assert_false(pty_shows(kiosk->pty, "Choose a language"));
    kiosk_go(kiosk, "\033", "Choose a language");
    pty_type(kiosk->pty, "2");
    assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
    kiosk_go(kiosk, "\033", "Choose a language");
    kiosk_go(kiosk, "3", "What do you want to do?");
    assert_int_equal(kiosk_end(kiosk), 0);
}

/* Whatever bytes a terminal sends, a session takes no harm and the next visitor finds the first
   screen. */
static void test_hostile_keys(void **state)
{
    static const unsigned char bytes[] =
        "311120002\033[200~a\0b\033]0;x\a\033[31m\xff\xfe\xe2\x80\xae"
        "\033[201~\033[999;999H\033Oz\033[<0;1;1M\t\xf0\x90\x80";
    struct kiosk_process *kiosk = *state;

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    pty_type_bytes(kiosk->pty, bytes, sizeof bytes - 1);
    assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
    kiosk_go(kiosk, "\r", "Is this right?");
    kiosk_send(kiosk, KIOSK_STORED);
    kiosk_forget(kiosk);
    kiosk_leave(kiosk);
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 3);
}

/* --- time --- */

/* Waits ten seconds of real time, the only test that does. */
static void test_idle_session_counts_down_and_ends(void **state)
{
    struct kiosk_process *kiosk = *state;
    const char *more[] = {"--idle", "10", NULL};

    kiosk_start_as(kiosk, more, ROWS, COLS);
    kiosk_wait(kiosk, "Choose a language");
    kiosk_go(kiosk, "3", "What do you want to do?");
    /* Whichever of its seconds is seen: none of them waits for us. */
    assert_true(pty_watch(kiosk->pty, "Closing in ", KIOSK_SECONDS * 1000));
    kiosk_wait(kiosk, "Choose a language");
    assert_false(pty_shows(kiosk->pty, "Closing"));
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 2);
    assert_int_equal(kiosk_test_look(kiosk)->letters, 0);
}

/* How many seconds a process that waits in ppoll will wait at most, or -1: for ever. */
static long waits_for(pid_t pid)
{
    unsigned long fds = 0, count = 0, limit = 0;
    struct timespec left = {0};
    struct iovec here = {&left, sizeof left}, there = {NULL, sizeof left};
    char path[64];
    FILE *file = NULL;
    long call = 0;

    snprintf(path, sizeof path, "/proc/%d/syscall", (int)pid);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld 0x%lx 0x%lx 0x%lx", &call, &fds, &count, &limit), 4);
    fclose(file);
    assert_int_equal(call, SYS_ppoll);
    there.iov_base = (void *)limit; /* NOLINT: an address in the other process */
    if (limit == 0)
        return -1;
    assert_int_equal(process_vm_readv(pid, &here, 1, &there, 1, 0), sizeof left);
    return left.tv_sec;
}

/* Nobody there, or somebody who reads: no process wakes up every second for that. */
static void test_session_sleeps_until_the_countdown(void **state)
{
    struct kiosk_process *kiosk = *state;

    if (!process_may_look())
        skip(); /* a session hides what it does */
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    assert_int_equal(waits_for(pty_grandchild(kiosk->pty)), -1);
    kiosk_go(kiosk, "3", "What do you want to do?");
    assert_int_equal(waits_for(pty_grandchild(kiosk->pty)), 160);
    assert_int_equal(kiosk_end(kiosk), 0);
}

/* The kernel counts faults of new pages, whatever is on them. */
static void test_who_writes_much_takes_no_new_memory(void **state)
{
    struct kiosk_process *kiosk = *state;
#ifdef __SANITIZE_ADDRESS__
    (void)kiosk;
    skip(); /* it has a heap of its own */
#else
    kiosk_start(kiosk, 1);
    kiosk_go(kiosk, "3", "What do you want to do?");
    kiosk_go(kiosk, "1112\r0\r2", "your own words");
    const pid_t session = pty_reader(kiosk->pty);
    const uint64_t before = process_number(session, "status", "VmData:");
    assert_true(before > 0);
    for (int i = 0; i < 30; i++) {
        pty_type(kiosk->pty, "They hit me every day. There is no doctor here. Nobody comes.");
        assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
    }
    assert_true(process_number(session, "status", "VmData:") == before);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(test_complaint_is_filed),
        KIOSK_TEST(test_who_writes_much_takes_no_new_memory),
        KIOSK_TEST(test_killed_session_leaves_a_clean_terminal),
        KIOSK_TEST(test_alarm_ends_a_session),
        KIOSK_TEST(test_session_is_hidden_and_leaves_no_core),
        KIOSK_TEST(test_small_terminal),
        KIOSK_TEST(test_languages_switch_in_a_confined_process),
        KIOSK_TEST(test_hostile_keys),
        KIOSK_TEST(test_idle_session_counts_down_and_ends),
        KIOSK_TEST(test_session_sleeps_until_the_countdown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
