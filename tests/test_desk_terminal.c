/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk program at a terminal: passphrases, the screen, interrupts, and what a signal leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "crypto/answer.h"
#include "tests/lib/desk_test.h"
#include "tests/lib/folder.h"
#include "tests/lib/pty.h"

static int setup(void **state)
{
    desk_test_setup(state);
    desk_test_write("Мне не дают лекарства.");
    return desk_run("$D import office stick.bundle $P");
}

/* --- the terminal --- */

enum { WAIT_S = 60 };

static void test_passphrase_is_asked_without_echo(void **state)
{
    const char *office = folder_path(desk_dir, "office");
    const char *const argv[] = {desk_program, "list", office, NULL};
    const char *const env[] = {"LANGUAGE=en", NULL};
    struct pty *pty = pty_start(24, 80, argv, env);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "Your passphrase", WAIT_S));
    pty_type(pty, DESK_SECRET "\r");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    char *text = pty_text(pty);
    assert_null(strstr(text, "quiet"));
    assert_non_null(strstr(text, "FACILITY"));
    free(text);
    pty_stop(&pty);
}

/* The desk's screen, where the first case's answer is written. */
static struct pty *answer_on_screen(void)
{
    char office[FOLDER_PATH], pass[FOLDER_PATH];
    snprintf(office, sizeof office, "%s/office", desk_dir);
    snprintf(pass, sizeof pass, "%s/pass", desk_dir);
    const char *const argv[] = {desk_program, office, "--passphrase-file", pass, "--language",
                                "en",         NULL};
    struct pty *pty = pty_start(24, 64, argv, NULL);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "Cases, the most urgent", WAIT_S));
    pty_type(pty, "\r");
    assert_true(pty_wait_text(pty, "Complaint", WAIT_S));
    pty_type(pty, "a");
    assert_true(pty_wait_text(pty, "Your answer", WAIT_S));
    return pty;
}

static void test_the_screen_answers_a_case(void **state)
{
    struct pty *pty = answer_on_screen();
    pty_type(pty, "from the screen\r");
    assert_true(pty_wait_text(pty, "keep writing", WAIT_S));
    pty_type(pty, "1");
    assert_true(pty_wait_text(pty, "waits for a board", WAIT_S));
    pty_type(pty, "qq");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
    assert_int_equal(desk_run("$D show office 1 $P"), 0);
    assert_desk_said("from the screen");
}

static void test_an_unknown_terminal_is_called_that(void **state)
{
    char office[FOLDER_PATH], pass[FOLDER_PATH];
    snprintf(office, sizeof office, "%s/office", desk_dir);
    snprintf(pass, sizeof pass, "%s/pass", desk_dir);
    const char *const argv[] = {desk_program, office, "--passphrase-file", pass, NULL};
    const char *const env[] = {"LANGUAGE=en", "TERM=unheard-of", NULL};
    struct pty *pty = pty_start(24, 120, argv, env);
    assert_non_null(pty);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 1);
    assert_true(pty_shows(pty, "The kind of this terminal is not known"));
    pty_stop(&pty);
    assert_desk_refused("$D office $P", "The screen needs a terminal. ");
}

/* A resize below the minimum keeps what was written; so does pulling the plug. */
static void test_an_answer_survives_the_terminal(void **state)
{
    struct pty *pty = answer_on_screen();
    pty_type(pty, "half an answer");
    assert_true(pty_wait_text(pty, "half an answer", WAIT_S));
    pty_resize(pty, 10, 50);
    assert_true(pty_wait_text(pty, "The terminal is too small.", WAIT_S));
    pty_type(pty, "q\r3");
    pty_settle(pty);
    pty_resize(pty, 24, 64);
    assert_true(pty_wait_text(pty, "half an answer", WAIT_S));
    pty_hang_up(pty);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
    assert_int_equal(desk_run("$D show office 1 $P"), 0);
    assert_desk_said("This answer was not sent.");
    assert_desk_said("    | half an answer");
}

/* --- the passphrase --- */

static struct pty *ask(const char *command, const char *folder, const char *question)
{
    char office[FOLDER_PATH];
    snprintf(office, sizeof office, "%s/%s", desk_dir, folder);
    const char *const argv[] = {desk_program, command, office, NULL};
    const char *const env[] = {"LANGUAGE=en", NULL};
    struct pty *pty = pty_start(24, 80, argv, env);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, question, WAIT_S));
    return pty;
}

static void test_a_new_passphrase_has_twelve_characters(void **state)
{
    assert_desk_refused(
        "umask 077; printf 'eleven-char\n' >short; $D init fresh --passphrase-file short",
        "at least 12 characters");
    assert_desk_refused(
        "umask 077; printf 'одиннадцать\n' >short; $D init fresh --passphrase-file short",
        "at least 12 characters");
    assert_int_equal(desk_run("test -e fresh"), 1);
    struct pty *pty = ask("init", "fresh", "New passphrase");
    pty_type(pty, "eleven-char\r");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 1);
    assert_true(pty_shows(pty, "at least 12 characters"));
    pty_stop(&pty);
}

static bool echoes(const struct pty *pty)
{
    struct termios now;
    int fd = open(pty_device(pty), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(tcgetattr(fd, &now), 0);
    close(fd);
    return (now.c_lflag & (ECHO | ISIG | ICANON)) == (ECHO | ISIG | ICANON);
}

static void test_an_interrupt_ends_the_asking_at_once(void **state)
{
    struct pty *pty = ask("list", "office", "Your passphrase");
    assert_false(echoes(pty));
    pty_type(pty, "half\003");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 1);
    assert_true(echoes(pty));
    assert_true(pty_shows(pty, "Stopped."));
    pty_stop(&pty);
}

/* Cases in a core would outlive the passphrase. A process that may leave one belongs to its user
   in /proc. */
static void test_it_leaves_no_core(void **state)
{
    const struct rlimit one = {1, 1};
    char path[FOLDER_PATH];
    struct rlimit core = one;
    struct stat about;
    struct pty *pty = NULL;
    /* A limit that is none yet, so that it is the desk that makes it one. */
    (void)setrlimit(RLIMIT_CORE, &one);
    pty = ask("list", "office", "Your passphrase");
    assert_int_equal(prlimit(pty_process(pty), RLIMIT_CORE, NULL, &core), 0);
    assert_int_equal(core.rlim_max, 0);
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pty_process(pty));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_uid, 0);
    pty_stop(&pty);
}

static void test_a_signal_leaves_the_echo_on(void **state)
{
    struct pty *pty = ask("list", "office", "Your passphrase");
    assert_int_equal(kill(pty_process(pty), SIGTERM), 0);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 1);
    assert_true(echoes(pty));
    pty_stop(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passphrase_is_asked_without_echo),
        cmocka_unit_test(test_the_screen_answers_a_case),
        cmocka_unit_test(test_an_unknown_terminal_is_called_that),
        cmocka_unit_test(test_an_answer_survives_the_terminal),
        cmocka_unit_test(test_a_new_passphrase_has_twelve_characters),
        cmocka_unit_test(test_an_interrupt_ends_the_asking_at_once),
        cmocka_unit_test(test_it_leaves_no_core),
        cmocka_unit_test(test_a_signal_leaves_the_echo_on),
    };
    return cmocka_run_group_tests(tests, setup, desk_test_teardown);
}
