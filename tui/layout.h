/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyboard layouts inside the program: what a key of a US keyboard means in Kazakh, Russian and
   English. The tables are generated from xkeyboard-config (`make layouts`) and checked in: kz, ru and us, with
   ё left of the digits also in Kazakh, where kz has a parenthesis (the variant ext does the same). Digits and
   parentheses of the Kazakh layout are in the "123" layer. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/keypress.h"

enum layout { LAYOUT_KK, LAYOUT_RU, LAYOUT_EN, LAYOUT_COUNT };

enum { LAYOUT_ROWS = 4, LAYOUT_LEGEND_LEN = 128 };

/* The layout of a language's two letters; LAYOUT_EN for others. */
enum layout layout_of(const char *language);

/* What a press of kind KEYPRESS_CHAR means. Digits of the keypad, pasted characters and whatever is not ASCII
   are themselves (a keyboard that already sends Cyrillic is left alone). layer: the "123" layer, in which the
   keys are those of a US keyboard. Caps Lock turns letters over also where the US key has none (2 is Ә). */
uint32_t layout_char(enum layout layout, bool layer, struct keypress key);

/* One row of keys, 0 the top one, as they lie on the keyboard: the letter each gives, one blank between,
   NUL-terminated UTF-8 of 1 column each. upper: with Shift. row is below LAYOUT_ROWS. */
void layout_legend(enum layout layout, bool layer, bool upper, int row,
                   char out[LAYOUT_LEGEND_LEN]);

#endif
