/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes a message to a person back that has not left on a board: nobody sees that it was there. Its
   number in the case is not used again. */
#ifndef OFFICE_TAKE_BACK_H
#define OFFICE_TAKE_BACK_H

#include <stdint.h>

#include "office/published.h"
#include "office/vault.h"

/* Takes message n of a case back: it leaves on no board, and what the case had told before is told.
   ERROR_LEFT when a board took it, which *left then names; ERROR_CASE and ERROR_NO_MESSAGE when
   there is none, or it was taken back; ERROR_JOURNAL_ROW when it may be on a board whose act does
   not open; errors of history_append. */
enum error take_back_message(struct vault *vault, uint64_t case_id, uint64_t n, uint32_t now,
                             struct published_message *left);

#endif
