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
    HELP_ENQUIRY,
    HELP_LIBRARY,
};

/* Return message ids: the help for a screen (NULL for HELP_NONE), and what the keys do
   everywhere. */
const char *help_text(enum help_topic topic);
const char *help_keys(void);

/* As help_keys, and names the hide key. Not shown while hidden, so that a finder never learns
   it. */
const char *help_keys_with_hide(void);

#endif
