/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session needs of the world, and where and when it takes place: the program is the world, or a test. */
#ifndef SESSION_IO_H
#define SESSION_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "crypto/code.h"
#include "crypto/envelope.h"
#include "protocol/board.h"
#include "protocol/card.h"
#include "protocol/charter.h"
#include "session/library.h"
#include "tui/keypress.h"
#include "tui/screen.h"

/* What the printer says about a slip. */
enum printer_status {
    PRINTER_DONE,  /* all bytes were taken by a printer that has paper, as far as it tells */
    PRINTER_PAPER, /* it is out of paper */
    PRINTER_GONE,  /* unplugged, switched off, no such device */
    PRINTER_SLOW,  /* it did not take the whole slip in time */
};

/* The longest text that is said at once, in bytes, and the paces of the voice: 0 is normal, the last the slowest. */
enum { SESSION_SPEECH_MAX = 16384, SESSION_PACES = 4 };

struct session_io {
    void *context;
    /* Size of the terminal now. */
    void (*size)(void *context, int *rows, int *cols);
    /* Shows a screen. */
    void (*show)(void *context, const struct screen *screen);
    /* Waits for a key; KEYPRESS_IDLE when `seconds` are over (0: waits for ever). */
    struct keypress (*key)(void *context, int seconds);
    /* Throws away what was pressed and not yet given. */
    void (*drop)(void *context);
    /* Makes the keys of a code and PIN (crypto/code) and tells watch how far it is: 0, or -1 without memory. */
    int (*derive)(void *context, const char *code, const char *pin, const struct argon_watch *watch,
                  struct code_keys *keys);
    /* Somebody has passed the language screen: from now on an envelope is owed. Called once; NULL when nobody wants to know. */
    void (*begin)(void *context);
    /* Hands one envelope to the keeper and waits for its word: 0 when it is durably stored. May be called again
       after any other answer (the person tries again, or a cover at the end), never after 0. */
    int (*store)(void *context, const uint8_t envelope[ENVELOPE_LEN]);
    /* Prints a slip (session/slip): an enum printer_status. NULL when the place has no printer. */
    int (*print)(void *context, const uint8_t *bytes, size_t len);
    /* Says a text (kiosk/speech). NULL when the place has no speaker. */
    void (*say)(void *context, const char *language, int pace, const char *text, size_t len);
};

/* Where and when the session takes place. */
struct session_place {
    struct charter charter;
    struct card card;
    const uint8_t *board; /* the board's bytes, checked by the keeper; NULL when there is none */
    size_t board_len;
    uint64_t number; /* the number this session's envelope will have */
    uint32_t today;
    uint32_t arrived; /* the day up to which this terminal's envelopes have arrived; 0: not known */
    int idle_seconds; /* after the language screen */
    char languages[LANG_COUNT][3]; /* in the order of the first screen */
    int paper;                     /* of the printer, as in session/slip */
    bool large;                    /* large print from the start */
    bool contrast;                 /* high contrast from the start */
    const struct library *library;
};

#endif
