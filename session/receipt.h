/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receipt: the number that leads to the answer, shown, printed or learned by heart. */
#ifndef SESSION_RECEIPT_H
#define SESSION_RECEIPT_H

#include <stdbool.h>

#include "crypto/code.h"
#include "session/ui.h"

/* Lets the person take the number along in a way they choose and asks for two groups of it. Ends
   when they said so with two different keys, or the session is over. Only for a stored envelope. */
void receipt_show(struct ui *ui, const char code[CODE_LEN], bool has_pin);

/* Says that a follow-up is stored, until Enter is pressed: its number is the one the person has. */
void receipt_show_followup(struct ui *ui);

/* Prints a slip with the number, on a place that has a printer. Returns an enum printer_status. */
int receipt_print(struct ui *ui, const char code[CODE_LEN]);

#endif
