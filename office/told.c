/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records held against boards: by counting first, and by their tags where that does not fit. */
#include "office/told.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/grow.h"
#include "office/restored.h"
#include "protocol/board_folder.h"

static void find_segment(const struct head *head, struct told_board *board)
{
    for (uint32_t i = 0; head != NULL && i < head->segment_count && !board->listed; i++) {
        board->segment = head_segment(head, i);
        board->listed =
            board->segment.number == board->number && board->segment.kind == SEGMENT_ARRIVALS;
    }
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
            find_segment(head, &told->boards[told->n++]);
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

/* --- by counting --- */

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

/* The board that a record is said to have left on; NULL for none, or one before its import. */
static struct told_board *find_board(const struct told *told, const struct journal_record *record)
{
    struct told_board *board = told_board(told, record->board);
    return board != NULL && board->act > record->act ? board : NULL;
}

static void count(struct told *told, const struct journal_record *record)
{
    struct told_board *board = find_board(told, record);
    if (board != NULL)
        board->count++;
    else if (record->board != 0 || (told->n > 0 && told->boards[told->n - 1].act > record->act))
        told->doubted = true;
}

bool told_fits(const struct told *told)
{
    bool fits = !told->doubted;
    for (size_t i = 0; i < told->n && fits; i++)
        fits = !told->boards[i].listed || told->boards[i].count == told->boards[i].segment.count;
    return fits;
}

/* --- by tags --- */

/* The tags of one board. */
struct asking {
    const struct head_segment *named;
    const uint8_t *office;
    uint8_t *tags; /* malloc'd; NULL: the segment is not what the head says */
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
    asking->tags = malloc(len + 1);
    if (asking->tags == NULL)
        return ERROR_MEMORY;
    if (len > 0)
        memcpy(asking->tags, segment.tags, len);
    return ERROR_NONE;
}

enum error told_ask(struct told *told)
{
    enum error error = ERROR_NONE;
    told->asks = true;
    for (size_t i = 0; i < told->n && error == ERROR_NONE; i++) {
        struct told_board *board = &told->boards[i];
        struct asking asking = {&board->segment, told->vault->charter.office, NULL};
        if (board->listed)
            error = journal_arrivals(told->vault->journal, board->number, take_tags, &asking);
        error = error == ERROR_NO_ROW ? ERROR_NONE : error;
        board->tags = asking.tags;
    }
    return error;
}

static int compare_tags(const void *a, const void *b)
{
    return memcmp(a, b, SEGMENT_TAG_LEN);
}

static bool has(const struct told_board *board, const uint8_t *tag)
{
    return board->tags != NULL && board->segment.count > 0 &&
           bsearch(tag, board->tags, board->segment.count, SEGMENT_TAG_LEN, compare_tags) != NULL;
}

/* A board whose segment cannot be asked any more is believed. */
static uint32_t find_true(const struct told *told, const struct journal_record *record)
{
    const struct told_board *board = find_board(told, record);
    if (board != NULL && (board->tags == NULL || has(board, record->tag)))
        return board->number;
    for (size_t i = told->n; i-- > 0 && told->boards[i].act > record->act;)
        if (has(&told->boards[i], record->tag))
            return told->boards[i].number;
    return 0;
}

enum error told_record(struct told *told, struct journal_record *record)
{
    if (!told->asks) {
        count(told, record);
        return ERROR_NONE;
    }
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
