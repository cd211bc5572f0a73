/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adds a transaction to the journal: everything is sealed before the gate is entered, and within it
   what other desks have written is taken first. */
#include "office/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
#include "office/gate.h"

/* --- a batch --- */

static enum error seal_body(const struct keyset *keys, const uint8_t *key,
                            const struct act_content *content, struct history_act *added)
{
    const struct act_body_key body = {keys->office, key};
    uint8_t sealed[JOURNAL_BODY_MAX];
    enum error error = act_seal_body(&body, added->act.kind, content, sealed, &added->body_len,
                                     added->body_digest);
    if (error != ERROR_NONE)
        return error;
    added->body = malloc(added->body_len);
    if (added->body == NULL)
        return ERROR_MEMORY;
    memcpy(added->body, sealed, added->body_len);
    return ERROR_NONE;
}

enum error history_batch_add(struct history_batch *batch, const struct keyset *keys,
                             const struct act *act, const struct history_key *key,
                             const struct act_content *content, struct history_act **out)
{
    const struct act_row *row = act_row(act->kind);
    const uint16_t compartment = row != NULL && row->of_case ? KEYSET_REGISTER : KEYSET_HOUSE;
    const struct keyset_generation *newest = keyset_newest(keys, compartment);
    enum error error = ERROR_KEY_UNFIT;
    if (newest != NULL)
        error = GROW(batch->acts, batch->n, 1, batch->room);
    if (error != ERROR_NONE)
        return error;
    struct history_act *added = &batch->acts[batch->n];
    *added = (struct history_act){.act = *act};
    if (key != NULL && key->commitment != NULL)
        memcpy(added->act.commitment, key->commitment, HASH_LEN);
    if (content != NULL)
        error = seal_body(keys, key != NULL ? key->key : newest->body, content, added);
    const struct act_key head = {keys->office, (uint8_t)compartment, newest->generation,
                                 newest->head};
    if (error == ERROR_NONE)
        error =
            act_seal_head(&head, &added->act, added->head, &added->head_len, added->head_digest);
    if (error != ERROR_NONE) {
        free(added->body);
        return error;
    }
    batch->n++;
    if (out != NULL)
        *out = added;
    return ERROR_NONE;
}

void history_batch_free(struct history_batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        free(batch->acts[i].body);
        free(batch->acts[i].casekey);
        explicit_bzero(&batch->acts[i].act, sizeof batch->acts[i].act);
    }
    free(batch->acts);
    *batch = (struct history_batch){.acts = NULL};
}

/* --- one transaction --- */

/* Root, as officer 0, while its key signs. */
static uint32_t author(const struct history *history)
{
    return history->signer != NULL ? 0 : history->keys->officer;
}

/* An act of which only the body is left was removed by another program: its number is not used
   again. */
enum { LEFT_MAX = 1024 };

static enum error pass_left(struct history *history)
{
    uint64_t last = 0;
    enum error error = journal_last_act(history->journal, &last);
    if (error == ERROR_NONE && last > fold_last(history->fold) + LEFT_MAX)
        return ERROR_NONE;
    while (error == ERROR_NONE && fold_last(history->fold) < last) {
        history->stale = true; /* until it is read as the hole that it is */
        error = fold_skip(history->fold, fold_last(history->fold) + 1);
    }
    return error;
}

static enum error keep_seal(struct fold *fold, const struct history_act *added)
{
    uint8_t seal[FOLD_SEAL_LEN];
    enum error error = fold_seal_of(added->head_digest, added->body_digest, seal);
    if (error == ERROR_NONE)
        fold_seal(fold, added->seq, seal);
    return error;
}

