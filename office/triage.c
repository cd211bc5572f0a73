/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases in one line each, sorted by what cannot wait; and the replies that a case gets. */
#include "office/triage.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "crypto/secret.h"

struct listing {
    struct triage_case *cases;
    size_t n;
    size_t room;
};

static void start_row(struct triage_case *row, uint64_t case_id)
{
    size_t statuses = 0;
    memset(row, 0, sizeof *row);
    row->id = case_id;
    row->urgency = TAXONOMY_U3;
    row->status = taxonomy_statuses(&statuses)[0].number;
    row->told = TAXONOMY_ARRIVED;
}

static struct triage_case *row_of(struct listing *listing, uint64_t case_id)
{
    if (listing->n > 0 && listing->cases[listing->n - 1].id == case_id)
        return &listing->cases[listing->n - 1];
    if (listing->n == listing->room) {
        const size_t room = listing->room > 0 ? 2 * listing->room : 64;
        struct triage_case *more = realloc(listing->cases, room * sizeof *more);
        if (more == NULL)
            return NULL;
        listing->cases = more;
        listing->room = room;
    }
    struct triage_case *row = &listing->cases[listing->n++];
    start_row(row, case_id);
    return row;
}

enum taxonomy_urgency triage_urgency(const struct letter *letter)
{
    if (taxonomy_category(letter->category) == NULL)
        return TAXONOMY_U0;
    return taxonomy_triage(letter->category, letter->urgent, letter->urgent_count);
}

static void count_letter(struct triage_case *row, const struct item *item)
{
    const struct letter *letter = item->letter;
    const enum taxonomy_urgency urgency = triage_urgency(letter);
    if (urgency < row->urgency)
        row->urgency = urgency;
    if (row->letters++ == 0) {
        memcpy(row->category, letter->category, sizeof row->category);
        memcpy(row->facility, letter->facility, sizeof row->facility);
        memcpy(row->language, letter->language, sizeof row->language);
        /* A kiosk's clock that runs years ahead puts nobody at the end of the list. */
        row->day = letter->day < item->day ? letter->day : item->day;
    }
    row->misplaced = row->misplaced || item->misplaced;
    row->waits = true;
}

static void count_item(struct triage_case *row, const struct item *item)
{
    switch (item->kind) {
    case ITEM_LETTER:
        count_letter(row, item);
        break;
    case ITEM_MESSAGE:
        row->messages++;
        row->waits = row->waits && !item->has_text;
        if (item->opened)
            row->told = item->state;
        break;
    case ITEM_STATUS:
        row->status = item->status;
        break;
    case ITEM_NOTE:
        break;
    }
}

static enum error list_item(void *context, const struct item *item)
{
    struct triage_case *row = row_of(context, item->case_id);
    if (row == NULL)
        return ERROR_MEMORY;
    count_item(row, item);
    return ERROR_NONE;
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
    struct listing listing = {0};
    enum error error = casefile_each(vault, list_item, &listing);
    if (error != ERROR_NONE && error != ERROR_CASEBOOK_ROW) {
        free(listing.cases);
        listing.cases = NULL;
        listing.n = 0;
    } else if (listing.n > 1) {
        qsort(listing.cases, listing.n, sizeof *listing.cases, by_urgency);
    }
    *cases = listing.cases;
    *n = listing.n;
    return error;
}

struct one {
    struct triage_case *row;
    bool found;
};

static enum error row_item(void *context, const struct item *item)
{
    struct one *one = context;
    one->found = true;
    count_item(one->row, item);
    return ERROR_NONE;
}

enum error triage_row(struct casefile *casefile, struct triage_case *row)
{
    struct one one = {.row = row};
    start_row(row, casefile_id(casefile));
    enum error error = casefile_walk(casefile, row_item, &one);
    return error == ERROR_CASEBOOK_ROW && one.found ? ERROR_NONE : error;
}

/* --- replying --- */

/* Sends the message and sets the status; status 0 leaves it. */
static enum error reply(const struct casefile *casefile, const struct answer *answer,
                        uint8_t status)
{
    const struct casefile_reply reply = {.answer = answer, .status = status, .day = answer->day};
    return casefile_reply(casefile, &reply);
}

static enum error tell(const struct casefile *casefile, const struct taxonomy_status *status,
                       uint32_t today)
{
    struct answer *answer = secret_new(sizeof *answer);
    if (answer == NULL)
        return ERROR_MEMORY;
    answer->state = (uint8_t)status->public_state;
    answer->day = today;
    enum error error = reply(casefile, answer, status->number);
    secret_free(answer);
    return error;
}

enum error triage_set_status(struct casefile *casefile, const struct taxonomy_status *status,
                             uint32_t today, bool *changed)
{
    struct triage_case row;
    const struct casefile_reply quiet = {.status = status->number, .day = today};
    enum error error = triage_row(casefile, &row);
    *changed = error == ERROR_NONE && row.status != status->number;
    if (error != ERROR_NONE || !*changed)
        return error;
    if (status->public_state == TAXONOMY_ANSWERED && row.waits)
        return ERROR_NO_ANSWER;
    return row.told != status->public_state ? tell(casefile, status, today)
                                            : casefile_reply(casefile, &quiet);
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

enum error triage_answer(struct casefile *casefile, const char *text, size_t len, uint32_t today)
{
    struct triage_case row;
    const struct taxonomy_status *answered = taxonomy_status("answered");
    enum error error = check_text(text, len);
    if (error == ERROR_NONE)
        error = triage_row(casefile, &row);
    if (error != ERROR_NONE)
        return error;
    struct answer *answer = secret_new(sizeof *answer);
    if (answer == NULL)
        return ERROR_MEMORY;
    answer->state = TAXONOMY_ANSWERED;
    answer->day = today;
    answer->len = (uint16_t)len;
    memcpy(answer->text, text, len);
    error = reply(casefile, answer,
                  answered != NULL && row.status != answered->number ? answered->number : 0);
    secret_free(answer);
    return error;
}
