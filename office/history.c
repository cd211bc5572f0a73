/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a history is read by: hashes, signers, heads and bodies. */
#include "office/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "office/identity.h"

const char *history_fault_name(enum history_fault_kind kind)
{
    static const char *const names[HISTORY_FAULTS] = {
        [HISTORY_HOLE] = "hole",     [HISTORY_FORK] = "fork",
        [HISTORY_HASH] = "hash",     [HISTORY_SIGNATURE] = "signature",
        [HISTORY_HEAD] = "head",     [HISTORY_KEY] = "key",
        [HISTORY_SECRET] = "secret", [HISTORY_ROLLED_BACK] = "rolled back",
    };
    return names[kind];
}

void history_note_fault(struct history *history, enum history_fault_kind kind, uint64_t txn,
                        uint64_t seq)
{
    const struct history_fault fault = {kind, txn, seq};
    for (size_t i = 0; i < history->fault_count && i < HISTORY_FAULTS_MAX; i++)
        if (history->faults[i].kind == kind && history->faults[i].txn == txn &&
            history->faults[i].seq == seq)
            return;
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
    /* Who reads an act of the office looks for its body's key where its head's key was. */
    if (kind != NULL && compartment != (kind->of_case ? KEYSET_REGISTER : KEYSET_HOUSE))
        return ERROR_MALFORMED;
    return error;
}

/* --- bodies of the office's acts --- */

struct office_act {
    const struct keyset *keys;
    enum error opened;
    struct act act;
    uint32_t generation;
    uint8_t head_digest[HASH_LEN];
    uint8_t body_digest[HASH_LEN];
};

static enum error open_office_act(void *context, const struct journal_act *row)
{
    struct office_act *found = context;
    uint8_t compartment = 0;
    found->opened = history_open_head(found->keys, row, &found->act);
    act_head_needs(row, &compartment, &found->generation);
    memcpy(found->head_digest, row->head_digest, HASH_LEN);
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
        error = fold_is_sealed(history->fold, seq, found.head_digest, found.body_digest);
    if (error == ERROR_NONE)
        error = journal_body(history->journal, seq, sealed, &sealed_len);
    if (error == ERROR_NONE) {
        const struct keyset_generation *house =
            keyset_find(history->keys, KEYSET_HOUSE, found.generation);
        const struct act_body_key key = {history->keys->office, house->body};
        error = act_open_body(&key, sealed, sealed_len, found.body_digest, plain, content, len);
    }
    return error == ERROR_NO_ROW || error == ERROR_SEAL || error == ERROR_MALFORMED ||
                   error == ERROR_KEY_UNFIT || error == ERROR_JOURNAL_CORRUPT
               ? ERROR_JOURNAL_ROW
               : error;
}
