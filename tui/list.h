/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices with a digit in front, and a list to scroll through. */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keypress.h"
#include "tui/screen.h"

/* Draws up to nine choices, "1  text" each, one below the other, wrapped to width with a hanging
   indent, a blank row between when they all fit so. Returns the rows used. */
int list_choices(struct screen *screen, int row, int col, int width, int height,
                 const char *const *texts, size_t n);

/* The choice a press means: 0 to n-1, or -1. */
int list_chosen(struct keypress key, size_t n);

/* A long list: where we are and what is shown. */
struct list {
    size_t count;
    size_t at;  /* the marked row */
    size_t top; /* the first row shown */
};

/* Moves by arrows, page up and down, home and end within height rows. True when the press was used.
 */
bool list_key(struct list *list, struct keypress key, int height);

#endif
