/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen as words in a row, for a voice: title, question, answers with their keys, in the order of reading. */
#ifndef TUI_LINEAR_H
#define TUI_LINEAR_H

#include <stddef.h>

#include "tui/screen.h"

/* Writes what the screen says as UTF-8: wrapped lines joined again (in large print too, where a blank row lies
   between them), one paragraph or answer a line, each ended by a stop, an answer as "1: text." Three blanks in
   a row part lines too; a mark like "3/9" right in the top row comes after the title. Blocks of a QR code, rules,
   the dots of hidden text and the places of digits not typed yet are left out. Digits of a code (groups of four) get
   blanks between them, so that they are said one by one. Returns the bytes needed without the NUL;
   writes at most size bytes, cut at a character, NUL-terminated when size > 0. The caller wipes. */
size_t linear_text(const struct screen *screen, char *out, size_t size);

#endif
