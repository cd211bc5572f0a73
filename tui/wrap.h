/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where lines break: Unicode line breaking (UAX #14) at a width in columns, over-long words split
   between graphemes. Used by every widget that shows more than a line. */
#ifndef TUI_WRAP_H
#define TUI_WRAP_H

#include <stddef.h>

/* A line of a wrapped text: bytes [start, end) without the blank or newline that broke it; the next
   line starts at `next`. */
struct wrap_line {
    size_t start;
    size_t end;
    size_t next;
};

/* Wraps len bytes of UTF-8 (invalid bytes count as one column each) to width columns, at most max
   lines. Returns the number of lines the whole text has, which may be more than max. A text that
   ends in a newline has an empty line behind it; an empty text has one empty line. -1 when memory
   is short. */
int wrap_lines(const char *text, size_t len, int width, struct wrap_line *lines, int max);

/* The same for a terminal that lays the text out by itself, with another idea of what a character
   takes: counts for each one the most that any terminal gives it, so that none breaks a line again.
 */
int wrap_lines_most(const char *text, size_t len, int width, struct wrap_line *lines, int max);

/* Columns that len bytes take on a screen, as screen_put would draw them. */
int wrap_columns(const char *text, size_t len);

#endif
