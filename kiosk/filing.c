/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing and sending, as a table of steps: each shows its screen and names the next step. */
#include "kiosk/filing.h"

#include <stdio.h>
#include <string.h>

#include "complaint/taxonomy.h"
#include "kiosk/pin.h"
#include "kiosk/receipt.h"
#include "kiosk/topic.h"
#include "tui/edit.h"
#include "tui/lang.h"
#include "tui/page.h"

enum filing_step { FILING_TOPIC, FILING_TEXT, FILING_REVIEW, FILING_CONFIRM, FILING_SEND };

enum {
    FILING_LETTERS_TOLD = 2000, /* room left is told below this many letters */
    FILING_LETTER_BYTES = 2,    /* a Cyrillic letter */
    FILING_LINE = 128,
};

struct filing {
    struct stage *stage;
    struct draft *draft;
    bool reviewed; /* topic or text was opened from the review, and leads back there */
    bool sealed;   /* envelope is made; a second try stores the same one */
    uint8_t envelope[ENVELOPE_LEN];
};

static int filing_topic(struct filing *filing)
{
    int key = topic_choose(filing->stage, filing->draft->category);

    if (key == STAGE_OVER)
        return FILING_LEFT;
    if (filing->reviewed)
        return FILING_REVIEW;
    return key == STAGE_NEXT ? FILING_TEXT : FILING_BACK;
}

/* Draws question, box and room left; fills *height with the box's. */
static void filing_draw_text(struct stage *stage, const struct stage_sheet *sheet,
                             struct edit *edit, int *height)
{
    char line[FILING_LINE];
    int above = 0;
    int below = 0;
    size_t letters = edit_room(edit) / FILING_LETTER_BYTES;
    int row = stage_frame(stage, sheet);

    row = stage_say(stage, row, SCREEN_PLAIN,
                    N_("Nobody here can open it. But a camera can see the keys: cover them."));
    stage_rule(stage, row);
    *height = stage->bottom - row - 3;
    edit_draw(edit, stage->screen, row + 1, stage->left, stage->width, *height, &above, &below);
    stage_rule(stage, stage->bottom - 2);
    if (letters < FILING_LETTERS_TOLD) {
        snprintf(line, sizeof line, _("Letters left: %zu"), letters);
        screen_say(stage->screen, stage->bottom - 1, stage->left, SCREEN_BOLD, line);
    } else {
        stage_more(stage, stage->bottom - 1, above, below);
    }
}

static int filing_text(struct filing *filing)
{
    static const struct stage_sheet sheet = {
        .title = N_("Write to the Commissioner: what happened?"),
        .text = N_("Use your own words. Spelling does not matter. You may leave it empty."),
        .keys = N_("Enter: done   Tab: new line   Esc: back   F1: help"),
        .enter = true,
        .guide = GUIDE_TEXT,
    };
    struct draft *draft = filing->draft;
    struct stage *stage = filing->stage;
    struct edit edit;
    int key = STAGE_IGNORED;

    edit_start(&edit, draft->text, draft->text_len, sizeof draft->text);
    while (key == STAGE_IGNORED) {
        struct press press;
        int height = 0;

        filing_draw_text(stage, &sheet, &edit, &height);
        press = stage_ask(stage);
        if (stage->over || !edit_press(&edit, press, stage->width, height))
            key = stage_meaning(stage, &sheet, press);
        draft->text_len = edit.len;
    }
    if (key == STAGE_OVER)
        return FILING_LEFT;
    if (key == STAGE_NEXT || filing->reviewed)
        return FILING_REVIEW;
    return draft->kind == LETTER_FOLLOWUP ? (int)FILING_BACK : (int)FILING_TOPIC;
}

static void filing_draw_review(struct filing *filing, const struct stage_sheet *sheet,
                               struct page *page, int *height)
{
    struct stage *stage = filing->stage;
    const struct taxonomy_category *category = taxonomy_category(filing->draft->category);
    int row = stage_frame(stage, sheet);
    int last = stage->bottom - (int)sheet->count - 1;
    int above = 0;
    int below = 0;

    if (category != NULL)
        row = stage_say(stage, row - 1, SCREEN_BOLD, category->text);
    stage_rule(stage, row++);
    *height = last - row - 1;
    if (page->len == 0)
        stage_say(stage, row, SCREEN_PLAIN, N_("(You wrote no text. That is all right.)"));
    else
        page_draw(page, stage->screen, row, stage->left, stage->width, *height, &above, &below);
    stage_rule(stage, last - 1);
    stage_more(stage, last, above, below);
    stage_choices(stage, last + 1, sheet);
}

