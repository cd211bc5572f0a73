/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a complaint is about. */
#ifndef SESSION_CATEGORY_H
#define SESSION_CATEGORY_H

#include "session/ui.h"

/* Asks for a category and writes its code; the category chosen before, or "", may be kept. Choosing
   "I am under 18" sets *minor and ui->reader, and asks again in the minors' words. Returns UI_NEXT,
   or UI_BACK or UI_OVER with the category as before. */
int category_choose(struct ui *ui, char category[3], bool *minor);

#endif
