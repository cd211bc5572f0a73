/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text to read, page by page. */
#ifndef TUI_PAGE_H
#define TUI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keypress.h"
#include "tui/screen.h"

struct page {
    const char *text; /* lent */
    size_t len;
    int top;     /* first line shown */
    int lines;   /* of the whole text at the width last drawn */
    int spacing; /* rows a line takes: 1, or 2 for large print; 0 counts as 1 */
};

void page_start(struct page *page, const char *text, size_t len);

/* Draws the lines that fit; *above and *below get the number of lines hidden on either side. */
void page_draw(struct page *page, struct screen *screen, int row, int col, int width, int height,
               int *above, int *below);

/* Up, down, page up and down, home, end; the blank is page down. True when the press was used. */
bool page_key(struct page *page, struct keypress key, int height);

#endif
