/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of steps: each shows its screen and names the next step. */
#include "session/filing.h"

#include <string.h>

#include "base/lang.h"
#include "complaint/taxonomy.h"
#include "session/category.h"
#include "session/compose.h"
#include "session/dialog.h"
#include "session/look.h"
#include "session/pin.h"
#include "session/questions.h"
#include "session/receipt.h"
#include "session/review.h"

enum filing_step {
    FILING_WHO,
    FILING_COUNT,
    FILING_CATEGORY,
    FILING_QUESTION,
    FILING_CONSENT,
    FILING_REVIEW,
    FILING_TEXT,
    FILING_NAME,
    FILING_CONFIRM,
    FILING_SEND,
};

struct filing {
    struct ui *ui;
    struct draft *draft;
    int question; /* which of the category's questions is asked, from 0 */
    bool sealed;  /* the envelope is made: a second try stores the same one */
    uint8_t envelope[ENVELOPE_LEN];
};

/* The step that an enum ui_key leads to: next, back, or out when the session is over. */
static int lead(int key, int next, int back)
{
    if (key == UI_OVER)
        return FILING_LEFT;
    return key == UI_NEXT ? next : back;
}

/* The number of the category's i-th question, or 0 when it has no such question. */
static uint8_t question_at(const struct filing *filing, int i)
{
    const struct taxonomy_category *category = taxonomy_category(filing->draft->category);
    return category != NULL && i >= 0 && i < TAXONOMY_ASKED_MAX ? category->asked[i] : 0;
}

static int who(struct filing *filing)
{
    int key = questions_who(filing->ui, filing->draft);
    bool several = filing->draft->about == LETTER_ABOUT_SEVERAL;
    return lead(key, several ? FILING_COUNT : FILING_CATEGORY, FILING_BACK);
}

static int count_people(struct filing *filing)
{
    return lead(questions_count(filing->ui, filing->draft), FILING_CATEGORY, FILING_WHO);
}

static int choose_category(struct filing *filing)
{
    struct draft *draft = filing->draft;
    enum taxonomy_reader reader = filing->ui->reader;
    char before[sizeof draft->category];
    memcpy(before, draft->category, sizeof before);
    bool minor = false;
    int key = category_choose(filing->ui, draft->category, &minor);
    if (key != UI_NEXT)
        filing->ui->reader = reader; /* a minor's words were looked at, not chosen */
    if (minor && key == UI_NEXT && draft->about <= 1)
        draft->about = LETTER_ABOUT_MINOR;
    /* Answers to another category's questions are not answers to this one's. */
    if (memcmp(before, draft->category, sizeof before) != 0)
        memset(draft->urgent, 0, sizeof draft->urgent);
    filing->question = 0;
    return lead(key, question_at(filing, 0) != 0 ? FILING_QUESTION : FILING_CONSENT, FILING_WHO);
}

static int ask_question(struct filing *filing)
{
    int key = questions_question(filing->ui, filing->draft, question_at(filing, filing->question));
    if (key == UI_NEXT)
        filing->question++;
    else if (key == UI_BACK)
        filing->question--;
    if (key == UI_OVER)
        return FILING_LEFT;
    if (filing->question < 0)
        return FILING_CATEGORY;
    return question_at(filing, filing->question) != 0 ? FILING_QUESTION : FILING_CONSENT;
}

/* Who has chosen an answer need not write a word to it. */
static int first_step(const struct draft *draft)
{
    if (draft->kind == LETTER_COMPLAINT)
        return FILING_WHO;
    return draft->choice > 0 ? FILING_CONSENT : FILING_TEXT;
}

static int consent(struct filing *filing)
{
    bool asked = question_at(filing, 0) != 0;
    int key = questions_consent(filing->ui, filing->draft);
    /* Back leads to the last question, however the person came here. */
    filing->question = TAXONOMY_ASKED_MAX - 1;
    while (filing->question > 0 && question_at(filing, filing->question) == 0)
        filing->question--;
    if (filing->draft->kind == LETTER_FOLLOWUP)
        return lead(key, FILING_REVIEW, filing->draft->choice > 0 ? (int)FILING_BACK : FILING_TEXT);
    return lead(key, FILING_REVIEW, asked ? FILING_QUESTION : FILING_CATEGORY);
}

