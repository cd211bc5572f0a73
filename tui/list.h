/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Up to nine choices with a digit each, and a long list to scroll through. */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keypress.h"
#include "tui/screen.h"

/* Draws the first nine of n choices as "1 text", one below the other, wrapped to width with a
   hanging indent, with blank rows between them if all fit that way. Returns the rows used. */
int list_choices(struct screen *screen, int row, int col, int width, int height,
                 const char *const *texts, size_t n);

/* The choice that a key selects: 0 to n - 1, or -1. */
int list_chosen(struct keypress key, size_t n);

/* The position in a long list. Zero-initialise all but count. */
struct list {
    size_t count;
    size_t at;  /* the selected entry */
    size_t top; /* the first entry shown */
};

/* Moves the selection on up, down, page up, page down, home and end, and scrolls to keep it within
   height rows. Returns whether the key was used. */
bool list_key(struct list *list, struct keypress key, int height);

#endif