/* Asks before something written is lost; true when it was thrown away. */
static bool filing_discard(struct stage *stage, struct draft *draft)
{
    static const char *const choices[] = {N_("No, keep it"), N_("Yes, throw it away")};
    static const struct stage_sheet sheet = {
        .title = N_("Throw it away?"),
        .text = N_("What you wrote has not been sent. Do you want to throw it away?"),
        .choices = choices,
        .count = 2,
        .keys = N_("Press a digit   Esc: back"),
    };

    if (stage_choose(stage, &sheet) != 2)
        return false;
    if (draft->kind == LETTER_COMPLAINT) {
        draft_wipe(draft);
    } else {
        explicit_bzero(draft->text, sizeof draft->text);
        draft->text_len = 0;
    }
    return true;
}

static int filing_reviewed(struct filing *filing, int key)
{
    filing->reviewed = key == 2 || key == 3;
    if (key == 1)
        return FILING_CONFIRM;
    if (key == 2 || key == STAGE_BACK)
        return FILING_TEXT;
    if (key == 3)
        return FILING_TOPIC;
    return filing_discard(filing->stage, filing->draft) ? (int)FILING_BACK : (int)FILING_REVIEW;
}

static int filing_review(struct filing *filing)
{
    static const char *const choices[] = {N_("Send it"), N_("Change the text"),
                                          N_("Change what it is about"), N_("Throw it away")};
    static const char *const choices_followup[] = {N_("Send it"), N_("Change the text"),
                                                   N_("Throw it away")};
    bool followup = filing->draft->kind == LETTER_FOLLOWUP;
    const struct stage_sheet sheet = {
        .title = N_("Is this right?"),
        .text = N_("This is what will be sent:"),
        .choices = followup ? choices_followup : choices,
        .count = followup ? 3 : 4,
        .keys = N_("Press a digit   Up, Down: read   Esc: back   F1: help"),
        .guide = GUIDE_REVIEW,
    };
    struct page page;
    int key = STAGE_IGNORED;

    page_start(&page, filing->draft->text, filing->draft->text_len);
    while (key == STAGE_IGNORED) {
        struct press press;
        int height = 0;

        filing_draw_review(filing, &sheet, &page, &height);
        press = stage_ask(filing->stage);
        if (filing->stage->over || !page_press(&page, press, height))
            key = stage_meaning(filing->stage, &sheet, press);
    }
    if (key == STAGE_OVER)
        return FILING_LEFT;
    return filing_reviewed(filing, followup && key == 3 ? 4 : key);
}

/* The second deliberate key: the PIN's Enter, or for a follow-up one that says so. */
static int filing_confirm(struct filing *filing)
{
    static const struct stage_sheet sheet = {
        .title = N_("Send it now?"),
        .text = N_("Press Enter and it is sent. Your number stays the same."),
        .keys = N_("Enter: send   Esc: back"),
        .enter = true,
    };
    struct draft *draft = filing->draft;
    int key = draft->kind == LETTER_FOLLOWUP ? stage_choose(filing->stage, &sheet)
                                             : pin_choose(filing->stage, draft->pin, draft->again);

    if (key == STAGE_OVER)
        return FILING_LEFT;
    return key == STAGE_NEXT ? FILING_SEND : FILING_REVIEW;
}

/* Makes code, keys and envelope; 0 or -1. */
static int filing_seal(struct filing *filing)
{
    const struct session_place *place = filing->stage->place;
    struct draft *draft = filing->draft;

    if (draft->kind == LETTER_COMPLAINT) {
        code_new(draft->code);
        if (draft_derive(draft, &place->charter) != 0)
            return -1;
    }
    return draft_seal(draft, &place->charter, &place->card, place->number, place->today,
                      filing->envelope);
}

static bool filing_store(struct filing *filing)
{
    const struct session_io *io = filing->stage->io;

    stage_wait(filing->stage);
    if (!filing->sealed)
        filing->sealed = filing_seal(filing) == 0;
    return filing->sealed && io->store(io->context, filing->envelope) == 0;
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

    if (!filing_store(filing))
        return filing_retry(filing);
    explicit_bzero(draft->text, sizeof draft->text);
    draft->text_len = 0;
    if (draft->kind == LETTER_FOLLOWUP)
        receipt_show_followup(filing->stage);
    else
        receipt_show(filing->stage, draft->code, draft->pin[0] != '\0');
    return FILING_SENT;
}

enum filing_end filing_run(struct stage *stage, struct draft *draft)
{
    static int (*const steps[])(struct filing *) = {
        [FILING_TOPIC] = filing_topic,   [FILING_TEXT] = filing_text,
        [FILING_REVIEW] = filing_review, [FILING_CONFIRM] = filing_confirm,
        [FILING_SEND] = filing_send,
    };
    struct filing filing = {.stage = stage, .draft = draft};
    int step = draft->kind == LETTER_FOLLOWUP ? FILING_TEXT : FILING_TOPIC;

    while (step >= 0)
        step = steps[step](&filing);
    return (enum filing_end)step;
}

bool filing_abandon(struct stage *stage, struct draft *draft)
{
    return draft->text_len == 0 || filing_discard(stage, draft);
}
