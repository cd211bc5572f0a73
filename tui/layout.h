/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyboard layouts inside the program: what a key of a US keyboard means in Kazakh, Russian and
   English. The digits and parentheses that the Kazakh layout lacks are in the "123" layer. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/keypress.h"

enum layout { LAYOUT_KK, LAYOUT_RU, LAYOUT_EN, LAYOUT_COUNT };

enum { LAYOUT_ROWS = 4, LAYOUT_KEYS = 13, LAYOUT_LEGEND_LEN = 128 };

/* Code points by layout, Shift, row and key, with a 0 after the last key of a row; those of
   LAYOUT_EN are what the console sends. In layout_table.c, which `make layouts` generates from
   xkeyboard-config: kz, ru and us, except that ё stays left of the digits in Kazakh (as in the
   variant ext), where kz has a parenthesis. */
extern const uint32_t layout_keys[LAYOUT_COUNT][2][LAYOUT_ROWS][LAYOUT_KEYS + 1];

/* The layout of a two-letter language code; LAYOUT_EN for an unknown one. */
enum layout layout_of(const char *language);

/* The code point that a KEYPRESS_CHAR stands for in a layout. Keypad digits, pasted characters and
   anything outside ASCII stay as they are, so a keyboard that already sends Cyrillic works too.
   layer: the "123" layer is on, in which keys are those of a US keyboard. Caps Lock also changes
   the case of letters on keys that have no letter on a US keyboard (2 is ә). */
uint32_t layout_char(enum layout layout, bool layer, struct keypress key);

/* Writes one row of keys as they lie on the keyboard, row 0 on top: a letter a key with one blank
   between, NUL-terminated UTF-8, one column each. upper: with Shift. row is below LAYOUT_ROWS. */
void layout_legend(enum layout layout, bool layer, bool upper, int row,
                   char out[LAYOUT_LEGEND_LEN]);

#endif