/* Takes the acts into the fold one by one, so that each is judged with those before it. */
static enum error number(struct history *history, struct history_batch *batch, uint32_t *count)
{
    enum error error = pass_left(history);
    fold_begin(history->fold, author(history));
    *count = 0;
    for (size_t i = 0; i < batch->n && error == ERROR_NONE; i++) {
        struct history_act *added = &batch->acts[i];
        if (added->left_out)
            continue;
        const enum fold_verdict verdict = fold_would(history->fold, &added->act, &batch->stands);
        batch->refused = i;
        batch->verdict = verdict;
        if (verdict != FOLD_COUNTS)
            return verdict == FOLD_FORBIDDEN ? ERROR_FORBIDDEN : ERROR_CHANGED;
        added->seq = fold_last(history->fold) + 1;
        history->stale = true; /* until the journal has it */
        error = fold_take(history->fold, added->seq, &added->act, &batch->verdict);
        if (error == ERROR_NONE)
            error = keep_seal(history->fold, added);
        ++*count;
    }
    return error;
}

static enum error write_act(struct history *history, uint64_t txn, const struct history_act *added)
{
    struct journal_act row = {
        .seq = added->seq, .txn = txn, .head = added->head, .head_len = added->head_len};
    memcpy(row.head_digest, added->head_digest, HASH_LEN);
    memcpy(row.body_digest, added->body_digest, HASH_LEN);
    enum error error = journal_add_act(history->journal, &row);
    if (error == ERROR_NONE && added->body != NULL)
        error = journal_add_body(history->journal, added->seq, added->body, added->body_len);
    if (error == ERROR_NONE && added->casekey != NULL)
        error = journal_add_casekey(history->journal, added->casekey);
    return error;
}

static enum error sign(const struct history *history, const struct history_batch *batch,
                       struct journal_txn *txn)
{
    const uint8_t *seed = history->signer != NULL ? history->signer : history->keys->sign;
    uint8_t *digests = malloc((size_t)txn->acts * 2 * HASH_LEN), *to = digests;
    if (digests == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->acts[i].left_out)
            continue;
        memcpy(to, batch->acts[i].head_digest, HASH_LEN);
        memcpy(to + HASH_LEN, batch->acts[i].body_digest, HASH_LEN);
        to += 2 * HASH_LEN;
    }
    enum error error = history_hash(history->keys->office, txn, digests, txn->hash);
    free(digests);
    if (error == ERROR_NONE &&
        signature_sign(seed, HISTORY_DOMAIN, txn->hash, HASH_LEN, txn->signature) != 0)
        error = ERROR_MEMORY;
    return error;
}

static enum error write_batch(struct history *history, const struct history_batch *batch,
                              struct journal_txn *txn)
{
    enum error error = sign(history, batch, txn);
    if (error == ERROR_NONE)
        error = journal_add_txn(history->journal, txn);
    for (size_t i = 0; i < batch->n && error == ERROR_NONE; i++)
        if (!batch->acts[i].left_out)
            error = write_act(history, txn->no, &batch->acts[i]);
    return error;
}

static enum error compose(struct history *history, struct history_batch *batch,
                          struct journal_txn *txn)
{
    enum error error = history_follow(history);
    if (error == ERROR_NONE && batch->before != NULL)
        error = batch->before(batch->context, batch);
    if (error == ERROR_NONE)
        error = number(history, batch, &txn->acts);
    txn->no = (history->txn > history->highest ? history->txn : history->highest) + 1;
    txn->officer = author(history);
    memcpy(txn->prev, history->next, HASH_LEN);
    if (error == ERROR_NONE && txn->acts > 0)
        error = write_batch(history, batch, txn);
    if (error == ERROR_NONE && batch->beside != NULL)
        error = batch->beside(batch->context, batch);
    return error;
}

/* --- what was said to be written is there --- */

struct expected_act {
    const struct history_act *added;
    uint64_t txn;
    bool same;
};

static enum error compare_act(void *context, const struct journal_act *row)
{
    struct expected_act *expected = context;
    const struct history_act *added = expected->added;
    expected->same = row->txn == expected->txn && row->head_len == added->head_len &&
                     memcmp(row->head, added->head, row->head_len) == 0 &&
                     memcmp(row->head_digest, added->head_digest, HASH_LEN) == 0 &&
                     memcmp(row->body_digest, added->body_digest, HASH_LEN) == 0;
    return ERROR_NONE;
}

