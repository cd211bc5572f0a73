/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A helper of a visit: the process that works the printer, or the speech program. Each visit has
   its own. There is one of a kind at a time: a printer's process may still write a slip when its
   visit is over; that of the next visit then waits, with its end of the session's socket. */
#ifndef KIOSK_HELPER_H
#define KIOSK_HELPER_H

#include "kiosk/launcher.h"
#include "kiosk/spawn.h"

struct helper;

/* Makes a helper of this kind (SPAWN_PRINTER or SPAWN_SPEECH), without a process so far. name is
   its device or program, "" when the place has none; it and the launcher must outlive the helper.
   Returns NULL without memory. */
struct helper *helper_new(struct launcher *launcher, enum spawn_kind kind, const char *name);

/* Frees and sets to NULL; does nothing for NULL. A process that still runs is left behind. */
void helper_free(struct helper **helper);

/* Before a visit: makes the socket between session and helper. Returns the session's end, which the
   caller closes, or -1 when the place has no such helper; helper_attend starts the process. */
int helper_prepare(struct helper *helper);

/* After a visit: a process not started yet is no longer needed; one that runs may go on for
   PRINTER_WAIT_MS (kiosk/printer), since a slip may still be printing, and is killed then. */
void helper_dismiss(struct helper *helper);

/* Kills the process when its time is over, forgets it when it has ended, and starts the one that
   was waiting for that. To be called whenever helper_process can be read or helper_wait is over. */
void helper_attend(struct helper *helper);

/* Returns a descriptor that can be read when the process has ended, or -1 when none runs. */
int helper_process(const struct helper *helper);

/* Returns how many milliseconds to wait before the next helper_attend, at most ms. */
int helper_wait(const struct helper *helper, int ms);

#endif
