/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session from the language screen to the goodbye, and its one envelope. */
#include "kiosk/session.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "crypto/code.h"
#include "kiosk/comfort.h"
#include "kiosk/cover.h"
#include "kiosk/draft.h"
#include "kiosk/filing.h"
#include "kiosk/practice.h"
#include "kiosk/printer.h"
#include "kiosk/reading.h"
#include "kiosk/receipt.h"
#include "kiosk/shelf.h"
#include "kiosk/stage.h"

enum { SESSION_GOODBYE_SECONDS = 4, SESSION_FIRST_SECONDS = 30, SESSION_LINE = 256 };

/* What 4 and 5 do on the first screen, for who cannot read it: behind the languages' digits. */
enum { SESSION_LARGE = LANG_COUNT + 1, SESSION_VOICE };

/* --- the first screen: it speaks all languages at once, so its words are no message ids --- */

/* Name and one line of a language. */
static const char *session_invitation(const char *code)
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
static const char *session_offered(const struct stage *stage, size_t i)
{
    const char *code = stage->place->languages[i];

    return code[0] != '\0' ? code : lang_code(i);
}

static int session_ask_language(struct stage *stage)
{
    const char *choices[] = {session_invitation(session_offered(stage, 0)),
                             session_invitation(session_offered(stage, 1)),
                             session_invitation(session_offered(stage, 2)),
                             "Үлкен әріптер · Крупные буквы · Large letters",
                             "Құлаққаптағы дауыс · Голос в наушниках · Voice"};
    char print[CHARTER_FINGERPRINT_LEN];
    char tail[SESSION_LINE];
    const struct stage_sheet sheet = {
        .title = "Тілді таңдаңыз   Выберите язык   Choose a language",
        .choices = choices,
        .count = stage->io->say != NULL ? SESSION_VOICE : SESSION_LARGE,
        .tail = tail,
        .keys = stage->io->say != NULL ? "1  2  3  4  5" : "1  2  3  4",
    };

    charter_fingerprint(stage->place->charter.office, print);
    snprintf(tail, sizeof tail, "%s\nТексеру · Проверка · Check:  %s", stage->place->charter.name,
             print);
    return stage_choose(stage, &sheet);
}

/* Lets the person choose a language. False when the session is over. */
static bool session_language(struct stage *stage)
{
    int key = STAGE_BACK;

    snprintf(stage->language, sizeof stage->language, "%s", session_offered(stage, 0));
    while (!stage->over && !(key > 0 && key <= LANG_COUNT)) {
        key = session_ask_language(stage);
        if (key == SESSION_LARGE)
            stage->large = !stage->large;
        if (key == SESSION_VOICE)
            comfort_voice(stage);
        /* What a passer-by switched on must not stay for the next one. */
        if (!stage->begun && (key == SESSION_LARGE || key == SESSION_VOICE))
            stage->idle = SESSION_FIRST_SECONDS;
    }
    if (stage->over)
        return false;
    if (!stage->begun && stage->io->begin != NULL)
        stage->io->begin(stage->io->context);
    stage->begun = true;
    snprintf(stage->language, sizeof stage->language, "%s",
             session_offered(stage, (size_t)key - 1));
    lang_set(stage->language);
    stage->layout = layout_of(stage->language);
    stage->news = true;
    return true;
}

/* --- the menu --- */

