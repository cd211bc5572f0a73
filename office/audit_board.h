/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audits what the journal has of boards. */
#ifndef OFFICE_AUDIT_BOARD_H
#define OFFICE_AUDIT_BOARD_H

#include <stdint.h>

#include "office/history.h"

enum audit_board_part { AUDIT_BOARD_MADE, AUDIT_BOARD_TAGS, AUDIT_BOARD_MESSAGES };

/* Gets what is wrong, and the act that it is about, 0 for none. */
typedef enum error audit_board_fn(void *context, enum audit_board_part part, uint64_t act);

/* Holds what stands beside the acts of boards against them, as history has them, and names:

   AUDIT_BOARD_MADE

   a board that is not what was published, or that no act made; that the last one is missing; an act
   of a board that names what is no message before it.

   AUDIT_BOARD_TAGS

   a board's arrivals that are not the tags of the records that are said to have left on it; by the
   import act, records that are said to have left on a board that came before them or never, or
   whose tag another record on their board has from an act before.

   AUDIT_BOARD_MESSAGES

   a message without an entry, or with one though it was taken back; an entry of no message, or one
   that does not open; entries of one tag; a message that left twice, or after it was taken back, or
   that is not on the board on which it left.

   Boards whose term has passed have no files: of them the acts alone are looked at. An entry for
   which history->keys have no key is passed over. Errors of each, of the store, ERROR_MEMORY: the
   check did not come to its end. */
enum error audit_board_check(struct history *history, audit_board_fn *each, void *context);

#endif
