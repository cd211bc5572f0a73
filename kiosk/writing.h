/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing in the person's own words: the editor with its keyboard layouts, and all that helps beside it. */
#ifndef KIOSK_WRITING_H
#define KIOSK_WRITING_H

#include <stddef.h>

#include "kiosk/draft.h"
#include "kiosk/stage.h"

/* Lets the person write the draft's text, or its name line. Returns STAGE_NEXT, STAGE_BACK or STAGE_OVER; what was
   typed is kept in the draft at every end. */
int writing_text(struct stage *stage, struct draft *draft);
int writing_name(struct stage *stage, struct draft *draft);

#endif
