/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the journal forward: heads are opened by a crew, block by block, then transaction by
   transaction checked and folded, in order. */
#include "office/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
#include "office/crew.h"

/* Acts that a crew opens together, while those before are folded; and that one of it takes at once.
   Of fewer than a block no crew is made. */
enum { BLOCK = 1024, JOB = 32 };

/* Signatures of so many transactions are checked one by one as these are folded; of so many more
   when all are folded, on all cores. Of still more it is done later. */
enum { CHECK_AT_ONCE = 32, CHECK_NOW = 256 };

/* An act as it was read. */
struct taken {
    uint64_t seq;
    uint64_t txn;
    size_t head_len;
    uint8_t head[ACT_HEAD_SEALED];
    uint8_t digests[2 * HASH_LEN]; /* of head and body */
    uint8_t seal[FOLD_SEAL_LEN];
    enum error opened;
    struct act act;
};

struct block {
    const struct keyset *keys;
    struct taken *acts;
    size_t n, room;
};

/* Public keys by number, asked for again after every transaction that may have named an officer. */
struct signer {
    uint32_t no;
    uint8_t sign[SIGNATURE_PUBLIC_LEN];
};
enum { SIGNERS_MAX = 32 };

struct reading {
    struct history *history;
    bool defer;        /* signatures are checked later */
    bool made;         /* secrets were made that are not held: what follows is read later */
    struct crew *crew; /* NULL until a block is full */
    struct block blocks[2];
    struct block *filling;
    struct block *opening; /* in the hands of the crew; NULL: none */
    /* The acts of one transaction, gathered until its end. */
    uint64_t txn; /* 0: none yet */
    struct taken *acts;
    uint8_t (*digests)[2 * HASH_LEN];
    size_t n, room, digest_room;
    struct signer signers[SIGNERS_MAX];
    size_t signer_count;
};

/* --- opening --- */

static void open_taken(const struct keyset *keys, struct taken *taken)
{
    struct journal_act row = {.seq = taken->seq, .head = taken->head, .head_len = taken->head_len};
    memcpy(row.head_digest, taken->digests, HASH_LEN);
    taken->opened = history_open_head(keys, &row, &taken->act);
    if (fold_seal_of(taken->digests, taken->digests + HASH_LEN, taken->seal) != ERROR_NONE)
        taken->opened = ERROR_MEMORY;
}

static void open_some(void *context, size_t job)
{
    struct block *block = context;
    const size_t end = (job + 1) * JOB < block->n ? (job + 1) * JOB : block->n;
    for (size_t i = job * JOB; i < end; i++)
        open_taken(block->keys, &block->acts[i]);
}

/* --- who signed --- */

/* The key of a transaction's officer; NULL when there is none, or not the one that was named. */
static enum error find_signer(struct reading *reading, uint32_t no, const uint8_t **sign)
{
    struct journal_officer officer;
    *sign = NULL;
    for (size_t i = 0; i < reading->signer_count; i++)
        if (reading->signers[i].no == no) {
            *sign = reading->signers[i].sign;
            return ERROR_NONE;
        }
    enum error error = history_signer(reading->history, no, &officer);
    if (error == ERROR_NO_ROW || error == ERROR_SEAL)
        return ERROR_NONE;
    if (error != ERROR_NONE)
        return error;
    if (reading->signer_count == SIGNERS_MAX)
        reading->signer_count = 0;
    struct signer *known = &reading->signers[reading->signer_count++];
    known->no = no;
    memcpy(known->sign, officer.sign, sizeof known->sign);
    *sign = known->sign;
    return ERROR_NONE;
}

static bool is_forged(const struct history *history, const uint8_t *next)
{
    for (size_t i = 0; i < history->forged_count; i++)
        if (memcmp(history->forged[i], next, HASH_LEN) == 0)
            return true;
    return false;
}

static enum error defer(struct history *history, const struct journal_txn *txn, const uint8_t *sign)
{
    struct signatures_one one = {.txn = txn->no};
    memcpy(one.by, sign, sizeof one.by);
    memcpy(one.hash, txn->hash, sizeof one.hash);
    memcpy(one.signature, txn->signature, sizeof one.signature);
    return signatures_add(history->signatures, &one);
}

/* What was found to be forged before is not asked again. */
static enum error signed_by(struct reading *reading, const struct journal_txn *txn, bool *right)
{
    struct history *history = reading->history;
    const uint8_t *sign = NULL;
    uint8_t next[HASH_LEN];
    *right = false;
    enum error error = find_signer(reading, txn->officer, &sign);
    if (error == ERROR_NONE && history->forged_count > 0)
        error = history_next(txn, next);
    if (error != ERROR_NONE || sign == NULL ||
        (history->forged_count > 0 && is_forged(history, next)))
        return error;
    error = reading->defer
                ? defer(history, txn, sign)
                : signature_check(sign, HISTORY_DOMAIN, txn->hash, HASH_LEN, txn->signature);
    *right = error == ERROR_NONE;
    return error == ERROR_FORGED ? ERROR_NONE : error;
}

