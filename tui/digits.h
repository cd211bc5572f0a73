/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field for digits: a code or a PIN, in memory the caller lends. */
#ifndef TUI_DIGITS_H
#define TUI_DIGITS_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keypress.h"
#include "tui/screen.h"

struct digits {
    char *text;      /* lent, capacity + 1 bytes; always NUL-terminated */
    size_t capacity; /* digits it takes */
    size_t len;
    bool hidden; /* drawn as dots, but for the digit typed last, or the group it is in */
    bool fresh;  /* the last press was a digit: that one may be seen */
};

void digits_start(struct digits *digits, char *text, size_t capacity, bool hidden);

/* Digits are added, Backspace takes one off; blanks, dashes and newlines of a paste are passed
   over. Also takes what people and scanners make of digits: O as 0, I and L as 1, big or small. Wants presses
   as the US keyboard gives them, not through a layout. Returns true when the press was used, false
   otherwise: a digit too many, or a character that is none, changes nothing. */
bool digits_key(struct digits *digits, struct keypress key);

/* Draws in groups of four (group > 0: that many digits a group, 0: no groups) with the cursor
   behind, and '_' for each place still free. */
void digits_draw(const struct digits *digits, struct screen *screen, int row, int col, int group);

#endif
