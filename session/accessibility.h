/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen for large letters, strong contrast and the voice. */
#ifndef SESSION_ACCESSIBILITY_H
#define SESSION_ACCESSIBILITY_H

#include "session/ui.h"

/* Lets the person switch them, until they go back. They hold for this session. */
void accessibility_choose(struct ui *ui);

#endif
