/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key that was pressed, in words of ours. */
#ifndef TUI_PRESS_H
#define TUI_PRESS_H

#include <stdint.h>

enum press_kind {
    PRESS_CHAR,   /* ch is a harmless code point; digits of a keypad arrive as '0' to '9' too */
    PRESS_ENTER,  /* forward */
    PRESS_BACK,   /* Esc: one screen back */
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
    PRESS_HELP,   /* F1 */
    PRESS_RESIZE, /* the terminal has a new size: draw again */
    PRESS_IDLE,   /* nothing was pressed within the limit */
    PRESS_GONE,   /* the terminal was hung up, or we were asked to end */
    PRESS_OTHER,  /* a key or byte without meaning: ignore */
};

struct press {
    enum press_kind kind;
    uint32_t ch; /* for PRESS_CHAR */
};

#endif
