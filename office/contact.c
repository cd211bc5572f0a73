/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What import acts say, and what a kiosk has come to by them. */
#include "office/contact.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/wire.h"
#include "crypto/secret.h"
#include "protocol/record.h"

enum {
    AT_FIRST = 8,
    AT_LAST = 16,
    AT_CHARTER = 24,
    AT_BOARD = 28,
    AT_IMAGE = 32,
    AT_EXCHANGE = 36,
    AT_HEALTH = 38,
    AT_FLAGS = 39,
    AT_TAKEN = 40,
    AT_DIGEST = 44,
    AT_MISFITS = AT_DIGEST + HASH_LEN,
    RECORD_BYTES = CARD_KIOSK_LEN + 8 + HASH_LEN + HASH_LEN + 4 + 1 + JOURNAL_TAG_LEN,
};
_Static_assert(AT_MISFITS + MISFIT_ALL_LEN == CONTACT_LEN, "its fields fill it");

/* --- what a bundle says --- */

uint32_t contact_latest_day(uint32_t now)
{
    return now / DAY_MINUTES + 1;
}

static bool clock_fits(const struct bundle *bundle, uint32_t now)
{
    struct record last;
    if (bundle->last < bundle->first)
        return true;
    bundle_record(bundle, bundle->last, &last);
    return last.day <= contact_latest_day(now);
}

/* An exchange may fill several bundles; only the last one, which is not full, shows how far the
   kiosk is. */
void contact_of(const struct bundle *bundle, uint32_t now, struct contact *contact)
{
    const bool full = bundle->last - (bundle->first - 1) == BUNDLE_RECORDS_MAX;
    *contact = (struct contact){
        .first = bundle->first,
        .last = bundle->last,
        .charter = bundle->charter_number,
        .board = bundle->board.number,
        .image = bundle->image_version,
        .exchange_age = bundle->exchange_age,
        .health = bundle->health,
        .misfits = bundle->misfits,
        .flags =
            (uint8_t)((full ? CONTACT_FULL : 0) | (clock_fits(bundle, now) ? CONTACT_CLOCK : 0)),
    };
    memcpy(contact->kiosk, bundle->kiosk, sizeof contact->kiosk);
}

static void put_record(const struct journal_record *record, uint8_t *to)
{
    memcpy(to, record->kiosk, CARD_KIOSK_LEN);
    to += CARD_KIOSK_LEN;
    wire_put64(to, record->seq);
    memcpy(to + 8, record->hash, HASH_LEN);
    memcpy(to + 8 + HASH_LEN, record->previous, HASH_LEN);
    to += 8 + 2 * HASH_LEN;
    wire_put32(to, record->day);
    to[4] = record->flags;
    memcpy(to + 5, record->tag, JOURNAL_TAG_LEN);
}

enum error contact_digest(const struct journal_record *const *records, size_t n,
                          uint8_t digest[HASH_LEN])
{
    uint8_t *bytes = malloc(n > 0 ? n * RECORD_BYTES : 1);
    if (bytes == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < n; i++)
        put_record(records[i], bytes + i * RECORD_BYTES);
    const struct hash_part part = {bytes, n * RECORD_BYTES};
    const int hashed = hash_sha256(digest, &part, 1);
    free(bytes);
    return hashed == 0 ? ERROR_NONE : ERROR_MEMORY;
}

void contact_encode(const struct contact *contact, uint8_t out[CONTACT_LEN])
{
    memcpy(out, contact->kiosk, CARD_KIOSK_LEN);
    wire_put64(out + AT_FIRST, contact->first);
    wire_put64(out + AT_LAST, contact->last);
    wire_put32(out + AT_CHARTER, contact->charter);
    wire_put32(out + AT_BOARD, contact->board);
    wire_put32(out + AT_IMAGE, contact->image);
    wire_put16(out + AT_EXCHANGE, contact->exchange_age);
    out[AT_HEALTH] = contact->health;
    out[AT_FLAGS] = contact->flags;
    wire_put32(out + AT_TAKEN, contact->taken);
    memcpy(out + AT_DIGEST, contact->digest, HASH_LEN);
    misfit_put(&contact->misfits, out + AT_MISFITS);
}

