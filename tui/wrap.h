/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where lines break: by Unicode (UAX #14) at a width in columns, words wider than a line split
   between graphemes. Used by every widget that shows more than a line. */
#ifndef TUI_WRAP_H
#define TUI_WRAP_H

#include <stddef.h>

/* A line of a wrapped text: bytes [start, end), without the blank or newline where it broke; the
   next line starts at `next`. */
struct wrap_line {
    size_t start;
    size_t end;
    size_t next;
};

/* Wraps len bytes of UTF-8 (an invalid byte takes one column) to width columns and stores the first
   max lines. Returns the number of lines of the whole text, which may be more, or -1 when out of
   memory. A text that ends in a newline has an empty line at its end; an empty text is one empty
   line. */
int wrap_lines(const char *text, size_t len, int width, struct wrap_line *lines, int max);

/* As wrap_lines, but counts for each character the most columns that any terminal gives it: for
   text written straight to a terminal, which must not break a line again. */
int wrap_lines_most(const char *text, size_t len, int width, struct wrap_line *lines, int max);

/* The columns that screen_put needs for len bytes of UTF-8. */
int wrap_columns(const char *text, size_t len);

#endif
