/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosks of the office: their cards, and what their chains say. */
#include "office/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/grow.h"
#include "crypto/secret.h"

/* --- cards --- */

static enum error append(struct vault *vault, const struct act *act, const uint8_t *file,
                         struct history_batch *batch)
{
    const struct act_content content = {.head = file, .head_len = CARD_LEN};
    enum error error = history_batch_add(batch, vault->keys, act, NULL, &content, NULL);
    return error == ERROR_NONE ? history_append(&vault->history, batch) : error;
}

struct kept {
    struct journal *journal;
    const struct card *card;
};

static enum error add_row(void *context, const struct history_batch *batch)
{
    const struct kept *kept = context;
    return journal_add_kiosk(kept->journal, kept->card->kiosk);
}

enum error fleet_keep_card(struct vault *vault, const uint8_t file[CARD_LEN], uint32_t now)
{
    struct card card;
    enum error error = card_view(file, &vault->charter, &card);
    if (error != ERROR_NONE)
        return error;
    const struct fold_kiosk *known = fold_kiosk_of(vault->history.fold, card.kiosk);
    struct kept kept = {vault->journal, &card};
    struct history_batch batch = {.beside = add_row, .context = &kept};
    struct act act = {
        .kind = ACT_KIOSK,
        .field = ACT_CARD,
        .minute = now,
        .from = known != NULL ? known->card : 0,
        .to = card.number,
    };
    memcpy(act.subject, card.kiosk, CARD_KIOSK_LEN);
    error = append(vault, &act, file, &batch);
    history_batch_free(&batch);
    return error;
}

static enum error open_card(struct vault *vault, const struct fold_kiosk *kiosk, uint8_t *plain,
                            struct card *card)
{
    const uint8_t *file = NULL;
    size_t len = 0;
    enum error error = history_body(&vault->history, kiosk->carded, ACT_KIOSK, plain, &file, &len);
    if (error != ERROR_NONE)
        return error;
    error = len == CARD_LEN ? card_view(file, &vault->charter, card) : ERROR_JOURNAL_ROW;
    if (error_is_machine(error))
        return error;
    if (error != ERROR_NONE || memcmp(card->kiosk, kiosk->id, CARD_KIOSK_LEN) != 0 ||
        card->number != kiosk->card)
        return ERROR_JOURNAL_ROW;
    return ERROR_NONE;
}

enum error fleet_card(struct vault *vault, const uint8_t kiosk[CARD_KIOSK_LEN], struct card *card)
{
    const struct fold_kiosk *known = fold_kiosk_of(vault->history.fold, kiosk);
    if (known == NULL)
        return ERROR_NOT_ENROLLED;
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    if (plain == NULL)
        return ERROR_MEMORY;
    enum error error = open_card(vault, known, plain, card);
    if (error == ERROR_JOURNAL_ROW)
        vault_note_damage(vault, 0, known->carded, 0);
    secret_free(plain);
    return error;
}

/* --- the list --- */

static enum error add_range(void *context, uint64_t first, uint64_t last)
{
    struct fleet_ranges *ranges = context;
    enum error error = GROW(ranges->all, ranges->n, 1, ranges->room);
    if (error == ERROR_NONE)
        ranges->all[ranges->n++] = (struct fleet_range){first, last};
    return error;
}

static enum error add_rollback(struct fleet_rollbacks *rollbacks, const struct contact_state *state)
{
    if (state->rollbacks == rollbacks->n)
        return ERROR_NONE;
    enum error error = GROW(rollbacks->all, rollbacks->n, 1, rollbacks->room);
    if (error == ERROR_NONE)
        rollbacks->all[rollbacks->n++] = state->rollback;
    return error;
}

static bool knows_misfit(const struct fleet_misfits *misfits, const struct misfit *misfit)
{
    for (size_t i = 0; i < misfits->n; i++)
        if (misfit_same(&misfits->all[i].misfit.had, &misfit->had) &&
            misfit_same(&misfits->all[i].misfit.came, &misfit->came))
            return true;
    return false;
}

static enum error add_misfits(struct fleet_misfits *misfits, const struct misfit_list *told,
                              uint32_t day)
{
    enum error error = ERROR_NONE;
    for (uint32_t i = 0; i < told->n && error == ERROR_NONE; i++) {
        if (knows_misfit(misfits, &told->all[i]))
            continue;
        error = GROW(misfits->all, misfits->n, 1, misfits->room);
        if (error == ERROR_NONE)
            misfits->all[misfits->n++] = (struct fleet_misfit){told->all[i], day};
    }
    return error;
}

