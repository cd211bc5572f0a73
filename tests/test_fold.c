/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What acts come to: random histories of several officers against a model that is too simple to be
   wrong, and the rules one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "complaint/taxonomy.h"
#include "office/fold.h"
#include "tests/lib/fold_same.h"

/* --- a model: plain arrays, walked from the start for every question --- */

enum { CASES = 5, OFFICERS = 6, ACTS = 80, HISTORIES = 10000 };

struct done {
    struct act act;
    uint32_t officer;
    uint32_t txn;
    bool counts;
};

struct model {
    struct done acts[ACTS];
    size_t n;
    uint64_t random;
};

static uint32_t draw(struct model *model, uint32_t below)
{
    model->random = model->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(model->random >> 33) % below;
}

static struct act of_kind(uint16_t kind)
{
    const struct act_row *row = act_row(kind);
    return (struct act){.kind = kind, .field = row != NULL ? (uint8_t)row->field : 0};
}

static bool same_case(const struct act *a, const struct act *b)
{
    return memcmp(a->subject, b->subject, sizeof a->subject) == 0;
}

/* The value of a field: what the last counting act of the same field about the same thing made it.
 */
static uint64_t value_of(const struct model *model, const struct act *act, uint64_t otherwise)
{
    uint64_t value = otherwise;
    for (size_t i = 0; i < model->n; i++) {
        const struct act *past = &model->acts[i].act;
        if (model->acts[i].counts && past->field == act->field && past->owner == act->owner &&
            past->flags * (act->field == ACT_NEWEST) == act->flags * (act->field == ACT_NEWEST) &&
            same_case(past, act))
            value = past->to;
    }
    return value;
}

static uint32_t letters_of(const struct model *model, const struct act *act)
{
    uint32_t n = 0;
    for (size_t i = 0; i < model->n; i++)
        n += model->acts[i].counts && model->acts[i].act.kind == ACT_LETTER &&
             same_case(&model->acts[i].act, act);
    return n;
}

/* The role before a transaction. */
static enum act_role role_before(const struct model *model, uint32_t officer, uint32_t txn)
{
    enum act_role role = officer == 0 ? ACT_ROOT : ACT_NOBODY;
    for (size_t i = 0; i < model->n && officer != 0; i++)
        if (model->acts[i].counts && model->acts[i].txn < txn &&
            model->acts[i].act.field == ACT_ROLE && model->acts[i].act.owner == officer)
            role = (enum act_role)model->acts[i].act.to;
    return role;
}

static uint32_t leads_now(const struct model *model, uint32_t *named)
{
    uint32_t leads = 0;
    *named = 0;
    for (uint32_t no = 1; no <= OFFICERS; no++) {
        struct act ask = of_kind(ACT_OFFICER);
        ask.owner = no;
        const uint64_t role = value_of(model, &ask, 99);
        *named += role != 99;
        leads += role == ACT_LEAD;
    }
    return leads;
}

static bool role_counts(const struct model *model, const struct act *act, enum act_role by)
{
    uint32_t named = 0;
    const uint32_t leads = leads_now(model, &named);
    const uint64_t is = value_of(model, act, 0);
    if (is == ACT_LEAD && act->to != ACT_LEAD && leads == 1)
        return false;
    if (act->owner == 0 || act->owner > named + 1 || is != act->from)
        return false;
    return act->kind == ACT_REMOVED ? act->to == 0 && is != 0 : act->to == 1 || act->to == 2;
}

static bool undone_counts(const struct model *model, const struct act *act)
{
    if (act->answers == 0 || act->answers > model->n)
        return false;
    const struct done *past = &model->acts[act->answers - 1];
    return past->counts && past->act.kind == ACT_STATE && same_case(&past->act, act) &&
           act->field == ACT_CASE_STATE && past->act.from == act->to && past->act.to == act->from &&
           value_of(model, act, 1) == act->from;
}

