/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A read-only text that is longer than its box, scrolled by line or page. */
#ifndef TUI_PAGE_H
#define TUI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keypress.h"
#include "tui/screen.h"

struct page {
    const char *text; /* UTF-8, the caller's */
    size_t len;       /* bytes */
    int top;          /* the first line shown */
    int lines;        /* lines of the whole text at the width last drawn */
    int spacing;      /* rows per line: 1, or 2 for large print; 0 counts as 1 */
};

/* Shows len bytes of UTF-8 from their beginning. The text must outlive page. */
void page_start(struct page *page, const char *text, size_t len);

/* Draws the lines that fit into the box; sets *above and *below to the number of lines hidden on
   either side. Out of memory, it draws nothing and sets both to 0. */
void page_draw(struct page *page, struct screen *screen, int row, int col, int width, int height,
               int *above, int *below);

/* Scrolls on up, down, page up, page down, home and end; the space bar is page down. height is that
   of the box in rows. Returns whether the key was used. */
bool page_key(struct page *page, struct keypress key, int height);

#endif
