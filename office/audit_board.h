/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audits what the journal has of boards. */
#ifndef OFFICE_AUDIT_BOARD_H
#define OFFICE_AUDIT_BOARD_H

#include "office/audit.h"

/* Gets what is wrong: the kind, and the act that it is about, 0 for none. */
typedef enum error audit_board_fn(void *context, enum audit_kind kind, uint64_t act);

/* Holds the boards against their acts, as history has them, and segments against heads: AUDIT_BOARD
   for each that is not what was published, for one that no act made, and when the last is missing;
   and what waits, or waited, for a board against the messages: AUDIT_QUEUE for each message without
   an entry, an entry of no message, or one that does not open. Errors of each, of the store,
   ERROR_MEMORY. */
enum error audit_board_check(struct history *history, audit_board_fn *each, void *context);

#endif