enum error contact_decode(const uint8_t *in, size_t len, struct contact *contact)
{
    if (len < CONTACT_LEN)
        return ERROR_MALFORMED;
    *contact = (struct contact){
        .first = wire_get64(in + AT_FIRST),
        .last = wire_get64(in + AT_LAST),
        .charter = wire_get32(in + AT_CHARTER),
        .board = wire_get32(in + AT_BOARD),
        .image = wire_get32(in + AT_IMAGE),
        .exchange_age = wire_get16(in + AT_EXCHANGE),
        .health = in[AT_HEALTH],
        .flags = in[AT_FLAGS],
        .taken = wire_get32(in + AT_TAKEN),
    };
    memcpy(contact->kiosk, in, CARD_KIOSK_LEN);
    memcpy(contact->digest, in + AT_DIGEST, HASH_LEN);
    const bool range = contact->first >= 1 && contact->last >= contact->first - 1 &&
                       contact->last - (contact->first - 1) <= BUNDLE_RECORDS_MAX;
    return range && contact->taken <= BUNDLE_RECORDS_MAX
               ? misfit_get(in + AT_MISFITS, &contact->misfits)
               : ERROR_MALFORMED;
}

bool contact_counts(const struct contact *contact)
{
    return (contact->flags & (CONTACT_LAST | CONTACT_FULL)) == CONTACT_LAST;
}

static bool has_all(const struct misfit_list *list, const struct misfit_list *wanted)
{
    for (uint32_t i = 0; i < wanted->n; i++)
        if (!misfit_has(list, &wanted->all[i]))
            return false;
    return true;
}

bool contact_equal(const struct contact *a, const struct contact *b)
{
    const uint8_t flags = CONTACT_FULL | CONTACT_CLOCK | CONTACT_LAST;
    return memcmp(a->kiosk, b->kiosk, sizeof a->kiosk) == 0 && a->first == b->first &&
           a->last == b->last && a->charter == b->charter && a->board == b->board &&
           a->image == b->image && a->exchange_age == b->exchange_age && a->health == b->health &&
           (a->flags & flags) == (b->flags & flags) && has_all(&a->misfits, &b->misfits) &&
           has_all(&b->misfits, &a->misfits);
}

/* --- what a kiosk has come to --- */

static void put_contact(struct contact_state *state, const struct contact *contact, uint32_t day)
{
    const bool clock = (contact->flags & CONTACT_CLOCK) != 0;
    state->bundle_last = contact->last;
    if (contact->board > state->board)
        state->board = contact->board;
    state->charter = contact->charter;
    state->image = contact->image;
    state->exchange_age = contact->exchange_age;
    /* As the kiosk reports it, except that its clock is checked against the office's calendar. */
    state->health = clock ? contact->health : contact->health & (uint8_t)~BUNDLE_CLOCK_OK;
    state->imported = day;
}

/* True if this repeats the last rollback, as while a kiosk goes on with an older board; lost
   records never do, since they are compared with those heard of last. */
static bool is_same_rollback(const struct contact_state *state, const struct contact_rollback *now)
{
    const struct contact_rollback *last = &state->rollback;
    return state->rollbacks > 0 && now->seq >= now->was_seq && last->was_board == now->was_board &&
           now->board >= last->board;
}

static void note_rollback(struct contact_state *state, const struct contact *contact, uint32_t day)
{
    const struct contact_rollback rollback = {
        .was_seq = state->bundle_last,
        .was_board = state->board,
        .seq = contact->last,
        .board = contact->board,
        .day = day,
    };
    if (!is_same_rollback(state, &rollback)) {
        state->rollback = rollback;
        state->rollbacks++;
        if (rollback.was_seq > state->highest)
            state->highest = rollback.was_seq;
    }
    put_contact(state, contact, day);
}

/* A bundle that is behind is either old or all that a damaged outbox had left. Believe a bad disk
   only if it was salvaged or brings new records, so that replaying an old bundle has no effect. Do
   not take the day: that would hide a silence. */
static void note_damage(struct contact_state *state, const struct contact *contact)
{
    const bool salvaged = contact->exchange_age == UINT16_MAX;
    const bool brings_new = (contact->flags & CONTACT_BRINGS) != 0;
    if ((contact->health & BUNDLE_DISK_OK) == 0 && (salvaged || brings_new))
        state->health &= (uint8_t)~BUNDLE_DISK_OK;
}

enum order { LESS, SAME, MORE };

/* What a bundle is, by its last record and its board number. A late bundle is behind in both; one
   that is behind in one and ahead in the other comes from a kiosk that was set back and went on. */
static const enum kind {
    LATEST,
    LATE,
    SET_BACK
} kinds[][3] = {
    /* records, then board:  less      same    more */
    [LESS] = {LATE, LATE, SET_BACK},
    [SAME] = {LATE, LATEST, LATEST},
    [MORE] = {SET_BACK, LATEST, LATEST},
};

/* After a rollback, only records above the highest number ever seen count as more. */
static enum order records_than(const struct contact_state *state, const struct contact *contact)
{
    if (contact->last < state->bundle_last)
        return LESS;
    return contact->last > state->bundle_last && contact->last > state->highest ? MORE : SAME;
}

