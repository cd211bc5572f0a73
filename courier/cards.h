/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cards on a medium. */
#ifndef COURIER_CARDS_H
#define COURIER_CARDS_H

#include <stdbool.h>
#include <stdint.h>

#include "device/state.h"
#include "protocol/card.h"

/* What a look over the cards on the medium has found. Which file the folder names first decides
   nothing. */
struct cards {
    bool found; /* one of our office, or of the first office that this kiosk hears of: */
    struct card card;
    uint32_t charter_number;
    uint8_t bytes[CARD_FILE_LEN];
    bool strange;     /* a whole one for this kiosk of another office than that */
    enum error error; /* of one that is not whole */
};

/* Looks at every *.card in the folder; *cards begins with ERROR_MISSING and all else 0. Returns ERROR_NONE or
   _IO. */
enum error cards_look(int media, const struct state *state, struct cards *cards);

#endif
