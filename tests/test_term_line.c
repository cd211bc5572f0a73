/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line to a terminal: consoles, size, hang-up, signals, limits, stopped output, refusals,
   memory. */
#include <fcntl.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <locale.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <termios.h>
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

/* Stands in for a console: whether it answers about Caps Lock, what, and how often it was asked. */
static bool leds_answer;
static char leds;
static int leds_asked;

/* Stands in for the lock of consoles: the last request, and whether it is carried out
   or refused. */
static unsigned long lock_asked;
static unsigned short front; /* the console that is in front; 0: this machine has none */
static int lock_answer;

int ioctl(int fd, unsigned long request, ...)
{
    va_list list;
    void *argument = NULL;

    va_start(list, request);
    argument = va_arg(list, void *);
    va_end(list);
    if (request == VT_LOCKSWITCH || request == VT_UNLOCKSWITCH) {
        lock_asked = request;
        return lock_answer;
    }
    if (request == VT_GETSTATE && front != 0) {
        ((struct vt_stat *)argument)->v_active = front;
        return 0;
    }
    if (request != KDGKBLED)
        return (int)syscall(SYS_ioctl, fd, request, argument);
    leds_asked++;
    if (!leds_answer)
        return -1;
    *(char *)argument = leds;
    return 0;
}

static void test_caps_lock(void **state)
{
    struct pty *pty = NULL;
    leds_answer = true;
    leds = K_CAPSLOCK | K_NUMLOCK;
    pty = key_echo_start("linux", true);
    pty_type(pty, "2\r");
    key_echo_shows(pty, "2^<enter>!");
    pty_stop(&pty);
    leds = K_NUMLOCK;
    pty = key_echo_start("linux", true);
    pty_type(pty, "2");
    key_echo_shows(pty, "2");
    assert_false(pty_shows(pty, "^"));
    pty_stop(&pty);
    leds_answer = false;
}

static int count_questions(void *context)
{
    setlocale(LC_ALL, "C.UTF-8");
    leds_asked = 0;
    leds = K_CAPSLOCK;
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    for (struct keypress press = {0}; press.ch != 'z'; press = term_key(0))
        if (press.caps)
            return KEY_ECHO_REFUSED;
    return leds_asked;
}

static void test_only_a_console_is_asked(void **state)
{
    struct pty *pty = pty_start_function(24, 80, count_questions, NULL);
    pty_settle(pty);
    pty_type(pty, "abcz");
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), 1);
    pty_stop(&pty);
}

static void test_console_is_held_and_given_back(void **state)
{
    (void)state;
    lock_answer = 0;
    assert_int_equal(term_hold("/dev/null", true), -1); /* no console */
    front = 4;
    assert_int_equal(term_hold("/dev/null", true), -1); /* another one is in front: it stays free */
    assert_int_equal(lock_asked, 0);
    front = 3; /* the minor number of /dev/null */
    assert_int_equal(term_hold("/dev/null", true), 0);
    assert_int_equal(lock_asked, VT_LOCKSWITCH);
    assert_int_equal(term_hold("/dev/null", false), 0);
    assert_int_equal(lock_asked, VT_UNLOCKSWITCH);
    lock_answer = -1; /* not permitted */
    assert_int_equal(term_hold("/dev/null", true), -1);
    lock_asked = 0;
    assert_int_equal(term_hold("/nowhere", true), -1);
    assert_int_equal(lock_asked, 0);
}

static void test_resize(void **state)
{
    struct pty *pty = key_echo_start("xterm-256color", false);
    pty_resize(pty, 30, 100);
    assert_true(pty_wait_text(pty, "<resize>100x30", KEY_ECHO_WAIT_S));
    pty_type(pty, "x");
    assert_true(pty_wait_text(pty, "<resize>100x30x", KEY_ECHO_WAIT_S));
    pty_stop(&pty);
}

/* No key is left to the line discipline, which would make it a signal, a stop or a quote. */
static int look_at_the_line(void *context)
{
    struct termios line;
    (void)context;
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE || tcgetattr(STDIN_FILENO, &line) != 0)
        return KEY_ECHO_REFUSED;
    term_close();
    return (line.c_lflag & (ISIG | ICANON | IEXTEN | ECHO)) == 0 &&
                   (line.c_iflag & (IXON | IXOFF | BRKINT)) == 0
               ? KEY_ECHO_GONE
               : 0;
}

static void test_no_key_is_the_lines_own(void **state)
{
    struct pty *pty = pty_start_function(24, 80, look_at_the_line, NULL);
    (void)state;
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), KEY_ECHO_GONE);
    pty_stop(&pty);
    /* Interrupt, quit, suspend, start, stop, next, discard, end of file, a break's NUL. */
    pty = key_echo_start("xterm-256color", false);
    pty_type(pty, "a\003\034\032\021\023\026\017\004z");
    key_echo_shows(pty, "a<other><other><other><other><other><other><other><other>z");
    pty_stop(&pty);
}

static void test_hang_up(void **state)
{
    struct pty *pty = key_echo_start("xterm-256color", false);
    pty_hang_up(pty);
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), KEY_ECHO_GONE);
    pty_stop(&pty);
}

static void test_a_signal_ends_the_wait(void **state)
{
    struct pty *pty = key_echo_start("xterm-256color", false);
    kill(pty_process(pty), SIGTERM);
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), KEY_ECHO_GONE);
    pty_stop(&pty);
}

/* Dead without a signal: the terminal's other side is gone and nobody set the flag. */
static int wait_unaware(void *context)
{
    signal(SIGHUP, SIG_IGN);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    return term_key(0).kind == KEYPRESS_GONE ? KEY_ECHO_GONE : 0;
}

