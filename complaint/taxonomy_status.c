/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables: how far a case has got, and what of it is told to the writer. */
#include "complaint/taxonomy.h"

#include <strings.h>

#define N_(s)     (s)
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Numbers are in journals for years: never renumber, only append. To the writer, a question from
   the office counts as an answer, and an answer counts once it is on the board. */
static const struct taxonomy_status statuses[] = {
    {1, "received", TAXONOMY_ARRIVED, N_("Received, still sealed")},
    {2, "opened", TAXONOMY_LOOKING, N_("Opened")},
    {3, "registered", TAXONOMY_LOOKING, N_("Registered")},
    {4, "triaged", TAXONOMY_LOOKING, N_("Urgency decided")},
    {5, "need-info", TAXONOMY_ANSWERED, N_("Question sent to the person")},
    {6, "referred", TAXONOMY_LOOKING, N_("Referred to another body")},
    {7, "visit-planned", TAXONOMY_LOOKING, N_("Visit planned")},
    {8, "answer-ready", TAXONOMY_LOOKING, N_("Answer written, not yet published")},
    {9, "answered", TAXONOMY_ANSWERED, N_("Answered")},
    {10, "closed", TAXONOMY_CLOSED, N_("Closed")},
    {12, "closed-upheld", TAXONOMY_CLOSED, N_("Closed: upheld")},
    {13, "closed-partly", TAXONOMY_CLOSED, N_("Closed: partly upheld")},
    {14, "closed-not-upheld", TAXONOMY_CLOSED, N_("Closed: not upheld")},
    {15, "closed-resolved", TAXONOMY_CLOSED, N_("Closed: resolved")},
    {16, "closed-no-jurisdiction", TAXONOMY_CLOSED, N_("Closed: not for this office")},
    {17, "closed-withdrawn", TAXONOMY_CLOSED, N_("Closed: withdrawn")},
    {18, "closed-duplicate", TAXONOMY_CLOSED, N_("Closed: joined to another case")},
    {11, "reopened", TAXONOMY_LOOKING, N_("Opened again")},
};

static const char *const public_texts[] = {
    [TAXONOMY_ARRIVED] = N_("It arrived."),
    [TAXONOMY_LOOKING] = N_("The office is looking at it."),
    [TAXONOMY_ANSWERED] = N_("There is an answer for you."),
    [TAXONOMY_CLOSED] = N_("It is closed. You can write again."),
};

const struct taxonomy_status *taxonomy_statuses(size_t *n)
{
    *n = LENGTH(statuses);
    return statuses;
}

const struct taxonomy_status *taxonomy_status(const char *code)
{
    for (size_t i = 0; i < LENGTH(statuses); i++)
        if (strcasecmp(statuses[i].code, code) == 0)
            return &statuses[i];
    return NULL;
}

const struct taxonomy_status *taxonomy_status_numbered(uint8_t number)
{
    for (size_t i = 0; i < LENGTH(statuses); i++)
        if (statuses[i].number == number)
            return &statuses[i];
    return NULL;
}

const char *taxonomy_public_text(uint8_t state)
{
    return state < LENGTH(public_texts) ? public_texts[state] : NULL;
}
