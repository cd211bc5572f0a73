/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens on which a person chooses what a complaint is about. */
#ifndef SESSION_CATEGORY_H
#define SESSION_CATEGORY_H

#include "session/ui.h"

/* Asks for the group, then for the category in it; sets category to its code, or keeps the one that it holds. On UI_BACK and
   UI_OVER category is as before. Who says to be under 18 is asked again in other words; *minor is set then.
   Returns UI_NEXT, UI_BACK or UI_OVER. */
int category_choose(struct ui *ui, char category[3], bool *minor);

#endif
