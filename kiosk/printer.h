/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The printer's process: takes one slip at a time from a session and writes it to the device, so
   that a printer that blocks holds up nobody, and the confined session opens nothing. Keeps
   nothing. */
#ifndef KIOSK_PRINTER_H
#define KIOSK_PRINTER_H

#include <stddef.h>
#include <stdint.h>

#include "session/io.h"

/* The session's side: hands a slip over the socket (AF_UNIX) and waits at most wait_ms (at most
   PRINTER_WAIT_MS, and more than PRINTER_MARGIN_MS) for the word on this slip; what comes late for
   an earlier one is passed over. A process that died or says what is no word is PRINTER_GONE, one
   that hangs PRINTER_SLOW. Makes no system call but write, read, poll (and asks the clock). SIGPIPE
   must be ignored. len: 1 to SLIP_MAX of session/slip. The wait is what a slip on 80 mm paper takes
   at 9600 baud, and a second. */
enum { PRINTER_WAIT_MS = 14500, PRINTER_MARGIN_MS = 1200 };
int printer_slip_within(int socket, const uint8_t *bytes, size_t len, int wait_ms);

/* The same, and waits PRINTER_WAIT_MS. */
int printer_slip(int socket, const uint8_t *bytes, size_t len);

/* The process's side: serves descriptor `socket` until its end. Opens the device anew for each
   slip, and gives up PRINTER_MARGIN_MS before the session does, counted from when the slip was
   handed over: then nothing of it is printed any more, and no word comes too late. Wipes what it
   held. Confined (sandbox_printer), deaf to the signals of a terminal. Returns the exit status: 0,
   or 1 when its memory could not be locked, it could not be confined, or what came over the socket
   was no slip. Only _exit may follow. */
int printer_run(int socket, const char *device);

/* One slip to the device: a character device, which is asked for paper first, or a FIFO. Anything
   else, above all a file, which would keep the slip, is PRINTER_GONE and stays as it is. When
   limit_ms are over and not all was taken it is given up: what still waits on a serial line is
   thrown away, and the printer is told to drop what it has begun, if that goes within a second.
   Returns an enum printer_status. */
int printer_put(const char *device, const uint8_t *bytes, size_t len, int limit_ms);

#endif