static bool case_counts(const struct model *model, const struct act *act)
{
    const uint32_t letters = letters_of(model, act);
    if (act->kind == ACT_LETTER)
        return true;
    if (letters == 0)
        return false;
    if (act->kind == ACT_NOTE)
        return true;
    if (act->kind == ACT_UNDONE)
        return undone_counts(model, act);
    if (act->kind == ACT_MESSAGE)
        return value_of(model, act, 0) == act->from && act->to == act->from + 1 &&
               act->letters == letters;
    const struct taxonomy_status *to = taxonomy_status_numbered((uint8_t)act->to);
    const bool final = to != NULL && to->public_state >= TAXONOMY_ANSWERED;
    return value_of(model, act, 1) == act->from && (!final || act->letters == letters);
}

static bool model_counts(const struct model *model, const struct act *act, uint32_t officer,
                         uint32_t txn)
{
    const enum act_role by = role_before(model, officer, txn);
    const bool of_office = act->field == ACT_ROLE;
    if (of_office)
        return by >= ACT_LEAD && role_counts(model, act, by);
    return by >= ACT_OFFICER_ROLE && by != ACT_ROOT && case_counts(model, act);
}

/* --- random acts, many of them made by somebody who saw an older state --- */

static uint64_t seen(struct model *model, const struct act *act, uint64_t first)
{
    struct model past = *model;
    if (draw(model, 4) == 0 && model->n > 0)
        past.n = draw(model, (uint32_t)model->n);
    return value_of(&past, act, first);
}

static struct act random_office_act(struct model *model)
{
    struct act act = of_kind(draw(model, 3) == 0 ? ACT_REMOVED : ACT_OFFICER);
    act.owner = 1 + draw(model, OFFICERS);
    act.from = seen(model, &act, 0);
    act.to = act.kind == ACT_REMOVED ? 0 : 1 + draw(model, 2);
    return act;
}

static struct act random_undone(struct model *model, struct act act)
{
    act = (struct act){.kind = ACT_UNDONE, .field = ACT_CASE_STATE};
    if (model->n == 0)
        return act;
    act.answers = 1 + draw(model, (uint32_t)model->n);
    memcpy(act.subject, model->acts[act.answers - 1].act.subject, sizeof act.subject);
    act.from = model->acts[act.answers - 1].act.to;
    act.to = model->acts[act.answers - 1].act.from;
    return act;
}

static struct act random_act(struct model *model)
{
    static const uint16_t kinds[] = {ACT_LETTER, ACT_LETTER, ACT_MESSAGE, ACT_MESSAGE, ACT_STATE,
                                     ACT_STATE,  ACT_STATE,  ACT_NOTE,    ACT_UNDONE,  ACT_UNDONE};
    if (model->n < 3 || draw(model, 6) == 0)
        return random_office_act(model);
    struct act act = of_kind(kinds[draw(model, sizeof kinds / sizeof *kinds)]);
    act.subject[0] = (uint8_t)draw(model, CASES);
    act.subject[5] = 1;
    act.letters = letters_of(model, &act) - (draw(model, 5) == 0);
    if (act.kind == ACT_UNDONE)
        return random_undone(model, act);
    if (act.field == ACT_NOTHING)
        return act;
    act.from = seen(model, &act, act.kind == ACT_STATE ? 1 : 0);
    act.to = act.kind == ACT_STATE ? 1 + draw(model, 9) : act.from + 1;
    return act;
}

static void compare(const struct model *model, const struct fold *fold)
{
    for (uint64_t number = 1; number <= fold_case_count(fold); number++) {
        const struct fold_case *of_case = fold_case(fold, number);
        struct act state = of_kind(ACT_STATE), message = of_kind(ACT_MESSAGE);
        memcpy(state.subject, of_case->handle, sizeof state.subject);
        memcpy(message.subject, of_case->handle, sizeof message.subject);
        assert_int_equal(of_case->state, value_of(model, &state, 1));
        assert_int_equal(of_case->messages, value_of(model, &message, 0));
        assert_int_equal(of_case->letters, letters_of(model, &state));
    }
    for (uint32_t no = 1; no <= fold_officer_count(fold); no++)
        assert_int_equal(fold_officer(fold, no)->role, role_before(model, no, UINT32_MAX));
}

