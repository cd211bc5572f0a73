/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's questions: each with up to three answers, of which a digit chooses one. */
#ifndef SESSION_ENQUIRY_H
#define SESSION_ENQUIRY_H

#include "session/draft.h"
#include "session/look.h"
#include "session/ui.h"

/* Shows the last question of those found, of which there is one, or those before it when asked for,
   until an answer is chosen: it goes into the draft, which is the same as before when none is.
   Returns UI_NEXT, UI_BACK or UI_OVER. */
int enquiry_choose(struct ui *ui, const struct look_found *found, struct draft *draft);

#endif
