/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts taken one by one, and what they come to. Which of them count is in office/fold_would.c. */
#include "office/fold.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "complaint/taxonomy.h"
#include "office/fold_parts.h"

const char *fold_verdict_name(enum fold_verdict verdict)
{
    static const char *const names[] = {
        [FOLD_COUNTS] = "counts",         [FOLD_UNKNOWN] = "unknown",
        [FOLD_UNREADABLE] = "unreadable", [FOLD_FORBIDDEN] = "forbidden",
        [FOLD_CHANGED] = "changed",       [FOLD_LETTER_CAME] = "letter came",
        [FOLD_SENSELESS] = "senseless",
    };
    return names[verdict];
}

enum error fold_new(struct fold **out)
{
    struct fold *fold = *out = calloc(1, sizeof *fold);
    if (fold == NULL)
        return ERROR_MEMORY;
    enum error error = fold_index_new(&fold->handles);
    if (error != ERROR_NONE)
        fold_free(out);
    return error;
}

void fold_free(struct fold **fold)
{
    struct fold *old = *fold;
    if (old == NULL)
        return;
    fold_index_free(&old->handles);
    free(old->acts);
    free(old->cases);
    free(old->officers);
    free(old->kiosks);
    free(old->generations);
    free(old);
    *fold = NULL;
}

/* --- finding --- */

uint64_t fold_last(const struct fold *fold)
{
    return fold->act_count;
}

const struct fold_act *fold_act(const struct fold *fold, uint64_t seq)
{
    return seq >= 1 && seq <= fold->act_count ? &fold->acts[seq - 1] : NULL;
}

size_t fold_case_count(const struct fold *fold)
{
    return fold->case_count;
}

const struct fold_case *fold_case(const struct fold *fold, uint64_t number)
{
    return number >= 1 && number <= fold->case_count ? &fold->cases[number - 1] : NULL;
}

static const uint8_t *handle_at(const void *context, uint32_t i)
{
    return ((const struct fold *)context)->cases[i].handle;
}

static struct fold_case *find_case(const struct fold *fold, const uint8_t *handle)
{
    const uint32_t i = fold_index_find(fold->handles, handle, handle_at, fold);
    return i != FOLD_NOWHERE ? &fold->cases[i] : NULL;
}

const struct fold_case *fold_case_of(const struct fold *fold, const uint8_t handle[ACT_SUBJECT_LEN])
{
    return find_case(fold, handle);
}

uint32_t fold_officer_count(const struct fold *fold)
{
    return (uint32_t)fold->officer_count;
}

const struct fold_officer *fold_officer(const struct fold *fold, uint32_t no)
{
    return no >= 1 && no <= fold->officer_count ? &fold->officers[no - 1] : NULL;
}

bool fold_is_lead(const struct fold *fold, uint32_t no)
{
    const struct fold_officer *officer = fold_officer(fold, no);
    return officer != NULL && officer->role == ACT_LEAD;
}

uint32_t fold_leads(const struct fold *fold)
{
    uint32_t leads = 0;
    for (size_t i = 0; i < fold->officer_count; i++)
        leads += fold->officers[i].role == ACT_LEAD;
    return leads;
}

size_t fold_kiosk_count(const struct fold *fold)
{
    return fold->kiosk_count;
}

const struct fold_kiosk *fold_kiosk(const struct fold *fold, size_t i)
{
    return i < fold->kiosk_count ? &fold->kiosks[i] : NULL;
}

/* Kiosks are some hundreds, and asked for once a bundle. */
static struct fold_kiosk *find_kiosk(const struct fold *fold, const uint8_t *id)
{
    for (size_t i = 0; i < fold->kiosk_count; i++)
        if (memcmp(fold->kiosks[i].id, id, JOURNAL_KIOSK_LEN) == 0)
            return &fold->kiosks[i];
    return NULL;
}

const struct fold_kiosk *fold_kiosk_of(const struct fold *fold, const uint8_t id[JOURNAL_KIOSK_LEN])
{
    return find_kiosk(fold, id);
}

uint32_t fold_generation(const struct fold *fold, uint16_t compartment)
{
    uint32_t newest = 0;
    for (size_t i = 0; i < fold->generation_count; i++)
        if (fold->generations[i].compartment == compartment &&
            fold->generations[i].generation > newest)
            newest = fold->generations[i].generation;
    return newest;
}

const uint8_t *fold_commitment(const struct fold *fold, uint16_t compartment, uint32_t generation)
{
    for (size_t i = 0; i < fold->generation_count; i++)
        if (fold->generations[i].compartment == compartment &&
            fold->generations[i].generation == generation)
            return fold->generations[i].commitment;
    return NULL;
}

