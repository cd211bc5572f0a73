/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Echoes key presses until F1, until the terminal is gone, or until a signal. */
#include "tests/lib/key_echo.h"

#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "tui/screen.h"
#include "tui/term.h"

enum { PRESSES_MAX = 100 };

volatile sig_atomic_t key_echo_stop;

static const char *const names[] = {"",         "<enter>",  "<back>",  "<delete>",  "<up>",
                                    "<down>",   "<left>",   "<right>", "<page-up>", "<page-down>",
                                    "<home>",   "<end>",    "<tab>",   "<help>",    "<hide>",
                                    "<show>",   "<layout>", "<layer>", "<undo>",    "<say>",
                                    "<slower>", "<resize>", "<idle>",  "<gone>",    "<other>"};

_Static_assert(sizeof names / sizeof *names == KEYPRESS_OTHER + 1, "a name for every press");

void key_echo_on_signal(int number)
{
    key_echo_stop = 1;
}

void key_echo_say(char *words, struct keypress press, bool more)
{
    char letter[5] = "";
    if (press.kind == KEYPRESS_CHAR)
        utf8_put(press.ch, letter);
    strcat(words, press.kind == KEYPRESS_CHAR ? letter : names[press.kind]);
    if (!more)
        return;
    strcat(words, press.keypad ? "#" : "");
    strcat(words, press.pasted ? "p" : "");
    strcat(words, press.caps ? "^" : "");
    strcat(words, press.too_fast ? "!" : "");
}

/* Shows every press in words on the screen, until F1 or the end. */
static int echo(char *terminal, bool more)
{
    struct screen *screen = NULL;
    char words[4096] = "";
    struct keypress press = {KEYPRESS_OTHER, 0};
    int rows = 0, cols = 0;
    setlocale(LC_ALL, "C.UTF-8");
    signal(SIGTERM, key_echo_on_signal);
    signal(SIGHUP, key_echo_on_signal);
    setenv("TERM", terminal, 1);
    if (term_open(&key_echo_stop) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    term_size(&rows, &cols);
    screen = screen_new(rows, cols);
    for (int i = 0; i < PRESSES_MAX && press.kind != KEYPRESS_GONE && press.kind != KEYPRESS_HELP;
         i++) {
        screen_clear(screen);
        screen_say(screen, 0, 0, SCREEN_PLAIN, "ready");
        screen_wrap(screen, 1, 0, cols, 20, SCREEN_PLAIN, words, strlen(words));
        term_show(screen);
        press = term_key(0);
        key_echo_say(words, press, more);
        if (press.kind == KEYPRESS_RESIZE) {
            term_size(&rows, &cols);
            screen_resize(screen, rows, cols);
            sprintf(words + strlen(words), "%dx%d", cols, rows);
        }
    }
    screen_free(&screen);
    term_close();
    return press.kind == KEYPRESS_GONE ? KEY_ECHO_GONE : 0;
}

static int run_plain(void *terminal)
{
    return echo(terminal, false);
}

int key_echo_run_more(void *terminal)
{
    return echo(terminal, true);
}

struct pty *key_echo_start(const char *terminal, bool more)
{
    char type[32];
    snprintf(type, sizeof type, "%s", terminal);
    struct pty *pty = pty_start_function(24, 80, more ? key_echo_run_more : run_plain, type);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "ready", KEY_ECHO_WAIT_S));
    return pty;
}

void key_echo_shows(struct pty *pty, const char *want)
{
    if (pty_wait_text(pty, want, KEY_ECHO_WAIT_S))
        return;
    char *text = pty_text(pty);
    print_error("%s\n", text);
    free(text);
    fail_msg("wanted: %s", want);
}

void key_echo_await(int bytes)
{
    for (int n = 0; n < bytes; poll(NULL, 0, 1))
        ioctl(STDIN_FILENO, FIONREAD, &n);
    poll(NULL, 0, KEYPRESS_TOO_FAST_MS + 5);
}
