/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper: owns outbox, signing key and board; never sees plaintext, never holds the terminal
   open. Starts a fresh session process for each visitor and stores its one envelope. */
#ifndef KIOSK_KEEPER_H
#define KIOSK_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "device/state.h"
#include "kiosk/config.h"
#include "kiosk/launcher.h"

struct keeper_options {
    struct config config;
    bool misconfigured; /* the settings file has a fault: out of order, takes nothing */
    bool once;          /* serve one visitor, then end */
};

/* Serves visitors until SIGTERM, or once. Writes a record at its start: the one that a power cut
   left of a visit (device/pending), or a cover; and a cover on every day on which nobody came.
   After 500 visitors' records on one day it rests 10 seconds before each further visit, so that a
   key held down does not fill the disk. state and launcher stay the caller's. As soon as it serves,
   those of descriptors 0, 1 and 2 that were a terminal are /dev/null.

   Returns ERROR_NONE after an orderly end; ERROR_BUSY when another keeper serves this folder; an
   error of chain_open or chain_deliver; ERROR_OUTBOX also when the outbox was removed or replaced
   meanwhile (nothing was acknowledged since: start anew); ERROR_SESSION_TERMINAL, _CONFINED or
   _PROCESS or ERROR_MEMORY_LOCK when no session could begin; ERROR_MEMORY; or, with `once`, why
   visitors were not taken. */
enum error keeper_serve(struct state *state, struct launcher *launcher,
                        const struct keeper_options *options);

#endif
