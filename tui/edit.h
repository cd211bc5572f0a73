/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text editor in a box: UTF-8 in memory that the caller lends, reflowed at every key, edited by
   grapheme, composed to NFC as it is typed. */
#ifndef TUI_EDIT_H
#define TUI_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keypress.h"
#include "tui/screen.h"

struct edit {
    char *text;      /* lent; not NUL-terminated */
    size_t capacity; /* bytes */
    size_t len;
    size_t cursor; /* byte offset, on a grapheme boundary */
    int top;       /* first line shown */
    int column;    /* display column that up and down aim at; -1 none */
    bool hidden;   /* drawn as dots but for the word at the cursor; blanks and new lines stay */
    int spacing;   /* rows a line takes when drawn: 1, or 2 for large print; 0 counts as 1 */
    char *undo;    /* lent: what the last deletions in a row took away; NULL: no undo */
    size_t undo_capacity;
    size_t undo_len; /* 0: nothing to bring back */
    bool deleting;   /* the last press was a deletion: the next one joins its run */
};

/* Starts with len bytes of valid UTF-8 already in text, cursor at the end. */
void edit_start(struct edit *edit, char *text, size_t len, size_t capacity);

/* Lends memory to keep deletions in (secret, like the text). A run of deletions that has more bytes than this
   keeps the last of them. */
void edit_lend_undo(struct edit *edit, char *undo, size_t capacity);

/* Puts back at the cursor what the last run of deletions took away. False when there is nothing, or no
   room. */
bool edit_undo(struct edit *edit);

/* True where the next letter begins a text or a sentence: at the start, after a newline, after . ! ? … and
   a blank. */
bool edit_at_sentence(const struct edit *edit);

/* Handles a press: characters, delete, arrows, home, end, page up and down; KEYPRESS_TAB is a new
   line. Returns true when it was used, false when it means nothing to an editor (Enter, Back, Help)
   or there was no room left. */
bool edit_key(struct edit *edit, struct keypress key, int width, int height);

/* Draws the text into a box, with the cursor; scrolls so that the cursor is seen. Sets *above and
   *below to the number of lines hidden on either side. */
void edit_draw(struct edit *edit, struct screen *screen, int row, int col, int width, int height,
               int *above, int *below);

/* Room left, in bytes; and in letters of two bytes, which is what a person can be told. */
size_t edit_room(const struct edit *edit);

#endif
