/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Large letters, strong contrast, the voice: what makes the screens easier for this person. */
#ifndef SESSION_ACCESSIBILITY_H
#define SESSION_ACCESSIBILITY_H

#include "session/ui.h"

/* Lets the person switch them, until Enter or Back. They hold for this session. */
void accessibility_choose(struct ui *ui);

#endif
