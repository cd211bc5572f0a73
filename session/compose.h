/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing in the person's own words: the editor with its keyboard layouts, and all that helps beside it. */
#ifndef SESSION_COMPOSE_H
#define SESSION_COMPOSE_H

#include <stddef.h>

#include "session/draft.h"
#include "session/ui.h"

/* Lets the person write the draft's text, or its name line. Returns UI_NEXT, UI_BACK or UI_OVER; what was
   typed is kept in the draft at every end. */
int compose_text(struct ui *ui, struct draft *draft);
int compose_name(struct ui *ui, struct draft *draft);

#endif