static enum error add_contact(void *context, const struct contact *contact,
                              const struct contact_state *state)
{
    struct fleet_row *row = context;
    const enum error error = add_rollback(&row->rollbacks, state);
    return error == ERROR_NONE ? add_misfits(&row->misfits, &contact->misfits, state->day) : error;
}

/* Notes in *damaged what makes the row poorer, but not useless. */
static enum error pass_damage(enum error error, bool *damaged)
{
    *damaged = *damaged || error == ERROR_JOURNAL_ROW;
    return error == ERROR_JOURNAL_ROW ? ERROR_NONE : error;
}

/* The row of the kiosk is written with its first card. */
static enum error read_chain(struct vault *vault, const struct fold_kiosk *kiosk,
                             struct fleet_row *row)
{
    enum error error = journal_kiosk(vault->journal, kiosk->id, &row->kiosk);
    memcpy(row->kiosk.kiosk, kiosk->id, sizeof row->kiosk.kiosk);
    if (error == ERROR_NO_ROW) {
        vault_note_damage(vault, 0, kiosk->first, 0);
        error = ERROR_JOURNAL_ROW;
    }
    return error;
}

static enum error complete(struct vault *vault, const struct fold_kiosk *kiosk, uint32_t today,
                           struct fleet_row *row, bool *damaged)
{
    const uint8_t *id = kiosk->id;
    row->enrolled = fold_act(vault->history.fold, kiosk->first)->minute / DAY_MINUTES;
    enum error error = pass_damage(read_chain(vault, kiosk, row), damaged);
    if (error == ERROR_NONE)
        error = pass_damage(fleet_card(vault, id, &row->card), damaged);
    if (error == ERROR_NONE)
        error = pass_damage(contact_fold(vault, id, &row->contact, add_contact, row), damaged);
    if (error == ERROR_NONE)
        error = journal_each_gap(vault->journal, id, add_range, &row->gaps);
    if (error == ERROR_NONE)
        error = journal_each_fork(vault->journal, id, add_range, &row->forks);
    const uint32_t since = row->kiosk.last_seq > 0 ? row->kiosk.last_day : row->enrolled;
    row->silent = today > since ? today - since : 0;
    return error;
}

static int by_id(const void *a, const void *b)
{
    const struct fleet_row *x = a, *y = b;
    return memcmp(x->kiosk.kiosk, y->kiosk.kiosk, sizeof x->kiosk.kiosk);
}

enum error fleet_list(struct vault *vault, uint32_t now, struct fleet_row **out, size_t *n)
{
    const struct fold *fold = vault->history.fold;
    const size_t count = fold_kiosk_count(fold);
    bool damaged = false;
    enum error error = ERROR_NONE;
    struct fleet_row *rows = count > 0 ? calloc(count, sizeof *rows) : NULL;
    *out = NULL;
    *n = 0;
    if (count > 0 && rows == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < count && error == ERROR_NONE; i++)
        error = complete(vault, fold_kiosk(fold, i), now / DAY_MINUTES, &rows[i], &damaged);
    if (error != ERROR_NONE) {
        fleet_free(rows, count);
        return error;
    }
    if (count > 0)
        qsort(rows, count, sizeof *rows, by_id);
    *out = rows;
    *n = count;
    return damaged ? ERROR_JOURNAL_ROW : ERROR_NONE;
}

void fleet_free(struct fleet_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(rows[i].gaps.all);
        free(rows[i].forks.all);
        free(rows[i].rollbacks.all);
        free(rows[i].misfits.all);
    }
    free(rows);
}

/* --- boards --- */

/* The highest board that a kiosk ever said to hold; it is in the heads of its import acts. */
static uint32_t highest_board(const struct fold *fold, const struct fold_kiosk *kiosk)
{
    uint32_t highest = 0;
    for (uint64_t seq = kiosk->first; seq != 0; seq = fold_act(fold, seq)->next) {
        const struct fold_act *act = fold_act(fold, seq);
        if (act->kind == ACT_IMPORT && act->verdict == FOLD_COUNTS && act->to > highest)
            highest = act->to;
    }
    return highest;
}

uint32_t fleet_ahead(const struct vault *vault, uint8_t kiosk[CARD_KIOSK_LEN])
{
    const struct fold *fold = vault->history.fold;
    uint32_t made = 0, ahead = 0;
    fold_board(fold, &made);
    for (size_t i = 0; i < fold_kiosk_count(fold); i++) {
        const struct fold_kiosk *one = fold_kiosk(fold, i);
        const uint32_t highest = highest_board(fold, one);
        if (highest > made && highest > ahead) {
            memcpy(kiosk, one->id, CARD_KIOSK_LEN);
            ahead = highest;
        }
    }
    return ahead;
}