/* Asks whether the draft may be thrown away. Returns true when it was. */
static bool discard(struct ui *ui, struct draft *draft)
{
    static const char *const choices[] = {N_("No, keep it"), N_("Yes, throw it away")};
    static const struct dialog dialog = {
        .title = N_("Throw it away?"),
        .text = N_("It has not been sent. Do you want to throw it away?"),
        .choices = choices,
        .count = 2,
        .keys = N_("Press a digit   Esc: back"),
    };
    if (dialog_choose(ui, &dialog) != 2)
        return false;
    if (draft->kind == LETTER_COMPLAINT) {
        draft_wipe(draft);
    } else {
        draft_wipe_words(draft);
        draft_wipe_answers(draft);
    }
    ui->reader = taxonomy_reader(ui->place->card.type);
    return true;
}

static int review(struct filing *filing)
{
    switch (review_show(filing->ui, filing->draft)) {
    case REVIEW_SEND:
        return FILING_CONFIRM;
    case REVIEW_WRITE:
        return FILING_TEXT;
    case REVIEW_NAME:
        return FILING_NAME;
    case REVIEW_CHANGE:
        return FILING_WHO;
    case REVIEW_DISCARD:
        return discard(filing->ui, filing->draft) ? (int)FILING_BACK : FILING_REVIEW;
    case REVIEW_BACK:
        return FILING_CONSENT;
    default:
        return FILING_LEFT;
    }
}

static int ask_text(struct filing *filing)
{
    int key = compose_text(filing->ui, filing->draft);
    bool first = first_step(filing->draft) == FILING_TEXT;
    bool asked = first && filing->draft->consent == 0;
    return lead(key, asked ? FILING_CONSENT : FILING_REVIEW,
                first ? (int)FILING_BACK : FILING_REVIEW);
}

static int name(struct filing *filing)
{
    return lead(compose_name(filing->ui, filing->draft), FILING_REVIEW, FILING_REVIEW);
}

/* Sending takes a second deliberate key: the PIN's Enter, or for a follow-up a screen of its
   own. */
static int confirm(struct filing *filing)
{
    static const struct dialog dialog = {
        .title = N_("Send it now?"),
        .text = N_("Press Enter and it is sent. Your number stays the same."),
        .keys = N_("Enter: send   Esc: back"),
        .enter = true,
        .sends = true,
    };
    struct draft *draft = filing->draft;
    int key = draft->kind == LETTER_FOLLOWUP ? dialog_choose(filing->ui, &dialog)
                                             : pin_choose(filing->ui, draft->pin, draft->again);
    return lead(key, FILING_SEND, FILING_REVIEW);
}

/* Makes code, keys and envelope. A follow-up's keys are known but made again, so that all sending
   takes the same time. Returns 0, or -1 when memory is short. */
static int seal(struct filing *filing)
{
    const struct session_place *place = filing->ui->place;
    struct draft *draft = filing->draft;
    if (draft->kind == LETTER_COMPLAINT)
        code_new(draft->code);
    if (look_make(filing->ui, draft->code, draft->pin, &draft->keys) != 0)
        return -1;
    return draft_seal(draft, &place->charter, &place->card, place->number, place->today,
                      filing->envelope);
}

static int retry(struct filing *filing)
{
    static const char *const choices[] = {N_("Try again"), N_("Leave without sending")};
    static const struct dialog dialog = {
        .title = N_("It is not stored yet"),
        .text =
            N_("The terminal could not store it. What you wrote is still here. You can try again. "
               "If you leave, it is wiped and was not sent."),
        .choices = choices,
        .count = 2,
        .keys = N_("Press a digit"),
    };
    int key = UI_BACK;
    while (key == UI_BACK)
        key = dialog_choose(filing->ui, &dialog);
    return key == 1 ? (int)FILING_SEND : (int)FILING_LEFT;
}

