/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session needs of the world, and where and when it runs: provided by the kiosk, or a
   test. */
#ifndef SESSION_IO_H
#define SESSION_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "crypto/code.h"
#include "crypto/envelope.h"
#include "protocol/board_folder.h"
#include "protocol/card.h"
#include "protocol/charter.h"
#include "session/library.h"
#include "tui/keypress.h"
#include "tui/screen.h"

/* What became of a slip. */
enum printer_status {
    PRINTER_DONE,  /* the printer took all of it and, as far as it tells, has paper */
    PRINTER_PAPER, /* out of paper */
    PRINTER_GONE,  /* unplugged, switched off, or no such device */
    PRINTER_SLOW,  /* it did not take all of it in time */
};

/* The longest text said at once, in bytes; and the paces of the voice, from 0, normal, to the
   slowest. */
enum { SESSION_SPEECH_MAX = 16384, SESSION_PACES = 4 };

struct session_io {
    void *context;
    /* Gives the size that the terminal has now. */
    void (*size)(void *context, int *rows, int *cols);
    /* Shows a screen, which is lent until this returns. */
    void (*show)(void *context, const struct screen *screen);
    /* Waits for a key. Returns KEYPRESS_IDLE after so many seconds; 0 waits for ever. */
    struct keypress (*key)(void *context, int seconds);
    /* Drops the keys pressed so far. */
    void (*drop)(void *context);
    /* Makes the keys of a code and PIN and tells watch how far it is (crypto/code). Returns 0, or
       -1 when memory is short. */
    int (*derive)(void *context, const char *code, const char *pin, const struct argon_watch *watch,
                  struct code_keys *keys);
    /* Waits so many milliseconds, whatever comes meanwhile. */
    void (*wait)(void *context, unsigned milliseconds);
    /* Called once, when somebody has passed the language screen: from here on an envelope is
       owed. May be NULL. */
    void (*begin)(void *context);
    /* Hands an envelope to the keeper and waits for its word. Returns 0 when it is durably stored.
       After any other word it may be called again, to try again or with a cover; never after 0. */
    int (*store)(void *context, const uint8_t envelope[ENVELOPE_LEN]);
    /* Prints a slip (session/slip). Returns an enum printer_status. NULL: there is no printer. */
    int (*print)(void *context, const uint8_t *bytes, size_t len);
    /* Says a text in place of what is being said; an empty text is silence. NULL: there is no
       voice. */
    void (*say)(void *context, const char *language, int pace, const char *text, size_t len);
};

/* Where and when a session takes place. */
struct session_place {
    struct charter charter;
    struct card card;
    const struct board_folder *board; /* checked, or NULL */
    bool board_lost;                  /* there is one, but it could not be had whole */
    uint64_t number;                  /* of this session's envelope */
    uint32_t today;
    uint32_t arrived; /* up to this day the terminal's envelopes have arrived; 0: not known */
    int idle_seconds; /* from the language screen on */
    char languages[LANG_COUNT][3]; /* in the order of the first screen */
    int paper;                     /* of the printer, as in session/slip */
    bool large;                    /* large print from the start */
    bool contrast;                 /* high contrast from the start */
    const struct library *library;
};

#endif
