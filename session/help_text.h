/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What F1 says on each screen. */
#ifndef SESSION_HELP_TEXT_H
#define SESSION_HELP_TEXT_H

enum help_topic {
    HELP_NONE, /* a screen without help */
    HELP_MENU,
    HELP_WHO,
    HELP_CATEGORY,
    HELP_QUESTION,
    HELP_CONSENT,
    HELP_DANGER,
    HELP_TEXT,
    HELP_NAME,
    HELP_REVIEW,
    HELP_PIN,
    HELP_RECEIPT,
    HELP_CODE,
    HELP_ANSWER,
    HELP_LIBRARY,
};

/* The help for a screen, and what the keys do everywhere; English message ids for gettext. */
const char *help_text(enum help_topic topic);
const char *help_keys(void);

/* ... and with the cover key, which nobody is told of who finds the cover. */
const char *help_keys_with_hide(void);

#endif
