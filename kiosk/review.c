/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letter read back: every answer in words, then the text, which is dots until the person shows it. */
#include "kiosk/review.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "base/utf8.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"
#include "kiosk/asking.h"

/* A dot has three bytes; what it stands for may have one. */
enum { REVIEW_ANSWERS = 4096, REVIEW_DOT = 3 };

struct review {
    size_t len;
    char text[REVIEW_ANSWERS + REVIEW_DOT * (LETTER_TEXT_MAX + LETTER_NAME_MAX)];
};

static void review_add(struct review *review, const char *text, size_t len)
{
    if (len > sizeof review->text - review->len)
        return;
    memcpy(review->text + review->len, text, len);
    review->len += len;
}

static void review_say(struct review *review, const char *text)
{
    review_add(review, text, strlen(text));
}

/* What the person typed: letters as dots unless they are to be seen. */
static void review_typed(struct review *review, const char *text, size_t len, bool open)
{
    while (len > 0) {
        uint32_t ch = 0;
        size_t n = utf8_take(text, len, &ch);

        if (open || ch == ' ' || ch == '\n')
            review_add(review, text, n);
        else
            review_say(review, "•");
        text += n;
        len -= n;
    }
}

static void review_answers(struct review *review, const struct stage *stage,
                           const struct draft *draft)
{
    static const char *const words[] = {NULL, N_("Yes"), N_("No")};
    const struct taxonomy_category *category = taxonomy_category(draft->category);
    const char *about = asking_about_text(draft->about);
    char number[16];

    /* Each line ends with a stop: who listens hears where one answer ends. */
    if (category != NULL) {
        review_say(review, _(taxonomy_text(&category->words, stage->reader)));
        review_say(review, ".\n");
    }
    if (about != NULL)
        review_say(review, _(about));
    if (draft->people > 0) {
        snprintf(number, sizeof number, ": %u", (unsigned)draft->people);
        review_say(review, number);
    }
    if (about != NULL)
        review_say(review, ".\n");
    for (uint8_t q = 1; q <= LETTER_URGENT_MAX; q++) {
        if (draft->urgent[q - 1] == 0)
            continue;
        review_say(review, _(taxonomy_question(q, stage->reader)));
        review_say(review, " ");
        review_say(review, _(words[draft->urgent[q - 1]]));
        review_say(review, ".\n");
    }
    review_say(review, _("Who may know:"));
    review_say(review, " ");
    review_say(review,
               _(taxonomy_consent_text(draft->consent > 0 ? draft->consent : 1, stage->reader)));
    review_say(review, ".");
}

static void review_compose(struct review *review, const struct stage *stage,
                           const struct draft *draft)
{
    review->len = 0;
    if (draft->kind == LETTER_COMPLAINT) {
        review_answers(review, stage, draft);
        if (draft->name_len > 0) {
            review_say(review, "\n");
            review_say(review, _("Name:"));
            review_say(review, " ");
            review_typed(review, draft->name, draft->name_len, stage->open);
        }
        review_say(review, "\n\n");
    }
    if (draft->text_len == 0)
        review_say(review, _("(You wrote no text. That is all right.)"));
    review_typed(review, draft->text, draft->text_len, stage->open);
}

static enum review_end review_meaning(int key, bool followup)
{
    static const enum review_end ends[] = {REVIEW_BACK, REVIEW_SEND,   REVIEW_WRITE,
                                           REVIEW_NAME, REVIEW_CHANGE, REVIEW_DISCARD};

    if (key == STAGE_OVER)
        return REVIEW_OVER;
    if (followup && key == 3)
        return REVIEW_DISCARD;
    return key > 0 ? ends[key] : REVIEW_BACK;
}

static int review_ask(struct stage *stage, const struct draft *draft, struct review *review)
{
    static const char *const choices[] = {N_("Send it"), N_("Write in your own words"),
                                          N_("Say your name, if you want"),
                                          N_("Change the answers"), N_("Throw it away")};
    static const char *const choices_followup[] = {N_("Send it"), N_("Write in your own words"),
                                                   N_("Throw it away")};
    bool followup = draft->kind == LETTER_FOLLOWUP;
    const struct stage_sheet sheet = {
        .title = N_("Is this right? This is what will be sent"),
        .choices = followup ? choices_followup : choices,
        .count = followup ? 3 : 5,
        .secret = true,
        .keys = N_("Press a digit   Up, Down: read   F3: show or hide\nEsc: back   F1: help"),
        .guide = GUIDE_REVIEW,
    };
    struct page page = {0};
    int key = STAGE_IGNORED;

    stage->news = true;
    while (key == STAGE_IGNORED) {
        int top = page.top;

        review_compose(review, stage, draft);
        page_start(&page, review->text, review->len);
        page.top = top;
        key = stage_read_once(stage, &sheet, &page);
        if (key == 1 && stage->rushed)
            key = STAGE_IGNORED; /* nobody meant to send it */
    }
    return key;
}

enum review_end review_show(struct stage *stage, const struct draft *draft)
{
    struct review *review = secret_new(sizeof *review);
    int key = STAGE_BACK;

    if (review != NULL)
        key = review_ask(stage, draft, review);
    else
        stage_sorry(stage);
    secret_free(review);
    return review_meaning(key, draft->kind == LETTER_FOLLOWUP);
}
