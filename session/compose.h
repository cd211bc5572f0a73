/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing in one's own words: the editor, its keyboard layouts and its hints. */
#ifndef SESSION_COMPOSE_H
#define SESSION_COMPOSE_H

#include <stddef.h>

#include "session/draft.h"
#include "session/ui.h"

/* Lets the person write the draft's text, or the line for their name. Returns UI_NEXT, UI_BACK or
   UI_OVER; each leaves what was typed in the draft. */
int compose_text(struct ui *ui, struct draft *draft);
int compose_name(struct ui *ui, struct draft *draft);

#endif
