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

#endif
