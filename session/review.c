/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letter read back: every answer in words, then the text, as dots until the person shows it. */
#include "session/review.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "base/utf8.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"
#include "session/dialog.h"
#include "session/questions.h"

/* A dot has three bytes; the character it stands for may have one. */
enum { ANSWERS_MAX = 4096, DOT_LEN = 3 };

struct review {
    size_t len;
    char text[ANSWERS_MAX + DOT_LEN * (LETTER_TEXT_MAX + LETTER_NAME_MAX)];
};

static void add(struct review *review, const char *text, size_t len)
{
    if (len > sizeof review->text - review->len)
        return;
    memcpy(review->text + review->len, text, len);
    review->len += len;
}

static void say(struct review *review, const char *text)
{
    add(review, text, strlen(text));
}

/* Adds what the person typed; if not open, as dots. */
static void add_typed(struct review *review, const char *text, size_t len, bool open)
{
    while (len > 0) {
        uint32_t ch = 0;
        size_t n = utf8_take(text, len, &ch);
        if (open || ch == ' ' || ch == '\n')
            add(review, text, n);
        else
            say(review, "•");
        text += n;
        len -= n;
    }
}

static void add_consent(struct review *review, const struct ui *ui, const struct draft *draft)
{
    say(review, _("Who may know:"));
    say(review, " ");
    say(review, _(taxonomy_consent_text(draft->consent > 0 ? draft->consent : 1, ui->reader)));
    say(review, ".");
}

static void add_answers(struct review *review, const struct ui *ui, const struct draft *draft)
{
    static const char *const words[] = {NULL, N_("Yes"), N_("No")};
    const struct taxonomy_category *category = taxonomy_category(draft->category);
    const char *about = questions_about_text(draft->about);
    char number[16];
    /* Each line ends with a stop, so that listeners hear where an answer ends. */
    if (category != NULL) {
        say(review, _(taxonomy_text(&category->words, ui->reader)));
        say(review, ".\n");
    }
    if (about != NULL)
        say(review, _(about));
    if (draft->people > 0) {
        snprintf(number, sizeof number, ": %u", (unsigned)draft->people);
        say(review, number);
    }
    if (about != NULL)
        say(review, ".\n");
    for (uint8_t q = 1; q <= LETTER_URGENT_MAX; q++) {
        if (draft->urgent[q - 1] == 0)
            continue;
        say(review, _(taxonomy_question(q, ui->reader)));
        say(review, " ");
        say(review, _(words[draft->urgent[q - 1]]));
        say(review, ".\n");
    }
    add_consent(review, ui, draft);
}

/* The answer to the office's question, in its words. */
static void add_choice(struct review *review, const struct draft *draft)
{
    const char digit[] = {(char)('0' + draft->choice), ' '};
    if (draft->choice == 0)
        return;
    say(review, _("Your answer:"));
    say(review, " ");
    add(review, digit, sizeof digit);
    add(review, draft->chosen, draft->chosen_len);
    say(review, "\n");
}

static void write_review(struct review *review, const struct ui *ui, const struct draft *draft)
{
    review->len = 0;
    if (draft->kind == LETTER_COMPLAINT) {
        add_answers(review, ui, draft);
        if (draft->name_len > 0) {
            say(review, "\n");
            say(review, _("Name:"));
            say(review, " ");
            add_typed(review, draft->name, draft->name_len, ui->secrecy.open);
        }
    } else {
        add_choice(review, draft);
        add_consent(review, ui, draft);
    }
    say(review, "\n\n");
    if (draft->text_len == 0)
        say(review, _("(You wrote no text. That is all right.)"));
    add_typed(review, draft->text, draft->text_len, ui->secrecy.open);
}

static enum review_end end_of(int key, bool followup)
{
    static const enum review_end ends[] = {REVIEW_BACK, REVIEW_SEND,   REVIEW_WRITE,
                                           REVIEW_NAME, REVIEW_CHANGE, REVIEW_DISCARD};
    if (key == UI_OVER)
        return REVIEW_OVER;
    if (followup && key == 3)
        return REVIEW_DISCARD;
    return key > 0 ? ends[key] : REVIEW_BACK;
}

static int ask(struct ui *ui, const struct draft *draft, struct review *review)
{
    static const char *const choices[] = {N_("Send it"), N_("Write in your own words"),
                                          N_("Say your name, if you want"),
                                          N_("Change the answers"), N_("Throw it away")};
    static const char *const choices_followup[] = {N_("Send it"), N_("Write in your own words"),
                                                   N_("Throw it away")};
    bool followup = draft->kind == LETTER_FOLLOWUP;
    const struct dialog dialog = {
        .title = N_("Is this right? This is what will be sent"),
        .choices = followup ? choices_followup : choices,
        .count = followup ? 3 : 5,
        .secret = true,
        .keys = N_("Press a digit   Up, Down: read   F3: show or hide\nEsc: back   F1: help"),
        .help = HELP_REVIEW,
    };
    struct page page = {0};
    int key = UI_IGNORED;
    ui->needs_speech = true;
    while (key == UI_IGNORED) {
        int top = page.top;
        write_review(review, ui, draft);
        page_start(&page, review->text, review->len);
        page.top = top;
        key = dialog_read_once(ui, &dialog, &page);
        if (key == 1 && ui->too_fast)
            key = UI_IGNORED; /* not meant to send */
    }
    return key;
}

enum review_end review_show(struct ui *ui, const struct draft *draft)
{
    struct review *review = secret_new(sizeof *review);
    int key = UI_BACK;
    if (review != NULL)
        key = ask(ui, draft, review);
    else
        dialog_sorry(ui);
    secret_free(review);
    return end_of(key, draft->kind == LETTER_FOLLOWUP);
}
