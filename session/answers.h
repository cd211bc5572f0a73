/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the answers: number, PIN, what the board holds under them, and writing more. */
#ifndef SESSION_ANSWERS_H
#define SESSION_ANSWERS_H

#include "session/filing.h"
#include "session/ui.h"

/* Runs the screens. Returns FILING_SENT when a follow-up was stored, else FILING_BACK or
   FILING_LEFT. */
enum filing_end answers_run(struct ui *ui);

#endif
