/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an exchange puts on the medium: the request for a card, and bundles of the records that the
   outbox holds, or of what is left of a damaged one. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "courier/exchange_parts.h"
#include "protocol/bundle.h"
#include "protocol/names.h"

enum { AGE_NEVER = 65535 };

enum error exchange_write_request(struct exchange *x)
{
    uint8_t request[CARD_REQUEST_LEN];
    char name[NAMES_LEN];

    names_request(x->state->kiosk, name);
    enum error error = card_request_encode(x->state->seed, x->today, request);
    if (error == ERROR_NONE)
        error = medium_write(x->medium, name, request, sizeof request);
    return error;
}

void exchange_remove_request(struct exchange *x)
{
    char name[NAMES_LEN];

    names_request(x->state->kiosk, name);
    medium_remove(x->medium, name);
}

/* Passes on an error of the outbox. One that neither waiting nor making room mends means that the
   outbox is of no use, and what is whole in it has to go out without it. */
static enum error of_outbox(struct exchange *x, enum error error)
{
    if (error != ERROR_NONE && error != ERROR_FULL && error != ERROR_CHAIN && !error_passes(error))
        x->report->salvaged = true;
    return error;
}

/* Where the next record goes, and how many have come. */
struct filling {
    uint8_t *at;
    uint64_t count;
};

static enum error fill(void *context, uint64_t seq, const uint8_t *record, size_t len)
{
    struct filling *filling = context;

    if (len != RECORD_LEN)
        return ERROR_OUTBOX;
    memcpy(filling->at, record, RECORD_LEN);
    filling->at += RECORD_LEN;
    filling->count++;
    return ERROR_NONE;
}

/* Which records go out: all that are held and the office does not say it has. For none, last is
   first - 1. *held is the first that is held, or would be the next. */
static enum error choose_records(struct exchange *x, uint64_t *held, uint64_t *first,
                                 uint64_t *last, uint32_t *tip_day)
{
    struct outbox_tip tip;

    enum error error = outbox_tip(x->outbox, &tip);
    if (error == ERROR_NONE)
        error = outbox_first(x->outbox, held);
    if (error != ERROR_NONE)
        return of_outbox(x, error);
    if (*held == 0)
        *held = tip.seq + 1;
    *first = *held > x->report->acknowledged ? *held : x->report->acknowledged + 1;
    *last = tip.seq;
    *tip_day = tip.day;
    return ERROR_NONE;
}

/* Days since the last exchange, as a bundle says it. */
static uint16_t age_of(uint32_t exchanged, uint32_t today)
{
    if (exchanged == 0)
        return AGE_NEVER;
    if (today <= exchanged)
        return 0;
    return today - exchanged < AGE_NEVER ? (uint16_t)(today - exchanged) : AGE_NEVER - 1;
}

/* No printer is configured yet, so none can be broken. While part of the folder cannot be read the
   bundle may name too old a board; the disk that is not well explains that to the office. */
static uint8_t health_of(const struct exchange *x, uint32_t tip_day)
{
    uint8_t health = BUNDLE_PRINTER_OK;

    if (state_unwell(x->state) == ERROR_NONE && state_has_room(x->state, 0))
        health |= BUNDLE_DISK_OK;
    if (x->today >= tip_day && x->today >= x->state->charter.issued &&
        (!x->state->has_mark || x->today >= x->state->mark.day))
        health |= BUNDLE_CLOCK_OK;
    return health;
}

/* What every bundle of this exchange says of the kiosk. */
static void introduce(const struct exchange *x, struct bundle *bundle)
{
    memset(bundle, 0, sizeof *bundle);
    memcpy(bundle->kiosk, x->state->kiosk, sizeof bundle->kiosk);
    memcpy(bundle->office, x->state->card.office, sizeof bundle->office);
    bundle->charter_number = x->state->charter.number;
    if (x->state->board_number > 0) {
        bundle->board.charter = x->state->board_charter;
        bundle->board.number = x->state->board_number;
        memcpy(bundle->board.hash, x->state->board_hash, sizeof bundle->board.hash);
    }
    state_misfits(x->state, &bundle->misfits);
}

