/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receipt: the number that leads to the answer, as digits and as a QR code. */
#ifndef KIOSK_RECEIPT_H
#define KIOSK_RECEIPT_H

#include <stdbool.h>

#include "crypto/code.h"
#include "kiosk/stage.h"

/* Shows the receipt until the person has said so with two different keys, or the session is over.
   Only for an envelope that was stored. */
void receipt_show(struct stage *stage, const char code[CODE_LEN], bool has_pin);

/* The same for a follow-up: it has no number of its own. */
void receipt_show_followup(struct stage *stage);

#endif
