/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Visits as the keeper goes through them: what a visit comes to so far is written in place again
   and again, the receipt is shown after that, and at the end the record goes into the outbox. */
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "kiosk/chain.h"
#include "tests/torture/house.h"
#include "tests/torture/scene.h"
#include "tests/torture/scenes.h"

struct kiosk {
    struct state *state;
    struct chain *chain;
};

static void leave(struct kiosk *kiosk)
{
    chain_close(&kiosk->chain);
    state_close(&kiosk->state);
}

/* One second of a visit. A letter's receipt is shown when it is written; a cover has none. False
   when the tip is not known. */
static bool tick(struct kiosk *kiosk, char who, uint8_t envelope[ENVELOPE_LEN])
{
    struct outbox_tip tip;
    uint8_t hash[MARKS_HASH];
    if (chain_tip(kiosk->chain, &tip) != ERROR_NONE)
        return false;
    house_hash(envelope, ENVELOPE_LEN, hash);
    marks_try(HOUSE_STORED, tip.seq + 1, hash);
    if (chain_write(kiosk->chain, envelope, day_today()) == ERROR_NONE && who != ' ')
        marks_done(HOUSE_STORED, tip.seq + 1, hash);
    return true;
}

static bool seal(struct kiosk *kiosk, char who, uint8_t envelope[ENVELOPE_LEN])
{
    struct outbox_tip tip;
    return chain_tip(kiosk->chain, &tip) == ERROR_NONE &&
           house_seal(kiosk->state, tip.seq + 1, who, envelope) == ERROR_NONE;
}

/* A cover at first, then what the visitor writes, if anything. False when the outbox did not take
   the record: nobody else is let in. */
static bool visit(struct kiosk *kiosk, char who)
{
    uint8_t envelope[ENVELOPE_LEN];
    if (!seal(kiosk, ' ', envelope) || !tick(kiosk, ' ', envelope))
        return false;
    if (who != ' ' && seal(kiosk, who, envelope))
        for (int i = 0; i < 2; i++)
            (void)tick(kiosk, who, envelope);
    return chain_keep(kiosk->chain) && chain_deliver(kiosk->chain) == ERROR_NONE;
}

/* One record at every start: that of a cut-off visit, or a cover. False: this kiosk takes nobody
   today. */
static bool enter(const char *root, struct kiosk *kiosk)
{
    *kiosk = (struct kiosk){0};
    if (state_open(house_path(root, "state"), &kiosk->state) != ERROR_NONE ||
        state_ready(kiosk->state, day_today()) != ERROR_NONE ||
        chain_open(kiosk->state, &kiosk->chain) != ERROR_NONE)
        return false;
    return chain_holding(kiosk->chain) ? chain_deliver(kiosk->chain) == ERROR_NONE
                                       : visit(kiosk, ' ');
}

/* Two starts of the keeper. */
void scenes_visit_run(const char *root)
{
    static const char *const visitors[] = {"c d", "e"};
    struct kiosk kiosk;
    for (int i = 0; i < 2; i++) {
        bool open = enter(root, &kiosk);
        for (const char *who = visitors[i]; open && *who != '\0'; who++)
            open = visit(&kiosk, *who);
        leave(&kiosk);
    }
}

/* What the cut-off visit had been told. */
static struct mark cut_off;

void scenes_return_base(const char *root)
{
    struct marks marks;
    struct kiosk kiosk;
    uint8_t envelope[ENVELOPE_LEN];
    scenes_filed_base(root);
    marks_begin(&marks);
    house_must(enter(root, &kiosk) && seal(&kiosk, 'c', envelope) && tick(&kiosk, 'c', envelope),
               "a visit");
    leave(&kiosk);
    house_must(marks.n > 0 && marks.all[marks.n - 1].done, "a receipt");
    cut_off = marks.all[marks.n - 1];
    marks_begin(NULL);
    house_must_remember(root);
}

/* The power came back; then one more visit. */
void scenes_return_run(const char *root)
{
    struct kiosk kiosk;
    marks_try(cut_off.what, cut_off.n, cut_off.hash);
    marks_done(cut_off.what, cut_off.n, cut_off.hash);
    if (enter(root, &kiosk))
        (void)visit(&kiosk, 'd');
    leave(&kiosk);
}

static const char *start_again(const char *root)
{
    struct kiosk kiosk;
    const char *wrong = enter(root, &kiosk) ? NULL : "the kiosk does not start";
    leave(&kiosk);
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
