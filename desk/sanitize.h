/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes text of strangers so that it cannot act on a terminal or pipe: control, escape,
   bidirectional and other invisible characters and invalid UTF-8 become U+FFFD, blanks of any kind
   become blanks, and only the first few of many marks on one letter are kept. */
#ifndef DESK_SANITIZE_H
#define DESK_SANITIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What matters of the characters before. Zero-initialise it at the start of a text. */
struct sanitize {
    int marks; /* how many more marks the last character may get */
    bool full; /* it got too many, and U+FFFD was written for the rest */
};

/* Writes what stands for a character as UTF-8, not NUL-terminated; returns the bytes, up to 4, or
   0 for a mark that is dropped. */
size_t sanitize_char(struct sanitize *state, uint32_t ch, char out[4]);

/* Writes len bytes of text on one line; newlines and tabs become blanks. */
void sanitize_word(FILE *out, const char *text, size_t len);

/* Writes len bytes of text on many lines, wrapped so that they stay within columns on any
   terminal. Each line begins with " | ", so that none can pass for one of ours. Of many empty
   lines in a row two are kept. Returns 0, or -1 when out of memory. */
int sanitize_text(FILE *out, int columns, const char *text, size_t len);

#endif
