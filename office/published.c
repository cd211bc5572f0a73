/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bodies of board acts: put together, taken apart, and read one after another. */
#include "office/published.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
#include "base/wire.h"
#include "crypto/secret.h"
#include "office/restored.h"

enum { AT_DAY = 4, AT_HASH = 8 };

size_t published_len(size_t answers)
{
    return PUBLISHED_FIXED + answers * PUBLISHED_MESSAGE_LEN;
}

void published_encode(const struct published_board *board, uint8_t *out)
{
    memset(out, 0, published_len(board->answers));
    wire_put32(out, board->number);
    wire_put32(out + AT_DAY, board->day);
    memcpy(out + AT_HASH, board->hash, HASH_LEN);
}

enum error published_name(uint8_t *body, size_t i, uint64_t act)
{
    if (act > UINT32_MAX)
        return ERROR_MALFORMED;
    wire_put32(body + published_len(i), (uint32_t)act);
    return ERROR_NONE;
}

static uint32_t message_at(const struct published_board *board, size_t i)
{
    return i < board->answers ? wire_get32(board->messages + i * PUBLISHED_MESSAGE_LEN) : 0;
}

static bool in_order(const struct published_board *board)
{
    for (size_t i = 1; i < board->answers; i++) {
        const uint32_t message = message_at(board, i), before = message_at(board, i - 1);
        if (message != 0 && (before == 0 || message <= before))
            return false;
    }
    return true;
}

enum error published_decode(const uint8_t *in, size_t len, struct published_board *board)
{
    if (len < PUBLISHED_FIXED || (len - PUBLISHED_FIXED) % PUBLISHED_MESSAGE_LEN != 0)
        return ERROR_MALFORMED;
    *board = (struct published_board){
        .number = wire_get32(in),
        .day = wire_get32(in + AT_DAY),
        .messages = in + PUBLISHED_FIXED,
        .answers = (len - PUBLISHED_FIXED) / PUBLISHED_MESSAGE_LEN,
    };
    memcpy(board->hash, in + AT_HASH, HASH_LEN);
    return in_order(board) ? ERROR_NONE : ERROR_MALFORMED;
}

enum error published_act(struct history *history, uint64_t seq, uint8_t *plain,
                         struct published_board *board)
{
    const uint8_t *content = NULL;
    size_t len = 0;
    enum error error = history_body(history, seq, ACT_BOARD, plain, &content, &len);
    if (error == ERROR_NONE)
        error = published_decode(content, len, board);
    return error == ERROR_NONE && board->number != fold_act(history->fold, seq)->to
               ? ERROR_MALFORMED
               : error;
}

static uint32_t days_since(uint32_t since, uint32_t today, uint32_t most)
{
    const uint32_t days = today > since ? today - since : 0;
    return days < most ? days : most;
}

uint32_t published_claim(uint32_t since, uint32_t today)
{
    return days_since(since, today, FOLD_LEAP_MAX / 2) + PUBLISHED_LEAP;
}

/* A board that follows a claim is one further, and there is at most one a day. */
uint32_t published_unknown(uint32_t since, uint32_t today)
{
    enum { EACH_DAY = 1 + PUBLISHED_LEAP + 1 };
    return EACH_DAY * days_since(since, today, FOLD_LEAP_MAX / 2 / EACH_DAY) + PUBLISHED_LEAP;
}

/* --- all of them --- */

/* What is written later cannot have left. */
static enum error add_messages(struct published *published, uint64_t by,
                               const struct published_board *board)
{
    size_t n = 0;
    while (message_at(board, n) != 0 && message_at(board, n) < by)
        n++;
    enum error error = GROW(published->all, published->n, n, published->room);
    for (size_t i = 0; i < n && error == ERROR_NONE; i++)
        published->all[published->n++] =
            (struct published_message){message_at(board, i), by, board->number, board->day};
    return error;
}

static enum error read_act(struct history *history, uint64_t seq, uint8_t *plain,
                           struct published *published)
{
    struct published_board board;
    const enum error error = published_act(history, seq, plain, &board);
    if (error == ERROR_NONE)
        return add_messages(published, seq, &board);
    if (error != ERROR_JOURNAL_ROW && error != ERROR_MALFORMED)
        return error;
    published->blind = seq;
    return ERROR_NONE;
}

/* Those on boards that a restored office took over. */
static enum error read_restored(struct history *history, uint64_t seq, struct published *published)
{
    struct restored_left *left = NULL;
    size_t n = 0;
    enum error error = restored_messages(history, seq, &left, &n);
    if (error == ERROR_JOURNAL_ROW || error == ERROR_FORGED) {
        published->blind = seq;
        return ERROR_NONE;
    }
    if (error == ERROR_NONE)
        error = GROW(published->all, published->n, n, published->room);
    for (size_t i = 0; i < n && error == ERROR_NONE; i++)
        published->all[published->n++] =
            (struct published_message){left[i].act, seq, left[i].board, left[i].day};
    free(left);
    return error;
}

static int by_act(const void *a, const void *b)
{
    const struct published_message *x = a, *y = b;
    if (x->act != y->act)
        return x->act < y->act ? -1 : 1;
    return x->by < y->by ? -1 : x->by > y->by;
}

enum error published_read(struct history *history, struct published *published)
{
    const struct fold *fold = history->fold;
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    enum error error = plain != NULL ? ERROR_NONE : ERROR_MEMORY;
    *published = (struct published){.all = NULL};
    for (uint64_t seq = 1; seq <= fold_last(fold) && error == ERROR_NONE; seq++) {
        const struct fold_act *act = fold_act(fold, seq);
        if (act->kind == ACT_BOARD && act->verdict == FOLD_COUNTS)
            error = read_act(history, seq, plain, published);
        else if (act->kind == ACT_RESTORED && act->verdict == FOLD_COUNTS)
            error = read_restored(history, seq, published);
    }
    secret_free(plain);
    if (error != ERROR_NONE)
        published_free(published);
    else if (published->n > 0)
        qsort(published->all, published->n, sizeof *published->all, by_act);
    return error;
}

void published_free(struct published *published)
{
    free(published->all);
    *published = (struct published){.all = NULL};
}

static int of_act(const void *key, const void *message)
{
    const uint64_t act = *(const uint64_t *)key;
    const struct published_message *one = message;
    return act < one->act ? -1 : act > one->act;
}

const struct published_message *published_find(const struct published *published, uint64_t act)
{
    return published->n > 0
               ? bsearch(&act, published->all, published->n, sizeof *published->all, of_act)
               : NULL;
}