uint64_t fold_board(const struct fold *fold, uint32_t *number)
{
    *number = fold->board_no;
    return fold->board;
}

uint64_t fold_board_act(const struct fold *fold, uint32_t number)
{
    for (uint64_t seq = fold->board; seq > 0; seq--) {
        const struct fold_act *act = &fold->acts[seq - 1];
        if (act->kind == ACT_BOARD && act->verdict == FOLD_COUNTS && act->to <= number)
            return act->to == number ? seq : 0;
    }
    return 0;
}

bool fold_training(const struct fold *fold)
{
    return fold->training;
}

/* --- whose acts they are --- */

void fold_begin(struct fold *fold, uint32_t officer)
{
    const struct fold_officer *who = fold_officer(fold, officer);
    fold->officer = officer;
    fold->role = officer == 0 ? ACT_ROOT : who != NULL ? who->role : ACT_NOBODY;
}

/* --- what it changes --- */

static enum error add_case(struct fold *fold, const struct act *act, struct fold_case **out)
{
    size_t statuses = 0;
    enum error error = GROW(fold->cases, fold->case_count, 1, fold->case_room);
    if (error == ERROR_NONE)
        error = fold_index_add(fold->handles, act->subject, (uint32_t)fold->case_count);
    if (error != ERROR_NONE)
        return error;
    struct fold_case *added = *out = &fold->cases[fold->case_count++];
    *added = (struct fold_case){.number = fold->case_count,
                                .urgency = TAXONOMY_U3,
                                .state = taxonomy_statuses(&statuses)[0].number};
    memcpy(added->handle, act->subject, sizeof added->handle);
    return ERROR_NONE;
}

static enum error add_kiosk(struct fold *fold, const struct act *act, struct fold_kiosk **out)
{
    enum error error = GROW(fold->kiosks, fold->kiosk_count, 1, fold->kiosk_room);
    if (error != ERROR_NONE)
        return error;
    *out = &fold->kiosks[fold->kiosk_count++];
    **out = (struct fold_kiosk){.card = 0};
    memcpy((*out)->id, act->subject, sizeof(*out)->id);
    return ERROR_NONE;
}

static enum error add_generation(struct fold *fold, const struct act *act)
{
    enum error error = GROW(fold->generations, fold->generation_count, 1, fold->generation_room);
    if (error != ERROR_NONE)
        return error;
    struct fold_generation *added = &fold->generations[fold->generation_count++];
    added->compartment = act->flags;
    added->generation = (uint32_t)act->to;
    memcpy(added->commitment, act->commitment, HASH_LEN);
    return ERROR_NONE;
}

/* Keys belong to a number for ever: who comes back after a removal gets a new one. */
static enum error set_role(struct fold *fold, uint64_t seq, const struct act *act)
{
    if (act->owner > fold->officer_count) {
        enum error error = GROW(fold->officers, fold->officer_count, 1, fold->officer_room);
        if (error != ERROR_NONE)
            return error;
        struct fold_officer *added = &fold->officers[fold->officer_count++];
        *added = (struct fold_officer){.no = act->owner, .named = seq};
        memcpy(added->commitment, act->commitment, HASH_LEN);
    }
    fold->officers[act->owner - 1].role = (enum act_role)act->to;
    return ERROR_NONE;
}

static enum error set_card(struct fold *fold, uint64_t seq, const struct act *act)
{
    struct fold_kiosk *kiosk = find_kiosk(fold, act->subject);
    enum error error = kiosk == NULL ? add_kiosk(fold, act, &kiosk) : ERROR_NONE;
    if (error != ERROR_NONE)
        return error;
    kiosk->card = (uint32_t)act->to;
    kiosk->carded = seq;
    return ERROR_NONE;
}

static void set_messages(struct fold_case *of_case, const struct act *act)
{
    of_case->messages = (uint32_t)act->to;
    of_case->told = act->state;
    of_case->waits = of_case->waits && (act->flags & ACT_HAS_TEXT) == 0;
}

static bool is_training(const struct act *act)
{
    return act->kind == ACT_FOUNDED && (act->flags & ACT_TRAINING) != 0;
}

static enum error set_field(struct fold *fold, uint64_t seq, const struct act *act)
{
    struct fold_case *of_case = find_case(fold, act->subject);
    switch ((enum act_field)act->field) {
    case ACT_ROLE:
        return set_role(fold, seq, act);
    case ACT_NEWEST:
        return add_generation(fold, act);
    case ACT_CARD:
        return set_card(fold, seq, act);
    case ACT_BOARD_NO:
        fold->board = seq;
        fold->board_no = (uint32_t)act->to;
        break;
    case ACT_CASE_STATE:
        if (of_case != NULL)
            of_case->state = (uint8_t)act->to;
        break;
    case ACT_MESSAGES:
        if (of_case != NULL)
            set_messages(of_case, act);
        break;
    case ACT_NOTHING:
        fold->training = fold->training || is_training(act);
        break;
    case ACT_FIELDS:
        break;
    }
    return ERROR_NONE;
}

