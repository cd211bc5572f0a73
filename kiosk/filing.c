/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking and sending, as a table of steps: each shows its screen and names the next step. */
#include "kiosk/filing.h"

#include <string.h>

#include "base/lang.h"
#include "complaint/taxonomy.h"
#include "kiosk/asking.h"
#include "kiosk/pin.h"
#include "kiosk/receipt.h"
#include "kiosk/review.h"
#include "kiosk/topic.h"
#include "kiosk/writing.h"

enum filing_step {
    FILING_WHO,
    FILING_COUNT,
    FILING_TOPIC,
    FILING_QUESTION,
    FILING_CONSENT,
    FILING_REVIEW,
    FILING_TEXT,
    FILING_NAME,
    FILING_CONFIRM,
    FILING_SEND,
};

struct filing {
    struct stage *stage;
    struct draft *draft;
    int question; /* which of the category's questions is asked */
    bool sealed;  /* envelope is made; a second try stores the same one */
    uint8_t envelope[ENVELOPE_LEN];
};

/* Where a screen leads: forward, back, or out when the session is over. */
static int filing_lead(int key, int next, int back)
{
    if (key == STAGE_OVER)
        return FILING_LEFT;
    return key == STAGE_NEXT ? next : back;
}

/* Number of the category's i-th question, 0 when it has no more. */
static uint8_t filing_asked(const struct filing *filing, int i)
{
    const struct taxonomy_category *category = taxonomy_category(filing->draft->category);

    return category != NULL && i >= 0 && i < TAXONOMY_ASKED_MAX ? category->asked[i] : 0;
}

static int filing_who(struct filing *filing)
{
    int key = asking_who(filing->stage, filing->draft);
    bool several = filing->draft->about == LETTER_ABOUT_SEVERAL;

    return filing_lead(key, several ? FILING_COUNT : FILING_TOPIC, FILING_BACK);
}

static int filing_count(struct filing *filing)
{
    return filing_lead(asking_count(filing->stage, filing->draft), FILING_TOPIC, FILING_WHO);
}

/* Answers to another category's questions are not this one's. */
static int filing_topic(struct filing *filing)
{
    struct draft *draft = filing->draft;
    char before[sizeof draft->category];
    enum taxonomy_reader reader = filing->stage->reader;
    bool minor = false;
    int key;

    memcpy(before, draft->category, sizeof before);
    key = topic_choose(filing->stage, draft->category, &minor);
    if (key != STAGE_NEXT)
        filing->stage->reader = reader; /* looked at, not said */
    if (minor && key == STAGE_NEXT && draft->about <= 1)
        draft->about = LETTER_ABOUT_MINOR;
    if (memcmp(before, draft->category, sizeof before) != 0)
        memset(draft->urgent, 0, sizeof draft->urgent);
    filing->question = 0;
    return filing_lead(key, filing_asked(filing, 0) != 0 ? FILING_QUESTION : FILING_CONSENT,
                       FILING_WHO);
}

static int filing_question(struct filing *filing)
{
    int key = asking_question(filing->stage, filing->draft, filing_asked(filing, filing->question));

    if (key == STAGE_NEXT)
        filing->question++;
    else if (key == STAGE_BACK)
        filing->question--;
    if (key == STAGE_OVER)
        return FILING_LEFT;
    if (filing->question < 0)
        return FILING_TOPIC;
    return filing_asked(filing, filing->question) != 0 ? FILING_QUESTION : FILING_CONSENT;
}

static int filing_consent(struct filing *filing)
{
    bool asked = filing_asked(filing, 0) != 0;
    int key = asking_consent(filing->stage, filing->draft);

    /* Back is the last question, however the person came here. */
    filing->question = TAXONOMY_ASKED_MAX - 1;
    while (filing->question > 0 && filing_asked(filing, filing->question) == 0)
        filing->question--;
    return filing_lead(key, FILING_REVIEW, asked ? FILING_QUESTION : FILING_TOPIC);
}

