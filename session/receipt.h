/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receipt: the number that leads to the answer, on the screen, on a slip, and in the person's head. */
#ifndef SESSION_RECEIPT_H
#define SESSION_RECEIPT_H

#include <stdbool.h>

#include "crypto/code.h"
#include "session/ui.h"

/* Lets the person take the number along in the way they choose, asks for two groups of it, and ends when they have
   said so with two different keys, or the session is over. Only for an envelope that was stored. */
void receipt_show(struct ui *ui, const char code[CODE_LEN], bool has_pin);

/* The same for a follow-up: it has no number of its own. */
void receipt_show_followup(struct ui *ui);

/* Prints a slip of the code. Returns an enum printer_status. */
int receipt_print(struct ui *ui, const char code[CODE_LEN]);

#endif