static void test_a_dead_terminal_does_not_spin(void **state)
{
    struct pty *pty = pty_start_function(24, 80, wait_unaware, NULL);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    pty_hang_up(pty);
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), KEY_ECHO_GONE);
    pty_stop(&pty);
}

/* A second of a countdown, in which the process wakes up once; and a key while it is drawn. */
static int wait_idle(void *context)
{
    struct rusage before, later;
    struct keypress press;
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    getrusage(RUSAGE_SELF, &before);
    if (term_key(1).kind != KEYPRESS_IDLE)
        return KEY_ECHO_REFUSED;
    getrusage(RUSAGE_SELF, &later);
    later.ru_nvcsw -= later.ru_majflt - before.ru_majflt; /* waits for the disk are no wake-ups */
    if (later.ru_nvcsw - before.ru_nvcsw > 1 || write(STDOUT_FILENO, "idle", 4) != 4)
        return KEY_ECHO_REFUSED;
    key_echo_await(1);
    press = term_key(0);
    return press.kind == KEYPRESS_ENTER && !press.too_fast ? KEY_ECHO_IDLE : 0;
}

static void test_the_limit_passes(void **state)
{
    struct pty *pty = pty_start_function(24, 80, wait_idle, NULL);
    assert_true(pty_watch(pty, "idle", KEY_ECHO_WAIT_S * 1000));
    pty_type(pty, "\r");
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), KEY_ECHO_IDLE);
    pty_stop(&pty);
}

/* Stopped as tcflow(3) does, or as a console's Scroll Lock and a stop key do. */
static void stopped_output_goes_on(bool by_key)
{
    struct pty *pty = key_echo_start("xterm-256color", false);
    const int fd = open(pty_device(pty), O_RDWR | O_NOCTTY);
    struct termios line;
    assert_true(fd >= 0);
    if (by_key) {
        assert_int_equal(tcgetattr(fd, &line), 0);
        line.c_iflag |= IXON;
        assert_int_equal(tcsetattr(fd, TCSANOW, &line), 0);
        pty_type(pty, "\x13");
    } else {
        assert_int_equal(tcflow(fd, TCOOFF), 0);
    }
    pty_type(pty, "x");
    assert_true(pty_watch(pty, "x", KEY_ECHO_WAIT_S * 1000));
    close(fd);
    pty_stop(&pty);
}

static void test_stopped_output_goes_on(void **state)
{
    stopped_output_goes_on(false);
    stopped_output_goes_on(true);
}

static int open_without_utf8(void *context)
{
    setlocale(LC_ALL, "C");
    return term_open(NULL) == ERROR_SCREEN_UTF8 ? KEY_ECHO_REFUSED : 0;
}

static int open_in_vain(void *context)
{
    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    return term_open(NULL) == ERROR_SCREEN_KIND ? KEY_ECHO_REFUSED : 0;
}

static int open_a_pipe(void *context)
{
    int ends[2];
    setlocale(LC_ALL, "C.UTF-8");
    if (pipe(ends) != 0 || dup2(ends[0], STDIN_FILENO) != STDIN_FILENO)
        return 0;
    return term_open(NULL) == ERROR_SCREEN_TERMINAL ? KEY_ECHO_REFUSED : 0;
}

static void refuses(int (*run)(void *context), char *terminal)
{
    struct pty *pty = pty_start_function(24, 80, run, terminal);
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), KEY_ECHO_REFUSED);
    pty_stop(&pty);
}

static void test_what_is_no_terminal_for_us(void **state)
{
    char xterm[] = "xterm-256color", unknown[] = "no-such-terminal", dumb[] = "dumb";
    refuses(open_without_utf8, xterm);
    refuses(open_in_vain, unknown);
    refuses(open_in_vain, dumb);
    refuses(open_a_pipe, xterm);
}

/* Every byte of memory there is. */
static void use_up_memory(void)
{
    const struct rlimit none = {0};
    setrlimit(RLIMIT_DATA, &none);
    for (size_t len = 1 << 20; len >= 16; len /= 2)
        for (void *block = malloc(len); block != NULL;)
            block = malloc(len);
}

/* From the second picture on there is no memory. */
static int show_without_memory(void *context)
{
    struct screen *screen = screen_new(24, 64);
    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    screen_say(screen, 0, 0, SCREEN_PLAIN, "x");
    term_show(screen);
    use_up_memory();
    screen_contrast(screen, true);
    screen_say(screen, 1, 0, SCREEN_BOLD, "y");
    screen_say(screen, 2, 0, SCREEN_REVERSE, "z");
    term_show(screen);
    term_show(screen);
    term_close();
    return KEY_ECHO_GONE;
}

static void test_short_of_memory(void **state)
{
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its heap ends the process itself */
#endif
    char terminals[][16] = {"xterm-256color", "linux", "vt220"};

    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
        struct pty *pty = pty_start_function(24, 80, show_without_memory, terminals[i]);

        assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), KEY_ECHO_GONE);
        pty_stop(&pty);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caps_lock),
        cmocka_unit_test(test_only_a_console_is_asked),
        cmocka_unit_test(test_console_is_held_and_given_back),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_no_key_is_the_lines_own),
        cmocka_unit_test(test_hang_up),
        cmocka_unit_test(test_a_signal_ends_the_wait),
        cmocka_unit_test(test_a_dead_terminal_does_not_spin),
        cmocka_unit_test(test_the_limit_passes),
        cmocka_unit_test(test_stopped_output_goes_on),
        cmocka_unit_test(test_what_is_no_terminal_for_us),
        cmocka_unit_test(test_short_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