/* Whether the acts that were gathered are those that an officer signed. */
static enum error check(struct reading *reading, const struct journal_txn *txn, bool *right)
{
    struct history *history = reading->history;
    uint8_t hash[HASH_LEN];
    *right = false;
    if (txn->acts != reading->n) {
        history_note_fault(history, HISTORY_HASH, txn->no, 0);
        return ERROR_NONE;
    }
    enum error error =
        history_hash(history->keys->office, txn, (const uint8_t *)reading->digests, hash);
    if (error != ERROR_NONE)
        return error;
    if (memcmp(hash, txn->hash, HASH_LEN) != 0) {
        history_note_fault(history, HISTORY_HASH, txn->no, 0);
        return ERROR_NONE;
    }
    error = signed_by(reading, txn, right);
    if (error == ERROR_NONE && !*right)
        history_note_fault(history, HISTORY_SIGNATURE, txn->no, 0);
    return error;
}

/* --- folding --- */

static bool is_lacking(const struct keyset *keys, const struct act *act)
{
    return keyset_find(keys, act->flags, (uint32_t)act->to) == NULL;
}

static enum error fold_one(struct reading *reading, const struct journal_txn *txn,
                           const struct taken *taken, bool right)
{
    struct fold *fold = reading->history->fold;
    enum fold_verdict verdict = FOLD_COUNTS;
    enum error error = right && taken->opened == ERROR_NONE
                           ? fold_take(fold, taken->seq, &taken->act, &verdict)
                           : fold_skip(fold, taken->seq);
    if (error != ERROR_NONE)
        return error;
    if (right)
        fold_seal(fold, taken->seq, taken->seal);
    if (right && taken->opened != ERROR_NONE)
        history_note_fault(reading->history,
                           taken->opened == ERROR_KEY_UNFIT ? HISTORY_KEY : HISTORY_HEAD, txn->no,
                           taken->seq);
    if (taken->opened == ERROR_NONE && taken->act.field == ACT_ROLE)
        reading->signer_count = 0;
    if (right && taken->opened == ERROR_NONE && taken->act.kind == ACT_GENERATION &&
        verdict == FOLD_COUNTS && is_lacking(reading->history->keys, &taken->act))
        reading->made = true;
    return ERROR_NONE;
}

static enum error fold_group(struct reading *reading, const struct journal_txn *txn, bool right)
{
    enum error error = ERROR_NONE;
    fold_begin(reading->history->fold, txn->officer);
    for (size_t i = 0; i < reading->n && error == ERROR_NONE; i++)
        error = fold_one(reading, txn, &reading->acts[i], right);
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

static enum error close_group(struct reading *reading)
{
    struct history *history = reading->history;
    struct journal_txn txn = {.no = reading->txn};
    bool right = false;
    if (reading->n == 0)
        return ERROR_NONE;
    if (reading->txn > history->highest)
        history->highest = reading->txn;
    enum error error = journal_txn(history->journal, reading->txn, &txn);
    if (error == ERROR_NO_ROW || reading->txn <= history->txn) {
        history_note_fault(history, HISTORY_HASH, reading->txn, 0);
        error = ERROR_NONE;
    } else {
        if (error == ERROR_NONE)
            error = check(reading, &txn, &right);
        if (error == ERROR_NONE)
            error = pass(history, &txn);
    }
    if (error == ERROR_NONE)
        error = fold_group(reading, &txn, right);
    reading->n = 0;
    return error;
}

/* taken is NULL for an act that is missing. */
static enum error add_to_group(struct reading *reading, const struct taken *taken, uint64_t seq)
{
    enum error error = GROW(reading->acts, reading->n, 1, reading->room);
    if (error == ERROR_NONE)
        error = GROW(reading->digests, reading->n, 1, reading->digest_room);
    if (error != ERROR_NONE)
        return error;
    struct taken *added = &reading->acts[reading->n];
    if (taken != NULL) {
        *added = *taken;
    } else {
        memset(added, 0, sizeof *added);
        added->seq = seq;
        added->opened = ERROR_SEAL;
    }
    memcpy(reading->digests[reading->n], added->digests, sizeof added->digests);
    reading->n++;
    return added->opened == ERROR_MEMORY ? ERROR_MEMORY : ERROR_NONE;
}

/* No desk leaves a number out, so what is missing was removed; who puts a number behind a million
   that are missing wants to use up our memory. */
enum { MISSING_MAX = 1000000 };

static enum error gather(struct reading *reading, const struct taken *taken)
{
    enum error error = ERROR_NONE;
    uint64_t next = fold_last(reading->history->fold) + reading->n + 1;
    if (taken->seq < next || taken->seq - next > MISSING_MAX)
        return ERROR_JOURNAL_CORRUPT;
    if (taken->txn != reading->txn && reading->n > 0)
        error = close_group(reading);
    if (error == ERROR_NONE && reading->made)
        error = ERROR_KEY_UNFIT; /* for what follows */
    reading->txn = taken->txn;
    if (error == ERROR_NONE && taken->seq > next)
        history_note_fault(reading->history, HISTORY_HOLE, taken->txn, taken->seq);
    /* At the beginning of a transaction they may have been the end of the one before. */
    for (; error == ERROR_NONE && next < taken->seq; next++)
        error = reading->n > 0 ? add_to_group(reading, NULL, next)
                               : fold_skip(reading->history->fold, next);
    return error == ERROR_NONE ? add_to_group(reading, taken, taken->seq) : error;
}

static enum error fold_block(struct reading *reading, struct block *block)
{
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < block->n && error == ERROR_NONE; i++)
        error = gather(reading, &block->acts[i]);
    block->n = 0;
    return error;
}