/* Asks before something written is lost; true when it was thrown away. */
static bool filing_discard(struct stage *stage, struct draft *draft)
{
    static const char *const choices[] = {N_("No, keep it"), N_("Yes, throw it away")};
    static const struct stage_sheet sheet = {
        .title = N_("Throw it away?"),
        .text = N_("It has not been sent. Do you want to throw it away?"),
        .choices = choices,
        .count = 2,
        .keys = N_("Press a digit   Esc: back"),
    };

    if (stage_choose(stage, &sheet) != 2)
        return false;
    if (draft->kind == LETTER_COMPLAINT)
        draft_wipe(draft);
    else
        draft_wipe_words(draft);
    stage->reader = taxonomy_reader(stage->place->card.type);
    return true;
}

static int filing_review(struct filing *filing)
{
    switch (review_show(filing->stage, filing->draft)) {
    case REVIEW_SEND:
        return FILING_CONFIRM;
    case REVIEW_WRITE:
        return FILING_TEXT;
    case REVIEW_NAME:
        return FILING_NAME;
    case REVIEW_CHANGE:
        return FILING_WHO;
    case REVIEW_DISCARD:
        return filing_discard(filing->stage, filing->draft) ? (int)FILING_BACK : FILING_REVIEW;
    case REVIEW_BACK:
        return filing->draft->kind == LETTER_FOLLOWUP ? FILING_TEXT : FILING_CONSENT;
    default:
        return FILING_LEFT;
    }
}

static int filing_text(struct filing *filing)
{
    int key = writing_text(filing->stage, filing->draft);
    bool leaves = filing->draft->kind == LETTER_FOLLOWUP;

    return filing_lead(key, FILING_REVIEW, leaves ? (int)FILING_BACK : FILING_REVIEW);
}

static int filing_name(struct filing *filing)
{
    return filing_lead(writing_name(filing->stage, filing->draft), FILING_REVIEW, FILING_REVIEW);
}

/* The second deliberate key: the PIN's Enter, or for a follow-up one that says so. */
static int filing_confirm(struct filing *filing)
{
    static const struct stage_sheet sheet = {
        .title = N_("Send it now?"),
        .text = N_("Press Enter and it is sent. Your number stays the same."),
        .keys = N_("Enter: send   Esc: back"),
        .enter = true,
        .sends = true,
    };
    struct draft *draft = filing->draft;
    int key = draft->kind == LETTER_FOLLOWUP ? stage_choose(filing->stage, &sheet)
                                             : pin_choose(filing->stage, draft->pin, draft->again);

    return filing_lead(key, FILING_SEND, FILING_REVIEW);
}

/* Makes code, keys and envelope; 0 or -1. A follow-up has its keys already: they are made once more, so that all sending
   takes the same time. */
static int filing_seal(struct filing *filing)
{
    const struct session_place *place = filing->stage->place;
    struct draft *draft = filing->draft;

    if (draft->kind == LETTER_COMPLAINT)
        code_new(draft->code);
    if (stage_derive(filing->stage, draft->code, draft->pin, &draft->keys) != 0)
        return -1;
    return draft_seal(draft, &place->charter, &place->card, place->number, place->today,
                      filing->envelope);
}

static bool filing_store(struct filing *filing)
{
    const struct session_io *io = filing->stage->io;
    bool stored = false;

    stage_wait(filing->stage);
    if (!filing->sealed)
        filing->sealed = filing_seal(filing) == 0;
    if (filing->sealed)
        stored = filing->stage->practice || io->store(io->context, filing->envelope) == 0;
    stage_waited(filing->stage);
    return stored;
}

static int filing_retry(struct filing *filing)
{
    static const char *const choices[] = {N_("Try again"), N_("Leave without sending")};
    static const struct stage_sheet sheet = {
        .title = N_("It is not stored yet"),
        .text =
            N_("The terminal could not store it. What you wrote is still here. You can try again. "
               "If you leave, it is wiped and was not sent."),
        .choices = choices,
        .count = 2,
        .keys = N_("Press a digit"),
    };
    int key = STAGE_BACK;

    while (key == STAGE_BACK)
        key = stage_choose(filing->stage, &sheet);
    return key == 1 ? (int)FILING_SEND : (int)FILING_LEFT;
}

