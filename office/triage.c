/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases in one line each, sorted by what cannot wait; and the replies that a case gets. */
#include "office/triage.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "crypto/answer.h"
#include "office/triage_words.h"

/* --- the list --- */

static void start_row(struct triage_case *row, const struct fold_case *from)
{
    *row = (struct triage_case){
        .id = from->number,
        .urgency = (enum taxonomy_urgency)from->urgency,
        .status = from->state,
        .letters = from->letters,
        .messages = from->messages,
        .misplaced = from->misplaced,
        .waits = from->waits,
    };
}

/* The words of the case's first letter. */
static void describe(struct triage_case *row, const struct view_row *words)
{
    memcpy(row->category, words->category, sizeof row->category);
    memcpy(row->facility, words->facility, sizeof row->facility);
    memcpy(row->language, words->language, sizeof row->language);
    row->day = words->day;
}

static int by_urgency(const void *left, const void *right)
{
    const struct triage_case *a = left, *b = right;
    if (a->urgency != b->urgency)
        return a->urgency < b->urgency ? -1 : 1;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

enum error triage_list(struct vault *vault, struct triage_case **cases, size_t *n)
{
    *cases = NULL;
    *n = 0;
    enum error error = history_follow(&vault->history);
    const size_t count = error == ERROR_NONE ? fold_case_count(vault->history.fold) : 0;
    if (count == 0)
        return error;
    error = view_cover(&vault->view);
    struct triage_case *rows = error == ERROR_NONE ? malloc(count * sizeof *rows) : NULL;
    if (rows == NULL)
        return ERROR_MEMORY;
    error = triage_words(vault);
    for (size_t i = 0; i < count; i++) {
        start_row(&rows[i], fold_case(vault->history.fold, i + 1));
        describe(&rows[i], &vault->view.rows[i]);
    }
    if (error != ERROR_NONE && error != ERROR_JOURNAL_ROW) {
        free(rows);
        return error;
    }
    qsort(rows, count, sizeof *rows, by_urgency);
    *cases = rows;
    *n = count;
    return error;
}

struct one {
    struct triage_case *row;
    bool found;
};

static enum error row_item(void *context, const struct item *item)
{
    struct one *one = context;
    if (item->kind == ITEM_LETTER && !one->found) {
        struct view_row words;
        triage_take_words(item, &words);
        describe(one->row, &words);
        one->found = true;
    }
    return ERROR_NONE;
}

enum error triage_row(struct casefile *casefile, struct triage_case *row)
{
    struct one one = {.row = row};
    start_row(row, casefile_seen(casefile));
    enum error error = casefile_walk(casefile, row_item, &one);
    return error == ERROR_JOURNAL_ROW && one.found ? ERROR_NONE : error;
}

/* --- replying --- */

enum error triage_set_status(struct casefile *casefile, const struct taxonomy_status *status,
                             uint32_t now, bool *changed)
{
    const struct fold_case *seen = casefile_seen(casefile);
    const struct casefile_reply reply = {
        .now = now,
        .message = casefile_tells(casefile, (uint8_t)status->public_state),
        .state = (uint8_t)status->public_state,
        .status = status->number,
    };
    bool kept = false;
    *changed = seen->state != status->number;
    if (!*changed)
        return ERROR_NONE;
    if (status->public_state == TAXONOMY_ANSWERED && seen->waits)
        return ERROR_NO_ANSWER;
    return casefile_reply(casefile, &reply, &kept);
}

static bool is_blank(const char *text, size_t len)
{
    uint32_t ch = 0;
    for (size_t i = 0, took; i < len; i += took) {
        took = utf8_take(text + i, len - i, &ch);
        if (ch != ' ' && ch != 0xA0 && utf8_harmless(ch))
            return false;
    }
    return true;
}

static enum error check_text(const char *text, size_t len)
{
    if (len > ANSWER_TEXT_MAX)
        return ERROR_TEXT_LONG;
    if (!utf8_valid(text, len))
        return ERROR_TEXT_UTF8;
    return is_blank(text, len) ? ERROR_TEXT_EMPTY : ERROR_NONE;
}

/* Sends a text, and sets this status with it unless the case has it already. */
static enum error send_text(struct casefile *casefile, const struct casefile_reply *text,
                            const struct taxonomy_status *status, bool *kept)
{
    const bool stays = status == NULL || casefile_seen(casefile)->state == status->number;
    struct casefile_reply reply = *text;
    reply.message = true;
    reply.status = stays ? 0 : status->number;
    *kept = false;
    enum error error = check_text(text->text, text->len);
    return error == ERROR_NONE ? casefile_reply(casefile, &reply, kept) : error;
}

enum error triage_answer(struct casefile *casefile, const char *text, size_t len, uint32_t now,
                         bool *kept)
{
    const struct casefile_reply reply = {
        .now = now, .state = TAXONOMY_ANSWERED, .text = text, .len = len};
    return send_text(casefile, &reply, taxonomy_status("answered"), kept);
}

/* Whether something happened since is asked of people whose case was closed long ago, too. */
enum error triage_ask(struct casefile *casefile, const char *text, size_t len, uint32_t now,
                      bool *kept)
{
    const struct taxonomy_status *status = taxonomy_status_numbered(casefile_seen(casefile)->state);
    const bool closed = status != NULL && status->public_state == TAXONOMY_CLOSED;
    const struct casefile_reply reply = {
        .now = now,
        .state = closed ? TAXONOMY_CLOSED : TAXONOMY_ANSWERED,
        .asks = true,
        .text = text,
        .len = len,
    };
    return send_text(casefile, &reply, closed ? NULL : taxonomy_status("need-info"), kept);
}
