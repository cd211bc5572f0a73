/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audits what the journal has of boards. */
#ifndef OFFICE_AUDIT_BOARD_H
#define OFFICE_AUDIT_BOARD_H

#include <stdint.h>

#include "office/history.h"

enum audit_board_part { AUDIT_BOARD_MADE, AUDIT_BOARD_QUEUED };

/* Gets what is wrong, and the act that it is about, 0 for none. */
typedef enum error audit_board_fn(void *context, enum audit_board_part part, uint64_t act);

/* Holds the boards against their acts, as history has them, and segments against heads:
   AUDIT_BOARD_MADE for each that is not what was published, for one that no act made, and when the
   last is missing; and what waits, or waited, for a board against the messages: AUDIT_BOARD_QUEUED
   for each message without an entry, an entry of no message, or one that does not open. Errors of
   each, of the store, ERROR_MEMORY. */
enum error audit_board_check(struct history *history, audit_board_fn *each, void *context);

#endif
