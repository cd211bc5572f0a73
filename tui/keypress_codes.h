/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes for what a terminal sends, and the escape sequences that terminals send for keys. */
#ifndef TUI_KEYPRESS_CODES_H
#define TUI_KEYPRESS_CODES_H

#include <stdbool.h>

/* A code is a byte (0 to 255) or one of these. They lie above the codes of curses, which term.c
   lets pass between terminal and decoder, and fit into 16 bits, as curses demands. */
enum keypress_code {
    KEYPRESS_CODE_NONE = -1,      /* nothing to read at the moment */
    KEYPRESS_CODE_KEY = 0x400,    /* plus an enum keypress_kind: a key with a name */
    KEYPRESS_CODE_KEYPAD = 0x500, /* plus the character on the key, '\r' for its Enter */
    KEYPRESS_CODE_PASTE_START = 0x600,
    KEYPRESS_CODE_PASTE_END,
};

/* Calls define with each escape sequence that means a key, whatever terminfo says of it, and its
   code. console: for the Linux console, where the keypad sends letters of its own. The sequence is
   NUL-terminated and only valid during the call. */
void keypress_codes_each(bool console, void (*define)(const char *sequence, int code));

#endif
