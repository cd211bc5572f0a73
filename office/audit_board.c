/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was published and what waits for it, held against the acts. */
#include "office/audit_board.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "office/publish_parts.h"
#include "office/restored.h"
#include "protocol/board_folder.h"

/* Boards and messages are numbered in the order of their acts: one look at each is enough. */
struct check {
    struct history *history;
    audit_board_fn *each;
    void *context;
    uint64_t at; /* the act that was looked at last */
    uint8_t *plain;
};

/* The next act that counts and is about this field, behind the last one that was looked at; NULL at
   the end. */
static const struct fold_act *next_act(struct check *check, enum act_field field)
{
    const struct fold *fold = check->history->fold;
    const struct fold_act *act = NULL;
    while (check->at < fold_last(fold)) {
        act = fold_act(fold, ++check->at);
        if (act->field == (uint8_t)field && act->verdict == FOLD_COUNTS)
            return act;
    }
    return NULL;
}

/* --- boards --- */

static bool fits(const struct journal_file *file, const struct head *head, uint32_t number,
                 enum segment_kind kind)
{
    for (uint32_t i = 0; i < head->segment_count; i++) {
        const struct head_segment segment = head_segment(head, i);
        if (segment.number == number && segment.kind == kind)
            return board_folder_fits(file->bytes, file->len, head->office, &segment, NULL) ==
                   ERROR_NONE;
    }
    return false;
}

static bool is_published(const struct journal_board *row, const uint8_t *said, size_t len)
{
    uint8_t hash[HASH_LEN];
    struct head head;
    const struct hash_part part = {row->head.bytes, row->head.len};
    return len == PUBLISH_BODY_LEN && row->head.bytes != NULL && hash_sha256(hash, &part, 1) == 0 &&
           memcmp(hash, said + 8, HASH_LEN) == 0 &&
           head_view(row->head.bytes, row->head.len, &head) == ERROR_NONE &&
           head.number == row->number && head.day == row->day && head.charter == row->charter &&
           fits(&row->arrivals, &head, row->number, SEGMENT_ARRIVALS) &&
           fits(&row->answers, &head, row->number, SEGMENT_ANSWERS);
}

static enum error check_files(void *context, const struct journal_board *row)
{
    struct check *check = context;
    const uint8_t *content = NULL;
    size_t len = 0;
    enum error error =
        history_body(check->history, check->at, ACT_BOARD, check->plain, &content, &len);
    if (error == ERROR_JOURNAL_ROW)
        return ERROR_NONE; /* the body is named by itself */
    return error == ERROR_NONE && !is_published(row, content, len)
               ? check->each(check->context, AUDIT_BOARD_MADE, check->at)
               : error;
}

/* Boards that a restored office took over: the act has the hash of the newest head, and that names
   their segments. */
struct taken {
    struct restored restored;
    uint8_t *bytes; /* of the head, malloc'd */
    size_t len;
    bool same;
};

static enum error keep_head(void *context, const struct journal_board *row)
{
    struct taken *taken = context;
    taken->len = row->head.len;
    taken->bytes = malloc(row->head.len + 1);
    if (taken->bytes == NULL)
        return ERROR_MEMORY;
    if (row->head.len > 0)
        memcpy(taken->bytes, row->head.bytes, row->head.len);
    return ERROR_NONE;
}

/* A segment that nobody had a copy of is not there. */
static enum error compare_taken(void *context, const struct journal_board *row)
{
    struct taken *taken = context;
    uint8_t hash[HASH_LEN];
    struct head head;
    const struct hash_part part = {taken->bytes, taken->len};
    if (hash_sha256(hash, &part, 1) != 0)
        return ERROR_MEMORY;
    taken->same =
        memcmp(hash, taken->restored.head, HASH_LEN) == 0 &&
        head_view(taken->bytes, taken->len, &head) == ERROR_NONE &&
        (row->arrivals.len == 0 || fits(&row->arrivals, &head, row->number, SEGMENT_ARRIVALS)) &&
        (row->answers.len == 0 || fits(&row->answers, &head, row->number, SEGMENT_ANSWERS));
    return ERROR_NONE;
}

