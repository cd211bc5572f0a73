/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal for real, in a pseudo-terminal: what keys become and what reaches the screen. */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
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

#include "tests/pty.h"
#include "tui/edit.h"
#include "tui/qr.h"
#include "tui/term.h"
#include "tui/utf8.h"

enum { PRESSES_MAX = 100, WAIT_S = 20 };
enum { EXIT_GONE = 10, EXIT_IDLE, EXIT_REFUSED = 20 };

static const char *const names[] = {"",       "<enter>", "<back>",  "<delete>",  "<up>",
                                    "<down>", "<left>",  "<right>", "<page-up>", "<page-down>",
                                    "<home>", "<end>",   "<tab>",   "<help>",    "<resize>",
                                    "<idle>", "<gone>",  "<other>"};

static volatile sig_atomic_t stop;

static void on_term(int number)
{
    stop = 1;
}

/* Shows every press in words on the screen, until F1 or the end. */
static int echo_presses(void *context)
{
    struct screen *screen = NULL;
    char words[4096] = "";
    struct press press = {PRESS_OTHER, 0};
    int rows = 0, cols = 0;

    setlocale(LC_ALL, "C.UTF-8");
    signal(SIGTERM, on_term);
    signal(SIGHUP, on_term);
    setenv("TERM", context, 1);
    if (term_open(&stop) != TERM_OK)
        return EXIT_REFUSED;
    term_size(&rows, &cols);
    screen = screen_new(rows, cols);
    for (int i = 0; i < PRESSES_MAX && press.kind != PRESS_GONE && press.kind != PRESS_HELP; i++) {
        char letter[5] = "";

        screen_clear(screen);
        screen_say(screen, 0, 0, SCREEN_PLAIN, "ready");
        screen_wrap(screen, 1, 0, cols, 20, SCREEN_PLAIN, words, strlen(words));
        term_show(screen);
        press = term_press(0);
        if (press.kind == PRESS_CHAR)
            utf8_put(press.ch, letter);
        strcat(words, press.kind == PRESS_CHAR ? letter : names[press.kind]);
        if (press.kind == PRESS_RESIZE) {
            term_size(&rows, &cols);
            screen_resize(screen, rows, cols);
            sprintf(words + strlen(words), "%dx%d", cols, rows);
        }
    }
    screen_free(&screen);
    term_close();
    return press.kind == PRESS_GONE ? EXIT_GONE : 0;
}

static struct pty *started(const char *terminal)
{
    char type[32];
    struct pty *pty = NULL;

    snprintf(type, sizeof type, "%s", terminal);
    pty = pty_start_function(24, 80, echo_presses, type);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "ready", WAIT_S));
    return pty;
}

/* Types bytes in a new terminal of a kind and compares what the program took them for. */
static void becomes_on(const char *terminal, const char *bytes, const char *want)
{
    struct pty *pty = started(terminal);

    pty_type(pty, bytes);
    if (!pty_wait_text(pty, want, WAIT_S)) {
        print_error("%s\n", pty_text(pty));
        fail_msg("wanted: %s", want);
    }
    pty_stop(&pty);
}

static void becomes(const char *bytes, const char *want)
{
    becomes_on("xterm-256color", bytes, want);
}

static void test_letters(void **state)
{
    becomes("aҚұ№ё7 z", "aҚұ№ё7 z");
}

static void test_a_letter_in_two_reads(void **state)
{
    struct pty *pty = started("xterm-256color");

    pty_type_bytes(pty, "\xd2", 1);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    pty_type_bytes(pty, "\x9bz", 2);
    assert_true(pty_wait_text(pty, "қz", WAIT_S));
    pty_stop(&pty);
}

static void test_bad_bytes_swallow_no_key(void **state)
{
    becomes("a\xff"
            "b\xd2"
            "c\xe2\x80\xae"
            "d",
            "a<other>bc<other>d");
    becomes("\xd2\rқ", "<enter>қ");
}

