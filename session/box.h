/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A box: the part of a screen that text is drawn into. */
#ifndef SESSION_BOX_H
#define SESSION_BOX_H

#include <stdbool.h>

#include "tui/screen.h"

/* Columns from `left`, rows from `top` to before `bottom`; both count from the screen's corner. */
struct box {
    struct screen *screen;
    int left;
    int width;
    int top;
    int bottom;
    int spacing; /* rows a line of text takes: 1, or 2 in large print */
};

/* The translation of a message id. Text that is none comes back as it is. */
const char *box_words(const char *text);

/* In large print every line is spaced, and plain text is bold. */
bool box_is_large(const struct box *box);

/* Blank rows that part two paragraphs: large print needs none. */
int box_gap(const struct box *box);

/* The rows that box_say takes for a text; 0 for NULL or an empty one. */
int box_rows(const struct box *box, const char *text);

/* Draws a paragraph (a message id, or translated text), wrapped, from row on. Rows at the bottom
   and below are not drawn; the screen then counts as clipped. Returns the row behind it. */
int box_say(const struct box *box, int row, enum screen_style style, const char *text);

#endif
