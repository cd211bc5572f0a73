/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes of digits, for the screen and for a printer. */
#ifndef TUI_QR_H
#define TUI_QR_H

#include <stdint.h>

#include "tui/screen.h"

enum { QR_SIDE_MAX = 45 };

/* Draws the NUL-terminated digits as a QR code (numeric mode, level Q) at (row, col), with a quiet
   zone of 4 modules; a cell is one module wide and two high, so 24 digits take 29 columns and 15
   rows. Sets *rows and *cols. Returns 0, or -1 when it does not fit or memory is short; then
   nothing is drawn. */
int qr_draw(struct screen *screen, int row, int col, const char *digits, int *rows, int *cols);

/* Writes the same code as a square of modules without a quiet zone: modules[y * side + x]
   is 1 for dark. Returns the side, or -1 when it is over QR_SIDE_MAX or memory is short.
   The caller wipes. */
int qr_modules(const char *digits, uint8_t modules[QR_SIDE_MAX * QR_SIDE_MAX]);

#endif
