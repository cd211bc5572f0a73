/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PIN: choosing one, and giving it again weeks later. */
#ifndef SESSION_PIN_H
#define SESSION_PIN_H

#include "crypto/code.h"
#include "session/ui.h"

/* Lets the person choose a PIN, typed twice, or none. Both buffers lie in locked memory; `pin` gets
   the choice, "" for none, and `again` is wiped. Returns UI_NEXT, or UI_BACK or UI_OVER with `pin`
   wiped. */
int pin_choose(struct ui *ui, char pin[CODE_PIN_MAX + 1], char again[CODE_PIN_MAX + 1]);

/* Asks for the PIN that goes with a number, "" for none. Returns UI_NEXT, UI_BACK or UI_OVER. */
int pin_ask(struct ui *ui, char pin[CODE_PIN_MAX + 1]);

#endif
