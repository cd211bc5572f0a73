/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record after the other: made, pending, in the outbox. */
#include "kiosk/chain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "courier/record.h"
#include "courier/refusal.h"
#include "kiosk/cover.h"
#include "kiosk/pending.h"
#include "store/outbox.h"

enum { CHAIN_ASIDE_MAX = 1000 };

struct chain {
    const struct state *state;
    struct outbox *outbox;
    int pending;
    bool made;                  /* there is a pending record of the visit: */
    uint8_t record[RECORD_LEN]; /* ... this one, ... */
    struct outbox_tip next;     /* ... which makes this tip */
    bool holding;               /* ... and the visit is over */
};

int chain_tip(struct chain *chain, struct outbox_tip *tip)
{
    return state_db_refusal(outbox_tip(chain->outbox, tip));
}

bool chain_moved(struct chain *chain)
{
    return outbox_moved(chain->outbox) || pending_moved(chain->state->dir, chain->pending);
}

bool chain_has(struct chain *chain, uint64_t seq, const uint8_t hash[OUTBOX_HASH_LEN])
{
    return outbox_holds(chain->outbox, seq, hash) == DB_OK;
}

/* Makes the record that follows the tip, and the tip it makes. */
static int make(struct chain *chain, const uint8_t envelope[ENVELOPE_LEN], uint32_t day,
                uint8_t record[RECORD_LEN], struct outbox_tip *next)
{
    struct outbox_tip tip;
    int refusal = chain_tip(chain, &tip);

    if (refusal != REFUSAL_NONE)
        return refusal;
    next->seq = tip.seq + 1;
    next->day = day > tip.day ? day : tip.day;
    return record_encode(next->seq, tip.hash, next->day, envelope, chain->state->seed, record,
                         next->hash);
}

/* A clock set back does not take the chain back. */
int chain_begin(struct chain *chain, const struct charter *charter, const struct card *card,
                uint8_t envelope[ENVELOPE_LEN], uint32_t *day)
{
    struct outbox_tip tip;
    int refusal = chain_tip(chain, &tip);

    if (refusal != REFUSAL_NONE)
        return refusal;
    *day = state_today() > tip.day ? state_today() : tip.day;
    return cover_seal(charter, card, tip.seq + 1, *day, envelope) == 0 ? REFUSAL_NONE : REFUSAL_IO;
}

int chain_cover(struct chain *chain, const struct charter *charter, const struct card *card)
{
    uint8_t envelope[ENVELOPE_LEN], record[RECORD_LEN];
    struct outbox_tip next;
    uint32_t day = 0;
    int refusal = chain->holding ? REFUSAL_BUSY : chain_begin(chain, charter, card, envelope, &day);

    if (refusal == REFUSAL_NONE)
        refusal = make(chain, envelope, day, record, &next);
    if (refusal == REFUSAL_NONE)
        refusal = state_db_refusal(outbox_append(chain->outbox, &next, record, RECORD_LEN));
    return refusal;
}

int chain_write(struct chain *chain, const uint8_t envelope[ENVELOPE_LEN], uint32_t day)
{
    uint8_t record[RECORD_LEN];
    struct outbox_tip next;
    int refusal = chain->holding ? REFUSAL_BUSY : make(chain, envelope, day, record, &next);

    if (refusal == REFUSAL_NONE && chain_moved(chain))
        refusal = REFUSAL_MISSING;
    if (refusal == REFUSAL_NONE)
        refusal = pending_write(chain->pending, record);
    if (refusal != REFUSAL_NONE)
        return refusal;
    memcpy(chain->record, record, sizeof record);
    chain->next = next;
    chain->made = true;
    return REFUSAL_NONE;
}

bool chain_keep(struct chain *chain)
{
    if (chain->made)
        chain->holding = true;
    return chain->made;
}

bool chain_holding(const struct chain *chain)
{
    return chain->holding;
}

int chain_deliver(struct chain *chain)
{
    int refusal = REFUSAL_NONE;

    if (chain->holding)
        refusal =
            state_db_refusal(outbox_append(chain->outbox, &chain->next, chain->record, RECORD_LEN));
    if (refusal == REFUSAL_NONE)
        chain->holding = chain->made = false;
    return refusal;
}

/* What a visit has left under an outbox that is no longer here was acknowledged too: it is never written over. */
static int lay_aside(struct chain *chain)
{
    const int dir = chain->state->dir;
    char name[32];
    int n = 0, result = -1;

    do {
        snprintf(name, sizeof name, PENDING_NAME ".old-%d", ++n);
        result = renameat2(dir, PENDING_NAME, dir, name, RENAME_NOREPLACE);
    } while (result != 0 && errno == EEXIST && n < CHAIN_ASIDE_MAX);
    if (result != 0 || fsync(dir) != 0)
        return REFUSAL_IO;
    close(chain->pending);
    chain->pending = -1;
    return pending_open(dir, &chain->pending);
}

static int take_up(struct chain *chain)
{
    enum pending_finding finding = PENDING_OLD;
    struct outbox_tip tip;
    int refusal = chain_tip(chain, &tip);

    if (refusal == REFUSAL_NONE)
        refusal = pending_find(chain->pending, chain->state->key, &tip, chain->record, &chain->next,
                               &finding);
    if (refusal != REFUSAL_NONE)
        return refusal;
    chain->holding = chain->made = finding == PENDING_NEXT;
    if (finding == PENDING_ASTRAY)
        return lay_aside(chain);
    /* Where it cannot be read it could not be written either, and each letter would be refused. */
    return finding == PENDING_WORN ? pending_renew(chain->state->dir, &chain->pending)
                                   : REFUSAL_NONE;
}

int chain_open(const struct state *state, struct chain **out)
{
    struct chain *chain = calloc(1, sizeof *chain);
    char path[4096];
    int refusal;

    *out = chain;
    if (chain == NULL)
        return REFUSAL_IO;
    chain->state = state;
    chain->pending = -1;
    state_outbox_path(state, path);
    refusal = state_db_refusal(outbox_open(path, DB_OPEN, &chain->outbox));
    if (refusal == REFUSAL_NONE)
        refusal = pending_open(state->dir, &chain->pending);
    if (refusal == REFUSAL_NONE)
        refusal = take_up(chain);
    if (refusal != REFUSAL_NONE)
        chain_close(out);
    return refusal;
}

void chain_close(struct chain **chain)
{
    if (*chain == NULL)
        return;
    outbox_close(&(*chain)->outbox);
    if ((*chain)->pending >= 0)
        close((*chain)->pending);
    free(*chain);
    *chain = NULL;
}
