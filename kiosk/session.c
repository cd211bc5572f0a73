/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session from the language screen to the goodbye, and its one envelope. */
#include "kiosk/session.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/cover.h"
#include "kiosk/draft.h"
#include "kiosk/filing.h"
#include "kiosk/reading.h"
#include "kiosk/stage.h"
#include "tui/lang.h"
#include "tui/list.h"

enum { SESSION_GOODBYE_SECONDS = 4 };

/* The first screen speaks all languages at once, so its words are no message ids. */
static void session_draw_language(struct stage *stage)
{
    static const struct stage_sheet sheet = {
        .title = "Тілді таңдаңыз   Выберите язык   Choose a language",
        .keys = "1  2  3",
    };
    static const char *const lines[LANG_COUNT] = {
        "Адам құқықтары жөніндегі уәкілге осы жерден жаза аласыз.",
        "Отсюда можно написать Уполномоченному по правам человека.",
        "From here you can write to the Commissioner for Human Rights.",
    };
    char print[CHARTER_FINGERPRINT_LEN];
    char line[128];
    int row = stage_frame(stage, &sheet);

    for (size_t i = 0; i < LANG_COUNT; i++) {
        snprintf(line, sizeof line, "%zu  %s", i + 1, lang_name(i));
        screen_say(stage->screen, row, stage->left, SCREEN_BOLD, line);
        row = stage_say(stage, row + 1, SCREEN_PLAIN, lines[i]) + 1;
    }
    stage_rule(stage, row++);
    row = stage_say(stage, row, SCREEN_PLAIN, stage->place->charter.name);
    charter_fingerprint(stage->place->charter.office, print);
    snprintf(line, sizeof line, "Тексеру · Проверка · Check:  %s", print);
    screen_say(stage->screen, row, stage->left, SCREEN_PLAIN, line);
}

/* Returns the chosen language's code, or NULL when the session is over. */
static const char *session_language(struct stage *stage)
{
    while (!stage->over) {
        struct press press;
        int chosen = -1;

        session_draw_language(stage);
        press = stage_ask(stage);
        if (!stage->over)
            chosen = list_chosen(press, LANG_COUNT);
        if (chosen >= 0) {
            lang_set(lang_code((size_t)chosen));
            return lang_code((size_t)chosen);
        }
    }
    return NULL;
}

static int session_menu(struct stage *stage)
{
    static const char *const choices[] = {N_("Write to the Commissioner"),
                                          N_("Is there an answer for me?"), N_("Leave")};
    static const struct stage_sheet sheet = {
        .title = N_("What do you want to do?"),
        .choices = choices,
        .count = 3,
        .keys = N_("Press a digit   Esc: another language   F1: help"),
        .guide = GUIDE_MENU,
    };

    return stage_choose(stage, &sheet);
}

static void session_goodbye(struct stage *stage)
{
    static const struct stage_sheet sheet = {
        .title = N_("Goodbye"),
        .text = N_("Nothing of what you did here stays on this terminal."),
        .keys = N_("The screen closes by itself."),
    };

    stage_pause(stage, &sheet, SESSION_GOODBYE_SECONDS);
}

static void session_switch(struct stage *stage, struct draft *draft)
{
    const char *language = session_language(stage);

    if (language != NULL)
        memcpy(draft->language, language, sizeof draft->language - 1);
}

/* Runs the menu until something was sent or the person leaves. Returns true when an envelope was
 * stored. */
static bool session_visit(struct stage *stage, struct draft *draft)
{
    enum filing_end end = FILING_BACK;

    while (end == FILING_BACK && !stage->over) {
        int key = session_menu(stage);

        if (key == STAGE_BACK)
            session_switch(stage, draft);
        else if (key == 1)
            end = filing_run(stage, draft);
        else if (key == 2 && filing_abandon(stage, draft))
            end = reading_run(stage, draft->language);
        else if (key == 3 && filing_abandon(stage, draft))
            end = FILING_LEFT;
    }
    return end == FILING_SENT;
}

/* The envelope of a session that sent nothing. */
static bool session_cover(const struct stage *stage)
{
    const struct session_place *place = stage->place;
    uint8_t envelope[ENVELOPE_LEN];

    return cover_seal(&place->charter, &place->card, place->number, place->today, envelope) == 0 &&
           stage->io->store(stage->io->context, envelope) == 0;
}

static enum session_end session_begin(struct stage *stage, const char *language)
{
    struct draft *draft = draft_new(LETTER_COMPLAINT, language);
    bool stored = false;

    stage->idle = stage->place->idle_seconds;
    if (draft != NULL)
        stored = session_visit(stage, draft);
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
    const char *language = NULL;
    enum session_end end = SESSION_NOBODY;

    if (stage_open(&stage, io, place) != 0)
        return SESSION_NOBODY;
    language = session_language(&stage);
    if (language != NULL)
        end = session_begin(&stage, language);
    stage_close(&stage);
    return end;
}