/* --- blocks --- */

/* Gives the block that was filled to the crew, and folds the one that the crew has opened. */
static enum error pass_on(struct reading *reading)
{
    struct block *opened = reading->opening;
    enum error error = ERROR_NONE;
    if (reading->crew == NULL)
        error = crew_new(&reading->crew);
    if (error != ERROR_NONE)
        return error;
    if (opened != NULL)
        crew_finish(reading->crew);
    reading->opening = reading->filling;
    crew_start(reading->crew, open_some, reading->opening, (reading->opening->n + JOB - 1) / JOB);
    reading->filling =
        reading->opening == &reading->blocks[0] ? &reading->blocks[1] : &reading->blocks[0];
    return opened != NULL ? fold_block(reading, opened) : ERROR_NONE;
}

static enum error take_act(void *context, const struct journal_act *row)
{
    struct reading *reading = context;
    enum error error = reading->filling->n == BLOCK ? pass_on(reading) : ERROR_NONE;
    struct block *block = reading->filling;
    if (error == ERROR_NONE)
        error = GROW(block->acts, block->n, 1, block->room);
    if (error != ERROR_NONE)
        return error;
    struct taken *taken = &block->acts[block->n++];
    memset(taken, 0, sizeof *taken);
    taken->seq = row->seq;
    taken->txn = row->txn;
    taken->head_len = row->head_len;
    if (row->head_len > 0 && row->head_len <= sizeof taken->head)
        memcpy(taken->head, row->head, row->head_len);
    memcpy(taken->digests, row->head_digest, HASH_LEN);
    memcpy(taken->digests + HASH_LEN, row->body_digest, HASH_LEN);
    return ERROR_NONE;
}

/* The last block is often the only one, and short. */
static enum error take_rest(struct reading *reading)
{
    enum error error = ERROR_NONE;
    if (reading->opening != NULL) {
        crew_finish(reading->crew);
        error = fold_block(reading, reading->opening);
        reading->opening = NULL;
    }
    for (size_t i = 0; i < reading->filling->n; i++)
        open_taken(reading->filling->keys, &reading->filling->acts[i]);
    if (error == ERROR_NONE)
        error = fold_block(reading, reading->filling);
    return error == ERROR_NONE ? close_group(reading) : error;
}

static void end_reading(struct reading *reading)
{
    if (reading->opening != NULL)
        crew_finish(reading->crew);
    crew_free(&reading->crew);
    for (size_t i = 0; i < 2; i++)
        free(reading->blocks[i].acts);
    free(reading->acts);
    free(reading->digests);
}

/* --- the whole --- */

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

/* Whether the signatures of what follows are checked later. */
static enum error will_defer(struct history *history, bool *later)
{
    struct journal_txn last = {.no = 0};
    enum error error = journal_last_txn(history->journal, &last);
    *later = error == ERROR_NONE && !history->at_once && last.no > history->txn &&
             last.no - history->txn > CHECK_AT_ONCE;
    if (*later && history->signatures == NULL)
        error = signatures_new(&history->signatures);
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}

static enum error read_on(struct history *history, bool *made)
{
    struct reading reading = {.history = history};
    reading.blocks[0].keys = reading.blocks[1].keys = history->keys;
    reading.filling = &reading.blocks[0];
    enum error error = will_defer(history, &reading.defer);
    if (error == ERROR_NONE)
        error = journal_each_act(history->journal, fold_last(history->fold), take_act, &reading);
    if (error == ERROR_NONE)
        error = take_rest(&reading);
    *made = reading.made;
    if (error == ERROR_NONE && !reading.made)
        error = take_empty(history);
    end_reading(&reading);
    return reading.made && error == ERROR_KEY_UNFIT ? ERROR_NONE : error;
}

enum error history_read(struct history *history, bool *made)
{
    bool held = false;
    enum error error = journal_hold(history->journal, &held);
    if (error == ERROR_NONE)
        error = read_on(history, made);
    journal_release(history->journal, &held);
    size_t left = 0;
    if (error == ERROR_NONE && history->signatures != NULL) {
        signatures_left(history->signatures, &left);
        if (left > 0 && left <= CHECK_NOW)
            error = signatures_check(history->signatures, SIGNATURES_ALL);
    }
    return error;
}
