/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing other people's text so that it cannot act: control, escape, bidirectional and other
   invisible characters and invalid UTF-8 become U+FFFD before they reach a terminal or a pipe. */
#ifndef DESK_PLAIN_H
#define DESK_PLAIN_H

#include <stddef.h>
#include <stdio.h>

/* Writes a text of one line; newlines and tabs become blanks. */
void plain_word(FILE *out, const char *text, size_t len);

/* Writes a text of many lines, wrapped to that many columns. Each line stands behind "    | ", so
   that none can pass for one of ours; of many empty lines in a row two are left. Returns 0, or -1
   when memory is short. */
int plain_text(FILE *out, int columns, const char *text, size_t len);

#endif
