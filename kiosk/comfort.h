/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Large letters, strong contrast, the voice: what makes the screens easier for this person. */
#ifndef KIOSK_COMFORT_H
#define KIOSK_COMFORT_H

#include "kiosk/stage.h"

/* Switches the voice on, or off and silent. */
void comfort_voice(struct stage *stage);

/* Lets the person switch them, until Enter or Back. They hold for this session. */
void comfort_choose(struct stage *stage);

#endif
