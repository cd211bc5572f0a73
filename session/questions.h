/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The questions of a complaint that digits answer: who, how many, how urgent, who may know. */
#ifndef SESSION_QUESTIONS_H
#define SESSION_QUESTIONS_H

#include "session/draft.h"
#include "session/ui.h"

/* Each asks one question and writes the answer into the draft; a skipped one stays unsaid. Who is
   concerned decides in whose words the rest is asked (ui->reader). Return UI_NEXT, UI_BACK or
   UI_OVER. */
int questions_who(struct ui *ui, struct draft *draft);
int questions_count(struct ui *ui, struct draft *draft);
int questions_consent(struct ui *ui, struct draft *draft);

/* Asks the urgency question with this number of complaint/taxonomy, as above. There is no question
   0: for it returns UI_NEXT at once. */
int questions_question(struct ui *ui, struct draft *draft, uint8_t number);

/* Returns the message id for a draft's `about`, or NULL when it was not said. */
const char *questions_about_text(uint8_t about);

#endif
