/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gathered in one walk over a case. */
#include "office/reaction.h"

#include <string.h>

#include "base/day.h"

_Static_assert((int)LETTER_MESSAGES_MAX == (int)ANSWER_COUNT_MAX, "a letter can name any message");
_Static_assert((int)LETTER_CHOICE_MAX == (int)ANSWER_CHOICES_MAX, "and each of its answers");

static void see(struct reactions *reactions, uint64_t last, uint32_t day)
{
    for (uint64_t n = 1; n <= last && n <= ANSWER_COUNT_MAX; n++) {
        struct reaction *reaction = &reactions->to[n];
        if (reaction->read == 0 || day < reaction->read)
            reaction->read = day;
    }
}

/* Letters of a case may arrive in another order than they were written. */
static void choose(struct reaction *reaction, const struct letter *letter, uint32_t day)
{
    if (letter->question == 0 || day < reaction->chosen)
        return;
    reaction->choice = letter->choice;
    reaction->chosen = day;
}

/* A kiosk's clock may be ahead. */
static uint32_t day_of(const struct item *item)
{
    const uint32_t came = item->minute / DAY_MINUTES;
    return item->letter->day < came ? item->letter->day : came;
}

static enum error gather(void *context, const struct item *item)
{
    struct reactions *reactions = context;
    if (item->verdict != FOLD_COUNTS)
        return ERROR_NONE;
    if (item->kind == ITEM_SEEN)
        see(reactions, item->n, item->day);
    if (item->kind == ITEM_LETTER) {
        see(reactions, item->letter->seen, day_of(item));
        choose(&reactions->to[item->letter->question], item->letter, day_of(item));
    }
    return ERROR_NONE;
}

enum error reaction_read(struct casefile *casefile, struct reactions *reactions)
{
    memset(reactions, 0, sizeof *reactions);
    enum error error = casefile_walk(casefile, gather, reactions);
    return error == ERROR_JOURNAL_ROW ? ERROR_NONE : error;
}
