/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds the tests' own pseudo-terminal: what it calls settled is settled. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/lib/pty.h"

enum { ROUNDS = 100, WAIT_S = 60 };

/* Answers each byte slowly and in two writes, to catch a harness that looks too early. */
static int answer_bytes(void *context)
{
    struct termios raw;
    char c;

    (void)context;
    tcgetattr(0, &raw);
    cfmakeraw(&raw);
    tcsetattr(0, TCSANOW, &raw);
    printf("ready");
    fflush(stdout);
    while (read(0, &c, 1) == 1 && c != 'q') {
        struct pollfd none = {.fd = -1};

        poll(&none, 1, 2);
        printf("\033[H\033[2J");
        fflush(stdout);
        poll(&none, 1, 2);
        printf("got %c", c);
        fflush(stdout);
    }
    return 7;
}

static void test_settled_screen_is_the_last(void **state)
{
    struct pty *pty = pty_start_function(24, 80, answer_bytes, NULL);

    (void)state;
    assert_non_null(pty);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    assert_true(pty_shows(pty, "ready"));
    for (int i = 0; i < ROUNDS; i++) {
        char keys[] = {(char)('a' + i % 7), (char)('A' + i % 11), '\0'}, want[] = "got ?";

        want[4] = keys[1];
        pty_type(pty, keys);
        assert_int_equal(pty_settle(pty), PTY_IDLE);
        assert_true(pty_shows(pty, want));
    }
    pty_type(pty, "q");
    assert_int_equal(pty_settle(pty), PTY_ENDED);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 7);
    pty_stop(&pty);
    assert_null(pty);
}

/* Polls as a screen with an idle limit does, and sees a resize as an interrupted wait. */
static volatile sig_atomic_t resized;

static void note_resize(int signal_number)
{
    (void)signal_number;
    resized = 1;
}

static int tell_size(void *context)
{
    struct sigaction action = {.sa_handler = note_resize};
    struct pollfd input = {.fd = 0, .events = POLLIN};
    struct winsize size;

    (void)context;
    sigaction(SIGWINCH, &action, NULL);
    do {
        resized = 0;
        ioctl(0, TIOCGWINSZ, &size);
        printf("\033[H\033[2J%dx%d\n", size.ws_col, size.ws_row);
        fflush(stdout);
    } while (poll(&input, 1, 600000) != 1 && resized);
    return 0;
}

static void test_resize_and_poll(void **state)
{
    struct pty *pty = pty_start_function(24, 80, tell_size, NULL);

    (void)state;
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "80x24", WAIT_S));
    pty_resize(pty, 10, 40);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    assert_true(pty_shows(pty, "40x10"));
    pty_type(pty, "\n");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
}

static void test_grandchild_and_hang_up(void **state)
{
    const char *argv[] = {
        "sh", "-c", "sh -c 'printf \"\\033[7mA\\033[0m%s\" \"$SIGN\"; cat >/dev/null'; exit 3",
        NULL};
    const char *env[] = {"SIGN=Қ", NULL};
    struct pty *pty = pty_start(24, 80, argv, env);
    struct pty_cell cell;

    (void)state;
    assert_non_null(pty);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    assert_true(pty_shows(pty, "AҚ"));
    assert_true(pty_reader(pty) != pty_process(pty));
    cell = pty_cell(pty, 0, 0);
    assert_int_equal(cell.ch, 'A');
    assert_true(cell.ink < cell.paper);
    pty_hang_up(pty);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 128 + SIGHUP);
    pty_stop(&pty);
}

static void test_long_text_is_typed_whole(void **state)
{
    const char *argv[] = {"sh", "-c", "stty raw -echo; printf ready; head -c 9000 | wc -c", NULL};
    struct pty *pty = pty_start(24, 80, argv, NULL);
    char *text = calloc(1, 9001);

    (void)state;
    assert_non_null(pty);
    assert_non_null(text);
    for (int i = 0; i < 4500; i++)
        memcpy(text + (size_t)i * 2, "ә", 2);
    assert_true(pty_wait_text(pty, "ready", WAIT_S));
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    pty_type(pty, text);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    assert_true(pty_shows(pty, "9000"));
    free(text);
    pty_stop(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settled_screen_is_the_last),
        cmocka_unit_test(test_resize_and_poll),
        cmocka_unit_test(test_grandchild_and_hang_up),
        cmocka_unit_test(test_long_text_is_typed_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
