/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen of a kiosk without a valid card or charter. */
#ifndef SESSION_OUT_OF_ORDER_H
#define SESSION_OUT_OF_ORDER_H

#include <stdbool.h>

#include "session/io.h"

/* Says that the terminal is out of order and takes nothing, until the terminal is gone; with
   any_key also until a key is pressed. */
void out_of_order_run(const struct session_io *io, bool any_key);

#endif
