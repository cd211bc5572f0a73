/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The printer's process: takes one slip at a time from a session and writes it to the device, so
   that a printer that blocks holds up nobody, and the confined session opens nothing. Keeps
   nothing. */
#ifndef KIOSK_PRINTER_H
#define KIOSK_PRINTER_H

#include <stddef.h>
#include <stdint.h>

#include "session/io.h"

/* How long a session waits for a slip: what one on 80 mm paper takes at 9600 baud, and a second.
   The printer's process gives up so much earlier that its answer still arrives in time. */
enum { PRINTER_WAIT_MS = 14500, PRINTER_MARGIN_MS = 1200 };

/* The session's side: sends a slip of 1 to SLIP_MAX bytes (session/slip) over the socket (AF_UNIX),
   and waits for what became of it for wait_ms, which is more than PRINTER_MARGIN_MS and at most
   PRINTER_WAIT_MS. A late answer about an earlier slip is skipped. Returns an enum printer_status:
   PRINTER_GONE also when the process died or sent nonsense, PRINTER_SLOW also when it hangs. Calls
   only write, read, poll and the clock; the caller ignores SIGPIPE. */
int printer_slip_within(int socket, const uint8_t *bytes, size_t len, int wait_ms);

/* The same, with PRINTER_WAIT_MS. */
int printer_slip(int socket, const uint8_t *bytes, size_t len);

/* The process's side: serves the descriptor socket until its end. Opens the device anew for each
   slip. Gives up PRINTER_MARGIN_MS before the session does, counted from when the slip was sent:
   from then on nothing of it is printed. Wipes what it held. Confined (sandbox_printer), and
   ignores the signals of a terminal. Returns the exit status: 0, or 1 when its memory could not be
   locked, it could not be confined, or what came over the socket was no slip. Only _exit may
   follow. */
int printer_run(int socket, const char *device);

/* Writes one slip to the device: a character device, which is asked for paper first, or a FIFO.
   Anything else, above all a file, which would keep the slip, is PRINTER_GONE and stays untouched.
   If the device has not taken all in limit_ms the slip is given up: what still waits on a serial
   line is thrown away, and the printer is told to drop what it has begun, as far as it listens
   within a second. Returns an enum printer_status. */
int printer_put(const char *device, const uint8_t *bytes, size_t len, int limit_ms);

#endif
