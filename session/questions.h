/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The questions of a complaint that digits answer: who, how many, what makes it urgent, who may know. */
#ifndef SESSION_QUESTIONS_H
#define SESSION_QUESTIONS_H

#include "session/draft.h"
#include "session/ui.h"

/* Each asks one thing and writes it into the draft; skipping leaves it unsaid. Returns UI_NEXT, UI_BACK or
   UI_OVER. The answer to who decides in which words the rest is asked (ui->reader). */
int questions_who(struct ui *ui, struct draft *draft);
int questions_count(struct ui *ui, struct draft *draft);
int questions_consent(struct ui *ui, struct draft *draft);

/* Asks the question with this number (complaint/taxonomy); for 0 there is nothing to ask. */
int questions_question(struct ui *ui, struct draft *draft, uint8_t number);

/* Text of what was said about whom, or NULL when nothing was. */
const char *questions_about_text(uint8_t about);

#endif
