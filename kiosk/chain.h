/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's chain as the keeper writes it: the outbox, and beside it the pending record of the visit that is going on
   (device/pending). What was acknowledged from there comes into the outbox before anything else does. Returns are refusals. */
#ifndef KIOSK_CHAIN_H
#define KIOSK_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/envelope.h"
#include "device/state.h"

struct chain;

/* Opens both, and takes up what a cut-off visit has left: then chain_holding is true. A whole pending record of ours that belongs
   to another outbox than the one here (it was put back, or begun anew) is laid aside as DIR/pending.old-1 or a higher
   number; a pending file that has nothing of the kind and cannot be read whole is made anew. state is used until chain_close. Refusals: those of outbox and pending; _IO also when what is pending cannot be read: it may have been
   acknowledged, so nothing may take its number. */
enum error chain_open(const struct state *state, struct chain **out);
void chain_close(struct chain **chain);

/* As outbox_moved, of the pending file too; and outbox_tip. */
bool chain_moved(struct chain *chain);
int chain_tip(struct chain *chain, struct outbox_tip *tip);

/* True when the chain has this hash at this number, or has dropped that long ago. */
bool chain_has(struct chain *chain, uint64_t seq, const uint8_t hash[OUTBOX_HASH_LEN]);

/* Appends a cover of today. While something is held, nothing: deliver first. */
enum error chain_cover(struct chain *chain, const struct charter *charter, const struct card *card);

/* Makes a cover for the next record, with its day: what a visit comes to so far. */
enum error chain_begin(struct chain *chain, const struct charter *charter, const struct card *card,
                       uint8_t envelope[ENVELOPE_LEN], uint32_t *day);

/* Writes this envelope of this day as the pending record. After ERROR_NONE it is acknowledged: no power cut takes it. After an error
   it is not what the visit comes to. */
enum error chain_write(struct chain *chain, const uint8_t envelope[ENVELOPE_LEN], uint32_t day);

/* The visit is over: what was written of it last is held from now on. False when nothing ever was. */
bool chain_keep(struct chain *chain);

/* Is a visit's record held that is not in the outbox yet? Then nobody may come: their record would take its place. */
bool chain_holding(const struct chain *chain);

/* Puts what is held into the outbox. ERROR_NONE also when nothing is held. */
enum error chain_deliver(struct chain *chain);

#endif
