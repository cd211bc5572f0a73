/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question a screen; 0 skips it. */
#include "session/questions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lang.h"
#include "session/dialog.h"

enum { COUNT_DIGITS = 4 };

static const char *const about_texts[] = {
    NULL, N_("Me"), N_("Someone else"), N_("Several of us"), N_("Me, and I am under 18"),
};

const char *questions_about_text(uint8_t about)
{
    return about <= LETTER_ABOUT_MINOR ? about_texts[about] : NULL;
}

int questions_who(struct ui *ui, struct draft *draft)
{
    enum taxonomy_reader place = taxonomy_reader(ui->place->card.type);
    const struct dialog dialog = {
        .title = N_("Write to the Commissioner: who is it about?"),
        .choices = about_texts + 1,
        .count = place == TAXONOMY_MINOR ? LETTER_ABOUT_SEVERAL : LETTER_ABOUT_MINOR,
        .zero = N_("Skip this question"),
        .keys = N_("Press a digit   0: skip   Esc: back   F1: help"),
        .skip = true,
        .kept = questions_about_text(draft->about),
        .help = HELP_WHO,
    };
    int key = dialog_choose(ui, &dialog);
    if (key == UI_BACK || key == UI_OVER)
        return key;
    if (key >= UI_ZERO)
        draft->about = (uint8_t)key;
    ui->reader = draft->about == LETTER_ABOUT_MINOR ? TAXONOMY_MINOR : place;
    if (draft->about != LETTER_ABOUT_SEVERAL)
        draft->people = 0;
    return UI_NEXT;
}

int questions_count(struct ui *ui, struct draft *draft)
{
    static const struct dialog dialog = {
        .title = N_("Write to the Commissioner: how many people?"),
        .text = N_("How many of you are there?"),
        .keys = N_("Digits: how many   Enter: go on or skip   Esc: back   F1: help"),
        .enter = true,
        .help = HELP_WHO,
    };
    char typed[COUNT_DIGITS + 1] = "";
    struct digits digits;
    digits_start(&digits, typed, COUNT_DIGITS, false);
    if (draft->people > 0)
        digits.len = (size_t)snprintf(typed, sizeof typed, "%u", draft->people % 10000U);
    int key = dialog_type(ui, &dialog, &digits, 0, NULL, NULL);
    if (key == UI_NEXT)
        draft->people = (uint16_t)atoi(typed);
    explicit_bzero(typed, sizeof typed);
    return key;
}

static int ask_yes_or_no(struct ui *ui, struct draft *draft, uint8_t number)
{
    static const char *const choices[] = {N_("Yes"), N_("No")};
    const struct dialog dialog = {
        .title = N_("Write to the Commissioner: how urgent is it?"),
        .text = taxonomy_question(number, ui->reader),
        .choices = choices,
        .count = 2,
        .zero = N_("Skip this question"),
        .keys = N_("Press a digit   0: skip   Esc: back   F1: help"),
        .skip = true,
        .kept = draft->urgent[number - 1] > 0 ? choices[draft->urgent[number - 1] - 1] : NULL,
        .help = HELP_QUESTION,
    };
    int key = dialog_choose(ui, &dialog);
    if (key < UI_ZERO)
        return key;
    draft->urgent[number - 1] = (uint8_t)key;
    return UI_NEXT;
}

int questions_question(struct ui *ui, struct draft *draft, uint8_t number)
{
    return number == 0 ? UI_NEXT : ask_yes_or_no(ui, draft, number);
}

int questions_consent(struct ui *ui, struct draft *draft)
{
    const char *choices[TAXONOMY_CONSENT_MAX];
    const struct dialog dialog = {
        .title = N_("Write to the Commissioner: who may know?"),
        .text = N_("Who may the office tell about it?"),
        .choices = choices,
        .count = TAXONOMY_CONSENT_MAX,
        .zero = N_("Skip: only the Commissioner's office"),
        .keys = N_("Press a digit   0: skip   Esc: back   F1: help"),
        .skip = true,
        .kept = draft->consent > 0 ? taxonomy_consent_text(draft->consent, ui->reader) : NULL,
        .help = HELP_CONSENT,
    };
    for (uint8_t i = 0; i < TAXONOMY_CONSENT_MAX; i++)
        choices[i] = taxonomy_consent_text(i + 1, ui->reader);
    int key = dialog_choose(ui, &dialog);
    if (key < UI_ZERO)
        return key;
    draft->consent = key == UI_ZERO ? TAXONOMY_CONSENT_MIN : (uint8_t)key;
    return UI_NEXT;
}
