/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the answer: number, PIN, what the board holds under them, and writing more about it. */
#ifndef KIOSK_READING_H
#define KIOSK_READING_H

#include "kiosk/filing.h"
#include "kiosk/stage.h"

/* Runs the screens. FILING_SENT when a follow-up was stored, else FILING_BACK or FILING_LEFT. */
enum filing_end reading_run(struct stage *stage);

#endif
