/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session from the language screen to the goodbye, and its one envelope. */
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

enum { SESSION_GOODBYE_SECONDS = 4, SESSION_FIRST_SECONDS = 30, SESSION_LINE = 256 };

/* What 4 and 5 do on the first screen, for who cannot read it: behind the languages' digits. */
enum { SESSION_LARGE = LANG_COUNT + 1, SESSION_VOICE };

/* --- the first screen: it speaks all languages at once, so its words are no message ids --- */

/* Name and one line of a language. */
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

/* The code of the language with this digit. A place that says nothing has them in the order of base/lang. */
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
    char print[CHARTER_FINGERPRINT_LEN];
    char tail[SESSION_LINE];
    const struct dialog dialog = {
        .title = "Тілді таңдаңыз   Выберите язык   Choose a language",
        .choices = choices,
        .count = ui->io->say != NULL ? SESSION_VOICE : SESSION_LARGE,
        .tail = tail,
        .keys = ui->io->say != NULL ? "1  2  3  4  5" : "1  2  3  4",
    };
    charter_fingerprint(ui->place->charter.office, print);
    snprintf(tail, sizeof tail, "%s\nТексеру · Проверка · Check:  %s", ui->place->charter.name,
             print);
    return dialog_choose(ui, &dialog);
}

/* Lets the person choose a language. False when the session is over. */
static bool choose_language(struct ui *ui)
{
    int key = UI_BACK;
    snprintf(ui->language, sizeof ui->language, "%s", offered(ui, 0));
    while (!ui->over && !(key > 0 && key <= LANG_COUNT)) {
        key = ask_language(ui);
        if (key == SESSION_LARGE)
            ui->settings.large = !ui->settings.large;
        if (key == SESSION_VOICE)
            ui_toggle_voice(ui);
        /* What a passer-by switched on must not stay for the next one. */
        if (!ui->begun && (key == SESSION_LARGE || key == SESSION_VOICE))
            ui->idle_seconds = SESSION_FIRST_SECONDS;
    }
    if (ui->over)
        return false;
    if (!ui->begun && ui->io->begin != NULL)
        ui->io->begin(ui->io->context);
    ui->begun = true;
    snprintf(ui->language, sizeof ui->language, "%s", offered(ui, (size_t)key - 1));
    lang_set(ui->language);
    ui->settings.layout = layout_of(ui->language);
    ui->needs_speech = true;
    return true;
}

/* --- the menu --- */

enum session_choice {
    SESSION_WRITE = 1,
    SESSION_READ,
    SESSION_RIGHTS,
    SESSION_NEWS,
    SESSION_PRACTISE,
    SESSION_SETTINGS,
    SESSION_LEAVE,
    SESSION_HURT,
    SESSION_SUICIDE,
};

/* The cries for help, in the words of who is grown up and of who is not. */
#define SESSION_TEXT_HURT                                                                          \
    N_("Press Enter and this is sent.\n\n"                                                         \
       "It travels sealed, and that takes time. Nobody comes at once. "                            \
       "Call out too, or tell a doctor or someone you trust.")
#define SESSION_TEXT_SUICIDE                                                                       \
    N_("It is good that you say it. Press Enter and this is sent.\n\n"                             \
       "It travels sealed, and that takes time. Nobody comes at once. "                            \
       "Do not stay alone with it: tell someone near you, or a doctor, now.")

static const struct filing_cry session_cries[][2] = {
    {{"A2", N_("I am in danger or hurt now"), SESSION_TEXT_HURT},
     {"A7", N_("I think of ending my life"), SESSION_TEXT_SUICIDE}},
    {{"A2", N_("I am hurt or very afraid now"), SESSION_TEXT_HURT},
     {"A7", N_("I want to die"), SESSION_TEXT_SUICIDE}},
};

static const struct filing_cry *cry_of(const struct ui *ui, int key)
{
    return &session_cries[ui->reader == TAXONOMY_MINOR][key == SESSION_SUICIDE];
}

static int menu(struct ui *ui)
{
    const char *const choices[] = {
        N_("Write to the Commissioner"),
        N_("Is there an answer for me?"),
        N_("My rights"),
        N_("News from the Commissioner's office"),
        N_("Practise: learn the keys"),
        N_("Large letters and voice"),
        N_("Leave"),
        cry_of(ui, SESSION_HURT)->title,
        cry_of(ui, SESSION_SUICIDE)->title,
    };
    const struct dialog dialog = {
        .title = N_("What do you want to do?"),
        .choices = choices,
        .count = SESSION_SUICIDE,
        .keys = N_("Press a digit   F2: hide what you do\nEsc: another language   F1: help"),
        .help = HELP_MENU,
    };
    int key = dialog_choose(ui, &dialog);
    return key >= SESSION_HURT && ui->too_fast ? UI_ZERO : key;
}

/* A slip for who wants one without having written: it looks like any other and leads nowhere. */
static bool leave(struct ui *ui)
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

static enum filing_end do_choice(struct ui *ui, struct draft *draft, int key)
{
    switch (key) {
    case SESSION_WRITE:
        return filing_run(ui, draft);
    case SESSION_HURT:
    case SESSION_SUICIDE:
        return filing_danger(ui, draft, cry_of(ui, key));
    case SESSION_READ:
        return filing_abandon(ui, draft) ? answers_run(ui) : FILING_BACK;
    case SESSION_LEAVE:
        return filing_abandon(ui, draft) && leave(ui) ? FILING_LEFT : FILING_BACK;
    case SESSION_RIGHTS:
        library_screen_browse(ui);
        return FILING_BACK;
    case SESSION_NEWS:
        news_show(ui);
        return FILING_BACK;
    case SESSION_PRACTISE:
        practice_run(ui);
        return FILING_BACK;
    case SESSION_SETTINGS:
        accessibility_choose(ui);
        return FILING_BACK;
    case UI_BACK:
        if (choose_language(ui))
            memcpy(draft->language, ui->language, sizeof draft->language);
        return FILING_BACK;
    default:
        return FILING_BACK;
    }
}

/* Runs the menu until something was sent or the person leaves. Returns true when an envelope was
 * stored. */
static bool visit(struct ui *ui, struct draft *draft)
{
    enum filing_end end = FILING_BACK;
    while (end == FILING_BACK && !ui->over)
        end = do_choice(ui, draft, menu(ui));
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
    dialog_pause(ui, &dialog, SESSION_GOODBYE_SECONDS);
}

/* The work of a sending that sends nothing, so that leaving takes the same time. */
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

/* The envelope of a session that sent nothing. */
static bool cover(struct ui *ui)
{
    const struct session_place *place = ui->place;
    uint8_t envelope[ENVELOPE_LEN];
    bool stored;
    if (!ui->over)
        pretend(ui);
    stored =
        cover_seal(&place->charter, &place->card, place->number, place->today, envelope) == 0 &&
        ui->io->store(ui->io->context, envelope) == 0;
    dialog_waited(ui);
    return stored;
}

static enum session_end begin_session(struct ui *ui)
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

static const struct ui_overlays overlays = {help_screen_show, library_screen_browse};

enum session_end session_run(const struct session_io *io, const struct session_place *place)
{
    struct ui ui;
    enum session_end end = SESSION_NOBODY;
    if (ui_open(&ui, io, place, &overlays) != 0)
        return SESSION_NOBODY;
    if (choose_language(&ui))
        end = begin_session(&ui);
    ui_close(&ui);
    return end;
}
