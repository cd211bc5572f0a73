/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which presses a terminal calls too fast: bursts, keys pressed while we are busy, dropped keys. */
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/lib/key_echo.h"
#include "tests/lib/pty.h"
#include "tui/term.h"

/* A clock that can be stopped. */
static bool clock_stands;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!clock_stands)
        return (int)syscall(SYS_clock_gettime, clock, now);
    *now = (struct timespec){.tv_sec = 1000};
    return 0;
}

/* No pause can end a wait then, however slowly the test types. */
static bool no_pause;

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *limit, const sigset_t *mask)
{
    struct timespec left = {0};
    if (limit != NULL)
        left = *limit; /* the kernel writes there what is left */
    return (int)syscall(SYS_ppoll, fds, n, limit == NULL || no_pause ? NULL : &left, mask,
                        _NSIG / 8);
}

static void test_what_comes_in_a_burst_is_too_fast(void **state)
{
    struct pty *pty = key_echo_start("xterm-256color", true);
    pty_type(pty, "abc\r");
    key_echo_shows(pty, "ab!c!<enter>!");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pty_rest(pty), PTY_IDLE);
        pty_type(pty, "\r");
    }
    key_echo_shows(pty, "ab!c!<enter>!<enter><enter><enter>");
    assert_false(pty_shows(pty, "<enter><enter>!"));
    pty_stop(&pty);
}

/* One at a time, each awaited, but faster than a hand. */
static void test_fast_presses_are_too_fast(void **state)
{
    struct pty *pty = NULL;
    clock_stands = true;
    pty = pty_start_function(24, 80, key_echo_run_more, (char[]){"xterm-256color"});
    clock_stands = false;
    assert_true(pty_wait_text(pty, "ready", KEY_ECHO_WAIT_S));
    pty_type(pty, "a");
    key_echo_shows(pty, "a");
    pty_type(pty, "\r");
    key_echo_shows(pty, "a<enter>!");
    pty_stop(&pty);
}

struct work {
    const char *typed; /* meanwhile */
    bool drop;
    bool paste; /* and no pause may end it */
};

/* Busy between the first press and the second. */
static int be_busy(void *context)
{
    const struct work *work = context;
    struct screen *screen = screen_new(24, 64);
    char words[256] = "";
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    for (int i = 0; i < 5; i++) {
        screen_clear(screen);
        screen_say(screen, 1, 0, SCREEN_PLAIN, words);
        screen_say(screen, 2, 0, SCREEN_PLAIN, i == 1 ? "busy" : "ready");
        term_show(screen);
        if (i == 1)
            key_echo_await((int)strlen(work->typed));
        if (i == 1 && work->drop)
            term_drop();
        key_echo_say(words, term_key(0), true);
    }
    return 0;
}

static struct pty *typed_while_busy(struct work *work)
{
    struct pty *pty = NULL;
    no_pause = work->paste;
    pty = pty_start_function(24, 80, be_busy, work);
    no_pause = false;
    assert_true(pty_wait_text(pty, "ready", KEY_ECHO_WAIT_S));
    pty_type(pty, "a");
    assert_true(pty_watch(pty, "busy", KEY_ECHO_WAIT_S * 1000));
    pty_type(pty, work->typed);
    assert_int_equal(pty_rest(pty), PTY_IDLE);
    return pty;
}

static void test_presses_while_busy_are_too_fast(void **state)
{
    struct work work = {"b\r", false};
    struct pty *pty = typed_while_busy(&work);
    key_echo_shows(pty, "ab!<enter>!");
    pty_stop(&pty);
}

/* Except that a paste has begun. */
static void test_dropped_presses_are_forgotten(void **state)
{
    struct work keys = {"b\r\x1b[1;", true}, paste = {"b\x1b[200~c", true, true};
    struct pty *pty = typed_while_busy(&keys);
    pty_type(pty, "d");
    key_echo_shows(pty, "ad");
    assert_false(pty_shows(pty, "ad!"));
    pty_stop(&pty);
    pty = typed_while_busy(&paste);
    pty_type(pty, "d\r");
    key_echo_shows(pty, "adp<tab>p!");
    pty_stop(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_comes_in_a_burst_is_too_fast),
        cmocka_unit_test(test_fast_presses_are_too_fast),
        cmocka_unit_test(test_presses_while_busy_are_too_fast),
        cmocka_unit_test(test_dropped_presses_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