/* The header of every bundle of this exchange, with the range of all of them together. */
static enum error describe(struct exchange *x, struct bundle *bundle, uint64_t *held)
{
    uint32_t exchanged = 0;
    uint32_t tip_day = 0;

    introduce(x, bundle);
    enum error error = choose_records(x, held, &bundle->first, &bundle->last, &tip_day);
    if (error != ERROR_NONE)
        return error;
    error = of_outbox(x, outbox_exchanged(x->outbox, &exchanged));
    if (error != ERROR_NONE)
        return error;
    bundle->exchange_age = age_of(exchanged, x->today);
    bundle->health = health_of(x, tip_day);
    return ERROR_NONE;
}

/* Makes one bundle at data, where its records stand already, and writes it. */
static enum error put_bundle(struct exchange *x, const struct bundle *bundle, uint64_t number,
                             uint8_t *data)
{
    char name[NAMES_LEN];
    struct bundle check;
    const size_t len = bundle_len(bundle->last - (bundle->first - 1));

    enum error error = bundle_seal(bundle, x->state->seed, data);
    /* The office would refuse a damaged chain, but only here can somebody look at the disk. */
    if (error == ERROR_NONE) {
        error = bundle_decode(data, len, x->state->key, bundle->office, &check);
        if (error != ERROR_NONE && !error_is_machine(error))
            error = of_outbox(x, ERROR_OUTBOX);
    }
    names_bundle(x->state->kiosk, number, name);
    if (error == ERROR_NONE)
        error = evidence_make_way(&x->evidence, name);
    return error == ERROR_NONE ? medium_write(x->medium, name, data, len) : error;
}

/* The same with records of the outbox, for which data has room. */
static enum error write_bundle(struct exchange *x, const struct bundle *bundle, uint64_t number,
                               uint8_t *data)
{
    const uint64_t count = bundle->last - (bundle->first - 1);
    struct filling filling = {data + BUNDLE_HEADER_LEN, 0};
    enum error error = ERROR_NONE;

    if (count > 0)
        error = of_outbox(x, outbox_each(x->outbox, bundle->first, bundle->last, fill, &filling));
    if (error == ERROR_NONE && filling.count != count)
        error = of_outbox(x, ERROR_OUTBOX);
    return error == ERROR_NONE ? put_bundle(x, bundle, number, data) : error;
}

/* Compares what the board acknowledges with the two ends of the outbox. */
static void compare_mark(struct exchange *x, uint64_t held, uint64_t last)
{
    x->evidence.tip = last;
    if (!x->state->has_mark)
        return;
    if (x->state->mark.seq > last)
        x->evidence.beyond = x->state->mark.seq;
    if (x->state->mark.seq < held - 1)
        x->report->unasked = held - 1;
}

/* Writes as many bundles as it takes. The last one is never full, even if it has to be empty, so
   that the office can tell it from the others. */
static enum error write_bundles(struct exchange *x)
{
    struct bundle bundle;
    uint64_t held = 0;

    enum error error = describe(x, &bundle, &held);
    if (error != ERROR_NONE)
        return error;
    const uint64_t first = bundle.first, last = bundle.last;
    compare_mark(x, held, last);
    const uint64_t full = (last - (first - 1)) / BUNDLE_RECORDS_MAX;
    uint8_t *data = malloc(bundle_len(full > 0 ? BUNDLE_RECORDS_MAX : last - (first - 1)));
    if (data == NULL)
        return ERROR_MEMORY;
    for (uint64_t i = 0; i <= full && error == ERROR_NONE; i++) {
        bundle.first = first + i * BUNDLE_RECORDS_MAX;
        bundle.last = i < full ? bundle.first + BUNDLE_RECORDS_MAX - 1 : last;
        error = write_bundle(x, &bundle, i + 1, data);
        if (error == ERROR_NONE) {
            x->report->first = first;
            x->report->last = bundle.last;
        }
    }
    free(data);
    if (error == ERROR_NONE)
        evidence_remove_surplus(&x->evidence, full + 1);
    return error;
}

/* Where it cannot be noted what the office has, all that is held goes out: no letter waits for
   that. */