static void test_keys(void **state)
{
    becomes("\r\t\x7f\b\x1b[A\x1bOB\x1b[C\x1bOD",
            "<enter><tab><delete><delete><up><down><right><left>");
    becomes("\x1b[5~\x1b[6~\x1b[H\x1b[4~", "<page-up><page-down><home><end>");
    becomes("\x03\x1a\x11\x01q", "<other><other><other><other>q");
    becomes("a\x1b", "a<back>");
}

static void test_keypad(void **state)
{
    becomes("\x1bOp\x1bOq\x1bOr\x1bOs\x1bOt\x1bOu\x1bOv\x1bOw\x1bOx\x1bOy\x1bOM",
            "0123456789<enter>");
    becomes("\x1bOj\x1bOk\x1bOm\x1bOn\x1bOo\x1bOl", "*+-./,");
    becomes_on("linux", "\x1bOu\x1bOl\x1bOS\x1bOR\x1bOQ\x1bOn\x1bOM", "5+-*/.<enter>");
    becomes_on("linux", "\x1bOPx", "<other>x");
}

static void test_help_ends(void **state)
{
    static const char *const terminals[] = {"xterm-256color", "linux", "vt220"};
    static const char *const keys[] = {"\x1bOP", "\x1b[[A", "\x1b[11~"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct pty *pty = started(terminals[i]);

        pty_type(pty, keys[i]);
        assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
        pty_stop(&pty);
    }
}

static void test_sequences_never_make_text(void **state)
{
    becomes("\x1b[<0;10;5Mx", "<other>x");
    becomes("\x1b[M !!x", "<other>x");
    becomes("\x1b[1;5Cx", "<other>x");
    becomes("\x1b]0;title\x07x\x1bP1$r\x1b\\y", "<other>x<other>y");
    becomes("\x1bqx", "<other>x");
}

static void test_a_paste_sends_nothing(void **state)
{
    becomes("\x1b[200~бір\r\nекі\nүш\tx\x1b[A\x1b[201~\r",
            "<other>бір<tab><other>екі<tab>үш x<other><other><enter>");
}

/* Waits for what is pasted, then for a pause, then for one key more. */
static int paste_and_pause(void *context)
{
    struct screen *screen = screen_new(24, 64);
    struct press press = {PRESS_OTHER, 0};

    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != TERM_OK)
        return EXIT_REFUSED;
    while (press.ch != 'b')
        press = term_press(0);
    while (press.kind != PRESS_IDLE)
        press = term_press(1);
    screen_say(screen, 0, 0, SCREEN_PLAIN, "paused");
    term_show(screen);
    return term_press(0).kind == PRESS_ENTER ? 0 : EXIT_REFUSED;
}

static void test_a_paste_without_end_leaves_enter_alive(void **state)
{
    struct pty *pty = pty_start_function(24, 80, paste_and_pause, NULL);

    pty_type(pty, "\x1b[200~ab");
    assert_true(pty_wait_text(pty, "paused", WAIT_S));
    pty_type(pty, "\r");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
}

static void test_resize(void **state)
{
    struct pty *pty = started("xterm-256color");

    pty_resize(pty, 30, 100);
    assert_true(pty_wait_text(pty, "<resize>100x30", WAIT_S));
    pty_type(pty, "x");
    assert_true(pty_wait_text(pty, "<resize>100x30x", WAIT_S));
    pty_stop(&pty);
}

static void test_hang_up(void **state)
{
    struct pty *pty = started("xterm-256color");

    pty_hang_up(pty);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_GONE);
    pty_stop(&pty);
}

static void test_a_signal_ends_the_wait(void **state)
{
    struct pty *pty = started("xterm-256color");

    kill(pty_process(pty), SIGTERM);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_GONE);
    pty_stop(&pty);
}

