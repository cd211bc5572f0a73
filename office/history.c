/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the journal forward: transaction by transaction checked, act by act folded. */
#include "office/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "office/identity.h"

const char *history_fault_name(enum history_fault_kind kind)
{
    static const char *const names[HISTORY_FAULTS] = {
        [HISTORY_HOLE] = "hole",           [HISTORY_FORK] = "fork", [HISTORY_HASH] = "hash",
        [HISTORY_SIGNATURE] = "signature", [HISTORY_HEAD] = "head", [HISTORY_KEY] = "key",
        [HISTORY_SECRET] = "secret",
    };
    return names[kind];
}

void history_note_fault(struct history *history, enum history_fault_kind kind, uint64_t txn,
                        uint64_t seq)
{
    const struct history_fault fault = {kind, txn, seq};
    if (history->fault_count < HISTORY_FAULTS_MAX)
        history->faults[history->fault_count] = fault;
    history->fault_count++;
    if (history->fault != NULL)
        history->fault(history->context, &fault);
}

/* --- hashes --- */

enum error history_hash(const uint8_t office[HASH_LEN], const struct journal_txn *txn,
                        const uint8_t *digests, uint8_t hash[HASH_LEN])
{
    uint8_t no[8], who[8];
    wire_put64(no, txn->no);
    wire_put32(who, txn->officer);
    wire_put32(who + 4, txn->acts);
    const struct hash_part parts[] = {{HISTORY_DOMAIN, sizeof HISTORY_DOMAIN},
                                      {office, HASH_LEN},
                                      {no, sizeof no},
                                      {txn->prev, HASH_LEN},
                                      {who, sizeof who},
                                      {digests, (size_t)txn->acts * 2 * HASH_LEN}};
    return hash_sha256(hash, parts, 6) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

enum error history_next(const struct journal_txn *txn, uint8_t next[HASH_LEN])
{
    const struct hash_part parts[] = {{txn->hash, HASH_LEN}, {txn->signature, SIGNATURE_LEN}};
    return hash_sha256(next, parts, 2) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* --- who signs --- */

struct sought {
    uint32_t no;
    struct journal_officer *out;
    bool found;
};

static enum error look_at_officer(void *context, const struct journal_officer *officer)
{
    struct sought *sought = context;
    if (officer->no == sought->no) {
        *sought->out = *officer;
        sought->found = true;
    }
    return ERROR_NONE;
}

enum error history_signer(struct history *history, uint32_t officer, struct journal_officer *out)
{
    uint8_t digest[HASH_LEN];
    struct sought sought = {officer, out, false};
    *out = (struct journal_officer){.no = 0};
    if (officer == 0) {
        memcpy(out->sign, history->root, sizeof out->sign);
        return ERROR_NONE;
    }
    const struct fold_officer *known = fold_officer(history->fold, officer);
    enum error error = journal_each_officer(history->journal, look_at_officer, &sought);
    if (error == ERROR_NONE && (known == NULL || !sought.found))
        error = ERROR_NO_ROW;
    if (error == ERROR_NONE)
        error = identity_digest(history->keys->office, out->sign, out->agree, digest);
    if (error == ERROR_NONE && memcmp(digest, known->commitment, HASH_LEN) != 0)
        error = ERROR_SEAL;
    return error;
}

/* --- heads --- */

enum error history_open_head(const struct keyset *keys, const struct journal_act *row,
                             struct act *act)
{
    uint8_t compartment = 0;
    uint32_t number = 0;
    if (!act_head_needs(row, &compartment, &number))
        return ERROR_SEAL;
    const struct keyset_generation *held = keyset_find(keys, compartment, number);
    if (held == NULL)
        return ERROR_KEY_UNFIT;
    const struct act_key key = {keys->office, compartment, number, held->head};
    enum error error = act_open_head(&key, row, act);
    const struct act_row *kind = error == ERROR_NONE ? act_row(act->kind) : NULL;
    if (kind != NULL && (compartment == KEYSET_REGISTER) != kind->of_case)
        return ERROR_MALFORMED;
    return error;
}

/* --- bodies of the office's acts --- */

struct office_act {
    const struct keyset *keys;
    enum error opened;
    struct act act;
    uint32_t generation;
    uint8_t body_digest[HASH_LEN];
};

static enum error open_office_act(void *context, const struct journal_act *row)
{
    struct office_act *found = context;
    uint8_t compartment = 0;
    found->opened = history_open_head(found->keys, row, &found->act);
    act_head_needs(row, &compartment, &found->generation);
    memcpy(found->body_digest, row->body_digest, HASH_LEN);
    return ERROR_NONE;
}

enum error history_body(struct history *history, uint64_t seq, enum act_kind kind,
                        uint8_t plain[ACT_BODY_MAX], const uint8_t **content, size_t *len)
{
    struct office_act found = {.keys = history->keys, .opened = ERROR_SEAL};
    uint8_t sealed[JOURNAL_BODY_MAX];
    size_t sealed_len = 0;
    enum error error = journal_act(history->journal, seq, open_office_act, &found);
    if (error == ERROR_NONE)
        error = found.opened;
    if (error == ERROR_NONE && found.act.kind != kind)
        error = ERROR_MALFORMED;
    if (error == ERROR_NONE)
        error = journal_body(history->journal, seq, sealed, &sealed_len);
    if (error == ERROR_NONE) {
        const struct keyset_generation *house =
            keyset_find(history->keys, KEYSET_HOUSE, found.generation);
        const struct act_body_key key = {history->keys->office, house->body};
        error = act_open_body(&key, sealed, sealed_len, found.body_digest, plain, content, len);
    }
    return error == ERROR_NO_ROW || error == ERROR_SEAL || error == ERROR_MALFORMED ||
                   error == ERROR_KEY_UNFIT
               ? ERROR_JOURNAL_ROW
               : error;
}

/* --- taking transactions --- */

/* An act of the transaction that is being read. */
struct taken {
    uint64_t seq;
    enum error opened;
    struct act act;
};

/* The acts of one transaction, gathered until its end. */
struct group {
    struct history *history;
    uint64_t txn; /* 0: none yet */
    struct taken *acts;
    uint8_t *digests;
    size_t n;
    size_t room;
    struct journal_officer signer; /* the last one that was asked for */
    bool signer_known;
    uint32_t signer_no;
};

static enum error make_room(struct group *group)
{
    if (group->n < group->room)
        return ERROR_NONE;
    const size_t room = group->room > 0 ? 2 * group->room : 64;
    struct taken *acts = realloc(group->acts, room * sizeof *acts);
    if (acts == NULL)
        return ERROR_MEMORY;
    group->acts = acts;
    uint8_t *digests = realloc(group->digests, room * 2 * HASH_LEN);
    if (digests == NULL)
        return ERROR_MEMORY;
    group->digests = digests;
    group->room = room;
    return ERROR_NONE;
}

/* Officers are asked for again after every transaction that may have named one. */
static enum error signed_by(struct group *group, const struct journal_txn *txn, bool *right)
{
    enum error error = ERROR_NONE;
    *right = false;
    if (!group->signer_known || group->signer_no != txn->officer)
        error = history_signer(group->history, txn->officer, &group->signer);
    group->signer_known = error == ERROR_NONE;
    group->signer_no = txn->officer;
    if (error == ERROR_NO_ROW || error == ERROR_SEAL)
        return ERROR_NONE;
    if (error == ERROR_NONE)
        error = signature_check(group->signer.sign, HISTORY_DOMAIN, txn->hash, HASH_LEN,
                                txn->signature);
    *right = error == ERROR_NONE;
    return error == ERROR_FORGED ? ERROR_NONE : error;
}

/* Whether the acts that were gathered are those that an officer signed. */
static enum error check(struct group *group, const struct journal_txn *txn, bool *right)
{
    struct history *history = group->history;
    uint8_t hash[HASH_LEN];
    *right = false;
    if (txn->acts != group->n) {
        history_note_fault(history, HISTORY_HASH, txn->no, 0);
        return ERROR_NONE;
    }
    enum error error = history_hash(history->keys->office, txn, group->digests, hash);
    if (error != ERROR_NONE)
        return error;
    if (memcmp(hash, txn->hash, HASH_LEN) != 0) {
        history_note_fault(history, HISTORY_HASH, txn->no, 0);
        return ERROR_NONE;
    }
    error = signed_by(group, txn, right);
    if (error == ERROR_NONE && !*right)
        history_note_fault(history, HISTORY_SIGNATURE, txn->no, 0);
    return error;
}

static enum error fold_group(struct group *group, const struct journal_txn *txn, bool right)
{
    struct history *history = group->history;
    enum fold_verdict verdict = FOLD_COUNTS;
    enum error error = ERROR_NONE;
    fold_begin(history->fold, txn->officer);
    for (size_t i = 0; i < group->n && error == ERROR_NONE; i++) {
        const struct taken *taken = &group->acts[i];
        if (right && taken->opened == ERROR_NONE)
            error = fold_take(history->fold, taken->seq, &taken->act, &verdict);
        else
            error = fold_skip(history->fold, taken->seq);
        if (right && taken->opened != ERROR_NONE)
            history_note_fault(history,
                               taken->opened == ERROR_KEY_UNFIT ? HISTORY_KEY : HISTORY_HEAD,
                               txn->no, taken->seq);
        if (taken->opened == ERROR_NONE && taken->act.field == ACT_ROLE)
            group->signer_known = false;
    }
    return error;
}

/* Moves the position behind a transaction. */
static enum error pass(struct history *history, const struct journal_txn *txn)
{
    if (txn->no != history->txn + 1)
        history_note_fault(history, HISTORY_HOLE, txn->no, 0);
    else if (memcmp(txn->prev, history->next, HASH_LEN) != 0)
        history_note_fault(history, HISTORY_FORK, txn->no, 0);
    if (txn->no == 1)
        memcpy(history->first, txn->hash, HASH_LEN);
    history->txn = txn->no;
    return history_next(txn, history->next);
}

static enum error close_group(struct group *group)
{
    struct history *history = group->history;
    struct journal_txn txn = {.no = group->txn};
    bool right = false;
    if (group->n == 0)
        return ERROR_NONE;
    if (group->txn > history->highest)
        history->highest = group->txn;
    enum error error = journal_txn(history->journal, group->txn, &txn);
    if (error == ERROR_NO_ROW || group->txn <= history->txn) {
        history_note_fault(history, HISTORY_HASH, group->txn, 0);
        error = ERROR_NONE;
    } else {
        if (error == ERROR_NONE)
            error = check(group, &txn, &right);
        if (error == ERROR_NONE)
            error = pass(history, &txn);
    }
    if (error == ERROR_NONE)
        error = fold_group(group, &txn, right);
    group->n = 0;
    return error;
}

static enum error add_taken(struct group *group, const struct journal_act *row, uint64_t seq)
{
    enum error error = make_room(group);
    if (error != ERROR_NONE)
        return error;
    struct taken *taken = &group->acts[group->n];
    uint8_t *digests = group->digests + group->n * 2 * HASH_LEN;
    taken->seq = seq;
    taken->opened = ERROR_SEAL;
    memset(digests, 0, 2 * HASH_LEN);
    if (row != NULL) {
        taken->opened = history_open_head(group->history->keys, row, &taken->act);
        if (taken->opened == ERROR_MEMORY)
            return ERROR_MEMORY;
        memcpy(digests, row->head_digest, HASH_LEN);
        memcpy(digests + HASH_LEN, row->body_digest, HASH_LEN);
    }
    group->n++;
    return ERROR_NONE;
}

/* No desk leaves a number out, so what is missing was removed; who puts a number behind a million
   that are missing wants to use up our memory. */
enum { MISSING_MAX = 1000000 };

static enum error take_act(void *context, const struct journal_act *row)
{
    struct group *group = context;
    enum error error = ERROR_NONE;
    uint64_t next = fold_last(group->history->fold) + group->n + 1;
    if (row->seq < next || row->seq - next > MISSING_MAX)
        return ERROR_JOURNAL_CORRUPT;
    if (row->txn != group->txn && group->n > 0)
        error = close_group(group);
    group->txn = row->txn;
    if (error == ERROR_NONE && row->seq > next)
        history_note_fault(group->history, HISTORY_HOLE, row->txn, row->seq);
    /* At the beginning of a transaction they may have been the end of the one before. */
    for (; error == ERROR_NONE && next < row->seq; next++)
        error = group->n > 0 ? add_taken(group, NULL, next) : fold_skip(group->history->fold, next);
    return error == ERROR_NONE ? add_taken(group, row, row->seq) : error;
}

/* Transactions at the end all of whose acts are gone. */
static enum error take_empty(struct history *history)
{
    struct journal_txn last;
    enum error error = journal_last_txn(history->journal, &last);
    if (error == ERROR_NO_ROW)
        return ERROR_NONE;
    if (error != ERROR_NONE || last.no == history->txn)
        return error;
    if (last.no < history->txn) {
        history_note_fault(history, HISTORY_HOLE, history->txn, 0);
        return ERROR_NONE;
    }
    history_note_fault(history, HISTORY_HASH, last.no, 0);
    return pass(history, &last);
}

/* --- secrets that were given to the officer --- */

/* Anybody can wrap anything to a public key: what does not open is passed over, and noticed where
   something sealed for it is met. */
static enum error take_wrap(void *context, const struct journal_wrap *wrap)
{
    struct keyset *keys = context;
    if (keyset_find(keys, wrap->compartment, wrap->generation) != NULL)
        return ERROR_NONE;
    const enum error error = grant_take(keys, wrap);
    return error == ERROR_SEAL || error == ERROR_KEY_UNFIT ? ERROR_NONE : error;
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

static enum error start_anew(struct history *history)
{
    fold_free(&history->fold);
    history->txn = history->highest = 0;
    memset(history->next, 0, HASH_LEN);
    history->version = 0;
    history->fault_count = 0;
    history->stale = false;
    return fold_new(&history->fold);
}

static enum error follow(struct history *history)
{
    struct group group = {.history = history};
    enum error error =
        journal_each_act(history->journal, fold_last(history->fold), take_act, &group);
    if (error == ERROR_NONE)
        error = close_group(&group);
    if (error == ERROR_NONE)
        error = take_empty(history);
    free(group.acts);
    free(group.digests);
    return error;
}

/* What was given and what was done are read as they were at one moment: a secret that is given
   while we read would be missing for what is sealed under it. */
static enum error follow_held(struct history *history)
{
    int64_t version = 0;
    enum error error = journal_version(history->journal, &version);
    if (error == ERROR_NONE && (history->fold == NULL || history->stale))
        error = start_anew(history);
    if (error != ERROR_NONE || version == history->version)
        return error;
    const size_t held = history->keys->generation_count;
    error = journal_each_wrap(history->journal, history->keys->officer, take_wrap, history->keys);
    if (error == ERROR_NONE)
        error = follow(history);
    error = keep_made(history, held, error);
    if (error == ERROR_NONE)
        history->version = version;
    else
        history->stale = true;
    return error;
}

enum error history_follow(struct history *history)
{
    enum error error = journal_hold(history->journal);
    if (error != ERROR_NONE)
        return error;
    error = follow_held(history);
    journal_let_go(history->journal);
    return error;
}

void history_end(struct history *history)
{
    fold_free(&history->fold);
}
