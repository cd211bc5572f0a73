/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board that was made goes into the journal: its act, its files and what it took; and boards
   whose term is over leave. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
#include "office/publish_parts.h"
#include "office/published.h"

static enum error keep_taken(const struct publish_board *board)
{
    struct journal *journal = board->vault->journal;
    const struct told *told = &board->told;
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < told->mended_count && error == ERROR_NONE; i++)
        error = journal_publish_record(journal, &told->mended[i], told->mended[i].board);
    for (size_t i = 0; i < board->kiosk_count; i++)
        for (size_t k = 0; k < board->kiosks[i].n && error == ERROR_NONE; k++)
            error = journal_publish_record(journal, &board->kiosks[i].all[k], board->number);
    return error;
}

/* Boards whose term is over. */
struct over {
    const struct publish_board *board;
    uint32_t *all;
    size_t n, room;
};

static enum error add_over(void *context, const struct journal_board *row)
{
    struct over *over = context;
    const struct publish_board *board = over->board;
    if (row->number >= board->number || !publish_board_over(board, row->number, true))
        return ERROR_NONE;
    enum error error = GROW(over->all, over->n, 1, over->room);
    if (error == ERROR_NONE)
        over->all[over->n++] = row->number;
    return error;
}

static enum error drop_over(const struct publish_board *board)
{
    struct journal *journal = board->vault->journal;
    struct over over = {.board = board};
    enum error error = journal_each_board(journal, add_over, &over);
    for (size_t i = 0; i < over.n && error == ERROR_NONE; i++)
        error = journal_drop_board(journal, over.all[i]);
    free(over.all);
    return error;
}

static enum error keep_all(const struct publish_board *board)
{
    struct journal *journal = board->vault->journal;
    const struct journal_board row = {
        .number = board->number,
        .day = board->day,
        .charter = board->vault->charter.number,
        .head = {board->head, board->head_len},
        .arrivals = {board->arrivals, board->arrivals_len},
        .answers = {board->answers, board->answers_len},
    };
    /* No act has made this number: whatever somebody put there is no board. */
    enum error error = journal_drop_board(journal, board->number);
    if (error == ERROR_NONE)
        error = journal_add_board(journal, &row);
    if (error == ERROR_NONE)
        error = keep_taken(board);
    return error == ERROR_NONE ? drop_over(board) : error;
}

/* --- its act --- */

/* A colleague may have taken a message back since the board was made. */
static enum error look_again(void *context, struct history_batch *batch)
{
    const struct publish_board *board = context;
    bool stands = true;
    for (size_t i = 0; i < board->queue.n && stands; i++)
        stands = board->queue.all[i].board != 1 ||
                 !fold_taken_back(board->vault->history.fold, board->queue.all[i].act);
    return stands ? ERROR_NONE : ERROR_CHANGED;
}

static enum error keep_board(void *context, const struct history_batch *batch)
{
    return keep_all(context);
}

/* The body of the board's act; malloc'd. */
static enum error make_body(const struct publish_board *board, uint8_t **out, size_t *len)
{
    struct published_board said = {
        .number = board->number,
        .day = board->day,
        .answers = board->vault->charter.settings[CHARTER_ANSWERS],
    };
    const struct hash_part part = {board->head, board->head_len};
    size_t n = 0;
    *len = published_len(said.answers);
    uint8_t *body = *out = malloc(*len);
    if (body == NULL || hash_sha256(said.hash, &part, 1) != 0)
        return ERROR_MEMORY;
    published_encode(&said, body);
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < board->queue.n && error == ERROR_NONE; i++)
        if (board->queue.all[i].board == 1)
            error = published_name(body, n++, board->queue.all[i].act);
    return error;
}

/* The act names the board before it: of two desks that publish at once one is refused. */
enum error publish_board_add(struct publish_board *board, uint32_t now)
{
    struct vault *vault = board->vault;
    struct history_batch batch = {.before = look_again, .beside = keep_board, .context = board};
    struct act_content content = {.head = NULL};
    uint8_t *body = NULL;
    const struct act act = {.kind = ACT_BOARD,
                            .field = ACT_BOARD_NO,
                            .minute = now,
                            .from = board->last->number,
                            .to = board->number};
    enum error error = make_body(board, &body, &content.head_len);
    content.head = body;
    if (error == ERROR_NONE)
        error = backup_add(&batch, vault->keys, board->backup, now);
    if (error == ERROR_NONE)
        error = history_batch_add(&batch, vault->keys, &act, NULL, &content, NULL);
    if (error == ERROR_NONE)
        error = history_append(&vault->history, &batch);
    history_batch_free(&batch);
    free(body);
    return error;
}
