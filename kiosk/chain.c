/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a record: made, pending, held, in the outbox. */
#include "kiosk/chain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "device/pending.h"
#include "protocol/record.h"
#include "session/cover.h"
#include "store/outbox.h"

enum { CHAIN_ASIDE_MAX = 1000 };

struct chain {
    const struct state *state;
    struct outbox *outbox;
    int pending;
    bool made;                  /* the visit has a pending record: record, next */
    uint8_t record[RECORD_LEN]; /* as it is written */
    struct outbox_tip next;     /* the outbox's tip once it is appended */
    bool holding;               /* the visit is over, its record is not in the outbox yet */
};

enum error chain_tip(struct chain *chain, struct outbox_tip *tip)
{
    return outbox_tip(chain->outbox, tip);
}

bool chain_moved(struct chain *chain)
{
    return outbox_moved(chain->outbox) || pending_moved(chain->state->dir, chain->pending);
}

bool chain_has(struct chain *chain, uint64_t seq, const uint8_t hash[OUTBOX_HASH_LEN])
{
    return outbox_holds(chain->outbox, seq, hash) == ERROR_NONE;
}

/* Makes the record that follows the tip, and the tip it makes. */
static enum error make(struct chain *chain, const uint8_t envelope[ENVELOPE_LEN], uint32_t day,
                       uint8_t record[RECORD_LEN], struct outbox_tip *next)
{
    struct outbox_tip tip;
    enum error error = chain_tip(chain, &tip);
    if (error != ERROR_NONE)
        return error;
    next->seq = tip.seq + 1;
    next->day = day > tip.day ? day : tip.day;
    return record_encode(next->seq, tip.hash, next->day, envelope, chain->state->seed, record,
                         next->hash);
}

enum error chain_begin(struct chain *chain, const struct charter *charter, const struct card *card,
                       uint8_t envelope[ENVELOPE_LEN], uint32_t *day)
{
    struct outbox_tip tip;
    enum error error = chain_tip(chain, &tip);
    if (error != ERROR_NONE)
        return error;
    *day = day_today() > tip.day ? day_today() : tip.day;
    return cover_seal(charter, card, tip.seq + 1, *day, envelope) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

enum error chain_cover(struct chain *chain, const struct charter *charter, const struct card *card)
{
    uint8_t envelope[ENVELOPE_LEN], record[RECORD_LEN];
    struct outbox_tip next;
    uint32_t day = 0;
    enum error error =
        chain->holding ? ERROR_BUSY : chain_begin(chain, charter, card, envelope, &day);

    if (error == ERROR_NONE)
        error = make(chain, envelope, day, record, &next);
    if (error == ERROR_NONE)
        error = outbox_append(chain->outbox, &next, record, RECORD_LEN);
    return error;
}

enum error chain_write(struct chain *chain, const uint8_t envelope[ENVELOPE_LEN], uint32_t day)
{
    uint8_t record[RECORD_LEN];
    struct outbox_tip next;
    enum error error = chain->holding ? ERROR_BUSY : make(chain, envelope, day, record, &next);
    if (error == ERROR_NONE && chain_moved(chain))
        error = ERROR_MISSING;
    if (error == ERROR_NONE)
        error = pending_write(chain->pending, record);
    if (error != ERROR_NONE)
        return error;
    memcpy(chain->record, record, sizeof record);
    chain->next = next;
    chain->made = true;
    return ERROR_NONE;
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

enum error chain_deliver(struct chain *chain)
{
    enum error error = ERROR_NONE;
    if (chain->holding)
        error = outbox_append(chain->outbox, &chain->next, chain->record, RECORD_LEN);
    if (error == ERROR_NONE)
        chain->holding = chain->made = false;
    return error;
}

/* A record left under an outbox that is no longer here was acknowledged too, so it is never
   overwritten. */
static enum error move_aside(struct chain *chain)
{
    const int dir = chain->state->dir;
    char name[32];
    int n = 0, result = -1;
    do {
        snprintf(name, sizeof name, PENDING_NAME ".old-%d", ++n);
        result = renameat2(dir, PENDING_NAME, dir, name, RENAME_NOREPLACE);
    } while (result != 0 && errno == EEXIST && n < CHAIN_ASIDE_MAX);
    if (result != 0 || fsync(dir) != 0)
        return ERROR_IO;
    close(chain->pending);
    chain->pending = -1;
    return pending_open(dir, &chain->pending);
}

static enum error take_up(struct chain *chain)
{
    enum pending_finding finding = PENDING_OLD;
    struct outbox_tip tip;
    enum error error = chain_tip(chain, &tip);
    if (error == ERROR_NONE)
        error = pending_find(chain->pending, chain->state->key, &tip, chain->record, &chain->next,
                             &finding);
    if (error != ERROR_NONE)
        return error;
    chain->holding = chain->made = finding == PENDING_NEXT;
    if (finding == PENDING_ASTRAY)
        return move_aside(chain);
    /* A file that cannot be read could not be written either: each letter would be refused. */
    return finding == PENDING_WORN ? pending_renew(chain->state->dir, &chain->pending) : ERROR_NONE;
}

enum error chain_open(const struct state *state, struct chain **out)
{
    struct chain *chain = calloc(1, sizeof *chain);
    *out = chain;
    if (chain == NULL)
        return ERROR_MEMORY;
    chain->state = state;
    chain->pending = -1;
    char path[4096];
    state_outbox_path(state, path);
    enum error error = outbox_open(path, DB_OPEN, &chain->outbox);
    if (error == ERROR_NONE)
        error = pending_open(state->dir, &chain->pending);
    if (error == ERROR_NONE)
        error = take_up(chain);
    if (error != ERROR_NONE)
        chain_close(out);
    return error;
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
