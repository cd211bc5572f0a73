/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question a screen, the newest first: what is asked, and below it the answers. */
#include "session/enquiry.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/lang.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "session/day_words.h"
#include "session/dialog.h"

/* Day and question; then each answer with its digit. */
enum { TEXT_LEN = DAY_WORDS_LEN + ANSWER_TEXT_MAX + 8 * (ANSWER_CHOICES_MAX + 1) };

struct enquiry {
    struct answer question; /* on the screen */
    struct answer last;
    size_t len;
    char text[TEXT_LEN];
};

/* Opens the nearest question before message n. Returns its number, 0 when there is none. */
static size_t open_before(struct answer *question, const struct look_found *found, size_t n)
{
    while (--n > 0)
        if (answer_open(&found->keys, n, found->entries[n - 1], question) == ERROR_NONE &&
            question->kind == ANSWER_QUESTION)
            return n;
    return 0;
}

static void add(struct enquiry *enquiry, const char *text, size_t len)
{
    if (len > sizeof enquiry->text - enquiry->len)
        return;
    memcpy(enquiry->text + enquiry->len, text, len);
    enquiry->len += len;
}

static void write_text(struct enquiry *enquiry)
{
    const struct answer *question = &enquiry->question;
    char day[DAY_WORDS_LEN];
    day_words(question->day, day);
    enquiry->len = 0;
    add(enquiry, day, strlen(day));
    add(enquiry, "\n", 1);
    add(enquiry, question->text, question->len);
    add(enquiry, "\n", 1);
    for (size_t i = 0; i < answer_choices(question); i++) {
        const char digit[] = {'\n', (char)('1' + i), ' ', ' '};
        add(enquiry, digit, sizeof digit);
        add(enquiry, answer_choice(question, i), question->choices[i]);
    }
}

/* Returns the number of an answer, from 1, UI_ZERO for an earlier question, or an enum ui_key. */
static int ask(struct ui *ui, struct enquiry *enquiry, bool more)
{
    static const char *const below[ANSWER_CHOICES_MAX]; /* the answers stand in the text */
    const struct dialog dialog = {
        .title = N_("The office asks you"),
        .choices = below,
        .count = answer_choices(&enquiry->question),
        .zero = more ? N_("Another question") : NULL,
        .secret = true,
        .keys = N_("Press a digit   Up, Down: read   Esc: back   F1: help"),
        .help = HELP_ENQUIRY,
    };
    struct page page;
    write_text(enquiry);
    page_start(&page, enquiry->text, enquiry->len);
    return dialog_read(ui, &dialog, &page);
}

static void take(struct draft *draft, const struct answer *question, size_t n, int key)
{
    const size_t i = (size_t)key - 1;
    draft->question = (uint8_t)n;
    draft->choice = (uint8_t)key;
    draft->chosen_len = question->choices[i];
    memcpy(draft->chosen, answer_choice(question, i), question->choices[i]);
}

/* From the question of number `last`, which enquiry->last is. */
static int choose(struct ui *ui, const struct look_found *found, struct draft *draft,
                  struct enquiry *enquiry, size_t last)
{
    const bool more = open_before(&enquiry->question, found, last) > 0;
    size_t n = last;
    memcpy(&enquiry->question, &enquiry->last, sizeof enquiry->last);
    for (;;) {
        const int key = ask(ui, enquiry, more);
        if (key < UI_ZERO)
            return key;
        if (key > UI_ZERO) {
            take(draft, &enquiry->question, n, key);
            return UI_NEXT;
        }
        n = open_before(&enquiry->question, found, n);
        if (n == 0) {
            n = last;
            memcpy(&enquiry->question, &enquiry->last, sizeof enquiry->last);
        }
    }
}

int enquiry_choose(struct ui *ui, const struct look_found *found, struct draft *draft)
{
    struct enquiry *enquiry = secret_new(sizeof *enquiry);
    size_t last = 0;
    int key = UI_BACK;
    if (enquiry != NULL)
        last = open_before(&enquiry->last, found, ANSWER_COUNT_MAX + 1);
    if (last > 0)
        key = choose(ui, found, draft, enquiry, last);
    else
        dialog_sorry(ui);
    secret_free(enquiry);
    return ui->over ? UI_OVER : key;
}
