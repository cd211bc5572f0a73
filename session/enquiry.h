/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's questions: each with up to three answers, of which a digit chooses one. */
#ifndef SESSION_ENQUIRY_H
#define SESSION_ENQUIRY_H

#include <stdbool.h>

#include "session/draft.h"
#include "session/look.h"
#include "session/ui.h"

/* True when there is a question among the messages. */
bool enquiry_there_is(const struct look_found *found);

/* Shows the last question, or those before it when asked for, until an answer is chosen: it goes
   into the draft, which is the same as before when none is. Returns UI_NEXT, UI_BACK or UI_OVER. */
int enquiry_choose(struct ui *ui, const struct look_found *found, struct draft *draft);

#endif
