/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cards on a medium: which one is for this kiosk, and does another office want it? */
#ifndef COURIER_CARD_SCAN_H
#define COURIER_CARD_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "courier/medium.h"
#include "device/state.h"
#include "protocol/card.h"

/* What a scan has found. It does not depend on the order in which the medium lists its files. */
struct card_scan {
    bool found; /* a card of our office or, for a kiosk without one, of the first office seen: */
    struct card card;
    uint32_t charter_number;
    uint8_t bytes[CARD_FILE_LEN];
    bool other_office; /* a valid card for this kiosk from an office other than that */
    enum error error;  /* why a card for this kiosk was not valid, or ERROR_MISSING */
    enum error unread; /* why a card could not be looked at, whosever it is, or ERROR_NONE */
};

/* Looks at every *.card on the medium and fills *scan. Returns ERROR_NONE or _IO. */
enum error card_scan(const struct medium *medium, const struct state *state,
                     struct card_scan *scan);

#endif