static enum error check_taken(struct check *check, uint32_t number)
{
    struct journal *journal = check->history->journal;
    struct taken taken = {.bytes = NULL};
    enum error error = restored_read(check->history, check->at, &taken.restored);
    if (error == ERROR_JOURNAL_ROW || error == ERROR_FORGED)
        return ERROR_NONE; /* named by itself */
    if (error == ERROR_NONE)
        error = journal_board(journal, taken.restored.board, keep_head, &taken);
    if (error == ERROR_NONE)
        error = journal_board(journal, number, compare_taken, &taken);
    free(taken.bytes);
    return (error == ERROR_NONE || error == ERROR_NO_ROW) && !taken.same
               ? check->each(check->context, AUDIT_BOARD_MADE, check->at)
               : error;
}

static enum error check_board(void *context, const struct journal_board *row)
{
    struct check *check = context;
    const uint64_t before = check->at;
    const struct fold_act *act = next_act(check, ACT_BOARD_NO);
    while (act != NULL && act->to < row->number) /* whose term has passed */
        act = next_act(check, ACT_BOARD_NO);
    if (act != NULL && act->kind == ACT_RESTORED && act->from < row->number) {
        enum error error = check_taken(check, row->number);
        check->at--; /* it stands for all that it took over */
        return error;
    }
    if (act != NULL && act->kind == ACT_BOARD && act->to == row->number)
        return journal_board(check->history->journal, row->number, check_files, check);
    check->at = before;
    return check->each(check->context, AUDIT_BOARD_MADE, 0);
}

static enum error check_boards(struct check *check)
{
    uint32_t number = 0;
    const uint64_t last = fold_board(check->history->fold, &number);
    check->at = 0;
    enum error error = journal_each_board(check->history->journal, check_board, check);
    const bool made = last > 0 && fold_act(check->history->fold, last)->kind == ACT_BOARD;
    return error == ERROR_NONE && made && check->at < last
               ? check->each(check->context, AUDIT_BOARD_MADE, last)
               : error;
}

/* --- what waits --- */

static enum error check_queued(void *context, const struct journal_queued *queued)
{
    struct check *check = context;
    uint64_t before = check->at;
    const struct fold_act *act = next_act(check, ACT_MESSAGES);
    enum error error = ERROR_NONE;
    for (; act != NULL && check->at < queued->seq && error == ERROR_NONE;
         act = next_act(check, ACT_MESSAGES)) {
        error = check->each(check->context, AUDIT_BOARD_QUEUED, check->at);
        before = check->at;
    }
    if (error != ERROR_NONE)
        return error;
    if (act == NULL || check->at != queued->seq) {
        check->at = before;
        return check->each(check->context, AUDIT_BOARD_QUEUED, queued->seq);
    }
    error = queue_open(check->history->keys, queued, check->plain);
    if (error == ERROR_SEAL)
        return check->each(check->context, AUDIT_BOARD_QUEUED, queued->seq);
    return error == ERROR_KEY_UNFIT ? ERROR_NONE : error;
}

static enum error check_queue(struct check *check)
{
    check->at = 0;
    enum error error = journal_each_queued(check->history->journal, true, check_queued, check);
    while (error == ERROR_NONE && next_act(check, ACT_MESSAGES) != NULL)
        error = check->each(check->context, AUDIT_BOARD_QUEUED, check->at);
    return error;
}

enum error audit_board_check(struct history *history, audit_board_fn *each, void *context)
{
    struct check check = {.history = history, .each = each, .context = context};
    check.plain = secret_new(ACT_BODY_MAX);
    enum error error = check.plain != NULL ? check_boards(&check) : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = check_queue(&check);
    secret_free(check.plain);
    return error;
}
