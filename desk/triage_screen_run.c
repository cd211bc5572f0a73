/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The triage screen at this terminal: opened first, then confined, then read from. */
#include "desk/triage_screen.h"

#include <signal.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "desk/desk_sandbox.h"
#include "tui/term.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    stop = 1;
}

/* The terminal as it is now. */
struct window {
    struct screen *screen;
    int rows;
    int cols;
    bool small;
};

/* On lack of memory keep the old size: the text being written must not be lost. */
static void measure(struct window *window)
{
    term_size(&window->rows, &window->cols);
    window->small = window->rows < SCREEN_ROWS_MIN || window->cols < SCREEN_COLS_MIN;
    (void)screen_resize(window->screen, window->rows, window->cols);
}

static void draw_small(const struct window *window)
{
    const char *text = _(error_text(ERROR_SCREEN_SMALL));
    const int width = window->cols < SCREEN_COLS_MIN ? window->cols : SCREEN_COLS_MIN;
    screen_clear(window->screen);
    if (width > 0 && window->rows > 0)
        screen_wrap(window->screen, 0, 0, width, window->rows, SCREEN_BOLD, text, strlen(text));
}

/* Ignore keys while the window is too small to show what they do. */
static bool step(struct triage_screen *ui, struct window *window)
{
    if (window->small)
        draw_small(window);
    else
        triage_screen_draw(ui, window->screen);
    term_show(window->screen);
    const struct keypress key = term_key(0);
    if (key.kind == KEYPRESS_RESIZE)
        measure(window);
    triage_screen_tick(ui, day_minute());
    return (window->small && key.kind != KEYPRESS_GONE) ||
           triage_screen_key(ui, window->screen, key);
}

static enum error loop(struct triage_screen *ui)
{
    struct window window = {.screen = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN)};
    if (window.screen == NULL)
        return ERROR_MEMORY;
    measure(&window);
    enum error error = window.small ? ERROR_SCREEN_SMALL : ERROR_NONE;
    bool more = error == ERROR_NONE;
    while (more)
        more = step(ui, &window);
    screen_free(&window.screen);
    return error == ERROR_NONE ? triage_screen_lost(ui) : error;
}

enum error triage_screen_run(struct vault *vault)
{
    struct triage_screen *ui = NULL;
    const struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGTSTP, SIG_IGN);
    enum error error = term_open(&stop);
    if (error != ERROR_NONE)
        return error;
    error = desk_sandbox_enter(vault, NULL, 0);
    if (error == ERROR_NONE)
        error = triage_screen_new(vault, day_minute(), &ui);
    if (error == ERROR_NONE)
        error = loop(ui);
    term_close();
    triage_screen_free(&ui);
    return error;
}