/* To bytes and back, as between two commands. */
static void lay_down(struct fold **fold)
{
    struct fold *again = NULL;
    const size_t len = fold_size(*fold);
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    fold_pack(*fold, bytes);
    assert_int_equal(fold_unpack(bytes, len, &again), ERROR_NONE);
    fold_same(*fold, again);
    fold_free(fold);
    free(bytes);
    *fold = again;
}

static void play(uint64_t seed)
{
    struct model model = {.random = seed};
    struct fold *fold = NULL;
    uint32_t txn = 0, officer = 0;
    assert_int_equal(fold_new(&fold), ERROR_NONE);
    for (size_t i = 0; i < ACTS; i++) {
        enum fold_verdict verdict = FOLD_COUNTS;
        if (i == 0 || draw(&model, 2) == 0) { /* root names the first, and seldom comes back */
            txn++;
            if (draw(&model, 20) == 0)
                lay_down(&fold);
            officer = i < 2 || draw(&model, 12) == 0 ? 0 : 1 + draw(&model, OFFICERS);
            fold_begin(fold, officer);
        }
        const struct act act = random_act(&model);
        const bool counts = model_counts(&model, &act, officer, txn);
        assert_int_equal(fold_take(fold, i + 1, &act, &verdict), ERROR_NONE);
        if (counts != (verdict == FOLD_COUNTS))
            print_error("seed %llu, act %zu: %s by %u: %s\n", (unsigned long long)seed, i + 1,
                        act_row(act.kind)->name, officer, fold_verdict_name(verdict));
        assert_int_equal(counts, verdict == FOLD_COUNTS);
        model.acts[model.n++] = (struct done){act, officer, txn, counts};
    }
    compare(&model, fold);
    fold_free(&fold);
}

static void test_random_histories(void **state)
{
    const uint64_t seed = (uint64_t)time(NULL);
    print_message("fold: %d histories, seed %llu\n", HISTORIES, (unsigned long long)seed);
    for (uint64_t i = 0; i < HISTORIES; i++)
        play(seed + i * 7919);
}

/* --- the rules, one by one --- */

static struct fold *with_lead(void)
{
    struct fold *fold = NULL;
    enum fold_verdict verdict;
    struct act lead = of_kind(ACT_OFFICER);
    lead.owner = 1;
    lead.to = ACT_LEAD;
    assert_int_equal(fold_new(&fold), ERROR_NONE);
    fold_begin(fold, 0);
    assert_int_equal(fold_take(fold, 1, &lead, &verdict), ERROR_NONE);
    assert_int_equal(verdict, FOLD_COUNTS);
    fold_begin(fold, 1);
    return fold;
}

static enum fold_verdict take(struct fold *fold, struct act act)
{
    enum fold_verdict verdict;
    assert_int_equal(fold_take(fold, fold_last(fold) + 1, &act, &verdict), ERROR_NONE);
    return verdict;
}

static void test_root_takes_the_last_leads_role_no_more_than_a_lead_does(void **state)
{
    struct fold *fold = with_lead();
    struct act gone = of_kind(ACT_REMOVED), second = of_kind(ACT_OFFICER);
    gone.owner = 1;
    gone.from = second.to = ACT_LEAD;
    second.owner = 2;
    for (uint32_t by = 0; by < 2; by++) {
        fold_begin(fold, by);
        assert_int_equal(take(fold, gone), FOLD_FORBIDDEN);
    }
    fold_begin(fold, 0);
    assert_int_equal(take(fold, second), FOLD_COUNTS);
    assert_int_equal(take(fold, gone), FOLD_COUNTS);
    fold_free(&fold);
}

static void test_unknown_kinds_are_shown_and_never_void(void **state)
{
    struct fold *fold = with_lead();
    struct act letter = of_kind(ACT_LETTER), newer = {.kind = 999, .field = 77, .from = 5};
    assert_int_equal(take(fold, letter), FOLD_COUNTS);
    assert_int_equal(take(fold, newer), FOLD_UNKNOWN);
    assert_int_equal(fold_case(fold, 1)->last, 3);
    fold_free(&fold);
}

