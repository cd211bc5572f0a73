/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper: owns outbox, signing key and board; never sees plaintext, never holds the terminal
   open. Starts a fresh session process for each visitor and writes down its one envelope. */
#ifndef KIOSK_KEEPER_H
#define KIOSK_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "device/state.h"
#include "kiosk/config.h"
#include "kiosk/launcher.h"

struct keeper_options {
    struct config config;
    bool misconfigured; /* its file has a fault: out of order, takes nothing */
    bool once;          /* serve one visitor, then end (SESSION_NOBODY counts as none) */
};

/* Serves until SIGTERM (or once); launcher starts the processes. Writes a record at its start: the one that a power cut took from a
   visitor (device/pending), or a cover; and a cover on every day on which nobody came. After 500 envelopes of visitors on one day it
   waits 10 seconds before each further visit, so that a key held down does not fill the disk.

   Returns an enum error: ERROR_NONE after an orderly end, ERROR_OUTBOX also when the outbox
   was removed or replaced meanwhile (nothing was acknowledged since: start anew); or one of
   ERROR_SESSION_TERMINAL and its like. From when it serves, those of descriptors 0, 1 and 2 that were a
   terminal are /dev/null. */
enum error keeper_serve(struct state *state, struct launcher *launcher,
                        const struct keeper_options *options);

/* What the keeper tells a session, as the first and only message on the socket: fixed size, no pointers. Descriptors of a session:
   0, 1, 2 the terminal, 3 the socket, then, each only when there is one: 4 the board, 5 the socket of the printer's process, 6 that
   of the speaker's; 7 the mailbox (kiosk/mailbox), in which it puts its envelope. */
enum {
    KEEPER_SOCKET = 3,
    KEEPER_BOARD,
    KEEPER_PRINTER,
    KEEPER_SPEAKER,
    KEEPER_HANDOVER,
};
struct keeper_brief {
    struct charter charter;
    struct card card;
    uint64_t number;
    uint64_t board_len; /* 0: there is no board */
    uint32_t today;
    uint32_t
        arrived; /* the day up to which the office has this kiosk's own chain; 0: it has said nothing of it */
    struct config config;
    bool has_printer;
    bool has_speaker;
    bool closed; /* out of order: say so and take nothing */
    bool once;   /* out of order: end when a key is pressed */
};

/* What a session's process tells the keeper over the socket, a byte each: that somebody passed the language screen, and at its
   end an enum session_end or one of SPAWN_NO_TERMINAL and its like. One that ends without that was killed. */
enum { KEEPER_BEGUN = 255 };

#endif