static enum error add_letter(struct fold *fold, const struct act *act)
{
    struct fold_case *of_case = find_case(fold, act->subject);
    enum error error = of_case == NULL ? add_case(fold, act, &of_case) : ERROR_NONE;
    if (error != ERROR_NONE)
        return error;
    of_case->letters++;
    of_case->waits = true;
    of_case->misplaced = of_case->misplaced || (act->flags & ACT_MISPLACED) != 0;
    if (act->urgency < of_case->urgency)
        of_case->urgency = act->urgency;
    return ERROR_NONE;
}

/* --- taking --- */

/* Where the first and the last act of its case or kiosk are kept; false when it is of none. */
static bool find_ends(const struct fold *fold, const struct act *act, uint64_t **first,
                      uint64_t **last, uint32_t *place)
{
    const struct act_row *row = act_row(act->kind);
    struct fold_case *of_case = row == NULL || row->of_case ? find_case(fold, act->subject) : NULL;
    struct fold_kiosk *kiosk = NULL;
    if (act->kind == ACT_KIOSK || act->kind == ACT_IMPORT)
        kiosk = find_kiosk(fold, act->subject);
    if (of_case == NULL && kiosk == NULL)
        return false;
    *first = of_case != NULL ? &of_case->first : &kiosk->first;
    *last = of_case != NULL ? &of_case->last : &kiosk->last;
    *place = (uint32_t)(of_case != NULL ? of_case - fold->cases : kiosk - fold->kiosks);
    return true;
}

/* Links the act behind the last one of its case or kiosk. */
static void link_act(struct fold *fold, uint64_t seq, const struct act *act)
{
    uint64_t *first = NULL, *last = NULL;
    if (!find_ends(fold, act, &first, &last, &fold->acts[seq - 1].place))
        return;
    if (*first == 0)
        *first = seq;
    else
        fold->acts[*last - 1].next = (uint32_t)seq;
    *last = seq;
}

/* What the person is told by the messages that are left. */
static void tell_again(const struct fold *fold, struct fold_case *of_case)
{
    if (of_case == NULL)
        return;
    of_case->told = 0;
    of_case->waits = false;
    for (uint64_t seq = of_case->first; seq != 0; seq = fold->acts[seq - 1].next) {
        const struct fold_act *act = &fold->acts[seq - 1];
        if (act->verdict != FOLD_COUNTS)
            continue;
        if (act->kind == ACT_LETTER)
            of_case->waits = true;
        if (act->kind != ACT_MESSAGE || fold_taken_back(fold, seq))
            continue;
        of_case->told = act->state;
        of_case->waits = of_case->waits && (act->flags & ACT_HAS_TEXT) == 0;
    }
}

enum error fold_take(struct fold *fold, uint64_t seq, const struct act *act,
                     enum fold_verdict *verdict)
{
    enum error error = GROW(fold->acts, fold->act_count, 1, fold->act_room);
    assert(seq == fold->act_count + 1);
    if (error != ERROR_NONE)
        return error;
    *verdict = fold_would(fold, act, NULL);
    if (*verdict == FOLD_COUNTS)
        error = act->kind == ACT_LETTER ? add_letter(fold, act) : set_field(fold, seq, act);
    if (error != ERROR_NONE)
        return error;
    fold->acts[fold->act_count++] = (struct fold_act){
        .kind = act->kind,
        .verdict = (uint8_t)*verdict,
        .field = act->field,
        .officer = fold->officer,
        .minute = act->minute,
        .place = FOLD_NOWHERE,
        .from = (uint32_t)act->from,
        .to = (uint32_t)act->to,
        .state = act->state,
        .flags = (uint8_t)act->flags,
    };
    link_act(fold, seq, act);
    if (*verdict == FOLD_COUNTS && act->kind == ACT_TAKEN_BACK)
        tell_again(fold, find_case(fold, act->subject));
    return ERROR_NONE;
}

enum error fold_skip(struct fold *fold, uint64_t seq)
{
    enum error error = GROW(fold->acts, fold->act_count, 1, fold->act_room);
    assert(seq == fold->act_count + 1);
    if (error == ERROR_NONE)
        fold->acts[fold->act_count++] = (struct fold_act){
            .verdict = FOLD_UNREADABLE, .officer = fold->officer, .place = FOLD_NOWHERE};
    return error;
}
