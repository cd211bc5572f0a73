/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speaks all languages at once, so its words are no message ids. */
#include "session/language_screen.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "session/dialog.h"

enum { FIRST_SECONDS = 30, TAIL_LEN = 256 };

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
    char name[CHARTER_TEXT_MAX + 1], print[CHARTER_FINGERPRINT_LEN];
    (void)charter_find_text(&ui->place->charter, CHARTER_NAME, NULL, 0, name);
    charter_fingerprint(ui->place->charter.office, print);
    snprintf(tail, sizeof tail, "%s\nТексеру · Проверка · Check:  %s", name, print);
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

bool language_screen_choose(struct ui *ui)
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
