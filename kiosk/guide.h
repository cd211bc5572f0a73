/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What F1 says on each screen. */
#ifndef KIOSK_GUIDE_H
#define KIOSK_GUIDE_H

enum guide_topic {
    GUIDE_NONE, /* a screen without help */
    GUIDE_MENU,
    GUIDE_WHO,
    GUIDE_TOPIC,
    GUIDE_QUESTION,
    GUIDE_CONSENT,
    GUIDE_DANGER,
    GUIDE_TEXT,
    GUIDE_NAME,
    GUIDE_REVIEW,
    GUIDE_PIN,
    GUIDE_RECEIPT,
    GUIDE_CODE,
    GUIDE_ANSWER,
    GUIDE_SHELF,
};

/* The help for a screen, and what the keys do everywhere; English message ids for gettext. */
const char *guide_text(enum guide_topic topic);
const char *guide_keys(void);

/* ... and with the cover key, which nobody is told of who finds the cover. */
const char *guide_keys_cover(void);

#endif
