/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an exchange takes from the medium but the board: card and charter. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "courier/card_scan.h"
#include "courier/exchange_parts.h"
#include "protocol/names.h"

/* Looks at every card before it takes one. A card of another office cannot be made up for later: a
   kiosk that took the wrong first card, or whose keepers never heard of it, would seal its letters
   to a stranger. One that could not be looked at may be such a card. */
enum error exchange_take_card(struct exchange *x)
{
    struct card_scan scan;
    enum error error = card_scan(x->medium, x->state, &scan);
    if (error != ERROR_NONE)
        return error;
    error = scan.error;
    x->report->card_rivals = scan.other_office && !x->state->has_card;
    if (scan.unread != ERROR_NONE && !x->state->has_card)
        return scan.unread;
    if (scan.found && !x->report->card_rivals) {
        error = state_install_card(x->state, scan.bytes, sizeof scan.bytes);
        x->report->card_in = error == ERROR_NONE;
        memcpy(x->report->office, scan.card.office, sizeof x->report->office);
    }
    if (scan.other_office)
        return ERROR_OFFICE;
    return error == ERROR_NONE ? scan.unread : error;
}

enum error exchange_take_charter(struct exchange *x)
{
    uint8_t *data = NULL;
    size_t len = 0;

    enum error error = medium_find(x->medium, NAMES_CHARTER, CHARTER_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = state_install_charter(x->state, data, len);
    free(data);
    return error;
}
