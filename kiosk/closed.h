/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen of a kiosk that is out of order: no valid card or charter. Takes nothing. */
#ifndef KIOSK_CLOSED_H
#define KIOSK_CLOSED_H

#include <stdbool.h>

#include "kiosk/session.h"

/* Says in three languages that the terminal is out of order, until it is hung up or told to end;
   with any_key also until a key is pressed. */
void closed_run(const struct session_io *io, bool any_key);

#endif