static int filing_send(struct filing *filing)
{
    struct draft *draft = filing->draft;
    bool has_pin;

    if (!filing_store(filing))
        return filing_retry(filing);
    has_pin = draft->pin[0] != '\0';
    draft_wipe_words(draft);
    explicit_bzero(&draft->keys, sizeof draft->keys);
    explicit_bzero(draft->pin, sizeof draft->pin);
    filing->stage->steps = 0;
    if (draft->kind == LETTER_FOLLOWUP)
        receipt_show_followup(filing->stage);
    else
        receipt_show(filing->stage, draft->code, has_pin);
    return FILING_SENT;
}

static enum filing_end filing_from(struct stage *stage, struct draft *draft, int step)
{
    static int (*const steps[])(struct filing *) = {
        [FILING_WHO] = filing_who,         [FILING_COUNT] = filing_count,
        [FILING_TOPIC] = filing_topic,     [FILING_QUESTION] = filing_question,
        [FILING_CONSENT] = filing_consent, [FILING_REVIEW] = filing_review,
        [FILING_TEXT] = filing_text,       [FILING_NAME] = filing_name,
        [FILING_CONFIRM] = filing_confirm, [FILING_SEND] = filing_send,
    };
    /* How far each step is on the way, as the person counts. */
    static const int marks[] = {
        [FILING_WHO] = 1,     [FILING_COUNT] = 1,  [FILING_TOPIC] = 2, [FILING_QUESTION] = 3,
        [FILING_CONSENT] = 4, [FILING_REVIEW] = 5, [FILING_TEXT] = 5,  [FILING_NAME] = 5,
        [FILING_CONFIRM] = 6, [FILING_SEND] = 6,
    };
    struct filing filing = {.stage = stage, .draft = draft};

    while (step >= 0) {
        stage->steps = draft->kind == LETTER_FOLLOWUP ? 0 : marks[FILING_SEND];
        stage->step = marks[step];
        step = steps[step](&filing);
    }
    stage->steps = 0;
    explicit_bzero(filing.envelope, sizeof filing.envelope);
    return (enum filing_end)step;
}

enum filing_end filing_run(struct stage *stage, struct draft *draft)
{
    return filing_from(stage, draft, draft->kind == LETTER_FOLLOWUP ? FILING_TEXT : FILING_WHO);
}

enum filing_end filing_danger(struct stage *stage, struct draft *draft,
                              const struct filing_cry *cry)
{
    static const char *const choices[] = {N_("Say more first")};
    const bool words = draft_has_words(draft);
    const struct stage_sheet sheet = {
        .title = cry->title,
        .text =
            words
                ? N_("You wrote something before. Press Enter to look at it. Then 1 and Enter send "
                     "both.")
                : cry->text,
        .choices = choices,
        .count = 1,
        .keys = words ? N_("Enter: look at it   1: say more first   Esc: back   F1: help")
                      : N_("Enter: send now   1: say more first   Esc: back   F1: help"),
        .enter = true,
        .sends = true,
        .guide = words ? GUIDE_REVIEW : GUIDE_DANGER,
    };
    int key = stage_choose(stage, &sheet);

    if (key == STAGE_OVER)
        return FILING_LEFT;
    if (key == STAGE_BACK)
        return FILING_BACK;
    /* What goes out unseen is the cry alone: answers about something else are not this one's. */
    if (key == STAGE_NEXT && !words)
        draft_wipe_answers(draft);
    if (strcmp(draft->category, cry->category) != 0)
        memset(draft->urgent, 0, sizeof draft->urgent);
    memcpy(draft->category, cry->category, sizeof draft->category);
    if (draft->about == 0 && stage->reader != taxonomy_reader(stage->place->card.type))
        draft->about = LETTER_ABOUT_MINOR;
    if (key == 1)
        return filing_from(stage, draft, FILING_QUESTION);
    return filing_from(stage, draft, words ? FILING_REVIEW : FILING_SEND);
}

bool filing_abandon(struct stage *stage, struct draft *draft)
{
    return (!draft_has_words(draft) && draft->category[0] == '\0') || filing_discard(stage, draft);
}
