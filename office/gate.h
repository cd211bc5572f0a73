/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate: one desk at a time adds a transaction, in the order in which they came. It is a file of
   which nothing but locks is used. They are of whoever opened the file (F_OFD_SETLK), so that none
   outlives its process:

   byte 0       held for a moment, while somebody takes a place
   byte 2...    a place in the queue each; the lowest that is held is inside

   A desk that uses it takes the place behind all that are held. */
#ifndef OFFICE_GATE_H
#define OFFICE_GATE_H

#include <stdint.h>

#include "base/error.h"

enum { GATE_FIRST = 2 };

/* Enters, when all have left who came before, after at most so many milliseconds; *place is for
   gate_leave. While it waits, it calls meanwhile (NULL: nothing) again and again; a call counts for
   the time, but is not cut short. Returns ERROR_OFFICE_BUSY when it took longer, a lack, or an
   error of meanwhile. The same descriptor enters once at a time. */
typedef enum error gate_meanwhile_fn(void *context);
enum error gate_enter(int gate, int64_t ms, gate_meanwhile_fn *meanwhile, void *context,
                      int64_t *place);

/* Leaves, and lets the next one in. */
void gate_leave(int gate, int64_t place);

#endif
