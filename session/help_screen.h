/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help on the screen. */
#ifndef SESSION_HELP_SCREEN_H
#define SESSION_HELP_SCREEN_H

#include "session/ui.h"

/* Shows the help for the screen drawn last and for the keys, until the person goes back. */
void help_screen_show(struct ui *ui);

#endif
