/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether an act counts, by what came before it. */

#include "complaint/taxonomy.h"
#include "office/fold_parts.h"

static uint32_t role_of(const struct fold *fold, uint32_t no)
{
    const struct fold_officer *officer = fold_officer(fold, no);
    return officer != NULL ? officer->role : ACT_NOBODY;
}

static uint32_t card_of(const struct fold *fold, const uint8_t *id)
{
    const struct fold_kiosk *kiosk = fold_kiosk_of(fold, id);
    return kiosk != NULL ? kiosk->card : 0;
}

/* The value that an act would replace. False when it is about nothing that there is. */
static bool standing(const struct fold *fold, const struct act *act, uint64_t *value)
{
    const struct fold_case *of_case = NULL;
    *value = 0;
    switch ((enum act_field)act->field) {
    case ACT_ROLE: /* of the next one, too, who is not named yet */
        *value = role_of(fold, act->owner);
        return act->owner >= 1 && act->owner <= fold->officer_count + 1;
    case ACT_NEWEST:
        *value = fold_generation(fold, act->flags);
        return act->flags != 0;
    case ACT_CARD:
        *value = card_of(fold, act->subject);
        return true;
    case ACT_BOARD_NO:
        *value = fold->board_no;
        return true;
    case ACT_CASE_STATE:
    case ACT_MESSAGES:
        of_case = fold_case_of(fold, act->subject);
        if (of_case != NULL)
            *value = act->field == ACT_MESSAGES ? of_case->messages : of_case->state;
        return of_case != NULL;
    case ACT_NOTHING:
    case ACT_FIELDS:
        break;
    }
    return true;
}

/* What root may: name leads, and the keys that they need. */
static bool may(const struct fold *fold, const struct act_row *row)
{
    if (fold->role == ACT_ROOT)
        return row->who >= ACT_LEAD;
    return fold->role >= row->who;
}

/* Nobody takes the last lead's rights, root neither: it names another lead first. */
static bool is_last_lead(const struct fold *fold, const struct act *act)
{
    return act->field == ACT_ROLE && act->to != ACT_LEAD && fold_is_lead(fold, act->owner) &&
           fold_leads(fold) == 1;
}

static bool role_makes_sense(const struct act *act)
{
    if (act->kind == ACT_REMOVED)
        return act->to == ACT_NOBODY && act->from != ACT_NOBODY;
    return act->kind != ACT_OFFICER || act->to == ACT_OFFICER_ROLE || act->to == ACT_LEAD;
}

/* Values that only go up: by one; or by more, but so that nobody uses the numbers up at once. A
   message passes over the numbers of those that were lost with a journal, though they were
   published; a restore stays at the last board, or goes on. */
static bool steps(const struct act *act)
{
    switch ((enum act_field)act->field) {
    case ACT_NEWEST:
        return act->to == act->from + 1;
    case ACT_MESSAGES:
    case ACT_CARD:
    case ACT_BOARD_NO:
        if (act->kind == ACT_RESTORED && act->to == act->from)
            return act->to <= UINT32_MAX;
        return act->to > act->from && act->to - act->from <= FOLD_LEAP_MAX && act->to <= UINT32_MAX;
    case ACT_CASE_STATE:
        return act->to <= UINT8_MAX;
    case ACT_NOTHING:
    case ACT_ROLE:
    case ACT_FIELDS:
        break;
    }
    return true;
}

/* The act that it undoes is of this case, counts, can be undone, and is turned round. */
static bool undoes(const struct fold *fold, const struct act *act)
{
    const struct fold_act *past = fold_act(fold, act->answers);
    const struct act_row *row = past != NULL ? act_row(past->kind) : NULL;
    const struct fold_case *of_case = fold_case_of(fold, act->subject);
    return row != NULL && row->undone && past->verdict == FOLD_COUNTS && of_case != NULL &&
           past->place == of_case->number - 1 && past->field == act->field &&
           past->from == act->to && past->to == act->from;
}

