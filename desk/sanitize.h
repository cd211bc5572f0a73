/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing other people's text so that it cannot act: control, escape, bidirectional and other
   invisible characters and invalid UTF-8 become U+FFFD before they reach a terminal or a pipe; blanks
   of every kind become blanks; of many marks on one letter only the first ones are written. */
#ifndef DESK_SANITIZE_H
#define DESK_SANITIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What was written last, as far as it matters to the next character. Zero-initialise: nothing. */
struct plain {
    int marks; /* that may still be written onto it */
    bool full; /* more of them came, and the reader has been told */
};

/* What is written for a character: up to 4 bytes of UTF-8; 0 for a mark behind one that was too many.
 */
size_t sanitize_char(struct plain *plain, uint32_t ch, char out[4]);

/* Writes a text of one line; newlines and tabs become blanks. */
void sanitize_word(FILE *out, const char *text, size_t len);

/* Writes a text of many lines, wrapped to that many columns, whatever the terminal thinks a character
   takes. Each line stands behind "    | ", so that none can pass for one of ours; of many empty lines
   in a row two are left. Returns 0, or -1 when memory is short. */
int sanitize_text(FILE *out, int columns, const char *text, size_t len);

#endif
