/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen as running text for a voice: title, question, answers with their digits, in
   this order. */
#ifndef TUI_LINEAR_H
#define TUI_LINEAR_H

#include <stddef.h>

#include "tui/screen.h"

/* Writes what the screen says as UTF-8, a paragraph or answer per line, each ended by a full stop;
   an answer is "1: text." Wrapped lines are joined again, also in large print, where blank rows
   lie between them. Three blanks in a row end a line as well. A page mark ("3/9") at the right of
   the top row follows the title. Left out: QR codes, rules, the dots of masked text, the free
   places of a field. Digits of a code (groups of four) get blanks between them, so that they are
   said one by one. Returns the bytes needed, not counting the NUL; writes at most size bytes, cut
   between characters, NUL-terminated when size is not 0. The caller wipes them. */
size_t linear_text(const struct screen *screen, char *out, size_t size);

#endif
