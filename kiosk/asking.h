/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The questions of a complaint that digits answer: who, how many, what makes it urgent, who may know. */
#ifndef KIOSK_ASKING_H
#define KIOSK_ASKING_H

#include "kiosk/draft.h"
#include "kiosk/stage.h"

/* Each asks one thing and writes it into the draft; skipping leaves it unsaid. Returns STAGE_NEXT, STAGE_BACK or
   STAGE_OVER. The answer to who decides in which words the rest is asked (stage->reader). */
int asking_who(struct stage *stage, struct draft *draft);
int asking_count(struct stage *stage, struct draft *draft);
int asking_consent(struct stage *stage, struct draft *draft);

/* Asks the question with this number (complaint/taxonomy); for 0 there is nothing to ask. */
int asking_question(struct stage *stage, struct draft *draft, uint8_t number);

/* Text of what was said about whom, or NULL when nothing was. */
const char *asking_about_text(uint8_t about);

#endif