/* Closing and answering ask that every letter was seen. */
static bool letters_seen(const struct fold *fold, const struct act_row *row, const struct act *act)
{
    const struct fold_case *of_case = fold_case_of(fold, act->subject);
    const struct taxonomy_status *status =
        act->field == ACT_CASE_STATE ? taxonomy_status_numbered((uint8_t)act->to) : NULL;
    const bool asked =
        row->letters_stand &&
        (act->kind != ACT_STATE || (status != NULL && status->public_state >= TAXONOMY_ANSWERED));
    return !asked || of_case == NULL || of_case->letters == act->letters;
}

uint64_t fold_message(const struct fold *fold, const struct fold_case *of_case, uint64_t n)
{
    for (uint64_t seq = of_case->first; seq != 0; seq = fold->acts[seq - 1].next) {
        const struct fold_act *act = &fold->acts[seq - 1];
        if (act->kind == ACT_MESSAGE && act->verdict == FOLD_COUNTS && act->to == n)
            return seq;
    }
    return 0;
}

bool fold_taken_back(const struct fold *fold, uint64_t seq)
{
    const uint32_t n = fold->acts[seq - 1].to;
    while ((seq = fold->acts[seq - 1].next) != 0) {
        const struct fold_act *act = &fold->acts[seq - 1];
        if (act->kind == ACT_TAKEN_BACK && act->verdict == FOLD_COUNTS && act->to == n)
            return true;
    }
    return false;
}

/* The message that it takes back is of this case, and has this number. */
static bool takes_back(const struct fold *fold, const struct act *act)
{
    const struct fold_case *of_case = fold_case_of(fold, act->subject);
    return of_case != NULL && act->answers != 0 &&
           fold_message(fold, of_case, act->to) == act->answers;
}

bool fold_has_letter(const struct fold *fold, const uint8_t handle[ACT_SUBJECT_LEN], uint32_t mark,
                     bool misplaced)
{
    const struct fold_case *of_case = fold_case_of(fold, handle);
    uint64_t seq = of_case != NULL ? of_case->first : 0;
    for (; seq != 0; seq = fold->acts[seq - 1].next) {
        const struct fold_act *act = &fold->acts[seq - 1];
        if (act->kind == ACT_LETTER && act->verdict == FOLD_COUNTS && act->to == mark &&
            (misplaced || (act->flags & ACT_MISPLACED) == 0))
            return true;
    }
    return false;
}

/* One envelope is one letter, in however many records it comes. */
static bool came_before(const struct fold *fold, const struct act *act)
{
    return act->kind == ACT_LETTER && act->to != 0 &&
           (act->to > UINT32_MAX || fold_has_letter(fold, act->subject, (uint32_t)act->to,
                                                    (act->flags & ACT_MISPLACED) != 0));
}

enum fold_verdict fold_would(const struct fold *fold, const struct act *act, uint64_t *stands)
{
    uint64_t value = 0;
    const struct act_row *row = act_row(act->kind);
    if (stands != NULL)
        *stands = 0;
    if (row == NULL)
        return FOLD_UNKNOWN;
    const bool about = standing(fold, act, &value);
    if (stands != NULL)
        *stands = value;
    if (!may(fold, row) || is_last_lead(fold, act))
        return FOLD_FORBIDDEN;
    if (!about || !role_makes_sense(act) || !steps(act))
        return FOLD_SENSELESS;
    if (row->of_case && act->kind != ACT_LETTER && fold_case_of(fold, act->subject) == NULL)
        return FOLD_SENSELESS;
    if ((act->kind == ACT_UNDONE && !undoes(fold, act)) || came_before(fold, act) ||
        (act->kind == ACT_TAKEN_BACK && !takes_back(fold, act)))
        return FOLD_SENSELESS;
    if (act->kind == ACT_TAKEN_BACK && fold_taken_back(fold, act->answers))
        return FOLD_CHANGED;
    if (act->field != ACT_NOTHING && value != act->from)
        return FOLD_CHANGED;
    return letters_seen(fold, row, act) ? FOLD_COUNTS : FOLD_LETTER_CAME;
}
