/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Officers: listed and named. */
#include "office/officer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "office/grant.h"
#include "office/holders.h"
#include "office/request.h"

/* --- the list --- */

struct opened {
    const struct keyset *keys;
    struct act act;
    enum error error;
};

static enum error open_act(void *context, const struct journal_act *row)
{
    struct opened *opened = context;
    opened->error = history_open_head(opened->keys, row, &opened->act);
    return ERROR_NONE;
}

/* The head of an act that counts, which was opened before. */
static enum error read_head(struct vault *vault, uint64_t seq, struct act *act)
{
    struct opened opened = {.keys = vault->keys, .error = ERROR_SEAL};
    enum error error = journal_act(vault->journal, seq, open_act, &opened);
    *act = opened.act;
    if (error == ERROR_NONE && opened.error == ERROR_MEMORY)
        return ERROR_MEMORY;
    return error == ERROR_NO_ROW || opened.error != ERROR_NONE ? ERROR_JOURNAL_ROW : error;
}

static enum error fill_row(struct vault *vault, uint32_t no, struct officer_row *row)
{
    const struct fold *fold = vault->history.fold;
    const struct fold_officer *officer = fold_officer(fold, no);
    *row = (struct officer_row){
        .no = no, .role = officer->role, .since = fold_act(fold, officer->named)->minute};
    naming_fingerprint(officer->commitment, row->fingerprint);
    enum error error = naming_read(&vault->history, officer->named, row->name);
    return error == ERROR_JOURNAL_ROW ? ERROR_NONE : error;
}

/* What can be read is shown: a removal whose head is gone leaves its day out. */
static enum error fill_removals(struct vault *vault, struct officer_row *rows, size_t n)
{
    const struct fold *fold = vault->history.fold;
    enum error error = ERROR_NONE;
    for (uint64_t seq = 1; seq <= fold_last(fold) && error == ERROR_NONE; seq++) {
        const struct fold_act *past = fold_act(fold, seq);
        struct act act;
        if (past->kind != ACT_REMOVED || past->verdict != FOLD_COUNTS)
            continue;
        error = read_head(vault, seq, &act);
        if (error == ERROR_NONE && act.owner >= 1 && act.owner <= n)
            rows[act.owner - 1].removed = act.minute;
        if (error == ERROR_JOURNAL_ROW)
            error = ERROR_NONE;
    }
    return error;
}

enum error officer_list(struct vault *vault, struct officer_row **rows, size_t *n)
{
    const uint32_t count = fold_officer_count(vault->history.fold);
    enum error error = ERROR_NONE;
    *n = 0;
    *rows = calloc((size_t)count + 1, sizeof **rows);
    if (*rows == NULL)
        return ERROR_MEMORY;
    for (uint32_t no = 1; no <= count && error == ERROR_NONE; no++)
        error = fill_row(vault, no, &(*rows)[no - 1]);
    if (error == ERROR_NONE)
        error = fill_removals(vault, *rows, count);
    if (error == ERROR_NONE) {
        *n = count;
        return ERROR_NONE;
    }
    free(*rows);
    *rows = NULL;
    return error;
}

/* The board's key is renewed by a new generation of its compartment. */
enum error officer_renewal_due(struct vault *vault, bool *due)
{
    const struct fold *fold = vault->history.fold;
    *due = false;
    for (uint64_t seq = fold_last(fold); seq >= 1 && !*due; seq--) {
        const struct fold_act *past = fold_act(fold, seq);
        struct act act;
        if (past->verdict != FOLD_COUNTS)
            continue;
        *due = past->kind == ACT_REMOVED;
        if (past->kind != ACT_GENERATION)
            continue;
        enum error error = read_head(vault, seq, &act);
        if (error != ERROR_NONE || act.flags == KEYSET_BOARD)
            return error;
    }
    return ERROR_NONE;
}

/* --- naming one --- */

struct addition {
    struct vault *vault;
    struct naming who;
    struct journal_wrap *wraps; /* of every generation that was held when they were made */
    size_t n;
};

