/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publish: the board and the charter, for the courier. */
#ifndef DESK_PUBLISH_H
#define DESK_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "desk/vault.h"

struct publish_report {
    uint32_t number;
    uint32_t entries; /* with padding */
    bool changed;     /* false: the same board as last time, byte by byte */
};

/* Writes sandyq.board and sandyq.charter into the folder `out`, which is made when it is missing.
   The board's number is one higher than the last only when something changed. Entries of padding
   stay on every later board, so that comparing two boards does not show which they are. */
int publish_run(struct vault *vault, const char *out, uint32_t today,
                struct publish_report *report);

#endif