/* Dead without a signal: the terminal's other side is gone and nobody set the flag. */
static int wait_unaware(void *context)
{
    signal(SIGHUP, SIG_IGN);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != TERM_OK)
        return EXIT_REFUSED;
    return term_press(0).kind == PRESS_GONE ? EXIT_GONE : 0;
}

static void test_a_dead_terminal_does_not_spin(void **state)
{
    struct pty *pty = pty_start_function(24, 80, wait_unaware, NULL);

    assert_int_equal(pty_settle(pty), PTY_IDLE);
    pty_hang_up(pty);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_GONE);
    pty_stop(&pty);
}

static int wait_idle(void *context)
{
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != TERM_OK)
        return EXIT_REFUSED;
    return term_press(1).kind == PRESS_IDLE ? EXIT_IDLE : 0;
}

static void test_the_limit_passes(void **state)
{
    struct pty *pty = pty_start_function(24, 80, wait_idle, NULL);

    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_IDLE);
    pty_stop(&pty);
}

static int show_a_code(void *context)
{
    struct screen *screen = screen_new(24, 64);
    int rows = 0, cols = 0;

    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != TERM_OK)
        return EXIT_REFUSED;
    qr_draw(screen, 0, 0, "123456789012345678901234", &rows, &cols);
    screen_say(screen, 20, 0, SCREEN_PLAIN, "құпия");
    term_show(screen);
    term_press(0);
    term_close();
    return 0;
}

/* Light paper around the code, whatever the terminal can do. */
static void code_is_dark_on_light(char *terminal)
{
    struct pty *pty = pty_start_function(24, 80, show_a_code, terminal);
    struct pty_cell cell;

    assert_true(pty_wait_text(pty, "құпия", WAIT_S));
    cell = pty_cell(pty, 0, 0);
    assert_int_equal(cell.ch, ' ');
    assert_true((cell.paper >> 16) > 0x80);
    cell = pty_cell(pty, 2, 4); /* the corner of the first finder pattern */
    assert_int_equal(cell.ch, 0x2588);
    assert_true((cell.ink >> 16) < 0x40);
    assert_true((cell.paper >> 16) > 0x80);
    pty_stop(&pty);
}

static void test_codes_are_dark_on_light(void **state)
{
    char xterm[] = "xterm-256color", console[] = "linux", monochrome[] = "vt220";

    code_is_dark_on_light(xterm);
    code_is_dark_on_light(console);
    code_is_dark_on_light(monochrome);
}

static int show_and_leave(void *context)
{
    struct screen *screen = screen_new(24, 64);

    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != TERM_OK)
        return EXIT_REFUSED;
    screen_say(screen, 20, 0, SCREEN_PLAIN, "құпия");
    term_show(screen);
    term_press(0);
    term_close();
    return 0;
}

static void test_closing_leaves_nothing_on_the_screen(void **state)
{
    char terminals[][16] = {"xterm-256color", "linux", "vt220"};

    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
        struct pty *pty = pty_start_function(24, 80, show_and_leave, terminals[i]);
        char *text = NULL;

        assert_true(pty_wait_text(pty, "құпия", WAIT_S));
        pty_type(pty, "x");
        assert_int_equal(pty_settle(pty), PTY_ENDED);
        text = pty_text(pty);
        assert_int_equal(strspn(text, "\n"), strlen(text));
        free(text);
        assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
        pty_stop(&pty);
    }
}

/* The typed word, masked so that the search does not find itself. */
static const uint8_t masked[] = {'q' ^ 0x55, 'z' ^ 0x55, 'x' ^ 0x55,
                                 'j' ^ 0x55, 'k' ^ 0x55, 'v' ^ 0x55};

