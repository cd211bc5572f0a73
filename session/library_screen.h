/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rights library on the screen: a reason to stand here that everyone may see. */
#ifndef SESSION_LIBRARY_SCREEN_H
#define SESSION_LIBRARY_SCREEN_H

#include "session/ui.h"

/* Browses the library from where it was last left, until the person goes back, the session is over,
   or a screen that the library hides is shown again. */
void library_screen_browse(struct ui *ui);

#endif