static enum error act_back(struct journal *journal, uint64_t txn, const struct history_act *added)
{
    struct expected_act expected = {added, txn, false};
    enum error error = journal_act(journal, added->seq, compare_act, &expected);
    return error == ERROR_NONE && !expected.same ? ERROR_JOURNAL_ROW : error;
}

static enum error body_back(struct journal *journal, const struct history_act *added)
{
    uint8_t sealed[JOURNAL_BODY_MAX];
    size_t len = 0;
    enum error error = journal_body(journal, added->seq, sealed, &len);
    return error == ERROR_NONE && (len != added->body_len || memcmp(sealed, added->body, len) != 0)
               ? ERROR_JOURNAL_ROW
               : error;
}

static enum error casekey_back(struct journal *journal, const struct journal_casekey *added)
{
    struct journal_casekey found;
    enum error error = journal_casekey(journal, added->commitment, &found);
    return error == ERROR_NONE && (found.len != added->len ||
                                   memcmp(found.wrapped, added->wrapped, found.len) != 0)
               ? ERROR_JOURNAL_ROW
               : error;
}

/* The last of each: of the act that was added last, of bodies, of keys. */
static enum error batch_back(struct journal *journal, uint64_t txn,
                             const struct history_batch *batch)
{
    const struct history_act *act = NULL, *body = NULL, *casekey = NULL;
    for (size_t i = 0; i < batch->n; i++) {
        const struct history_act *added = &batch->acts[i];
        if (added->left_out)
            continue;
        act = added;
        body = added->body != NULL ? added : body;
        casekey = added->casekey != NULL ? added : casekey;
    }
    enum error error = act != NULL ? act_back(journal, txn, act) : ERROR_NONE;
    if (error == ERROR_NONE && body != NULL)
        error = body_back(journal, body);
    return error == ERROR_NONE && casekey != NULL ? casekey_back(journal, casekey->casekey) : error;
}

static enum error read_back(struct journal *journal, const struct journal_txn *txn,
                            const struct history_batch *batch)
{
    struct journal_txn found;
    enum error error = journal_txn(journal, txn->no, &found);
    if (error == ERROR_NONE && memcmp(found.hash, txn->hash, HASH_LEN) != 0)
        error = ERROR_JOURNAL_ROW;
    if (error == ERROR_NONE)
        error = batch_back(journal, txn->no, batch);
    return error == ERROR_NO_ROW ? ERROR_JOURNAL_ROW : error;
}

static enum error settle(struct history *history, const struct journal_txn *txn,
                         const struct history_batch *batch)
{
    enum error error = read_back(history->journal, txn, batch);
    if (error == ERROR_NONE)
        error = history_next(txn, history->next);
    if (error != ERROR_NONE)
        return error;
    if (txn->no == 1)
        memcpy(history->first, txn->hash, HASH_LEN);
    history->txn = txn->no;
    history->stale = false;
    return ERROR_NONE;
}

/* What others added is read and checked before it is our turn, or everybody behind would wait. */
static enum error follow(void *history)
{
    return history_follow(history);
}

enum error history_append(struct history *history, struct history_batch *batch)
{
    struct journal_txn txn = {.acts = 0};
    int64_t place = 0;
    enum error error = history_settle(history);
    if (error == ERROR_NONE) /* also because of SQLite's race, see store/db.h */
        error = gate_enter(history->gate, HISTORY_WAIT_MS, follow, history, &place);
    if (error != ERROR_NONE)
        return error;
    error = journal_begin(history->journal);
    if (error == ERROR_NONE)
        error = journal_finish(history->journal, compose(history, batch, &txn));
    gate_leave(history->gate, place);
    if (error == ERROR_NONE && txn.acts > 0)
        error = settle(history, &txn, batch);
    return error;
}
