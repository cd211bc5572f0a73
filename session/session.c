/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the language screen to the goodbye, with one envelope whatever the person does. */
#include "session/session.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "crypto/code.h"
#include "session/accessibility.h"
#include "session/answers.h"
#include "session/cover.h"
#include "session/dialog.h"
#include "session/draft.h"
#include "session/filing.h"
#include "session/help_screen.h"
#include "session/library_screen.h"
#include "session/news.h"
#include "session/practice.h"
#include "session/receipt.h"

enum { GOODBYE_SECONDS = 4, FIRST_SECONDS = 30, TAIL_LEN = 256 };

static const struct ui_overlays overlays = {help_screen_show, library_screen_browse};

/* --- the first screen: it speaks all languages at once, so its words are no message ids --- */

/* The choices behind those of the languages, for people who cannot read them. */
enum { CHOICE_LARGE = LANG_COUNT + 1, CHOICE_VOICE };

/* A language's own name, and one line in it. */
static const char *invitation(const char *code)
{
    static const struct {
        const char *code;
        const char *text;
    } lines[LANG_COUNT] = {
        {"kk", "Қазақша\nМұнда Адам құқықтары жөніндегі уәкілге жаза аласыз."},
        {"ru", "Русский\nЗдесь можно написать Уполномоченному по правам человека."},
        {"en", "English\nHere you can write to the Commissioner for Human Rights."},
    };
    for (size_t i = 0; i < LANG_COUNT; i++)
        if (strcmp(lines[i].code, code) == 0)
            return lines[i].text;
    return "?";
}

/* The code of the i-th language offered: in the place's order, or that of base/lang. */
static const char *offered(const struct ui *ui, size_t i)
{
    const char *code = ui->place->languages[i];
    return code[0] != '\0' ? code : lang_code(i);
}

static int ask_language(struct ui *ui)
{
    const char *choices[] = {invitation(offered(ui, 0)), invitation(offered(ui, 1)),
                             invitation(offered(ui, 2)),
                             "Үлкен әріптер · Крупные буквы · Large letters",
                             "Құлаққаптағы дауыс · Голос в наушниках · Voice"};
    char tail[TAIL_LEN];
    const struct dialog dialog = {
        .title = "Тілді таңдаңыз   Выберите язык   Choose a language",
        .choices = choices,
        .count = ui->io->say != NULL ? CHOICE_VOICE : CHOICE_LARGE,
        .tail = tail,
        .keys = ui->io->say != NULL ? "1  2  3  4  5" : "1  2  3  4",
    };
    char print[CHARTER_FINGERPRINT_LEN];
    charter_fingerprint(ui->place->charter.office, print);
    snprintf(tail, sizeof tail, "%s\nТексеру · Проверка · Check:  %s", ui->place->charter.name,
             print);
    return dialog_choose(ui, &dialog);
}

/* Sets the i-th language. The first one chosen begins the session: an envelope is owed from
   here. */
static void use_language(struct ui *ui, size_t i)
{
    if (!ui->begun && ui->io->begin != NULL)
        ui->io->begin(ui->io->context);
    ui->begun = true;
    snprintf(ui->language, sizeof ui->language, "%s", offered(ui, i));
    lang_set(ui->language);
    ui->settings.layout = layout_of(ui->language);
    ui->needs_speech = true;
}

/* Asks until a language is chosen. Returns false when the session is over. */
static bool choose_language(struct ui *ui)
{
    int key = UI_BACK;
    snprintf(ui->language, sizeof ui->language, "%s", offered(ui, 0));
    while (!ui->over && !(key > 0 && key <= LANG_COUNT)) {
        key = ask_language(ui);
        if (key == CHOICE_LARGE)
            ui->settings.large = !ui->settings.large;
        if (key == CHOICE_VOICE)
            ui_toggle_voice(ui);
        /* What a passer-by switched on must not stay for the next person. */
        if (!ui->begun && (key == CHOICE_LARGE || key == CHOICE_VOICE))
            ui->idle_seconds = FIRST_SECONDS;
    }
    if (ui->over)
        return false;
    use_language(ui, (size_t)key - 1);
    return true;
}

/* --- what the menu offers --- */

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
    if (choose_language(ui))
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

/* Runs the menu until something was sent or the person leaves. Returns true when an envelope was
   stored. */
static bool visit(struct ui *ui, struct draft *draft)
{
    enum filing_end end = FILING_BACK;
    while (end == FILING_BACK && !ui->over)
        end = obey_menu(ui, draft);
    return end == FILING_SENT;
}

/* --- the end --- */

static void goodbye(struct ui *ui)
{
    static const struct dialog dialog = {
        .title = N_("Goodbye"),
        .text = N_("Nothing of what you did here stays on this terminal."),
        .keys = N_("The screen closes by itself."),
    };
    dialog_pause(ui, &dialog, GOODBYE_SECONDS);
}

/* Does the work of sending without sending, so that leaving takes the same time. */
static void pretend(struct ui *ui)
{
    struct draft *draft = draft_new(LETTER_COVER, ui->language);
    dialog_wait(ui);
    if (draft != NULL) {
        code_new(draft->code);
        (void)dialog_derive(ui, draft->code, draft->pin, &draft->keys);
    }
    draft_free(&draft);
}

/* Stores the envelope of a session that sent nothing. Returns true when it is stored. */
static bool cover(struct ui *ui)
{
    const struct session_place *place = ui->place;
    uint8_t envelope[ENVELOPE_LEN];
    if (!ui->over)
        pretend(ui);
    bool stored =
        cover_seal(&place->charter, &place->card, place->number, place->today, envelope) == 0 &&
        ui->io->store(ui->io->context, envelope) == 0;
    dialog_waited(ui);
    return stored;
}

/* From the menu on. Every way through ends with one envelope: the letter's or a cover. */
static enum session_end run_visit(struct ui *ui)
{
    struct draft *draft = draft_new(LETTER_COMPLAINT, ui->language);
    bool stored = false;
    ui->idle_seconds = ui->place->idle_seconds;
    if (draft != NULL)
        stored = visit(ui, draft);
    else
        dialog_sorry(ui);
    draft_free(&draft);
    if (!stored)
        stored = cover(ui);
    if (!ui->over)
        goodbye(ui);
    return stored ? SESSION_STORED : SESSION_FAILED;
}

enum session_end session_run(const struct session_io *io, const struct session_place *place)
{
    enum session_end end = SESSION_NOBODY;
    struct ui ui;
    if (ui_open(&ui, io, place, &overlays) != 0)
        return SESSION_NOBODY;
    if (choose_language(&ui))
        end = run_visit(&ui);
    ui_close(&ui);
    return end;
}
