/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key that was pressed, in words of ours. */
#ifndef TUI_KEYPRESS_H
#define TUI_KEYPRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A keypad alone reaches everything: its digits and Enter, and - Back, / Help, * cover, . show, + say. */
enum keypress_kind {
    KEYPRESS_CHAR,   /* ch is a harmless code point */
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
    KEYPRESS_HIDE,   /* F2, or * on the keypad: the library in front of everything, and back */
    KEYPRESS_SHOW,   /* F3, or . on the keypad: hide or show what was typed */
    KEYPRESS_LAYOUT, /* F4: the next keyboard layout */
    KEYPRESS_LAYER,  /* F5: the "123" layer on or off */
    KEYPRESS_UNDO,   /* F6: the last deletion back */
    KEYPRESS_SAY,    /* F7, or + on the keypad: say the screen again */
    KEYPRESS_SLOWER, /* F8: speak slower */
    KEYPRESS_RESIZE, /* the terminal has a new size: draw again */
    KEYPRESS_IDLE,   /* nothing was pressed within the limit */
    KEYPRESS_GONE,   /* the terminal was hung up, or we were asked to end */
    KEYPRESS_OTHER,  /* a key or byte without meaning: ignore */
};

enum { KEYPRESS_TOO_FAST_MS = 60 };

struct keypress {
    enum keypress_kind kind;
    uint32_t ch; /* for KEYPRESS_CHAR */
    bool keypad; /* a key of the keypad: its digits are digits in every layout */
    bool pasted; /* KEYPRESS_CHAR, KEYPRESS_TAB: part of a paste, no key of a layout */
    bool caps;   /* Caps Lock is on, as far as the terminal tells */
    bool
        too_fast; /* came within KEYPRESS_TOO_FAST_MS of the press before it, faster than a person means it:
                    a scanner, a cat. Never sends anything. */
};

#endif