/* Hands the envelope over; in practice mode it goes nowhere. Returns true when it is stored. */
static bool store(struct filing *filing)
{
    const struct session_io *io = filing->ui->io;
    return filing->ui->practice || io->store(io->context, filing->envelope) == 0;
}

static int send_draft(struct filing *filing)
{
    struct ui *ui = filing->ui;
    struct draft *draft = filing->draft;

    dialog_wait(ui);
    if (!filing->sealed)
        filing->sealed = seal(filing) == 0;
    bool stored = filing->sealed && store(filing);
    dialog_waited(ui);
    if (!stored)
        return retry(filing);

    bool has_pin = draft->pin[0] != '\0';
    draft_wipe_words(draft);
    explicit_bzero(&draft->keys, sizeof draft->keys);
    explicit_bzero(draft->pin, sizeof draft->pin);
    ui->steps = 0;
    if (draft->kind == LETTER_FOLLOWUP)
        receipt_show_followup(ui);
    else
        receipt_show(ui, draft->code, has_pin);
    return FILING_SENT;
}

/* Runs the steps from this one on, until one leads out. */
static enum filing_end run_from(struct ui *ui, struct draft *draft, int step)
{
    static int (*const steps[])(struct filing *) = {
        [FILING_WHO] = who,
        [FILING_COUNT] = count_people,
        [FILING_CATEGORY] = choose_category,
        [FILING_QUESTION] = ask_question,
        [FILING_CONSENT] = consent,
        [FILING_REVIEW] = review,
        [FILING_TEXT] = ask_text,
        [FILING_NAME] = name,
        [FILING_CONFIRM] = confirm,
        [FILING_SEND] = send_draft,
    };
    /* What the person sees of each step: its number of six. */
    static const int marks[] = {
        [FILING_WHO] = 1,     [FILING_COUNT] = 1,  [FILING_CATEGORY] = 2, [FILING_QUESTION] = 3,
        [FILING_CONSENT] = 4, [FILING_REVIEW] = 5, [FILING_TEXT] = 5,     [FILING_NAME] = 5,
        [FILING_CONFIRM] = 6, [FILING_SEND] = 6,
    };
    struct filing filing = {.ui = ui, .draft = draft};
    while (step >= 0) {
        ui->steps = draft->kind == LETTER_FOLLOWUP ? 0 : marks[FILING_SEND];
        ui->step = marks[step];
        step = steps[step](&filing);
    }
    ui->steps = 0;
    explicit_bzero(filing.envelope, sizeof filing.envelope);
    return (enum filing_end)step;
}

enum filing_end filing_run(struct ui *ui, struct draft *draft)
{
    return run_from(ui, draft, first_step(draft));
}

enum filing_end filing_danger(struct ui *ui, struct draft *draft, const struct filing_cry *cry)
{
    static const char *const choices[] = {N_("Say more first")};
    bool words = draft_has_words(draft);
    const struct dialog dialog = {
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
        .help = words ? HELP_REVIEW : HELP_DANGER,
    };
    int key = dialog_choose(ui, &dialog);
    if (key == UI_OVER)
        return FILING_LEFT;
    if (key == UI_BACK)
        return FILING_BACK;
    /* Sent unseen, the cry goes alone: answers about another matter do not belong to it. */
    if (key == UI_NEXT && !words)
        draft_wipe_answers(draft);
    if (strcmp(draft->category, cry->category) != 0)
        memset(draft->urgent, 0, sizeof draft->urgent);
    memcpy(draft->category, cry->category, sizeof draft->category);
    if (draft->about == 0 && ui->reader != taxonomy_reader(ui->place->card.type))
        draft->about = LETTER_ABOUT_MINOR;
    if (key == 1)
        return run_from(ui, draft, FILING_QUESTION);
    return run_from(ui, draft, words ? FILING_REVIEW : FILING_SEND);
}

bool filing_abandon(struct ui *ui, struct draft *draft)
{
    return (!draft_has_words(draft) && draft->category[0] == '\0') || discard(ui, draft);
}
