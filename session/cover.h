/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covers: envelopes whose letter says only "cover". Made by the keeper, for a session that died and
   for a day on which nobody came; a session that sent nothing seals its own (session/session). */
#ifndef SESSION_COVER_H
#define SESSION_COVER_H

#include <stdint.h>

#include "crypto/envelope.h"
#include "protocol/card.h"
#include "protocol/charter.h"

/* Seals a cover as the envelope numbered `number` for the day. Returns 0, or -1 when memory is
   short. */
int cover_seal(const struct charter *charter, const struct card *card, uint64_t number,
               uint32_t day, uint8_t envelope[ENVELOPE_LEN]);

#endif
