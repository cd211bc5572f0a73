/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Visits as the keeper goes through them: what a visit comes to so far is written in place again and
   again, the receipt is shown after that, and at the end the record goes into the outbox. */
#include <string.h>
#include <unistd.h>

#include "courier/record.h"
#include "courier/refusal.h"
#include "kiosk/pending.h"
#include "tests/torture/house.h"
#include "tests/torture/scene.h"
#include "tests/torture/scenes.h"

struct booth {
    struct state *state;
    struct outbox *outbox;
    int pending;
    uint8_t record[RECORD_LEN];
    struct outbox_tip next; /* that the record makes */
};

static void leave(struct booth *booth)
{
    if (booth->pending >= 0)
        close(booth->pending);
    outbox_close(&booth->outbox);
    state_close(&booth->state);
}

static bool append(struct booth *booth)
{
    return outbox_append(booth->outbox, &booth->next, booth->record, RECORD_LEN) == DB_OK;
}

/* One record at every start: that of a cut-off visit, or a cover. */
static bool take_up(struct booth *booth)
{
    struct outbox_tip tip;
    bool found = false;
    if (outbox_tip(booth->outbox, &tip) != DB_OK ||
        pending_find(booth->pending, booth->state->key, &tip, booth->record, &booth->next,
                     &found) != REFUSAL_NONE)
        return false;
    if (found)
        return append(booth);
    house_file(booth->state, booth->outbox, ' ');
    return outbox_tip(booth->outbox, &booth->next) == DB_OK && booth->next.seq == tip.seq + 1;
}

/* False: this kiosk takes nobody today. */
static bool enter(const char *root, struct booth *booth)
{
    char path[4096];
    *booth = (struct booth){.pending = -1};
    if (state_open(house_path(root, "state"), &booth->state) != REFUSAL_NONE ||
        state_ready(booth->state, state_today()) != REFUSAL_NONE)
        return false;
    state_outbox_path(booth->state, path);
    return outbox_open(path, DB_OPEN, &booth->outbox) == DB_OK &&
           pending_open(booth->state->dir, &booth->pending) == REFUSAL_NONE && take_up(booth);
}

static bool make_record(struct booth *booth, const uint8_t envelope[ENVELOPE_LEN])
{
    struct outbox_tip tip;
    if (outbox_tip(booth->outbox, &tip) != DB_OK)
        return false;
    booth->next = (struct outbox_tip){.seq = tip.seq + 1, .day = state_today()};
    return record_encode(booth->next.seq, tip.hash, booth->next.day, envelope, booth->state->seed,
                         booth->record, booth->next.hash) == REFUSAL_NONE;
}

/* One second of a visit. A letter's receipt is shown when it is written; a cover has none. */
static void tick(struct booth *booth, const uint8_t envelope[ENVELOPE_LEN], bool receipt)
{
    uint8_t hash[MARKS_HASH];
    house_hash(envelope, ENVELOPE_LEN, hash);
    marks_try(HOUSE_STORED, booth->next.seq, hash);
    if (!outbox_moved(booth->outbox) &&
        pending_write(booth->state->dir, booth->pending, booth->record) == REFUSAL_NONE && receipt)
        marks_done(HOUSE_STORED, booth->next.seq, hash);
}

/* A cover at first, then what the visitor writes, if anything. False when the outbox did not take
   the record: nobody else is let in. */
static bool visit(struct booth *booth, char who)
{
    uint8_t envelope[ENVELOPE_LEN];
    struct outbox_tip tip;
    if (outbox_tip(booth->outbox, &tip) != DB_OK ||
        house_seal(booth->state, tip.seq + 1, ' ', envelope) != ENVELOPE_OK ||
        !make_record(booth, envelope))
        return false;
    tick(booth, envelope, false);
    if (who == ' ')
        return append(booth);
    if (house_seal(booth->state, tip.seq + 1, who, envelope) != ENVELOPE_OK ||
        !make_record(booth, envelope))
        return false;
    for (int i = 0; i < 2; i++)
        tick(booth, envelope, true);
    return append(booth);
}

/* Two starts of the keeper. */
void scenes_visit_run(const char *root)
{
    static const char *const visitors[] = {"c d", "e"};
    struct booth booth;
    for (int i = 0; i < 2; i++) {
        bool open = enter(root, &booth);
        for (const char *who = visitors[i]; open && *who != '\0'; who++)
            open = visit(&booth, *who);
        leave(&booth);
    }
}

/* What the cut-off visit had been told. */
static struct mark cut_off;

void scenes_return_base(const char *root)
{
    struct marks marks;
    struct booth booth;
    uint8_t envelope[ENVELOPE_LEN];
    scenes_filed_base(root);
    marks_begin(&marks);
    house_must(enter(root, &booth) &&
                   house_seal(booth.state, booth.next.seq + 1, 'c', envelope) == ENVELOPE_OK &&
                   make_record(&booth, envelope),
               "a visit");
    tick(&booth, envelope, true);
    leave(&booth);
    house_must(marks.n > 0 && marks.all[marks.n - 1].done, "a receipt");
    cut_off = marks.all[marks.n - 1];
    marks_begin(NULL);
    house_must_remember(root);
}

/* The power came back; then one more visit. */
void scenes_return_run(const char *root)
{
    struct booth booth;
    marks_try(cut_off.what, cut_off.n, cut_off.hash);
    marks_done(cut_off.what, cut_off.n, cut_off.hash);
    if (enter(root, &booth))
        (void)visit(&booth, 'd');
    leave(&booth);
}

static const char *start_again(const char *root)
{
    struct booth booth;
    const char *wrong = enter(root, &booth) ? NULL : "the kiosk does not start";
    leave(&booth);
    return wrong;
}

const char *scenes_visit_check(const char *root, const struct marks *marks)
{
    struct marks own = *marks;
    marks_go_on(&own); /* the cover of this start counts, too */
    const char *wrong = start_again(root);
    marks_begin(NULL);
    if (wrong == NULL)
        wrong = house_chain(root, &own, 2);
    return wrong != NULL ? wrong : house_goes_on(root);
}
