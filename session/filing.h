/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking and sending: who, what, how urgent, who may know, a look at it all, the PIN, the receipt. */
#ifndef SESSION_FILING_H
#define SESSION_FILING_H

#include <stdbool.h>

#include "session/draft.h"
#include "session/ui.h"

enum filing_end {
    FILING_BACK = -1, /* not sent: back where the person came from; the draft is kept */
    FILING_SENT = -2, /* the envelope was stored and the receipt shown: the session is to end */
    FILING_LEFT = -3, /* not sent, and the person wants to leave; or the session is over */
};

/* Runs the screens for the draft (a complaint, or a follow-up whose keys are set). In practice everything looks the
   same, but nothing is sealed or stored, and FILING_SENT means that the person came to the end. */
enum filing_end filing_run(struct ui *ui, struct draft *draft);

/* The short way for who cannot wait: one screen, and it is sent under this category. */
struct filing_cry {
    const char *category;
    const char *title;
    const char *text;
};
enum filing_end filing_danger(struct ui *ui, struct draft *draft, const struct filing_cry *cry);

/* Asks whether what was written may be thrown away, when something was; wipes it then. True when
   there is nothing unsent left. */
bool filing_abandon(struct ui *ui, struct draft *draft);

#endif
