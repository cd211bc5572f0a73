/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Practice: the real screens with a harmless story, and nothing is sent. */
#ifndef SESSION_PRACTICE_H
#define SESSION_PRACTICE_H

#include "session/ui.h"

/* Tells the story and what the keys do, lets the person file it as if it were real, and says in the
   end that it was practice. */
void practice_run(struct ui *ui);

#endif
