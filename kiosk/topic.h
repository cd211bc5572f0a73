/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens on which a person chooses what a complaint is about. */
#ifndef KIOSK_TOPIC_H
#define KIOSK_TOPIC_H

#include "kiosk/stage.h"

/* Asks for the group, then for the category in it; sets category to its code, or keeps the one that it holds. On STAGE_BACK and
   STAGE_OVER category is as before. Who says to be under 18 is asked again in other words; *minor is set then.
   Returns STAGE_NEXT, STAGE_BACK or STAGE_OVER. */
int topic_choose(struct stage *stage, char category[3], bool *minor);

#endif
