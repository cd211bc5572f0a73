/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records that import acts took, and the chain that they make. */
#include "office/arrived.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
#include "office/contact.h"
#include "protocol/segment.h"

/* Where a record stands: it hangs together with record 1, and of those that do, it is of the chain
   that the board acknowledges. */
enum place { LOOSE, HANGS, CHAINED };

/* Records of one kiosk, act by act; then by number and hash. */
struct arrivals {
    struct vault *vault;
    struct told *told;
    uint64_t upto;            /* the last act that is read */
    struct journal_mark mark; /* up to here of a chain a board before a restore says they arrived */
    bool proven;              /* it is this chain */
    struct journal_record *all;
    size_t n, room;
    uint8_t *places; /* of each in all: enum place */
    bool damaged;
};

static enum error add_record(void *context, const struct journal_record *record)
{
    struct arrivals *arrivals = context;
    enum error error = GROW(arrivals->all, arrivals->n, 1, arrivals->room);
    if (error == ERROR_NONE)
        arrivals->all[arrivals->n++] = *record;
    return error;
}

static enum error are_taken(const struct arrivals *arrivals, size_t from,
                            const struct contact *contact, bool *same)
{
    const size_t n = arrivals->n - from;
    uint8_t digest[HASH_LEN];
    *same = false;
    if (n != contact->taken)
        return ERROR_NONE;
    const struct journal_record **order = calloc(n + 1, sizeof(*order));
    if (order == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < n; i++)
        order[i] = &arrivals->all[from + i];
    enum error error = contact_digest(order, n, digest);
    free(order);
    *same = error == ERROR_NONE && memcmp(digest, contact->digest, HASH_LEN) == 0;
    return error;
}

static enum error take_act(void *context, const struct contact *contact,
                           const struct contact_state *state)
{
    struct arrivals *arrivals = context;
    const size_t from = arrivals->n;
    bool same = false;
    if (state->act > arrivals->upto)
        return ERROR_NONE;
    enum error error =
        journal_each_record(arrivals->vault->journal, state->act, add_record, arrivals);
    if (error == ERROR_NONE)
        error = are_taken(arrivals, from, contact, &same);
    if (error == ERROR_NONE && !same) {
        arrivals->n = from;
        arrivals->damaged = true;
        vault_note_damage(arrivals->vault, 0, state->act, 0);
    }
    for (size_t i = from; i < arrivals->n && error == ERROR_NONE; i++)
        error = told_record(arrivals->told, &arrivals->all[i]);
    return error;
}

/* --- the chain --- */

static int by_number(const void *a, const void *b)
{
    const struct journal_record *x = a, *y = b;
    return x->seq != y->seq ? (x->seq < y->seq ? -1 : 1) : memcmp(x->hash, y->hash, sizeof x->hash);
}

/* The first of the records between from and to, all of one number, that has this hash or a higher
   one. */
