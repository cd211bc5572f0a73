/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen of a kiosk that is out of order: no valid card or charter. Takes nothing. */
#ifndef SESSION_OUT_OF_ORDER_H
#define SESSION_OUT_OF_ORDER_H

#include <stdbool.h>

#include "session/io.h"

/* Says in three languages that the terminal is out of order, until it is hung up or told to end;
   with any_key also until a key is pressed. */
void out_of_order_run(const struct session_io *io, bool any_key);

#endif
