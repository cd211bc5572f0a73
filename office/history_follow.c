/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the history at the end of the journal: with the secrets that were given meanwhile, and
   without what turns out to be forged. */
#include "office/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"

/* --- secrets that were given to the officer --- */

/* Anybody can wrap anything to a public key, as often as they like: only what an act says was made
   is opened and takes room, and the first secret of the house, under which the first act is sealed.
   What does not open is passed over, and named at the end. */
static enum error take_wrap(void *context, const struct journal_wrap *wrap)
{
    struct history *history = context;
    struct keyset *keys = history->keys;
    const bool made = fold_commitment(history->fold, wrap->compartment, wrap->generation) != NULL;
    const bool first = wrap->compartment == KEYSET_HOUSE && wrap->generation == 1;
    if ((!made && !first) || keyset_find(keys, wrap->compartment, wrap->generation) != NULL)
        return ERROR_NONE;
    const enum error error = grant_take(keys, wrap);
    return error == ERROR_SEAL || error == ERROR_KEY_UNFIT ? ERROR_NONE : error;
}

/* Of a secret that nobody made, or that is not what was made, when the journal was read to its end.
 */
static enum error name_wrap(void *context, const struct journal_wrap *wrap)
{
    struct history *history = context;
    if (fold_commitment(history->fold, wrap->compartment, wrap->generation) == NULL ||
        keyset_find(history->keys, wrap->compartment, wrap->generation) == NULL)
        history_note_fault(history, HISTORY_SECRET, 0, 0);
    return ERROR_NONE;
}

static enum error is_made(const struct history *history, const struct keyset_generation *held,
                          bool *made)
{
    uint8_t found[HASH_LEN];
    const uint8_t *commitment = fold_commitment(history->fold, held->compartment, held->generation);
    const enum error error = keyset_commitment(history->keys->office, held, found);
    *made = error == ERROR_NONE && commitment != NULL && memcmp(commitment, found, HASH_LEN) == 0;
    return error;
}

/* Takes those behind the first n away again that are not what was made: all of them after an
   error, to be taken another time. */
static enum error keep_made(struct history *history, size_t n, enum error error)
{
    struct keyset *keys = history->keys;
    while (n < keys->generation_count) {
        const struct keyset_generation *held = keys->generations[n];
        bool made = false;
        if (error == ERROR_NONE)
            error = is_made(history, held, &made);
        if (made) {
            n++;
            continue;
        }
        if (error == ERROR_NONE)
            history_note_fault(history, HISTORY_SECRET, 0, 0);
        keyset_drop(keys, held->compartment, held->generation);
    }
    return error;
}

/* --- signatures that are checked later --- */

uint64_t history_checked(const struct history *history)
{
    const uint64_t first = history->signatures != NULL ? signatures_first(history->signatures) : 0;
    return first > 0 ? first - 1 : history->txn;
}

bool history_doubted(const struct history *history)
{
    return history->signatures != NULL && signatures_doubted(history->signatures);
}

void history_check_behind(struct history *history)
{
    if (history->signatures != NULL)
        signatures_begin(history->signatures);
}

/* What was found to be forged; the fold has it, and is made anew without it. */
static enum error take_forged(struct history *history)
{
    size_t n = 0;
    enum error error = signatures_check(history->signatures, 0);
    const struct signatures_one *wrong = signatures_wrong(history->signatures, &n);
    if (error == ERROR_NONE)
        error = GROW(history->forged, history->forged_count, n, history->forged_room);
    if (error != ERROR_NONE)
        return error;
    for (size_t i = 0; i < n && error == ERROR_NONE; i++) {
        struct journal_txn txn = {.no = wrong[i].txn};
        memcpy(txn.hash, wrong[i].hash, sizeof txn.hash);
        memcpy(txn.signature, wrong[i].signature, sizeof txn.signature);
        error = history_next(&txn, history->forged[history->forged_count]);
        history->forged_count += error == ERROR_NONE;
    }
    history->stale = true;
    return error;
}

/* --- following --- */

