/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One screen that says it in all languages at once. */
#include "session/out_of_order.h"

#include <string.h>

/* No message ids: all three are always shown. */
static const char words[] = "Терминал жұмыс істемейді.\n"
                            "Ештеңе қабылданбайды.\n"
                            "\n"
                            "Терминал не работает.\n"
                            "Ничего не принимается.\n"
                            "\n"
                            "This terminal is out of order.\n"
                            "It takes nothing.";

static void draw(const struct session_io *io, struct screen *screen)
{
    int rows = 0, cols = 0, top = 0, left = 0;
    io->size(io->context, &rows, &cols);
    (void)screen_resize(screen, rows, cols); /* out of memory: the old size serves */
    screen_clear(screen);
    if (rows >= SCREEN_ROWS_MIN)
        top = 3;
    if (cols >= SCREEN_COLS_MIN)
        left = 2;
    screen_wrap(screen, top, left, cols - left, rows - top, SCREEN_BOLD, words, sizeof words - 1);
    io->show(io->context, screen);
}

void out_of_order_run(const struct session_io *io, bool any_key)
{
    struct screen *screen = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN);
    struct keypress key = {.kind = KEYPRESS_RESIZE};
    while (screen != NULL && key.kind != KEYPRESS_GONE) {
        draw(io, screen);
        key = io->key(io->context, 0);
        if (any_key && key.kind != KEYPRESS_RESIZE)
            break;
    }
    screen_free(&screen);
}