enum error exchange_send_records(struct exchange *x)
{
    char path[4096];
    enum error noted = ERROR_NONE;

    state_outbox_path(x->state, path);
    enum error error = of_outbox(x, outbox_open(path, DB_OPEN, &x->outbox));
    if (error != ERROR_NONE)
        return error;
    x->evidence.outbox = x->outbox;
    const enum error acknowledged =
        of_outbox(x, state_acknowledge(x->state, x->outbox, &x->report->acknowledged));
    x->report->fork = acknowledged == ERROR_CHAIN;
    error = x->report->salvaged ? acknowledged : write_bundles(x);
    if (error == ERROR_NONE)
        noted = of_outbox(x, outbox_set_exchanged(x->outbox, x->today));
    x->evidence.outbox = NULL;
    outbox_close(&x->outbox);
    if (x->report->salvaged)
        return error != ERROR_NONE ? error : noted;
    x->report->outbox =
        acknowledged != ERROR_NONE && acknowledged != ERROR_CHAIN ? acknowledged : noted;
    return error;
}

/* The number under which run j of n goes out. The run with the highest records, j = 0, gets the
   name that sorts first, so that a reader in order of names hears first how far the kiosk had
   come. */
static uint64_t place_of(uint64_t j, uint64_t n)
{
    const uint64_t foremost = n == 1 ? 1 : n < 10 ? 2 : 10;

    if (j == 0)
        return foremost;
    return j + 1 == foremost ? 1 : j + 1;
}

static enum error write_run(struct exchange *x, struct bundle *bundle, uint64_t number,
                            const struct salvage_run *run)
{
    const uint64_t count = run->last - (run->first - 1);
    uint8_t *data = malloc(bundle_len(count));
    enum error error = data == NULL ? ERROR_MEMORY : ERROR_NONE;

    bundle->first = run->first;
    bundle->last = run->last;
    if (error == ERROR_NONE && count > 0)
        error = salvage_read(x->salvage, run, data + BUNDLE_HEADER_LEN);
    if (error == ERROR_NONE)
        error = put_bundle(x, bundle, number, data);
    if (error == ERROR_NONE)
        x->report->saved += count;
    free(data);
    return error;
}

/* Writes one bundle for each run, or an empty one for none. None of them is full, so that each can
   speak for the kiosk. */
static enum error write_runs(struct exchange *x, struct bundle *bundle)
{
    enum { MAX = BUNDLE_RECORDS_MAX - 1 };
    const size_t n = salvage_runs(x->salvage, MAX);
    const uint64_t next = x->state->has_mark ? x->state->mark.seq + 1 : 1;
    struct salvage_run run = {next, next - 1, 0};
    enum error error = n == 0 ? write_run(x, bundle, 1, &run) : ERROR_NONE;

    run = SALVAGE_START;
    for (size_t j = 0; j < n && salvage_next(x->salvage, MAX, &run); j++) {
        const enum error one = write_run(x, bundle, place_of(j, n), &run);
        if (error == ERROR_NONE)
            error = one;
    }
    if (error == ERROR_NONE)
        evidence_remove_surplus(&x->evidence, n == 0 ? 1 : n);
    return error;
}

/* While a keeper serves, the record it is working on is left out: a visit's cover that went out
   before the letter came would be a fork, and would tell that there was a letter. */
enum error exchange_send_salvage(struct exchange *x)
{
    struct bundle bundle;
    int lock = -1;
    const bool serving = state_lock(x->state, "lock", &lock) == ERROR_BUSY;

    introduce(x, &bundle);
    bundle.exchange_age = AGE_NEVER;
    bundle.health = health_of(x, 0) & (uint8_t)~BUNDLE_DISK_OK;
    const enum error found = salvage_find(x->state->dir, x->state->key, !serving, &x->salvage);
    x->evidence.salvage = x->salvage;
    const enum error written = x->salvage != NULL ? write_runs(x, &bundle) : ERROR_NONE;
    x->evidence.salvage = NULL;
    salvage_free(&x->salvage);
    if (lock >= 0)
        close(lock);
    return found != ERROR_NONE ? found : written;
}
