/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reaches the screen of a terminal: codes, themes, and nothing at all once it is closed. */
#include <locale.h>
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
#include "tui/edit.h"
#include "tui/qr.h"
#include "tui/term.h"

static int show_a_code(void *context)
{
    struct screen *screen = screen_new(24, 64);
    int rows = 0, cols = 0;
    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    qr_draw(screen, 0, 0, "123456789012345678901234", &rows, &cols);
    screen_say(screen, 20, 0, SCREEN_PLAIN, "құпия");
    term_show(screen);
    term_key(0);
    term_close();
    return 0;
}

/* Light paper around the code, whatever the terminal can do. */
static void code_is_dark_on_light(char *terminal)
{
    struct pty *pty = pty_start_function(24, 80, show_a_code, terminal);
    struct pty_cell cell;
    assert_true(pty_wait_text(pty, "құпия", KEY_ECHO_WAIT_S));
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

/* Contrast, then plain, then contrast up to the end, a key each. */
static int show_themes(void *context)
{
    static const enum screen_style styles[] = {SCREEN_PLAIN, SCREEN_BOLD, SCREEN_REVERSE,
                                               SCREEN_MODULES};
    struct screen *screen = screen_new(24, 64);
    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    for (int i = 0; i < 3; i++) {
        screen_clear(screen);
        screen_contrast(screen, i != 1);
        for (int row = 0; row < 4; row++)
            screen_say(screen, row, 0, styles[row], "x");
        screen_say(screen, 20, 0, SCREEN_PLAIN, i != 1 ? "contrast" : "plain");
        term_show(screen);
        term_key(0);
    }
    term_close();
    return 0;
}

enum { WHITE = 0xFFFFFF, BLACK = 0, YELLOW = 0xFFFF55 };

static void is_coloured(struct pty *pty, int row, uint32_t ink, uint32_t paper)
{
    const struct pty_cell cell = pty_cell(pty, row, 0);
    assert_int_equal(cell.ch, 'x');
    assert_int_equal(cell.ink, ink);
    assert_int_equal(cell.paper, paper);
}

/* The console's own white, which libvterm takes for another grey than the kernel does. */
static void is_in_contrast(struct pty *pty, uint32_t white, uint32_t yellow)
{
    assert_true(pty_wait_text(pty, "contrast", KEY_ECHO_WAIT_S));
    is_coloured(pty, 0, white, BLACK);
    is_coloured(pty, 1, yellow, BLACK);
    assert_true(pty_cell(pty, 1, 0).bold);
    is_coloured(pty, 2, BLACK, white);
    is_coloured(pty, 3, BLACK, white);
    assert_int_equal(pty_cell(pty, 23, 79).paper, BLACK);
}

static void test_contrast(void **state)
{
    char terminals[][16] = {"linux", "xterm-256color"};
    for (size_t i = 0; i < 2; i++) {
        struct pty *pty = pty_start_function(24, 80, show_themes, terminals[i]);
        struct pty_cell cell;
        const uint32_t white = i == 0 ? WHITE : 0xE0E0E0, yellow = i == 0 ? YELLOW : 0xE0E000;

        is_in_contrast(pty, white, yellow);
        pty_type(pty, "a");
        assert_true(pty_wait_text(pty, "plain", KEY_ECHO_WAIT_S));
        cell = pty_cell(pty, 3, 0);
        assert_int_equal(cell.ink, BLACK);
        assert_int_equal(cell.paper, 0xE0E0E0); /* the palette is back */
        assert_int_equal(pty_cell(pty, 0, 0).paper, pty_cell(pty, 2, 0).ink);
        pty_type(pty, "a");
        is_in_contrast(pty, white, yellow);
        pty_type(pty, "a");
        assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), 0);
        assert_int_equal(pty_cell(pty, 0, 0).ch, ' ');
        pty_stop(&pty);
    }
}

static void test_contrast_without_colours(void **state)
{
    char monochrome[] = "vt220";
    struct pty *pty = pty_start_function(24, 80, show_themes, monochrome);
    assert_true(pty_wait_text(pty, "contrast", KEY_ECHO_WAIT_S));
    assert_true(pty_cell(pty, 1, 0).bold);
    assert_int_equal(pty_cell(pty, 2, 0).paper, pty_cell(pty, 0, 0).ink);
    assert_int_equal(pty_cell(pty, 3, 0).ink, pty_cell(pty, 0, 0).paper);
    pty_stop(&pty);
}

static int show_and_leave(void *context)
{
    struct screen *screen = screen_new(24, 64);
    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    screen_say(screen, 20, 0, SCREEN_PLAIN, "құпия");
    term_show(screen);
    term_key(0);
    term_close();
    return 0;
}

static void test_closing_leaves_nothing_on_the_screen(void **state)
{
    char terminals[][16] = {"xterm-256color", "linux", "vt220"};
    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
        struct pty *pty = pty_start_function(24, 80, show_and_leave, terminals[i]);
        char *text = NULL;

        assert_true(pty_wait_text(pty, "құпия", KEY_ECHO_WAIT_S));
        pty_type(pty, "x");
        assert_int_equal(pty_settle(pty), PTY_ENDED);
        text = pty_text(pty);
        assert_int_equal(strspn(text, "\n"), strlen(text));
        free(text);
        assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), 0);
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
    struct keypress press = {KEYPRESS_OTHER, 0};
    struct edit edit;
    int above = 0, below = 0, shown = 0;
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    edit_start(&edit, text, 0, 200);
    while (press.kind != KEYPRESS_ENTER) {
        screen_clear(screen);
        edit_draw(&edit, screen, 0, 0, 40, 10, &above, &below);
        screen_say(screen, 20, 0, SCREEN_PLAIN, "ready");
        term_show(screen);
        press = term_key(0);
        edit_key(&edit, press, 40, 10);
    }
    shown = hits_in_memory();
    explicit_bzero(text, 200);
    screen_free(&screen);
    term_close();
    return shown == 0 ? KEY_ECHO_REFUSED : hits_in_memory();
}

static void test_closing_leaves_nothing_in_memory(void **state)
{
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its shadow and quarantine are not what we ship */
#endif
    struct pty *pty = pty_start_function(24, 80, write_and_leave, NULL);

    assert_true(pty_wait_text(pty, "ready", KEY_ECHO_WAIT_S));
    for (int i = 0; i < 8; i++)
        pty_type(pty, "qzxjkv ");
    assert_true(pty_wait_text(pty, "qzxjkv", KEY_ECHO_WAIT_S));
    pty_type(pty, "\r");
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), 0);
    pty_stop(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_are_dark_on_light),
        cmocka_unit_test(test_contrast),
        cmocka_unit_test(test_contrast_without_colours),
        cmocka_unit_test(test_closing_leaves_nothing_on_the_screen),
        cmocka_unit_test(test_closing_leaves_nothing_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
