/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the officers of a casebook do: each has an hour of the day, works on the cases that are due,
   and signs what they did in one transaction or a few. */
#include "tests/casebook/casebook.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/grow.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"
#include "crypto/answer.h"
#include "office/queue.h"
#include "office/item.h"

/* What is done to a case next. */
enum task { LOOK, WORK, ANSWER, CLOSE, UNDO, REOPEN, DONE };

enum { ACTS_OF_ONE = 8, DAY_BEGINS = 9 * 60 };

bool casebook_works(uint32_t day)
{
    return (day + 3) % 7 < 5; /* day 0 was a Thursday */
}

enum error casebook_schedule(struct casebook *casebook, uint32_t number, uint32_t day)
{
    while (!casebook_works(day))
        day++;
    casebook->cases[number - 1].due = day <= PLAN_LAST_DAY ? day : 0;
    if (day > PLAN_LAST_DAY)
        return ERROR_NONE;
    struct casebook_due *due = &casebook->due[day - PLAN_FIRST_DAY];
    enum error error = GROW(due->numbers, due->n, 1, due->room);
    if (error == ERROR_NONE)
        due->numbers[due->n++] = number;
    return error;
}

enum error casebook_reopen(struct casebook *casebook, uint32_t number, uint32_t day)
{
    struct casebook_case *one = &casebook->cases[number - 1];
    if (one->task != CLOSE && one->task != DONE)
        return ERROR_NONE;
    one->task = REOPEN;
    return casebook_schedule(casebook, number, day);
}

/* --- one case --- */

/* A message of a batch, sealed for a board: it is queued beside its act. */
struct said {
    size_t at; /* in the batch */
    uint8_t entry[ANSWER_LEN];
};

struct saying {
    struct vault *vault;
    struct said *all;
    size_t n, room;
};

static enum error queue_said(void *context, const struct history_batch *batch)
{
    const struct saying *saying = context;
    uint8_t sealed[QUEUE_LEN];
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < saying->n && error == ERROR_NONE; i++) {
        const uint64_t act = batch->acts[saying->all[i].at].seq;
        error = queue_seal(saying->vault->keys, act, saying->all[i].entry, sealed);
        if (error == ERROR_NONE)
            error = journal_add_queued(saying->vault->journal, act, sealed, sizeof sealed);
    }
    return error;
}

/* An officer at a case. */
struct sitting {
    struct casebook *casebook;
    struct saying *saying;
    struct history_batch *batch;
    struct casebook_case *one;
    struct draw draw;
    struct fold_case seen; /* as it stands behind the batch's acts */
    uint32_t now;
    uint8_t *key; /* secret memory */
};

static struct item_case item_of(const struct sitting *sitting)
{
    return (struct item_case){
        &sitting->seen, {sitting->key, sitting->one->commitment}, sitting->now};
}

static enum words_language language_of(const struct sitting *sitting)
{
    const struct plan *plan = &sitting->casebook->plan;
    return (enum words_language)plan->people[sitting->one->person].language;
}

static enum error seal_said(struct sitting *sitting, uint8_t state, const char *text, size_t len)
{
    struct saying *saying = sitting->saying;
    struct code_keys *keys = secret_new(sizeof *keys);
    struct answer *answer = secret_new(sizeof *answer);
    enum error error = keys != NULL && answer != NULL ? ERROR_NONE : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = GROW(saying->all, saying->n, 1, saying->room);
    if (error == ERROR_NONE) {
        struct said *said = &saying->all[saying->n++];
        casebook_keys(&sitting->casebook->plan, sitting->one->person, keys);
        answer->kind = ANSWER_TEXT;
        answer->state = state;
        answer->day = sitting->now / DAY_MINUTES;
        answer->len = (uint16_t)len;
        if (len > 0)
            memcpy(answer->text, text, len);
        said->at = sitting->batch->n - 1;
        error = answer_seal(keys, sitting->seen.messages + 1, answer, said->entry);
    }
    secret_free(keys);
    secret_free(answer);
    return error;
}