static void test_roles_are_those_before_the_transaction(void **state)
{
    struct fold *fold = with_lead();
    struct act second = of_kind(ACT_OFFICER), note = of_kind(ACT_LETTER);
    second.owner = 2;
    second.to = ACT_OFFICER_ROLE;
    fold_begin(fold, 2);
    assert_int_equal(take(fold, note), FOLD_FORBIDDEN);
    fold_begin(fold, 1);
    assert_int_equal(take(fold, second), FOLD_COUNTS);
    fold_begin(fold, 2);
    assert_int_equal(take(fold, note), FOLD_COUNTS);
    second.owner = 3;
    assert_int_equal(take(fold, second), FOLD_FORBIDDEN);
    fold_free(&fold);
}

/* One act with a huge number would stop publishing for good: no number would come after it. */
static void test_numbers_do_not_leap_to_their_end(void **state)
{
    static const struct {
        uint64_t from, to;
        enum fold_verdict verdict;
    } steps[] = {
        {0, UINT64_MAX, FOLD_SENSELESS},    {0, (uint64_t)1 << 32, FOLD_SENSELESS},
        {0, UINT32_MAX, FOLD_SENSELESS},    {0, FOLD_LEAP_MAX + 1, FOLD_SENSELESS},
        {0, FOLD_LEAP_MAX, FOLD_COUNTS},    {FOLD_LEAP_MAX, FOLD_LEAP_MAX, FOLD_SENSELESS},
        {FOLD_LEAP_MAX, 1, FOLD_SENSELESS}, {FOLD_LEAP_MAX, FOLD_LEAP_MAX + 1, FOLD_COUNTS},
    };
    static const uint16_t kinds[] = {ACT_BOARD, ACT_KIOSK};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct fold *fold = with_lead();
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            struct act act = of_kind(kinds[k]);
            act.from = steps[i].from;
            act.to = steps[i].to;
            assert_int_equal(take(fold, act), steps[i].verdict);
        }
        fold_free(&fold);
    }
}

static void test_what_waits_and_what_is_urgent(void **state)
{
    struct fold *fold = with_lead();
    struct act letter = of_kind(ACT_LETTER), message = of_kind(ACT_MESSAGE);
    letter.urgency = TAXONOMY_U2;
    message.to = 1;
    message.letters = 1;
    assert_int_equal(take(fold, letter), FOLD_COUNTS);
    assert_int_equal(take(fold, message), FOLD_COUNTS);
    assert_true(fold_case(fold, 1)->waits);
    letter.urgency = TAXONOMY_U0;
    letter.flags = ACT_MISPLACED;
    assert_int_equal(take(fold, letter), FOLD_COUNTS);
    message.from = 1;
    message.to = 2;
    message.flags = ACT_HAS_TEXT;
    assert_int_equal(take(fold, message), FOLD_LETTER_CAME);
    message.letters = 2;
    assert_int_equal(take(fold, message), FOLD_COUNTS);
    assert_false(fold_case(fold, 1)->waits);
    assert_true(fold_case(fold, 1)->misplaced);
    assert_int_equal(fold_case(fold, 1)->urgency, TAXONOMY_U0);
    fold_free(&fold);
}

static void test_acts_of_a_case_hang_together(void **state)
{
    struct fold *fold = with_lead();
    uint64_t found[3], n = 0;
    struct act letter = of_kind(ACT_LETTER), other = of_kind(ACT_LETTER);
    other.subject[0] = 9;
    take(fold, letter);
    take(fold, other);
    take(fold, letter);
    for (uint64_t seq = fold_case(fold, 1)->first; seq != 0; seq = fold_act(fold, seq)->next)
        found[n++] = seq;
    assert_int_equal(n, 2);
    assert_int_equal(found[0], 2);
    assert_int_equal(found[1], 4);
    assert_ptr_equal(fold_case_of(fold, other.subject), fold_case(fold, 2));
    fold_free(&fold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_histories),
        cmocka_unit_test(test_root_takes_the_last_leads_role_no_more_than_a_lead_does),
        cmocka_unit_test(test_unknown_kinds_are_shown_and_never_void),
        cmocka_unit_test(test_roles_are_those_before_the_transaction),
        cmocka_unit_test(test_numbers_do_not_leap_to_their_end),
        cmocka_unit_test(test_what_waits_and_what_is_urgent),
        cmocka_unit_test(test_acts_of_a_case_hang_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
