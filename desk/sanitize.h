/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes other people's text so that it cannot act on a terminal. Control, escape, bidirectional
   and other invisible characters and invalid UTF-8 become U+FFFD; blanks of every kind become
   spaces; of many combining marks on one letter only the first are written. */
#ifndef DESK_SANITIZE_H
#define DESK_SANITIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What the next character depends on. Zero-initialise at the start of a text. */
struct sanitize_state {
    int marks; /* how many more the present letter may have */
    bool full; /* a mark was dropped, and U+FFFD written for it */
};

/* What to write for a character: up to 4 bytes of UTF-8; 0 bytes for another mark too many. Returns
   the length. */
size_t sanitize_char(struct sanitize_state *state, uint32_t ch, char out[4]);

/* Writes a text of len bytes as one line; newlines and tabs become spaces. */
void sanitize_word(FILE *out, const char *text, size_t len);

/* Writes a text of len bytes wrapped to `columns`, whatever width the terminal gives a character.
   Each line stands behind "    | ", so that none can pass for one of ours; more than two empty
   lines in a row become two. Returns 0, or -1 when memory is short. */
int sanitize_text(FILE *out, int columns, const char *text, size_t len);

#endif