static enum error tell(struct sitting *sitting, uint8_t state, const char *text, size_t len)
{
    const struct item_case of = item_of(sitting);
    enum error error =
        item_add_message(sitting->batch, sitting->casebook->vault->keys, &of,
                         &(struct item_message){of.seen->messages + 1, state, false, text, len});
    if (error == ERROR_NONE)
        error = seal_said(sitting, state, text, len);
    sitting->seen.messages++;
    sitting->seen.told = state;
    return error;
}

/* As triage does it: the person is told when what they see changes. */
static enum error set_status(struct sitting *sitting, const char *code)
{
    const struct taxonomy_status *status = taxonomy_status(code);
    enum error error = ERROR_NONE;
    if (sitting->seen.state == status->number)
        return ERROR_NONE;
    if (sitting->seen.told != status->public_state)
        error = tell(sitting, (uint8_t)status->public_state, NULL, 0);
    const struct item_case of = item_of(sitting);
    if (error == ERROR_NONE)
        error =
            item_add_status(sitting->batch, sitting->casebook->vault->keys, &of, status->number);
    sitting->seen.state = status->number;
    return error;
}

static enum error note(struct sitting *sitting, uint32_t of_1000)
{
    char text[WORDS_MAX];
    const struct item_case of = item_of(sitting);
    if (!draw_chance(&sitting->draw, of_1000))
        return ERROR_NONE;
    const size_t len =
        words_note(&sitting->draw, draw_chance(&sitting->draw, 400) ? WORDS_KK : WORDS_RU, text);
    return item_add_note(sitting->batch, sitting->casebook->vault->keys, &of, text, len);
}

/* Takes the last status back. */
static enum error undo(struct sitting *sitting)
{
    const struct fold *fold = sitting->casebook->vault->history.fold;
    const struct fold_act *past = NULL;
    struct act act = {.kind = ACT_UNDONE, .field = ACT_CASE_STATE, .minute = sitting->now};
    for (uint64_t seq = sitting->seen.first; seq != 0; seq = fold_act(fold, seq)->next)
        if (fold_act(fold, seq)->kind == ACT_STATE) {
            past = fold_act(fold, seq);
            act.answers = seq;
        }
    if (past == NULL)
        return ERROR_NONE;
    act.from = past->to;
    act.to = past->from;
    memcpy(act.subject, sitting->seen.handle, sizeof act.subject);
    return history_batch_add(sitting->batch, sitting->casebook->vault->keys, &act, NULL, NULL,
                             NULL);
}

static enum error answer(struct sitting *sitting)
{
    char text[WORDS_MAX];
    const bool question = draw_chance(&sitting->draw, 100);
    const size_t len = words_answer(&sitting->draw, language_of(sitting), text);
    enum error error = tell(sitting, TAXONOMY_ANSWERED, text, len);
    return error == ERROR_NONE ? set_status(sitting, question ? "need-info" : "answered") : error;
}

static const char *pick_status(struct draw *draw, enum task task)
{
    static const char *const work[] = {"referred", "visit-planned", "triaged"};
    static const char *const ends[] = {"closed-upheld",          "closed-partly",
                                       "closed-not-upheld",      "closed-resolved",
                                       "closed-no-jurisdiction", "closed-withdrawn"};
    static const uint16_t work_weights[] = {45, 25, 30}, end_weights[] = {21, 14, 33, 20, 9, 3};
    return task == WORK ? work[draw_weighted(draw, work_weights, 3)]
                        : ends[draw_weighted(draw, end_weights, 6)];
}

/* Does what the task says, and says what comes next in how many days; 0: nothing. */
static enum error step(struct sitting *sitting, enum task *next, uint32_t *days)
{
    struct draw *draw = &sitting->draw;
    enum error error = ERROR_NONE;
    switch (*next) {
    case LOOK:
        error = set_status(sitting, draw_chance(draw, 150) ? "opened" : "registered");
        *next = WORK;
        *days = draw_between(draw, 2, 8);
        return error == ERROR_NONE ? note(sitting, 400) : error;
    case WORK:
        error = set_status(sitting, pick_status(draw, WORK));
        *next = draw_chance(draw, 40) ? UNDO : draw_chance(draw, 80) ? DONE : ANSWER;
        *days = *next == UNDO ? 1 : *next == DONE ? 0 : draw_between(draw, 5, 14);
        return error == ERROR_NONE ? note(sitting, 500) : error;
    case ANSWER:
        *next = draw_chance(draw, 300) ? DONE : CLOSE;
        *days = *next == DONE ? 0 : draw_between(draw, 20, 60);
        return answer(sitting);
    case CLOSE:
        *next = DONE;
        *days = 0;
        return set_status(sitting, pick_status(draw, CLOSE));
    case UNDO:
        *next = WORK;
        *days = draw_between(draw, 1, 3);
        return undo(sitting);
    case REOPEN:
        error = set_status(sitting, "reopened");
        *next = ANSWER;
        *days = draw_between(draw, 3, 12);
        return error == ERROR_NONE ? note(sitting, 700) : error;
    case DONE:
        break;
    }
    *days = 0;
    return ERROR_NONE;
}

