/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases in one line each, sorted by what cannot wait; and the replies that a case gets. */
#include "office/triage.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "crypto/answer.h"

/* --- the list --- */

static void start_row(struct triage_case *row, const struct fold_case *from)
{
    *row = (struct triage_case){
        .id = from->number,
        .urgency = (enum taxonomy_urgency)from->urgency,
        .status = from->state,
        .told = from->told != 0 ? from->told : TAXONOMY_ARRIVED,
        .letters = from->letters,
        .messages = from->messages,
        .misplaced = from->misplaced,
        .waits = from->waits,
    };
}

static void describe(struct triage_case *row, const struct item *item)
{
    const struct letter *letter = item->letter;
    memcpy(row->category, letter->category, sizeof row->category);
    memcpy(row->facility, letter->facility, sizeof row->facility);
    memcpy(row->language, letter->language, sizeof row->language);
    /* A kiosk's clock that runs years ahead puts nobody at the end of the list. */
    row->day = letter->day < item->day ? letter->day : item->day;
}

/* From the first letter of the case that opens. */
static enum error describe_case(struct item_reader *reader, struct vault *vault,
                                const struct fold_case *from, struct triage_case *row)
{
    const struct fold *fold = vault->history.fold;
    for (uint64_t seq = from->first; seq != 0; seq = fold_act(fold, seq)->next) {
        struct item item;
        if (fold_act(fold, seq)->kind != ACT_LETTER)
            continue;
        enum error error = item_read(reader, seq, &item);
        if (error == ERROR_NONE)
            describe(row, &item);
        if (error != ERROR_JOURNAL_ROW)
            return error;
        vault_note_damage(vault, from->number, seq, 0);
    }
    return ERROR_JOURNAL_ROW;
}

static enum error read_rows(struct vault *vault, struct triage_case *rows, size_t n)
{
    struct item_reader *reader = NULL;
    bool damaged = false;
    enum error error = item_reader_new(vault, &reader);
    for (size_t i = 0; i < n && error == ERROR_NONE; i++) {
        const struct fold_case *from = fold_case(vault->history.fold, i + 1);
        start_row(&rows[i], from);
        error = describe_case(reader, vault, from, &rows[i]);
        damaged = damaged || error == ERROR_JOURNAL_ROW;
        if (error == ERROR_JOURNAL_ROW)
            error = ERROR_NONE;
    }
    item_reader_free(&reader);
    return error == ERROR_NONE && damaged ? ERROR_JOURNAL_ROW : error;
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
    struct triage_case *rows = malloc(count * sizeof *rows);
    if (rows == NULL)
        return ERROR_MEMORY;
    error = read_rows(vault, rows, count);
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
        describe(one->row, item);
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
        .message = seen->told != status->public_state,
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

enum error triage_answer(struct casefile *casefile, const char *text, size_t len, uint32_t now,
                         bool *kept)
{
    const struct taxonomy_status *answered = taxonomy_status("answered");
    const bool stays = answered == NULL || casefile_seen(casefile)->state == answered->number;
    const struct casefile_reply reply = {
        .now = now,
        .message = true,
        .state = TAXONOMY_ANSWERED,
        .text = text,
        .len = len,
        .status = stays ? 0 : answered->number,
    };
    *kept = false;
    enum error error = check_text(text, len);
    return error == ERROR_NONE ? casefile_reply(casefile, &reply, kept) : error;
}
