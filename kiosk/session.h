/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session: one person at the terminal. All screens, no terminal and no process: what it needs of the
   world stands in session_io, so that tests can be the world. */
#ifndef KIOSK_SESSION_H
#define KIOSK_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "crypto/code.h"
#include "crypto/envelope.h"
#include "kiosk/library.h"
#include "protocol/board.h"
#include "protocol/card.h"
#include "protocol/charter.h"
#include "tui/press.h"
#include "tui/screen.h"

struct session_io {
    void *context;
    /* Size of the terminal now. */
    void (*size)(void *context, int *rows, int *cols);
    /* Shows a screen. */
    void (*show)(void *context, const struct screen *screen);
    /* Waits for a press; PRESS_IDLE when `seconds` are over (0: waits for ever). */
    struct press (*press)(void *context, int seconds);
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
    /* Prints a slip (kiosk/slip): an enum printer_word. NULL when the place has no printer. */
    int (*print)(void *context, const uint8_t *bytes, size_t len);
    /* Says a text (kiosk/speaker). NULL when the place has no speaker. */
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
    int paper;                     /* of the printer, as in kiosk/slip */
    bool large;                    /* large print from the start */
    bool contrast;                 /* high contrast from the start */
    const struct library *library;
};

enum session_end {
    SESSION_NOBODY, /* nobody passed the language screen: no envelope is owed */
    SESSION_STORED, /* exactly one envelope was handed over and stored */
    SESSION_FAILED, /* an envelope is owed but was not stored: the keeper writes a cover */
};

/* Runs from the language screen to the end. Wipes all it held. */
enum session_end session_run(const struct session_io *io, const struct session_place *place);

#endif
