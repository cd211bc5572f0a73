/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slip: a code as what a receipt printer prints. QR code and digits, and nothing that says what it is. */
#ifndef SESSION_SLIP_H
#define SESSION_SLIP_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/code.h"

enum { SLIP_58 = 58, SLIP_80 = 80 }; /* paper, in millimetres: 384 and 576 dots a line */
enum { SLIP_MAX = 16384 };

/* Makes the whole slip as ESC/POS: enough NULs to end what a broken off slip left unfinished, reset, one raster
   picture (GS v 0 of double width and height, in bands), feed, cut. Of one paper all slips have the same length and
   differ only in digits and modules. Returns the length, 0 when memory is short or the paper unknown. The bytes hold
   the code: the caller wipes. */
size_t slip_make(const char code[CODE_LEN], int paper, uint8_t out[SLIP_MAX]);

/* What ends a slip of either paper that was given up in its midst: NULs, reset, feed, cut. Holds no code. */
enum { SLIP_DROP_LEN = 872 };
void slip_drop(uint8_t out[SLIP_DROP_LEN]);

#endif
