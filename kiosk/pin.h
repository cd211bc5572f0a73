/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens for the PIN: choosing one, and giving it again weeks later. */
#ifndef KIOSK_PIN_H
#define KIOSK_PIN_H

#include "crypto/code.h"
#include "kiosk/stage.h"

/* Lets the person choose a PIN, typed twice, or none. pin and again are buffers in locked memory;
   pin holds the choice, "" for none. Returns STAGE_NEXT, STAGE_BACK or STAGE_OVER. */
int pin_choose(struct stage *stage, char pin[CODE_PIN_MAX + 1], char again[CODE_PIN_MAX + 1]);

/* Asks for the PIN of a code. Returns STAGE_NEXT, STAGE_BACK or STAGE_OVER. */
int pin_ask(struct stage *stage, char pin[CODE_PIN_MAX + 1]);

#endif