static enum error start_anew(struct history *history)
{
    fold_free(&history->fold);
    signatures_free(&history->signatures);
    history->txn = history->highest = 0;
    memset(history->next, 0, HASH_LEN);
    history->version = 0;
    history->fault_count = 0;
    history->stale = false;
    history->anew++;
    if (history->lost > 0)
        history_note_fault(history, HISTORY_ROLLED_BACK, history->lost, 0);
    return fold_new(&history->fold);
}

/* What follows a transaction that made secrets is sealed under them. */
static enum error read_all(struct history *history)
{
    enum error error = ERROR_NONE;
    bool made = true;
    while (error == ERROR_NONE && made) {
        error = journal_each_wrap(history->journal, history->keys->officer, take_wrap, history);
        if (error == ERROR_NONE)
            error = history_read(history, &made);
    }
    return error;
}

static enum error follow_held(struct history *history)
{
    int64_t version = 0;
    size_t held = history->keys->generation_count;
    enum error error = journal_version(history->journal, &version);
    if (error == ERROR_NONE && (history->fold == NULL || history->stale)) {
        held = history->forged_count > 0 ? 0 : held; /* a forged act may have named some */
        error = start_anew(history);
    }
    if (error != ERROR_NONE || version == history->version)
        return error;
    error = read_all(history);
    error = keep_made(history, held, error);
    if (error == ERROR_NONE)
        error = journal_each_wrap(history->journal, history->keys->officer, name_wrap, history);
    if (error == ERROR_NONE)
        history->version = version;
    else
        history->stale = true;
    return error;
}

/* What was given and what was done are read as they were at one moment: a secret that is given
   while we read would be missing for what is sealed under it. */
static enum error follow(struct history *history)
{
    bool held = false;
    enum error error = journal_hold(history->journal, &held);
    if (error == ERROR_NONE)
        error = follow_held(history);
    journal_release(history->journal, &held);
    return error;
}

enum error history_follow(struct history *history)
{
    enum error error = ERROR_NONE;
    if (history_doubted(history))
        error = take_forged(history);
    if (error == ERROR_NONE)
        error = follow(history);
    while (error == ERROR_NONE && history_doubted(history)) {
        error = take_forged(history);
        if (error == ERROR_NONE)
            error = follow(history);
    }
    return error;
}

enum error history_check(struct history *history, int64_t ms)
{
    enum error error = ERROR_NONE;
    if (history->signatures != NULL)
        error = signatures_check(history->signatures, ms);
    return error == ERROR_NONE && history_doubted(history) ? history_follow(history) : error;
}

static size_t left_to_check(const struct history *history)
{
    size_t left = 0;
    if (history->signatures != NULL)
        signatures_left(history->signatures, &left);
    return left;
}

/* The first moments tell how long the rest will take on this machine. */
enum { MEASURED_MS = 250 };

static enum error check_and_tell(struct history *history)
{
    enum error error = history_check(history, 0);
    const size_t before = left_to_check(history);
    if (error == ERROR_NONE && before > 0)
        error = history_check(history, MEASURED_MS);
    const size_t left = left_to_check(history);
    if (error != ERROR_NONE || left == 0)
        return error;
    const size_t done = before > left ? before - left : 1;
    history->waits((unsigned)(left * MEASURED_MS / done / 1000 + 1));
    return ERROR_NONE;
}

enum error history_settle(struct history *history)
{
    enum error error = history_follow(history);
    if (error == ERROR_NONE && history->waits != NULL)
        error = check_and_tell(history);
    do {
        if (error == ERROR_NONE)
            error = history_check(history, SIGNATURES_ALL);
    } while (error == ERROR_NONE && left_to_check(history) > 0);
    return error;
}

void history_forgive(struct history *history)
{
    size_t kept = 0;
    for (size_t i = 0; i < history->fault_count && i < HISTORY_FAULTS_MAX; i++)
        if (history->faults[i].kind != HISTORY_ROLLED_BACK)
            history->faults[kept++] = history->faults[i];
    if (history->fault_count <= HISTORY_FAULTS_MAX)
        history->fault_count = kept;
    history->lost = 0;
}

void history_end(struct history *history)
{
    fold_free(&history->fold);
    signatures_free(&history->signatures);
    free(history->forged);
    history->forged = NULL;
    history->forged_count = history->forged_room = 0;
}
