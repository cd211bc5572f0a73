/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publish: the board and the charter, for the courier. */
#ifndef OFFICE_PUBLISH_H
#define OFFICE_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "office/vault.h"
#include "protocol/card.h"

struct publish_report {
    uint32_t number;
    uint32_t entries; /* with padding */
    bool changed;     /* false: the same board as last time, byte by byte */
    uint32_t ahead;   /* a board that a kiosk holds and this office never made; 0: none */
    uint8_t ahead_kiosk[CARD_KIOSK_LEN];
    uint32_t notices;   /* bytes of public notices on the board */
    const char *blamed; /* the file in the office's folder that is at fault, or NULL */
    uint32_t line;      /* of that file; 0: the file as a whole */
};

/* Makes the folder for a board, when it is missing, and its name durable. publish_run does the
   same; this is for a process that gives up making folders before. Errors of publish_run
   about a folder. */
enum error publish_folder(const char *out);

/* Writes sandyq.board and sandyq.charter into the folder `out`, which is made when it is missing.
   The board's number goes up only when something changed, or when a kiosk holds a higher one, which
   it would not give up for an older; then above that. Entries of padding stay on every later board,
   so that comparing two boards does not show which they are.

   The public notices are OFFICE/notices.txt without a byte order mark, carriage returns, and blanks
   at the ends of lines and of the text; when there is no such file, there are none.

   With ERROR_JOURNAL_ROW the board is written, without the messages of vault->damage, and
   acknowledges no record of the import acts there. On any other
   error nothing was changed: ERROR_BOARD_FULL, ERROR_NOTICES_*, ERROR_TEXT_UTF8, ERROR_SPECIAL,
   ERROR_MISSING, ERROR_READONLY, ERROR_FULL, ERROR_IO, ERROR_MEMORY, errors of
   history_append. */
enum error publish_run(struct vault *vault, const char *out, uint32_t now,
                       struct publish_report *report);

#endif
