/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key press: what it means, and how it came. */
#ifndef TUI_KEYPRESS_H
#define TUI_KEYPRESS_H

#include <stdbool.h>
#include <stdint.h>

/* The keypad alone reaches everything: digits, Enter, and - Back, / Help, * hide, . show, + say. */
enum keypress_kind {
    KEYPRESS_CHAR,   /* a character; ch passes utf8_harmless */
    KEYPRESS_ENTER,  /* forward */
    KEYPRESS_BACK,   /* Esc, or - on the keypad: one screen back */
    KEYPRESS_DELETE, /* Backspace */
    KEYPRESS_UP,
    KEYPRESS_DOWN,
    KEYPRESS_LEFT,
    KEYPRESS_RIGHT,
    KEYPRESS_PAGE_UP,
    KEYPRESS_PAGE_DOWN,
    KEYPRESS_HOME,
    KEYPRESS_END,
    KEYPRESS_TAB,
    KEYPRESS_HELP,   /* F1, or / on the keypad */
    KEYPRESS_HIDE,   /* F2, or * on the keypad: put the library in front of everything, and back */
    KEYPRESS_SHOW,   /* F3, or . on the keypad: show or mask what was typed */
    KEYPRESS_LAYOUT, /* F4: the next keyboard layout */
    KEYPRESS_LAYER,  /* F5: the "123" layer on or off */
    KEYPRESS_UNDO,   /* F6: undo the last deletion */
    KEYPRESS_SAY,    /* F7, or + on the keypad: say the screen again */
    KEYPRESS_SLOWER, /* F8: speak slower */
    KEYPRESS_RESIZE, /* not a key: the terminal has a new size, draw again */
    KEYPRESS_IDLE,   /* not a key: nothing was pressed within the limit */
    KEYPRESS_GONE,   /* not a key: the terminal was hung up, or we were asked to end */
    KEYPRESS_OTHER,  /* a key or byte without a meaning: ignore it */
};

/* Presses closer together than this do not come from a person who means each of them. */
enum { KEYPRESS_TOO_FAST_MS = 60 };

struct keypress {
    enum keypress_kind kind;
    uint32_t ch;   /* for KEYPRESS_CHAR; for KEYPRESS_OTHER a control character, or 0 */
    bool keypad;   /* on the keypad: its digits are digits in every layout */
    bool pasted;   /* KEYPRESS_CHAR, KEYPRESS_TAB: part of a paste, so no layout applies */
    bool caps;     /* Caps Lock is on, as far as the terminal can tell */
    bool too_fast; /* within KEYPRESS_TOO_FAST_MS of the press before: a scanner, a cat. Such a
                      press must never send anything. */
};

#endif
