/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filing a complaint or a follow-up: from the first question to the receipt. */
#ifndef SESSION_FILING_H
#define SESSION_FILING_H

#include <stdbool.h>

#include "session/draft.h"
#include "session/ui.h"

enum filing_end {
    FILING_BACK = -1, /* not sent: the person goes back, the draft is kept */
    FILING_SENT = -2, /* stored, and the receipt was shown: the session is to end */
    FILING_LEFT = -3, /* not sent: the person leaves, or the session is over */
};

/* Runs the screens for a draft: a complaint, or a follow-up whose keys are set. In practice
   mode all looks the same but nothing is stored, and FILING_SENT means that the person came to the
   end. */
enum filing_end filing_run(struct ui *ui, struct draft *draft);

/* A cry for help: the category it is sent under, and its screen's words. */
struct filing_cry {
    const char *category;
    const char *title;
    const char *text;
};

/* The short way for people in danger: one screen, and it is sent. Words already in the draft are
   shown before they go with it. Returns as filing_run. */
enum filing_end filing_danger(struct ui *ui, struct draft *draft, const struct filing_cry *cry);

/* Asks whether an unsent draft may be thrown away, and wipes it then. Returns true when nothing
   unsent is left. */
bool filing_abandon(struct ui *ui, struct draft *draft);

#endif
