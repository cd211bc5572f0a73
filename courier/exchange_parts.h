/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of an exchange, for exchange.c, which puts them in order; what comes in is in
   exchange_in.c and what goes out in exchange_out.c. */
#ifndef COURIER_EXCHANGE_PARTS_H
#define COURIER_EXCHANGE_PARTS_H

#include "courier/evidence.h"
#include "courier/exchange.h"
#include "courier/medium.h"

/* One exchange on its way. */
struct exchange {
    struct state *state;
    const struct medium *medium;
    struct outbox *outbox;   /* open while exchange_send_records runs */
    struct salvage *salvage; /* found while exchange_send_salvage runs */
    struct evidence evidence;
    uint32_t today; /* days since 1970-01-01 */
    struct exchange_report *report;
};

/* Take in a card, the charter, the board (exchange_board.c). They return ERROR_NONE, _MISSING when
   there is none on the medium, or why it was refused. exchange_take_card also fills the report's
   members on cards. */
enum error exchange_take_card(struct exchange *x);
enum error exchange_take_charter(struct exchange *x);
enum error exchange_take_board(struct exchange *x);

/* Where the medium has another board than the kiosk, or none, leaves a copy of the kiosk's head on
   it: from that an office that lost its journal learns what it had published. Without it nothing
   is lost now, so a failure is passed over. */
void exchange_leave_head(struct exchange *x);

/* Puts a request for a card on the medium. Returns ERROR_NONE or an error. */
enum error exchange_write_request(struct exchange *x);

/* Removes the request, which only confuses once it was answered. */
void exchange_remove_request(struct exchange *x);

/* What needs the outbox: notes what the office has, drops what it has had for long, sends the rest,
   notes the day; the report says what was done. Returns how the bundles fared or, when the outbox
   turns out to be of no use (report->salvaged), why. */
enum error exchange_send_records(struct exchange *x);

/* For an outbox of no use: sends what is whole in its files, and an empty bundle when nothing is.
   Returns the first error; one bundle that fails keeps no other back. */
enum error exchange_send_salvage(struct exchange *x);

#endif
