/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key that was pressed, in words of ours. */
#ifndef TUI_PRESS_H
#define TUI_PRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A keypad alone reaches everything: its digits and Enter, and - Back, / Help, * cover, . show, + say. */
enum press_kind {
    PRESS_CHAR,   /* ch is a harmless code point */
    PRESS_ENTER,  /* forward */
    PRESS_BACK,   /* Esc, or - on the keypad: one screen back */
    PRESS_DELETE, /* Backspace */
    PRESS_UP,
    PRESS_DOWN,
    PRESS_LEFT,
    PRESS_RIGHT,
    PRESS_PAGE_UP,
    PRESS_PAGE_DOWN,
    PRESS_HOME,
    PRESS_END,
    PRESS_TAB,
    PRESS_HELP,   /* F1, or / on the keypad */
    PRESS_COVER,  /* F2, or * on the keypad: the library in front of everything, and back */
    PRESS_SHOW,   /* F3, or . on the keypad: hide or show what was typed */
    PRESS_LAYOUT, /* F4: the next keyboard layout */
    PRESS_LAYER,  /* F5: the "123" layer on or off */
    PRESS_UNDO,   /* F6: the last deletion back */
    PRESS_SAY,    /* F7, or + on the keypad: say the screen again */
    PRESS_SLOWER, /* F8: speak slower */
    PRESS_RESIZE, /* the terminal has a new size: draw again */
    PRESS_IDLE,   /* nothing was pressed within the limit */
    PRESS_GONE,   /* the terminal was hung up, or we were asked to end */
    PRESS_OTHER,  /* a key or byte without meaning: ignore */
};

enum { PRESS_RUSH_MS = 60 };

struct press {
    enum press_kind kind;
    uint32_t ch; /* for PRESS_CHAR */
    bool keypad; /* a key of the keypad: its digits are digits in every layout */
    bool pasted; /* PRESS_CHAR, PRESS_TAB: part of a paste, no key of a layout */
    bool caps;   /* Caps Lock is on, as far as the terminal tells */
    bool rushed; /* came within PRESS_RUSH_MS of the press before it, faster than a person means it:
                    a scanner, a cat. Never sends anything. */
};

#endif
