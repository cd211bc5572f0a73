/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing and sending: what it is about, the text, a look at both, the PIN, the receipt. */
#ifndef KIOSK_FILING_H
#define KIOSK_FILING_H

#include <stdbool.h>

#include "kiosk/draft.h"
#include "kiosk/stage.h"

enum filing_end {
    FILING_BACK = -1, /* not sent: back where the person came from; the draft is kept */
    FILING_SENT = -2, /* the envelope was stored and the receipt shown: the session is to end */
    FILING_LEFT = -3, /* not sent, and the person wants to leave; or the session is over */
};

/* Runs the screens for the draft (a complaint, or a follow-up whose keys are set). */
enum filing_end filing_run(struct stage *stage, struct draft *draft);

/* Asks whether what was written may be thrown away, when something was; wipes it then. True when
   there is nothing unsent left. */
bool filing_abandon(struct stage *stage, struct draft *draft);

#endif