static enum error known_key(void *context, const struct journal_officer *officer)
{
    const struct naming *who = context;
    return memcmp(officer->sign, who->sign, sizeof who->sign) == 0 ? ERROR_REQUEST_KNOWN
                                                                   : ERROR_NONE;
}

/* Before the gate, since each takes its time. */
static enum error wrap_all(struct addition *addition)
{
    const struct keyset *keys = addition->vault->keys;
    struct grant_holder holder = {.officer = addition->who.no};
    memcpy(holder.agree, addition->who.agree, sizeof holder.agree);
    enum error error = ERROR_NONE;
    addition->n = keys->generation_count;
    addition->wraps = calloc(addition->n + 1, sizeof *addition->wraps);
    if (addition->wraps == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < addition->n && error == ERROR_NONE; i++)
        error = holders_wrap(addition->vault, keys->generations[i], &holder, &addition->wraps[i]);
    return error;
}

/* Inside the transaction. A generation that was made since would be lacking: then all begins anew.
 */
static enum error give_all(void *context, const struct history_batch *batch)
{
    struct addition *addition = context;
    struct vault *vault = addition->vault;
    struct journal_officer officer = {.no = addition->who.no};
    memcpy(officer.sign, addition->who.sign, sizeof officer.sign);
    memcpy(officer.agree, addition->who.agree, sizeof officer.agree);
    enum error error = vault->keys->generation_count == addition->n
                           ? journal_add_officer(vault->journal, &officer)
                           : ERROR_CHANGED;
    for (size_t i = 0; keyset_compartments[i] != 0 && error == ERROR_NONE; i++) {
        const uint16_t compartment = keyset_compartments[i];
        const struct keyset_generation *newest = keyset_newest(vault->keys, compartment);
        if (newest == NULL ||
            newest->generation != fold_generation(vault->history.fold, compartment))
            error = ERROR_KEY_UNFIT;
    }
    for (size_t i = 0; i < addition->n && error == ERROR_NONE; i++)
        error = journal_put_wrap(vault->journal, &addition->wraps[i]);
    return error;
}

static enum error add_once(struct addition *addition, uint32_t now)
{
    struct vault *vault = addition->vault;
    struct history_batch batch = {.beside = give_all, .context = addition};
    enum error error = history_follow(&vault->history);
    if (error == ERROR_NONE)
        error = journal_each_officer(vault->journal, known_key, &addition->who);
    if (error != ERROR_NONE)
        return error;
    addition->who.no = fold_officer_count(vault->history.fold) + 1;
    error = naming_add(&batch, vault->keys, &addition->who, now);
    if (error == ERROR_NONE)
        error = wrap_all(addition);
    if (error == ERROR_NONE)
        error = history_append(&vault->history, &batch);
    history_batch_free(&batch);
    free(addition->wraps);
    addition->wraps = NULL;
    return error;
}

/* Another lead who names somebody at the same time takes the number, and nothing else is amiss. */
enum { TRIES = 16 };

enum error officer_add(struct vault *vault, const struct officer_order *order, uint32_t *no,
                       char name[NAMING_NAME_MAX + 1])
{
    struct request request;
    enum error error =
        request_find(vault->dir, vault->charter.office, order->fingerprint, &request);
    if (error != ERROR_NONE)
        return error;
    struct addition addition = {.vault = vault, .who = request.who};
    addition.who.role = order->role;
    error = ERROR_CHANGED;
    for (int i = 0; i < TRIES && error == ERROR_CHANGED; i++)
        error = add_once(&addition, order->now);
    if (error == ERROR_NONE || error == ERROR_REQUEST_KNOWN)
        (void)unlinkat(vault->dir, request.file, 0); /* one that stays names nobody again */
    if (error != ERROR_NONE)
        return error;
    *no = addition.who.no;
    memcpy(name, addition.who.name, sizeof addition.who.name);
    return holders_settle_intake(vault);
}
