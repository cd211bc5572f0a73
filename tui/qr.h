/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QR code of digits drawn in half blocks: the one file that knows libqrencode. */
#ifndef TUI_QR_H
#define TUI_QR_H

#include <stdint.h>

#include "tui/screen.h"

enum { QR_SIDE_MAX = 45 };

/* Draws a code of the NUL-terminated digits (numeric mode, level Q) at (row, col): two modules a
   cell high, one wide, with a quiet zone of 4 modules. 24 digits: 29 columns, 15 rows. Sets *rows
   and *cols. Returns 0, or -1 when it does not fit or memory is short; then nothing is drawn. */
int qr_draw(struct screen *screen, int row, int col, const char *digits, int *rows, int *cols);

/* The same code as a square of modules for other pictures: modules[y * side + x] is 1 for dark, without a
   quiet zone. Returns the side, or -1 (memory, or more than QR_SIDE_MAX). The caller wipes. */
int qr_modules(const char *digits, uint8_t modules[QR_SIDE_MAX * QR_SIDE_MAX]);

#endif
