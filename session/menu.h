/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The menu that a session is between its beginning and its end. */
#ifndef SESSION_MENU_H
#define SESSION_MENU_H

#include <stdbool.h>

#include "session/draft.h"
#include "session/ui.h"

/* Runs the menu until something was sent, the person leaves or the session is over; the draft is
   the complaint they write. Returns true when an envelope was stored. */
bool menu_run(struct ui *ui, struct draft *draft);

#endif
