/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slip: a code as a receipt printer prints it, and nothing that says what it is. */
#ifndef SESSION_SLIP_H
#define SESSION_SLIP_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/code.h"

/* Widths of paper in millimetres, of 384 and 576 dots a line. */
enum { SLIP_58 = 58, SLIP_80 = 80 };

/* The longest slip, and the length of what ends a broken one, in bytes. */
enum { SLIP_MAX = 16384, SLIP_DROP_LEN = 872 };

/* Makes a slip as ESC/POS: NULs that end what a broken slip left unfinished, reset, one picture in
   bands, feed, cut. All slips for a paper have the same length and differ only in dots. Returns the
   length, or 0 when memory is short or the paper unknown. The bytes hold the code: the caller wipes
   them. */
size_t slip_make(const char code[CODE_LEN], int paper, uint8_t out[SLIP_MAX]);

/* Makes what ends a slip, on any paper, that broke off: NULs, reset, feed, cut. Holds no code. */
void slip_drop(uint8_t out[SLIP_DROP_LEN]);

#endif
