/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of cases, the most urgent and then the oldest first. */
#include "office/triage.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "crypto/secret.h"
#include "office/casefile.h"

struct listing {
    struct triage_case *cases;
    size_t n;
    size_t room;
    struct answer *answer;
};

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
    size_t statuses = 0;
    memset(row, 0, sizeof *row);
    row->id = case_id;
    row->urgency = TAXONOMY_U3;
    row->status = taxonomy_statuses(&statuses)[0].number;
    row->told = TAXONOMY_ARRIVED;
    return row;
}

enum taxonomy_urgency triage_urgency(const struct letter *letter)
{
    if (taxonomy_category(letter->category) == NULL)
        return TAXONOMY_U0;
    return taxonomy_triage(letter->category, letter->urgent, letter->urgent_count);
}

static void count_letter(struct triage_case *row, const struct casefile_item *item)
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

/* Only the state is read of a message, but it stands under the same seal as the text. */
static enum error count_message(struct listing *listing, struct triage_case *row,
                                const struct casefile_item *item)
{
    row->messages++;
    row->waits = row->waits && !item->has_text;
    if (listing->answer == NULL)
        return ERROR_NONE;
    enum error error = casefile_message(item, listing->answer);
    if (error == ERROR_NONE)
        row->told = listing->answer->state;
    return error;
}

static enum error count_item(void *context, const struct casefile_item *item)
{
    struct listing *listing = context;
    struct triage_case *row = row_of(listing, item->case_id);
    if (row == NULL)
        return ERROR_MEMORY;
    if (item->kind == CASEFILE_LETTER)
        count_letter(row, item);
    else if (item->kind == CASEFILE_MESSAGE)
        return count_message(listing, row, item);
    else if (item->kind == CASEFILE_STATUS)
        row->status = item->status;
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

enum error triage_list(struct vault *vault, uint64_t case_id, struct triage_case **cases, size_t *n)
{
    struct listing listing = {0};
    if (case_id != 0 && (listing.answer = secret_new(sizeof *listing.answer)) == NULL)
        return ERROR_MEMORY;
    enum error error = casefile_each(vault, case_id, count_item, &listing);
    secret_free(listing.answer);
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

static enum error one(struct vault *vault, uint64_t case_id, struct triage_case *row)
{
    struct triage_case *cases = NULL;
    size_t n = 0;
    enum error error = triage_list(vault, case_id, &cases, &n);
    if (error == ERROR_CASEBOOK_ROW && n == 1) /* what opens is enough to go on with */
        error = ERROR_NONE;
    if (error == ERROR_NONE && n == 1)
        *row = cases[0];
    else if (error == ERROR_NONE)
        error = ERROR_CASE;
    free(cases);
    return error;
}

/* A message of this state and text (len may be 0), and the status (0: as it is). */
static enum error reply(struct vault *vault, uint64_t case_id, struct answer *answer,
                        uint8_t status)
{
    const struct casefile_reply reply = {.answer = answer, .status = status, .day = answer->day};
    return casefile_reply(vault, case_id, &reply);
}

static enum error tell(struct vault *vault, uint64_t case_id, const struct taxonomy_status *status,
                       uint32_t today)
{
    struct answer *answer = secret_new(sizeof *answer);
    if (answer == NULL)
        return ERROR_MEMORY;
    answer->state = (uint8_t)status->public_state;
    answer->day = today;
    enum error error = reply(vault, case_id, answer, status->number);
    secret_free(answer);
    return error;
}

enum error triage_set_status(struct vault *vault, uint64_t case_id,
                             const struct taxonomy_status *status, uint32_t today, bool *changed)
{
    struct triage_case row;
    const struct casefile_reply quiet = {.status = status->number, .day = today};
    enum error error = case_id != 0 ? one(vault, case_id, &row) : ERROR_CASE;
    *changed = error == ERROR_NONE && row.status != status->number;
    if (error != ERROR_NONE || !*changed)
        return error;
    if (status->public_state == TAXONOMY_ANSWERED && row.waits)
        return ERROR_NO_ANSWER;
    return row.told != status->public_state ? tell(vault, case_id, status, today)
                                            : casefile_reply(vault, case_id, &quiet);
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

enum error triage_answer(struct vault *vault, uint64_t case_id, const char *text, size_t len,
                         uint32_t today)
{
    struct triage_case row;
    const struct taxonomy_status *answered = taxonomy_status("answered");
    enum error error = check_text(text, len);
    if (error == ERROR_NONE)
        error = case_id != 0 ? one(vault, case_id, &row) : ERROR_CASE;
    if (error != ERROR_NONE)
        return error;
    struct answer *answer = secret_new(sizeof *answer);
    if (answer == NULL)
        return ERROR_MEMORY;
    answer->state = TAXONOMY_ANSWERED;
    answer->day = today;
    answer->len = (uint16_t)len;
    memcpy(answer->text, text, len);
    error = reply(vault, case_id, answer,
                  answered != NULL && row.status != answered->number ? answered->number : 0);
    secret_free(answer);
    return error;
}
