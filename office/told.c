/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records held against the tags of boards. */
#include "office/told.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/grow.h"
#include "office/restored.h"
#include "protocol/board_folder.h"

/* --- boards --- */

/* The tags of one board. */
struct asking {
    const struct head_segment *named;
    const uint8_t *office;
    struct told_board *board;
};

static enum error take_tags(void *context, const struct journal_board *row)
{
    struct asking *asking = context;
    struct segment segment;
    enum error error = board_folder_fits(row->arrivals.bytes, row->arrivals.len, asking->office,
                                         asking->named, &segment);
    if (error != ERROR_NONE)
        return error == ERROR_MEMORY ? error : ERROR_NONE;
    const size_t len = (size_t)segment.count * SEGMENT_TAG_LEN;
    asking->board->tags = malloc(len + 1);
    if (asking->board->tags == NULL)
        return ERROR_MEMORY;
    asking->board->count = segment.count;
    if (len > 0)
        memcpy(asking->board->tags, segment.tags, len);
    return ERROR_NONE;
}

static enum error read_tags(const struct told *told, const struct head *head,
                            struct told_board *board)
{
    for (uint32_t i = 0; head != NULL && i < head->segment_count; i++) {
        const struct head_segment named = head_segment(head, i);
        struct asking asking = {&named, told->vault->charter.office, board};
        if (named.number != board->number || named.kind != SEGMENT_ARRIVALS)
            continue;
        const enum error error =
            journal_arrivals(told->vault->journal, board->number, take_tags, &asking);
        return error == ERROR_NO_ROW ? ERROR_NONE : error;
    }
    return ERROR_NONE;
}

/* The clock may have been wrong when it was restored: the last board that was taken over says its
   day, too, where root signed that, and so does the last board before. */
static enum error note_restored(struct told *told, uint64_t seq)
{
    const uint32_t days[] = {
        fold_act(told->vault->history.fold, seq)->minute / DAY_MINUTES,
        told->n > 0 ? told->boards[told->n - 1].day : 0,
    };
    struct restored restored;
    const enum error error = restored_read(&told->vault->history, seq, &restored);
    if (error == ERROR_NONE && restored.day > told->restored_day)
        told->restored_day = restored.day;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (days[i] > told->restored_day)
            told->restored_day = days[i];
    told->restored = seq;
    return error == ERROR_FORGED || error == ERROR_JOURNAL_ROW ? ERROR_NONE : error;
}

enum error told_begin(struct told *told, struct vault *vault, const struct head *head)
{
    const struct fold *fold = vault->history.fold;
    enum error error = ERROR_NONE;
    *told = (struct told){.vault = vault};
    for (uint64_t seq = 1; seq <= fold_last(fold) && error == ERROR_NONE; seq++) {
        const struct fold_act *act = fold_act(fold, seq);
        if (act->verdict != FOLD_COUNTS)
            continue;
        if (act->kind == ACT_RESTORED)
            error = note_restored(told, seq);
        if (act->kind != ACT_BOARD)
            continue;
        error = GROW(told->boards, told->n, 1, told->room);
        if (error == ERROR_NONE) {
            told->boards[told->n] = (struct told_board){
                .act = seq, .number = (uint32_t)act->to, .day = act->minute / DAY_MINUTES};
            error = read_tags(told, head, &told->boards[told->n++]);
        }
    }
    return error;
}

void told_free(struct told *told)
{
    for (size_t i = 0; i < told->n; i++)
        free(told->boards[i].tags);
    free(told->boards);
    free(told->mended);
    *told = (struct told){.vault = NULL};
}

static int by_number(const void *key, const void *board)
{
    const uint32_t number = *(const uint32_t *)key;
    const struct told_board *one = board;
    return number < one->number ? -1 : number > one->number;
}

struct told_board *told_board(const struct told *told, uint32_t number)
{
    return told->n > 0 ? bsearch(&number, told->boards, told->n, sizeof *told->boards, by_number)
                       : NULL;
}

/* --- records --- */

static int compare_tags(const void *a, const void *b)
{
    return memcmp(a, b, SEGMENT_TAG_LEN);
}

static bool has(const struct told_board *board, const uint8_t *tag)
{
    return board->tags != NULL && board->count > 0 &&
           bsearch(tag, board->tags, board->count, SEGMENT_TAG_LEN, compare_tags) != NULL;
}

/* A board is of records that were imported before it, and one without tags is believed. */
static uint32_t find_true(const struct told *told, const struct journal_record *record)
{
    const struct told_board *board = told_board(told, record->board);
    if (board != NULL && board->act > record->act &&
        (board->tags == NULL || has(board, record->tag)))
        return board->number;
    for (size_t i = told->n; i-- > 0 && told->boards[i].act > record->act;)
        if (has(&told->boards[i], record->tag))
            return told->boards[i].number;
    return 0;
}

enum error told_record(struct told *told, struct journal_record *record)
{
    const uint32_t board = find_true(told, record);
    if (board == record->board)
        return ERROR_NONE;
    record->board = board;
    vault_note_damage(told->vault, 0, record->act, 0);
    enum error error = GROW(told->mended, told->mended_count, 1, told->mended_room);
    if (error == ERROR_NONE)
        told->mended[told->mended_count++] = *record;
    return error;
}