static int hits_between(const uint8_t *at, const uint8_t *end)
{
    static const size_t strides[] = {1,  2, 4, 8, sizeof(struct screen_cell),
                                     28, 32}; /* 28: a curses cell */
    int hits = 0;

    for (; at < end; at++)
        for (size_t i = 0; i < sizeof strides / sizeof *strides; i++) {
            size_t n = 0;
            while (n < sizeof masked && at + n * strides[i] < end &&
                   (at[n * strides[i]] ^ 0x55) == masked[n])
                n++;
            if (n == sizeof masked)
                hits++;
        }
    return hits;
}

/* How often the word stands in what this process can write to. */
static int hits_in_memory(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int hits = 0;

    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long from = 0, to = 0;
        if (sscanf(line, "%lx-%lx rw", &from, &to) == 2 && strstr(line, " rw"))
            hits += hits_between((const uint8_t *)from, (const uint8_t *)to);
    }
    if (maps)
        fclose(maps);
    return hits;
}

static int write_and_leave(void *context)
{
    struct screen *screen = screen_new(24, 64);
    char *text = calloc(1, 200);
    struct press press = {PRESS_OTHER, 0};
    struct edit edit;
    int above = 0, below = 0, shown = 0;

    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != TERM_OK)
        return EXIT_REFUSED;
    edit_start(&edit, text, 0, 200);
    while (press.kind != PRESS_ENTER) {
        screen_clear(screen);
        edit_draw(&edit, screen, 0, 0, 40, 10, &above, &below);
        screen_say(screen, 20, 0, SCREEN_PLAIN, "ready");
        term_show(screen);
        press = term_press(0);
        edit_press(&edit, press, 40, 10);
    }
    shown = hits_in_memory();
    explicit_bzero(text, 200);
    screen_free(&screen);
    term_close();
    return shown == 0 ? EXIT_REFUSED : hits_in_memory();
}

static void test_closing_leaves_nothing_in_memory(void **state)
{
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its shadow and quarantine are not what we ship */
#endif
    struct pty *pty = pty_start_function(24, 80, write_and_leave, NULL);

    assert_true(pty_wait_text(pty, "ready", WAIT_S));
    for (int i = 0; i < 8; i++)
        pty_type(pty, "qzxjkv ");
    assert_true(pty_wait_text(pty, "qzxjkv", WAIT_S));
    pty_type(pty, "\r");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
}

/* Stopped as tcflow(3) does, or as a console's Scroll Lock and a stop key do. */
static void stopped_output_goes_on(bool by_key)
{
    struct pty *pty = started("xterm-256color");
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
    assert_true(pty_watch(pty, "x", WAIT_S * 1000));
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
    return term_open(NULL) == TERM_NOT_UTF8 ? EXIT_REFUSED : 0;
}

static int open_in_vain(void *context)
{
    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    return term_open(NULL) == TERM_NOT_TERMINAL ? EXIT_REFUSED : 0;
}

static int open_a_pipe(void *context)
{
    int ends[2];

    return pipe(ends) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO ? open_in_vain(context)
                                                                          : 0;
}

static void refuses(int (*run)(void *context), char *terminal)
{
    struct pty *pty = pty_start_function(24, 80, run, terminal);

    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_REFUSED);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_a_letter_in_two_reads),
        cmocka_unit_test(test_bad_bytes_swallow_no_key),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keypad),
        cmocka_unit_test(test_help_ends),
        cmocka_unit_test(test_sequences_never_make_text),
        cmocka_unit_test(test_a_paste_sends_nothing),
        cmocka_unit_test(test_a_paste_without_end_leaves_enter_alive),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_hang_up),
        cmocka_unit_test(test_a_signal_ends_the_wait),
        cmocka_unit_test(test_a_dead_terminal_does_not_spin),
        cmocka_unit_test(test_the_limit_passes),
        cmocka_unit_test(test_codes_are_dark_on_light),
        cmocka_unit_test(test_closing_leaves_nothing_on_the_screen),
        cmocka_unit_test(test_closing_leaves_nothing_in_memory),
        cmocka_unit_test(test_stopped_output_goes_on),
        cmocka_unit_test(test_what_is_no_terminal_for_us),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
