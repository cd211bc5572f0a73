/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening, drawing and showing; what the keys do is in ui_keys.c. */
#include "session/ui.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "crypto/secret.h"
#include "tui/linear.h"
#include "tui/wrap.h"

enum {
    FOOTER_ROWS = 2,
    ROWS_MAX = 32, /* keys further down are not seen together with the question */
    WIDTH_LARGE = 44,
    MARK_LEN = 32,
};

int ui_open(struct ui *ui, const struct session_io *io, const struct session_place *place,
            const struct ui_overlays *overlays)
{
    *ui = (struct ui){.io = io,
                      .place = place,
                      .overlays = overlays,
                      .language = "en",
                      .reader = taxonomy_reader(place->card.type),
                      .settings = {.large = place->large, .contrast = place->contrast}};
    int rows = 0;
    int cols = 0;
    io->size(io->context, &rows, &cols);
    ui->screen = screen_new(rows, cols);
    ui->canvas = screen_new(SCREEN_ROWS_MAX, cols);
    if (io->say != NULL)
        ui->voice = secret_new(SESSION_SPEECH_MAX);
    if (ui->screen != NULL && ui->canvas != NULL && (io->say == NULL || ui->voice != NULL))
        return 0;
    screen_free(&ui->screen);
    screen_free(&ui->canvas);
    secret_free(ui->voice);
    return -1;
}

void ui_close(struct ui *ui)
{
    if (ui->voice != NULL)
        ui_speak(ui, "", 0);
    secret_free(ui->voice);
    ui->voice = NULL;
    screen_clear(ui->screen);
    screen_forget(ui->screen, ui->secrecy.last_secret);
    ui->io->show(ui->io->context, ui->screen);
    screen_free(&ui->screen);
    screen_free(&ui->canvas);
}

/* --- drawing --- */

/* In all languages at once: it may be needed before one was chosen. */
static void draw_small(struct ui *ui, int rows, int cols)
{
    static const char text[] = "Экран тым кішкентай.\n"
                               "Экран слишком мал.\n"
                               "The screen is too small.\n"
                               "64x24";
    int width = cols < SCREEN_COLS_MIN ? cols : SCREEN_COLS_MIN;
    if (width > 0 && rows > 0)
        screen_wrap(ui->screen, 0, 0, width, rows, SCREEN_BOLD, text, sizeof text - 1);
}

/* Takes the terminal's size and the settings for what is drawn next. */
static void measure(struct ui *ui)
{
    int rows = 0;
    int cols = 0;
    ui->io->size(ui->io->context, &rows, &cols);
    ui->small = rows < SCREEN_ROWS_MIN || cols < SCREEN_COLS_MIN;
    if (rows != screen_rows(ui->screen) || cols != screen_cols(ui->screen))
        (void)screen_resize(ui->screen, rows, cols); /* out of memory: the old size serves */
    if (screen_cols(ui->canvas) != screen_cols(ui->screen))
        (void)screen_resize(ui->canvas, SCREEN_ROWS_MAX, screen_cols(ui->screen));
    screen_clear(ui->screen);
    screen_contrast(ui->screen, ui->settings.contrast);
    ui->secrecy.secret = false;
    rows = screen_rows(ui->screen);
    ui->box = (struct box){
        .screen = ui->screen,
        .left = (screen_cols(ui->screen) - UI_WIDTH) / 2,
        .width = ui->settings.large ? WIDTH_LARGE : UI_WIDTH,
        .top = UI_TOP,
        .bottom = (rows > ROWS_MAX ? ROWS_MAX : rows) - FOOTER_ROWS - 1,
        .spacing = ui->settings.large ? 2 : 1,
    };
}

/* Progress at the end of the title's row; below it, that nothing counts. */
static void draw_marks(struct ui *ui)
{
    if (ui->steps > 0) {
        char mark[MARK_LEN];
        int n = snprintf(mark, sizeof mark, "%d/%d", ui->step, ui->steps);
        screen_say(ui->screen, 0, ui->box.left + UI_WIDTH - n, SCREEN_PLAIN, mark);
    }
    if (ui->practice)
        screen_say(ui->screen, 1, ui->box.left, SCREEN_REVERSE,
                   _(" This is practice. Nothing is sent. "));
}

/* Nobody is to be read aloud without knowing it. */
static void draw_voice(struct ui *ui)
{
    const char *mark = ui->begun ? _(" Voice: on ") : " Дауыс · Голос · Voice ";
    screen_say(ui->screen, 1, ui->box.left + UI_WIDTH - wrap_columns(mark, strlen(mark)),
               SCREEN_REVERSE, mark);
}

int ui_frame(struct ui *ui, const char *title, const char *keys, enum help_topic help)
{
    measure(ui);
    ui->help = help;
    screen_say(ui->screen, 0, ui->box.left, SCREEN_BOLD, box_words(title));
    if (!ui->secrecy.hidden)
        draw_marks(ui);
    keys = box_words(keys);
    screen_wrap(ui->screen, ui->box.bottom + 1, ui->box.left, UI_WIDTH, FOOTER_ROWS, SCREEN_PLAIN,
                keys, strlen(keys));
    return ui->box.top;
}

void ui_rule(struct ui *ui, int row)
{
    for (int i = 0; i < UI_WIDTH; i++)
        screen_say(ui->screen, row, ui->box.left + i, SCREEN_PLAIN, "─");
}

void ui_more(struct ui *ui, int row, int above, int below)
{
    const char *text = NULL;
    if (!ui->begun)
        text = below > 0 ? "↓" : above > 0 ? "↑" : NULL;
    else if (above > 0 && below > 0)
        text = _("There is more: press Up or Down.");
    else if (above > 0)
        text = _("There is more above: press Up.");
    else if (below > 0)
        text = _("There is more below: press Down.");
    if (text != NULL)
        screen_say(ui->screen, row, ui->box.left, SCREEN_BOLD, text);
}

/* --- showing and saying --- */

void ui_speak(struct ui *ui, const char *text, size_t len)
{
    ui->io->say(ui->io->context, ui->language, ui->settings.pace, text, len);
}

void ui_toggle_voice(struct ui *ui)
{
    ui->settings.speaking = !ui->settings.speaking;
    ui->settings.dark = false; /* a dark screen that says nothing is a dead one */
    if (!ui->settings.speaking)
        ui_speak(ui, "", 0);
}

static void speak_screen(struct ui *ui)
{
    if (ui->voice == NULL || !ui->settings.speaking || !ui->needs_speech)
        return;
    ui->needs_speech = false;
    size_t len = linear_text(ui->screen, ui->voice, SESSION_SPEECH_MAX);
    if (len >= SESSION_SPEECH_MAX)
        len = strlen(ui->voice);
    ui_speak(ui, ui->voice, len);
}

void ui_show(struct ui *ui)
{
    if (ui->small) {
        int rows = 0;
        int cols = 0;
        ui->io->size(ui->io->context, &rows, &cols);
        screen_clear(ui->screen);
        draw_small(ui, rows, cols);
        ui->secrecy.secret = false;
    }
    speak_screen(ui);
    if (ui->settings.speaking && !ui->small)
        draw_voice(ui); /* seen, not said again on every screen */
    if (ui->settings.dark && ui->settings.speaking) {
        screen_clear(ui->screen);
        ui->secrecy.secret = false;
    }
    screen_forget(ui->screen, ui->secrecy.last_secret && !ui->secrecy.secret);
    ui->secrecy.last_secret = ui->secrecy.secret;
    ui->io->show(ui->io->context, ui->screen);
    screen_forget(ui->screen, false); /* once is enough */
}
