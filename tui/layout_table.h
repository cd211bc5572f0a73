/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the keyboards, as tui/layout.c needs them. */
#ifndef TUI_LAYOUT_TABLE_H
#define TUI_LAYOUT_TABLE_H

#include <stdint.h>

#include "tui/layout.h"

enum { LAYOUT_KEYS = 13 };

/* Code points by layout, Shift and row, a 0 behind each row's last key. The keys of LAYOUT_EN are what the
   console sends. */
extern const uint32_t layout_keys[LAYOUT_COUNT][2][LAYOUT_ROWS][LAYOUT_KEYS + 1];

#endif
