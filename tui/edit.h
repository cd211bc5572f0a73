/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text editor in a box: UTF-8 in memory that the caller provides, edited by grapheme, composed to
   NFC as it is typed. */
#ifndef TUI_EDIT_H
#define TUI_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keypress.h"
#include "tui/screen.h"

struct edit {
    char *text;      /* the caller's to wipe; not NUL-terminated */
    size_t capacity; /* bytes */
    size_t len;
    size_t cursor; /* byte offset, on a grapheme boundary */
    int top;       /* the first line shown */
    int column;    /* the display column that up and down aim at, or -1 */
    bool hidden;   /* drawn as dots, except for blanks and the word at the cursor */
    int spacing;   /* rows per line: 1, or 2 for large print; 0 counts as 1 */
    char *undo;    /* the caller's to wipe: what the last run of deletions took; NULL: no undo */
    size_t undo_capacity;
    size_t undo_len; /* 0: nothing to undo */
    bool deleting;   /* the last key was a deletion, so the next one joins its run */
};

/* Starts with len bytes of valid UTF-8 already in text, which has room for capacity bytes and must
   outlive edit; the cursor is at the end. */
void edit_start(struct edit *edit, char *text, size_t len, size_t capacity);

/* Provides capacity bytes to keep deletions in, as secret as the text. Of a run of deletions that
   is longer, the last part is kept. */
void edit_lend_undo(struct edit *edit, char *undo, size_t capacity);

/* Puts back at the cursor what the last run of deletions took away. False when there is nothing to
   undo, or no room. */
bool edit_undo(struct edit *edit);

/* Whether the next letter begins a sentence: at the start of the text or of a line, or after . ! ?
   … and a blank. */
bool edit_at_sentence(const struct edit *edit);

/* Handles characters, Backspace, arrows, home, end, page up and down; KEYPRESS_TAB is a newline.
   width and height are those of the box. Returns whether the key was used: not when it means
   nothing to an editor (Enter, Back, Help), nor when there was no room or no memory. */
bool edit_key(struct edit *edit, struct keypress key, int width, int height);

/* Draws the text with the cursor into a box, scrolled so that the cursor is in sight. Sets *above
   and *below to the number of lines hidden on either side. Out of memory, it draws nothing. */
void edit_draw(struct edit *edit, struct screen *screen, int row, int col, int width, int height,
               int *above, int *below);

/* Room left, in bytes. */
size_t edit_room(const struct edit *edit);

#endif