/* With a bad disk, "no board" may just mean that it could not be read. */
static enum order board_than(const struct contact_state *state, const struct contact *contact)
{
    const uint32_t now = contact->board, was = state->board;
    const bool unreadable = now == 0 && (contact->health & BUNDLE_DISK_OK) == 0;
    return now > was ? MORE : now == was || unreadable ? SAME : LESS;
}

void contact_take(struct contact_state *state, const struct contact *contact, uint32_t day)
{
    if (contact->misfits.n > 0 && contact->misfits.n >= state->misfits.n)
        state->misfits = contact->misfits;
    if (!contact_counts(contact))
        return;
    switch (kinds[records_than(state, contact)][board_than(state, contact)]) {
    case SET_BACK:
        note_rollback(state, contact, day);
        break;
    case LATE:
        note_damage(state, contact);
        break;
    case LATEST:
        put_contact(state, contact, day);
        break;
    }
}

bool contact_brings_misfit(const struct contact_state *state, const struct contact *contact)
{
    return !has_all(&state->misfits, &contact->misfits);
}

bool contact_tells(const struct contact_state *state, const struct contact *contact)
{
    struct contact_state after = *state;
    contact_take(&after, contact, state->imported > 0 ? state->imported : 1);
    return after.bundle_last != state->bundle_last || after.charter != state->charter ||
           after.board != state->board || after.image != state->image ||
           after.exchange_age != state->exchange_age || after.health != state->health ||
           after.imported != state->imported || after.rollbacks != state->rollbacks ||
           contact_brings_misfit(state, contact);
}

/* --- from the history --- */

/* The kiosk whose acts are read, and memory for a body. */
struct reading {
    struct vault *vault;
    const uint8_t *kiosk;
    struct contact_state *state;
    contact_fn *each;
    void *context;
    uint8_t *plain; /* ACT_BODY_MAX, secret_new memory */
};

static enum error read_contact(const struct reading *reading, uint64_t seq, struct contact *contact)
{
    const uint8_t *content = NULL;
    size_t len = 0;
    enum error error =
        history_body(&reading->vault->history, seq, ACT_IMPORT, reading->plain, &content, &len);
    if (error != ERROR_NONE)
        return error;
    error = contact_decode(content, len, contact);
    if (error == ERROR_NONE && memcmp(contact->kiosk, reading->kiosk, CARD_KIOSK_LEN) != 0)
        error = ERROR_MALFORMED;
    return error == ERROR_NONE ? ERROR_NONE : ERROR_JOURNAL_ROW;
}

static enum error take_act(const struct reading *reading, uint64_t seq)
{
    const struct fold_act *act = fold_act(reading->vault->history.fold, seq);
    const uint32_t day = act->minute / DAY_MINUTES;
    struct contact contact;
    reading->state->act = seq;
    reading->state->day = day;
    if (act->kind != ACT_IMPORT || act->verdict != FOLD_COUNTS)
        return ERROR_NONE;
    enum error error = read_contact(reading, seq, &contact);
    if (error == ERROR_JOURNAL_ROW)
        vault_note_damage(reading->vault, 0, seq, 0);
    if (error != ERROR_NONE)
        return error;
    contact_take(reading->state, &contact, day);
    return reading->each != NULL ? reading->each(reading->context, &contact, reading->state)
                                 : ERROR_NONE;
}

enum error contact_fold(struct vault *vault, const uint8_t kiosk[CARD_KIOSK_LEN],
                        struct contact_state *state, contact_fn *each, void *context)
{
    const struct fold *fold = vault->history.fold;
    const struct fold_kiosk *known = fold_kiosk_of(fold, kiosk);
    const struct fold_act *last = fold_act(fold, state->act);
    uint64_t seq = last != NULL ? last->next : state->act == 0 && known != NULL ? known->first : 0;
    bool damaged = false;
    enum error error = ERROR_NONE;
    if (seq == 0)
        return ERROR_NONE;
    struct reading reading = {vault, kiosk, state, each, context, secret_new(ACT_BODY_MAX)};
    if (reading.plain == NULL)
        return ERROR_MEMORY;
    for (; seq != 0 && error == ERROR_NONE; seq = fold_act(fold, seq)->next) {
        error = take_act(&reading, seq);
        damaged = damaged || error == ERROR_JOURNAL_ROW;
        if (error == ERROR_JOURNAL_ROW)
            error = ERROR_NONE;
    }
    secret_free(reading.plain);
    return error == ERROR_NONE && damaged ? ERROR_JOURNAL_ROW : error;
}