enum session_choice {
    SESSION_WRITE = 1,
    SESSION_READ,
    SESSION_RIGHTS,
    SESSION_NEWS,
    SESSION_PRACTISE,
    SESSION_COMFORT,
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

static const struct filing_cry *session_cry(const struct stage *stage, int key)
{
    return &session_cries[stage->reader == TAXONOMY_MINOR][key == SESSION_SUICIDE];
}

static int session_menu(struct stage *stage)
{
    const char *const choices[] = {
        N_("Write to the Commissioner"),
        N_("Is there an answer for me?"),
        N_("My rights"),
        N_("News from the Commissioner's office"),
        N_("Practise: learn the keys"),
        N_("Large letters and voice"),
        N_("Leave"),
        session_cry(stage, SESSION_HURT)->title,
        session_cry(stage, SESSION_SUICIDE)->title,
    };
    const struct stage_sheet sheet = {
        .title = N_("What do you want to do?"),
        .choices = choices,
        .count = SESSION_SUICIDE,
        .keys = N_("Press a digit   F2: hide what you do\nEsc: another language   F1: help"),
        .guide = GUIDE_MENU,
    };
    int key = stage_choose(stage, &sheet);

    return key >= SESSION_HURT && stage->rushed ? STAGE_ZERO : key;
}

/* A slip for who wants one without having written: it looks like any other and leads nowhere. */
static bool session_leave(struct stage *stage)
{
    static const char *const choices[] = {N_("Leave"), N_("Print an empty slip")};
    const char *note = NULL;
    char code[CODE_LEN];
    int key = 2;

    if (stage->io->print == NULL)
        return true;
    while (key == 2) {
        const struct stage_sheet sheet = {
            .title = N_("Before you leave"),
            .text = N_("You can take a slip even if you wrote nothing. "
                       "It looks like every other slip."),
            .choices = choices,
            .count = 2,
            .tail = note,
            .keys = N_("Press a digit   Enter: leave   Esc: back"),
            .enter = true,
        };

        key = stage_choose(stage, &sheet);
        if (key == 2) {
            code_new(code);
            note = receipt_print(stage, code) == PRINTER_DONE
                       ? N_("The slip is printed. Take it now.")
                       : N_("No slip can be printed now.");
        }
    }
    explicit_bzero(code, sizeof code);
    return key != STAGE_BACK;
}

static enum filing_end session_do(struct stage *stage, struct draft *draft, int key)
{
    switch (key) {
    case SESSION_WRITE:
        return filing_run(stage, draft);
    case SESSION_HURT:
    case SESSION_SUICIDE:
        return filing_danger(stage, draft, session_cry(stage, key));
    case SESSION_READ:
        return filing_abandon(stage, draft) ? reading_run(stage) : FILING_BACK;
    case SESSION_LEAVE:
        return filing_abandon(stage, draft) && session_leave(stage) ? FILING_LEFT : FILING_BACK;
    case SESSION_RIGHTS:
        shelf_browse(stage);
        return FILING_BACK;
    case SESSION_NEWS:
        shelf_news(stage);
        return FILING_BACK;
    case SESSION_PRACTISE:
        practice_run(stage);
        return FILING_BACK;
    case SESSION_COMFORT:
        comfort_choose(stage);
        return FILING_BACK;
    case STAGE_BACK:
        if (session_language(stage))
            memcpy(draft->language, stage->language, sizeof draft->language);
        return FILING_BACK;
    default:
        return FILING_BACK;
    }
}

/* Runs the menu until something was sent or the person leaves. Returns true when an envelope was
 * stored. */
static bool session_visit(struct stage *stage, struct draft *draft)
{
    enum filing_end end = FILING_BACK;

    while (end == FILING_BACK && !stage->over)
        end = session_do(stage, draft, session_menu(stage));
    return end == FILING_SENT;
}

/* --- the end --- */

static void session_goodbye(struct stage *stage)
{
    static const struct stage_sheet sheet = {
        .title = N_("Goodbye"),
        .text = N_("Nothing of what you did here stays on this terminal."),
        .keys = N_("The screen closes by itself."),
    };

    stage_pause(stage, &sheet, SESSION_GOODBYE_SECONDS);
}

/* The work of a sending that sends nothing, so that leaving takes the same time. */
static void session_pretend(struct stage *stage)
{
    struct draft *draft = draft_new(LETTER_COVER, stage->language);

    stage_wait(stage);
    if (draft != NULL) {
        code_new(draft->code);
        (void)stage_derive(stage, draft->code, draft->pin, &draft->keys);
    }
    draft_free(&draft);
}

/* The envelope of a session that sent nothing. */
static bool session_cover(struct stage *stage)
{
    const struct session_place *place = stage->place;
    uint8_t envelope[ENVELOPE_LEN];
    bool stored;

    if (!stage->over)
        session_pretend(stage);
    stored =
        cover_seal(&place->charter, &place->card, place->number, place->today, envelope) == 0 &&
        stage->io->store(stage->io->context, envelope) == 0;
    stage_waited(stage);
    return stored;
}

static enum session_end session_begin(struct stage *stage)
{
    struct draft *draft = draft_new(LETTER_COMPLAINT, stage->language);
    bool stored = false;

    stage->idle = stage->place->idle_seconds;
    if (draft != NULL)
        stored = session_visit(stage, draft);
    else
        stage_sorry(stage);
    draft_free(&draft);
    if (!stored)
        stored = session_cover(stage);
    if (!stage->over)
        session_goodbye(stage);
    return stored ? SESSION_STORED : SESSION_FAILED;
}

enum session_end session_run(const struct session_io *io, const struct session_place *place)
{
    struct stage stage;
    enum session_end end = SESSION_NOBODY;

    if (stage_open(&stage, io, place) != 0)
        return SESSION_NOBODY;
    if (session_language(&stage))
        end = session_begin(&stage);
    stage_close(&stage);
    return end;
}
