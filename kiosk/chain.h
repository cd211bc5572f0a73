/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's chain as the keeper writes it: the outbox, and beside it the pending record of the
   visit that is going on (device/pending). What was acknowledged as pending comes into the outbox
   before anything else does. */
#ifndef KIOSK_CHAIN_H
#define KIOSK_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/envelope.h"
#include "device/state.h"

struct chain;

/* Opens outbox and pending file of a state folder, and takes up what a cut-off visit has left: then
   chain_holding is true. A whole pending record of ours that belongs to another outbox than the one
   here (it was put back, or begun anew) is moved aside as DIR/pending.old-1 or a higher number. A
   pending file that holds nothing of the kind and cannot be read whole is made anew. state must
   outlive the chain. Errors: ERROR_MEMORY, those of outbox_open and of device/pending; ERROR_IO
   also when the pending file cannot be read: its record may have been acknowledged, so nothing may
   take its number. *out is freed by chain_close; NULL on error. */
enum error chain_open(const struct state *state, struct chain **out);

/* Closes and sets *chain to NULL. Does nothing for NULL. */
void chain_close(struct chain **chain);

/* As outbox_moved, of the pending file too. */
bool chain_moved(struct chain *chain);

/* As outbox_tip. */
enum error chain_tip(struct chain *chain, struct outbox_tip *tip);

/* Returns true when the chain has this hash at this number, or has dropped that long ago. */
bool chain_has(struct chain *chain, uint64_t seq, const uint8_t hash[OUTBOX_HASH_LEN]);

/* Appends a cover of today. ERROR_BUSY while a record is held: deliver it first; otherwise
   ERROR_MEMORY or an error of outbox_append. */
enum error chain_cover(struct chain *chain, const struct charter *charter, const struct card *card);

/* Makes a cover for the next record, and that record's day: what a visit comes to so far. The day
   never goes back, even if the clock does. ERROR_MEMORY, or an error of outbox_tip. */
enum error chain_begin(struct chain *chain, const struct charter *charter, const struct card *card,
                       uint8_t envelope[ENVELOPE_LEN], uint32_t *day);

/* Writes this envelope of this day as the pending record. After ERROR_NONE it is acknowledged: no
   power cut takes it. On error the previous pending record stands: ERROR_BUSY while one is held,
   ERROR_MISSING once chain_moved, or what the disk says. */
enum error chain_write(struct chain *chain, const uint8_t envelope[ENVELOPE_LEN], uint32_t day);

/* Freezes the pending record for delivery; false if there is none. */
bool chain_keep(struct chain *chain);

/* Returns true while a visit's record is held that is not in the outbox yet. Then nobody may come:
   their record would take its place. */
bool chain_holding(const struct chain *chain);

/* Appends the held record to the outbox. ERROR_NONE also when none is held; on error it stays
   held. */
enum error chain_deliver(struct chain *chain);

#endif