static enum error sit(struct sitting *sitting, uint32_t number, uint32_t day)
{
    struct casebook *casebook = sitting->casebook;
    enum task task = (enum task)sitting->one->task;
    uint32_t days = 0;
    sitting->seen = *fold_case(casebook->vault->history.fold, number);
    if (sitting->seen.told == 0)
        sitting->seen.told = TAXONOMY_ARRIVED;
    enum error error =
        item_key(casebook->vault, casebook->vault->journal, sitting->one->commitment, sitting->key);
    if (error == ERROR_NONE)
        error = step(sitting, &task, &days);
    sitting->one->task = (uint8_t)task;
    sitting->one->times++;
    sitting->one->due = 0;
    return error == ERROR_NONE && days > 0 ? casebook_schedule(casebook, number, day + days)
                                           : error;
}

/* --- a day --- */

static struct draw draw_of(const struct casebook *casebook, uint32_t number)
{
    return draw_start(casebook->plan.seed, DRAW_WORK,
                      UINT64_C(1) << 48 | (uint64_t)casebook->cases[number - 1].times << 32 |
                          number);
}

/* Mostly the case's own officer, sometimes a colleague. */
static uint32_t who_works(struct casebook *casebook, uint32_t number, struct draw *draw)
{
    *draw = draw_of(casebook, number);
    const uint32_t colleague = 1 + draw_below(draw, casebook->officers);
    return draw_chance(draw, 100) ? colleague : casebook->cases[number - 1].officer;
}

static enum error append(struct casebook *casebook, struct history_batch *batch,
                         struct saying *saying)
{
    batch->beside = queue_said;
    batch->context = saying;
    saying->vault = casebook->vault;
    enum error error = batch->n > 0 ? history_append(&casebook->vault->history, batch) : ERROR_NONE;
    history_batch_free(batch);
    saying->n = 0;
    return error;
}

static enum error shift(struct casebook *casebook, uint32_t day, uint32_t n, uint8_t *key)
{
    const struct casebook_due *due = &casebook->due[day - PLAN_FIRST_DAY];
    struct history_batch batch = {.n = 0};
    struct saying saying = {.n = 0};
    enum error error = ERROR_NONE;
    casebook_act_as(casebook, n);
    for (size_t i = 0; i < due->n && error == ERROR_NONE; i++) {
        const uint32_t number = due->numbers[i];
        struct sitting sitting = {.casebook = casebook,
                                  .saying = &saying,
                                  .batch = &batch,
                                  .one = &casebook->cases[number - 1],
                                  .key = key};
        if (sitting.one->due != day || who_works(casebook, number, &sitting.draw) != n)
            continue;
        sitting.now =
            day * DAY_MINUTES + DAY_BEGINS + (uint32_t)(60 * ((n - 1) * due->n + i) / due->n);
        error = sit(&sitting, number, day);
        if (error == ERROR_NONE && batch.n + ACTS_OF_ONE > HISTORY_ACTS_MAX)
            error = append(casebook, &batch, &saying);
    }
    if (error == ERROR_NONE)
        error = append(casebook, &batch, &saying);
    free(saying.all);
    history_batch_free(&batch);
    return error;
}

enum error casebook_work(struct casebook *casebook, uint32_t day)
{
    uint8_t *key = secret_new(KEYSET_KEY_LEN);
    enum error error = key != NULL ? ERROR_NONE : ERROR_MEMORY;
    for (uint32_t n = 1; n <= casebook->officers && error == ERROR_NONE; n++)
        error = shift(casebook, day, n, key);
    secret_free(key);
    return error;
}
