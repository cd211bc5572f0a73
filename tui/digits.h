/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An input field for digits: a code or a PIN, in memory that the caller provides. */
#ifndef TUI_DIGITS_H
#define TUI_DIGITS_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keypress.h"
#include "tui/screen.h"

struct digits {
    char *text;      /* capacity + 1 bytes, the caller's to wipe; always NUL-terminated */
    size_t capacity; /* the most digits it takes */
    size_t len;
    bool hidden; /* drawn as dots, except for the digit typed last and its group */
    bool fresh;  /* the last press was a digit, so that one may be seen */
};

/* Starts an empty field and wipes the capacity + 1 bytes of text, which must outlive it. */
void digits_start(struct digits *digits, char *text, size_t capacity, bool hidden);

/* Adds a digit; Backspace removes one; blanks, dashes and pasted newlines are skipped. Takes the
   letters that people and scanners confuse with digits: O and o as 0, I, i, L and l as 1. Expects
   characters of a US keyboard, not through a layout. Returns whether the key was used: a character
   that is no digit, and a digit too many, change nothing. */
bool digits_key(struct digits *digits, struct keypress key);

/* Draws the field from (row, col), '_' for each free place, a blank after every group digits (0: no
   groups), and the cursor at the first free place. */
void digits_draw(const struct digits *digits, struct screen *screen, int row, int col, int group);

#endif
