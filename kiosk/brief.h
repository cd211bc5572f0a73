/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the keeper and a session's process tell each other, and on which descriptors. */
#ifndef KIOSK_BRIEF_H
#define KIOSK_BRIEF_H

#include <stdbool.h>
#include <stdint.h>

#include "kiosk/config.h"
#include "protocol/card.h"
#include "protocol/charter.h"

/* The descriptors of a session beside the terminal (0, 1, 2). Board, printer and speech are open
   only where there is one. A helper's process has BRIEF_SOCKET alone, its end of the session's
   BRIEF_PRINTER or BRIEF_SPEECH. */
enum {
    BRIEF_SOCKET = 3, /* to the keeper */
    BRIEF_BOARD,      /* the board's folder, until it is read */
    BRIEF_PRINTER,    /* to the printer's process (kiosk/printer) */
    BRIEF_SPEECH,     /* to the speech process (kiosk/speech) */
    BRIEF_MAILBOX,    /* memory for the envelope (kiosk/mailbox) */
    BRIEF_END,
};

/* The keeper's first and only message over BRIEF_SOCKET: fixed size, no pointers. */
struct brief {
    struct charter charter;
    struct card card;
    uint64_t number; /* of the record that this session's envelope will be */
    uint32_t today;
    uint32_t arrived; /* day up to which the office has this kiosk's own chain; 0: not known */
    struct config config;
    uint8_t board_key[32];  /* by which the board is checked */
    uint8_t board_hash[32]; /* of its head: `arrived` is what this one says */
    bool has_board;
    bool board_lost; /* there is one, but not whole */
    bool has_printer;
    bool has_speech;
    bool closed; /* out of order: say so and take nothing */
    bool once;   /* out of order: end when a key is pressed */
};

/* What a session's process tells the keeper over BRIEF_SOCKET is one byte each time: this one when
   somebody passed the language screen; and at its end an enum session_end, or SPAWN_NO_TERMINAL
   and its like (kiosk/spawn). A process that ends without its last byte was killed. */
enum { BRIEF_BEGUN = 255 };

#endif
