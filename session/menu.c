/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of choices, and the few screens that only the menu leads to. */
#include "session/menu.h"

#include <string.h>

#include "base/lang.h"
#include "crypto/code.h"
#include "session/accessibility.h"
#include "session/answers.h"
#include "session/dialog.h"
#include "session/filing.h"
#include "session/language_screen.h"
#include "session/library_screen.h"
#include "session/news.h"
#include "session/practice.h"
#include "session/receipt.h"

/* --- what it offers --- */

/* Cries for help: one in words for adults, one in words for minors. */
#define TEXT_HURT                                                                                  \
    N_("Press Enter and this is sent.\n\n"                                                         \
       "It travels sealed, and that takes time. Nobody comes at once. "                            \
       "Call out too, or tell a doctor or someone you trust.")
#define TEXT_SUICIDE                                                                               \
    N_("It is good that you say it. Press Enter and this is sent.\n\n"                             \
       "It travels sealed, and that takes time. Nobody comes at once. "                            \
       "Do not stay alone with it: tell someone near you, or a doctor, now.")

static const struct filing_cry cry_hurt[2] = {
    {"A2", N_("I am in danger or hurt now"), TEXT_HURT},
    {"A2", N_("I am hurt or very afraid now"), TEXT_HURT},
};

static const struct filing_cry cry_suicide[2] = {
    {"A7", N_("I think of ending my life"), TEXT_SUICIDE},
    {"A7", N_("I want to die"), TEXT_SUICIDE},
};

static enum filing_end read_answers(struct ui *ui, struct draft *draft)
{
    return filing_abandon(ui, draft) ? answers_run(ui) : FILING_BACK;
}

static enum filing_end browse_library(struct ui *ui, struct draft *draft)
{
    (void)draft;
    library_screen_browse(ui);
    return FILING_BACK;
}

static enum filing_end read_news(struct ui *ui, struct draft *draft)
{
    (void)draft;
    news_show(ui);
    return FILING_BACK;
}

static enum filing_end practise(struct ui *ui, struct draft *draft)
{
    (void)draft;
    practice_run(ui);
    return FILING_BACK;
}

static enum filing_end choose_settings(struct ui *ui, struct draft *draft)
{
    (void)draft;
    accessibility_choose(ui);
    return FILING_BACK;
}

static enum filing_end change_language(struct ui *ui, struct draft *draft)
{
    if (language_screen_choose(ui))
        memcpy(draft->language, ui->language, sizeof draft->language);
    return FILING_BACK;
}

/* Offers a slip to everyone who leaves: it looks like any other and leads nowhere. Returns false
   when the person stays. */
static bool offer_slip(struct ui *ui)
{
    static const char *const choices[] = {N_("Leave"), N_("Print an empty slip")};
    const char *note = NULL;
    char code[CODE_LEN];
    int key = 2;
    if (ui->io->print == NULL)
        return true;
    while (key == 2) {
        const struct dialog dialog = {
            .title = N_("Before you leave"),
            .text = N_("You can take a slip even if you wrote nothing. "
                       "It looks like every other slip."),
            .choices = choices,
            .count = 2,
            .tail = note,
            .keys = N_("Press a digit   Enter: leave   Esc: back"),
            .enter = true,
        };
        key = dialog_choose(ui, &dialog);
        if (key == 2) {
            code_new(code);
            note = receipt_print(ui, code) == PRINTER_DONE ? N_("The slip is printed. Take it now.")
                                                           : N_("No slip can be printed now.");
        }
    }
    explicit_bzero(code, sizeof code);
    return key != UI_BACK;
}

static enum filing_end leave(struct ui *ui, struct draft *draft)
{
    return filing_abandon(ui, draft) && offer_slip(ui) ? FILING_LEFT : FILING_BACK;
}

/* --- the menu --- */

/* Either a text and what is done, or a cry. */
struct menu_choice {
    const char *text;
    enum filing_end (*run)(struct ui *ui, struct draft *draft);
    const struct filing_cry *cries;
};

static const struct menu_choice menu[] = {
    {N_("Write to the Commissioner"), filing_run, NULL},
    {N_("Is there an answer for me?"), read_answers, NULL},
    {N_("My rights"), browse_library, NULL},
    {N_("News from the Commissioner's office"), read_news, NULL},
    {N_("Practise: learn the keys"), practise, NULL},
    {N_("Large letters and voice"), choose_settings, NULL},
    {N_("Leave"), leave, NULL},
    {NULL, NULL, cry_hurt},
    {NULL, NULL, cry_suicide},
};

enum { MENU_LEN = sizeof menu / sizeof *menu };

static const struct filing_cry *cry_for(const struct ui *ui, const struct menu_choice *choice)
{
    return &choice->cries[ui->reader == TAXONOMY_MINOR];
}

/* Returns the number of a choice, from 1, or an enum ui_key. */
static int ask_menu(struct ui *ui)
{
    const char *texts[MENU_LEN];
    for (size_t i = 0; i < MENU_LEN; i++)
        texts[i] = menu[i].cries != NULL ? cry_for(ui, &menu[i])->title : menu[i].text;
    const struct dialog dialog = {
        .title = N_("What do you want to do?"),
        .choices = texts,
        .count = MENU_LEN,
        .keys = N_("Press a digit   F2: hide what you do\nEsc: another language   F1: help"),
        .help = HELP_MENU,
    };
    return dialog_choose(ui, &dialog);
}

static enum filing_end obey_menu(struct ui *ui, struct draft *draft)
{
    int key = ask_menu(ui);
    if (key == UI_BACK)
        return change_language(ui, draft);
    if (key <= 0)
        return FILING_BACK;
    const struct menu_choice *choice = &menu[key - 1];
    if (choice->cries == NULL)
        return choice->run(ui, draft);
    /* Nobody cries for help by a key that bounced. */
    return ui->too_fast ? FILING_BACK : filing_danger(ui, draft, cry_for(ui, choice));
}

bool menu_run(struct ui *ui, struct draft *draft)
{
    enum filing_end end = FILING_BACK;
    while (end == FILING_BACK && !ui->over)
        end = obey_menu(ui, draft);
    return end == FILING_SENT;
}
