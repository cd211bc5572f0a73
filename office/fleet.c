/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosks of the office: their cards, and what their chains say. */
#include "office/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static enum error put_card(struct vault *vault, struct caseload_kiosk *kiosk, const uint8_t *file)
{
    enum error error = caseload_next_id(vault->cases, &kiosk->row);
    if (error != ERROR_NONE)
        return error;
    if (casebook_seal(vault->keys->casebook, kiosk->row, file, CARD_FILE_LEN, kiosk->card) != 0)
        return ERROR_MEMORY;
    kiosk->card_len = CARD_FILE_LEN + CASEBOOK_OVERHEAD;
    return caseload_put_card(vault->cases, kiosk);
}

enum error fleet_keep_card(struct vault *vault, const uint8_t file[CARD_FILE_LEN], uint32_t today)
{
    _Static_assert((int)CARD_FILE_LEN + (int)CASEBOOK_OVERHEAD <= (int)CASELOAD_CARD_MAX,
                   "room for a card");
    struct card card;
    struct charter charter;
    struct caseload_kiosk kiosk = {.enrolled = today};
    enum error error = card_decode(file, CARD_FILE_LEN, &card, &charter);
    if (error != ERROR_NONE)
        return error;
    memcpy(kiosk.kiosk, card.kiosk, sizeof kiosk.kiosk);
    error = caseload_begin(vault->cases);
    return error == ERROR_NONE ? caseload_finish(vault->cases, put_card(vault, &kiosk, file))
                               : error;
}

enum error fleet_card(const struct vault *vault, const struct caseload_kiosk *kiosk,
                      struct card *card)
{
    uint8_t file[CARD_FILE_LEN]; /* not secret: the kiosk carries it in the clear */
    struct charter charter;
    if (kiosk->card_len != CARD_FILE_LEN + CASEBOOK_OVERHEAD)
        return ERROR_CASEBOOK_ROW;
    enum error error =
        casebook_open(vault->keys->casebook, kiosk->row, kiosk->card, kiosk->card_len, file);
    if (error == ERROR_NONE)
        error = card_decode(file, sizeof file, card, &charter);
    if (error_is_machine(error))
        return error;
    if (error != ERROR_NONE ||
        memcmp(card->office, vault->charter.office, CHARTER_OFFICE_LEN) != 0 ||
        memcmp(card->kiosk, kiosk->kiosk, CARD_KIOSK_LEN) != 0)
        return ERROR_CASEBOOK_ROW;
    return ERROR_NONE;
}

static enum error add_range(void *context, uint64_t first, uint64_t last)
{
    struct fleet_ranges *ranges = context;
    struct fleet_range *more = realloc(ranges->all, (ranges->n + 1) * sizeof *more);
    if (more == NULL)
        return ERROR_MEMORY;
    ranges->all = more;
    ranges->all[ranges->n++] = (struct fleet_range){first, last};
    return ERROR_NONE;
}

static enum error add_rollback(void *context, const struct caseload_rollback *rollback)
{
    struct fleet_rollbacks *rollbacks = context;
    struct caseload_rollback *more = realloc(rollbacks->all, (rollbacks->n + 1) * sizeof *more);
    if (more == NULL)
        return ERROR_MEMORY;
    rollbacks->all = more;
    rollbacks->all[rollbacks->n++] = *rollback;
    return ERROR_NONE;
}

struct rows {
    struct fleet_row *all;
    size_t n;
};

static enum error add_kiosk(void *context, const struct caseload_kiosk *kiosk)
{
    struct rows *rows = context;
    struct fleet_row *more = realloc(rows->all, (rows->n + 1) * sizeof *more);
    if (more == NULL)
        return ERROR_MEMORY;
    rows->all = more;
    memset(&rows->all[rows->n], 0, sizeof *more);
    rows->all[rows->n++].kiosk = *kiosk;
    return ERROR_NONE;
}

static enum error complete(struct vault *vault, uint32_t today, struct fleet_row *row)
{
    const uint32_t since = row->kiosk.last_seq > 0 ? row->kiosk.last_day : row->kiosk.enrolled;
    row->silent = today > since ? today - since : 0;
    enum error error = fleet_card(vault, &row->kiosk, &row->card);
    if (error == ERROR_NONE)
        error = caseload_each_gap(vault->cases, row->kiosk.kiosk, add_range, &row->gaps);
    if (error == ERROR_NONE)
        error = caseload_each_fork(vault->cases, row->kiosk.kiosk, add_range, &row->forks);
    if (error == ERROR_NONE)
        error =
            caseload_each_rollback(vault->cases, row->kiosk.kiosk, add_rollback, &row->rollbacks);
    return error;
}

enum error fleet_list(struct vault *vault, uint32_t today, struct fleet_row **out, size_t *n)
{
    struct rows rows = {0};
    enum error error = caseload_each_kiosk(vault->cases, add_kiosk, &rows);
    for (size_t i = 0; i < rows.n && error == ERROR_NONE; i++)
        error = complete(vault, today, &rows.all[i]);
    if (error != ERROR_NONE) {
        fleet_free(rows.all, rows.n);
        rows = (struct rows){0};
    }
    *out = rows.all;
    *n = rows.n;
    return error;
}

void fleet_free(struct fleet_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(rows[i].gaps.all);
        free(rows[i].forks.all);
        free(rows[i].rollbacks.all);
    }
    free(rows);
}

struct ahead {
    uint8_t *kiosk;
    uint32_t board;
};

static enum error look_ahead(void *context, const struct caseload_kiosk *kiosk)
{
    struct ahead *ahead = context;
    if (kiosk->board > ahead->board) {
        memcpy(ahead->kiosk, kiosk->kiosk, CARD_KIOSK_LEN);
        ahead->board = kiosk->board;
    }
    return ERROR_NONE;
}

enum error fleet_ahead(struct vault *vault, uint8_t kiosk[CARD_KIOSK_LEN], uint32_t *board)
{
    struct caseload_board made;
    enum error error = caseload_board(vault->cases, &made);
    struct ahead ahead = {.kiosk = kiosk, .board = made.number};
    if (error == ERROR_NONE)
        error = caseload_each_kiosk(vault->cases, look_ahead, &ahead);
    *board = error == ERROR_NONE && ahead.board > made.number ? ahead.board : 0;
    return error;
}