static size_t find_hash(const struct journal_record *all, size_t from, size_t to,
                        const uint8_t *hash)
{
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (memcmp(all[middle].hash, hash, sizeof all->hash) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Finds the record that this one follows, of those between from and to that hang together with
   record 1; false when there is none. */
static bool find_previous(const struct arrivals *arrivals, size_t from, size_t to,
                          const struct journal_record *record, size_t *found)
{
    const struct journal_record *all = arrivals->all;
    const size_t hash_len = sizeof all->hash;
    for (*found = find_hash(all, from, to, record->previous);
         *found < to && memcmp(all[*found].hash, record->previous, hash_len) == 0; ++*found)
        if (arrivals->places[*found] == HANGS)
            return true;
    return false;
}

/* Marks the records that hang together with record 1, number by number; those of the last of these
   numbers, and others of it, are between *from and *to. */
static void find_chain(struct arrivals *arrivals, size_t *from, size_t *to)
{
    const struct journal_record *all = arrivals->all;
    static const struct journal_record before; /* record 1 */
    size_t at = 0, found = 0;
    *from = *to = 0;
    for (uint64_t next = 1; at < arrivals->n && all[at].seq == next; next++) {
        const size_t begin = at;
        bool goes_on = false;
        for (; at < arrivals->n && all[at].seq == next; at++)
            if (next == 1 ? memcmp(all[at].previous, before.hash, sizeof before.hash) == 0
                          : find_previous(arrivals, *from, *to, &all[at], &found)) {
                arrivals->places[at] = HANGS;
                goes_on = true;
            }
        if (!goes_on)
            return;
        *from = begin;
        *to = at;
    }
}

/* A kiosk that was put back goes on from before the mark with other records: of a chain with
   another record in its place it says nothing, and of one that does not come so far nobody knows
   yet. */
static void hold_mark(struct arrivals *arrivals)
{
    const struct journal_record *all = arrivals->all;
    struct journal_mark *mark = &arrivals->mark;
    for (size_t i = 0; i < arrivals->n; i++)
        if (arrivals->places[i] == CHAINED && all[i].seq == mark->seq) {
            arrivals->proven = memcmp(all[i].hash, mark->hash, sizeof mark->hash) == 0;
            if (!arrivals->proven)
                mark->seq = 0;
            return;
        }
}

/* --- what a board takes --- */

static bool is_below_mark(const struct arrivals *arrivals, size_t i)
{
    return arrivals->places[i] == CHAINED && arrivals->all[i].seq <= arrivals->mark.seq;
}

/* Whether a board already has the tag of this record, or said that it arrived. */
static enum error is_told(const struct arrivals *arrivals, size_t i, bool *told)
{
    const struct journal_record *record = &arrivals->all[i];
    uint32_t board = 0;
    *told = record->board != 0 || (arrivals->proven && is_below_mark(arrivals, i));
    if (*told || arrivals->told->restored == 0)
        return ERROR_NONE;
    enum error error =
        journal_seen(arrivals->vault->journal, record->tag, SEGMENT_ARRIVALS, &board);
    *told = error == ERROR_NONE;
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}

/* Takes those that wait, of the chain or of the rest, from place *at on, until there are as many as
   this, or one of which nobody knows yet. *at becomes the place of the first that waits on. */
static enum error choose_waiting(const struct arrivals *arrivals, bool chained, size_t most,
                                 struct arrived *arrived, size_t *at)
{
    for (; *at < arrivals->n; ++*at) {
        bool told = false;
        if ((arrivals->places[*at] == CHAINED) != chained)
            continue;
        enum error error = is_told(arrivals, *at, &told);
        if (error != ERROR_NONE)
            return error;
        if (told)
            continue;
        if (arrived->n >= most || is_below_mark(arrivals, *at))
            break;
        error = GROW(arrived->all, arrived->n, 1, arrived->room);
        if (error != ERROR_NONE)
            return error;
        arrived->all[arrived->n++] = arrivals->all[*at];
    }
    return ERROR_NONE;
}

/* Of the records between from and to that hang together with record 1, the one noted as the end of
   the chain or, without that, the first. */
static size_t choose_end(const struct arrivals *arrivals, size_t from, size_t to,
                         const struct journal_kiosk *noted)
{
    const struct journal_record *all = arrivals->all;
    size_t first = to;
    for (size_t i = to; i-- > from;)
        if (arrivals->places[i] == HANGS) {
            if (memcmp(all[i].hash, noted->tip_hash, sizeof noted->tip_hash) == 0)
                return i;
            first = i;
        }
    return first;
}

/* Marks the chain, from its end to record 1. */
static void mark_chain(struct arrivals *arrivals, const struct journal_kiosk *noted)
{
    const struct journal_record *all = arrivals->all;
    size_t from = 0, to = 0;
    find_chain(arrivals, &from, &to);
    if (from == to)
        return;
    size_t at = choose_end(arrivals, from, to, noted);
    bool goes_on = true;
    while (goes_on) {
        arrivals->places[at] = CHAINED;
        for (to = from; from > 0 && all[from - 1].seq == all[to - 1].seq; from--)
            continue;
        goes_on = find_previous(arrivals, from, to, &all[at], &at);
    }
}

/* The end of the chain is its last record below the limit. */
static void choose_tip(const struct arrivals *arrivals, uint64_t limit, struct journal_kiosk *found)
{
    const struct journal_record *tip = NULL;
    for (size_t i = 0; i < arrivals->n; i++)
        if (arrivals->places[i] == CHAINED && arrivals->all[i].seq < limit)
            tip = &arrivals->all[i];
    found->tip_seq = tip != NULL ? tip->seq : 0;
    found->tip_day = tip != NULL ? tip->day : 0;
    memset(found->tip_hash, 0, sizeof found->tip_hash);
    if (tip != NULL)
        memcpy(found->tip_hash, tip->hash, sizeof found->tip_hash);
}

/* Whoever holds a copy of the kiosk's key can make other records, and a longer chain: neither the
   chain nor the rest takes more than half of what a board has room for, unless the other leaves
   it. */
static enum error choose(struct arrivals *arrivals, size_t most, struct arrived *arrived)
{
    size_t chain = 0, rest = 0;
    arrivals->places = calloc(arrivals->n + 1, sizeof *arrivals->places);
    if (arrivals->places == NULL)
        return ERROR_MEMORY;
    if (arrivals->n > 0)
        qsort(arrivals->all, arrivals->n, sizeof *arrivals->all, by_number);
    mark_chain(arrivals, &arrived->kiosk);
    hold_mark(arrivals);
    enum error error = choose_waiting(arrivals, false, most / 2, arrived, &rest);
    if (error == ERROR_NONE)
        error = choose_waiting(arrivals, true, most, arrived, &chain);
    if (error == ERROR_NONE)
        error = choose_waiting(arrivals, false, most, arrived, &rest);
    choose_tip(arrivals, chain < arrivals->n ? arrivals->all[chain].seq : UINT64_MAX,
               &arrived->kiosk);
    free(arrivals->places);
    return error;
}

enum error arrived_read(struct told *told, const struct fold_kiosk *kiosk, uint64_t upto,
                        size_t most, struct arrived *arrived)
{
    struct vault *vault = told->vault;
    struct arrivals arrivals = {.vault = vault, .told = told, .upto = upto};
    struct contact_state state = {.act = 0};
    *arrived = (struct arrived){.all = NULL};
    enum error error = journal_kiosk(vault->journal, kiosk->id, &arrived->kiosk);
    if (error == ERROR_NO_ROW) {
        arrived->kiosk = (struct journal_kiosk){.tip_seq = 0};
        vault_note_damage(vault, 0, kiosk->first, 0);
        arrivals.damaged = true;
        error = ERROR_NONE;
    }
    memcpy(arrived->kiosk.kiosk, kiosk->id, sizeof arrived->kiosk.kiosk);
    if (error == ERROR_NONE && told->restored > 0)
        error = journal_mark(vault->journal, kiosk->id, &arrivals.mark);
    if (error == ERROR_NONE)
        error = contact_fold(vault, kiosk->id, &state, take_act, &arrivals);
    arrivals.damaged = arrivals.damaged || error == ERROR_JOURNAL_ROW;
    if (error == ERROR_NONE || error == ERROR_JOURNAL_ROW)
        error = choose(&arrivals, most, arrived);
    arrived->board = state.board;
    free(arrivals.all);
    if (error != ERROR_NONE)
        arrived_free(arrived);
    return error == ERROR_NONE && arrivals.damaged ? ERROR_JOURNAL_ROW : error;
}

void arrived_free(struct arrived *arrived)
{
    free(arrived->all);
    arrived->all = NULL;
    arrived->n = arrived->room = 0;
}
