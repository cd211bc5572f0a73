/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame that all screens share, and what happens on every one of them while it waits. */
#include "session/ui.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "crypto/secret.h"
#include "session/library_screen.h"
#include "tui/linear.h"
#include "tui/list.h"
#include "tui/wrap.h"

enum {
    UI_FOOTER = 2,    /* rows kept for the keys */
    UI_ROWS_MAX = 32, /* a footer further down is not seen together with the question */
    UI_WIDTH_LARGE = 44,
    UI_LINE = 160,
};

/* gettext answers an empty text with the translation's header. */
static const char *words(const char *text)
{
    return text[0] == '\0' ? text : _(text);
}

int ui_open(struct ui *ui, const struct session_io *io, const struct session_place *place)
{
    int rows = 0;
    int cols = 0;
    *ui = (struct ui){.io = io,
                      .place = place,
                      .language = "en",
                      .large = place->large,
                      .contrast = place->contrast,
                      .reader = taxonomy_reader(place->card.type)};
    io->size(io->context, &rows, &cols);
    ui->screen = screen_new(rows, cols);
    ui->paper = screen_new(SCREEN_ROWS_MAX, cols);
    if (io->say != NULL)
        ui->voice = secret_new(SESSION_SPEECH_MAX);
    if (ui->screen != NULL && ui->paper != NULL && (io->say == NULL || ui->voice != NULL))
        return 0;
    screen_free(&ui->screen);
    screen_free(&ui->paper);
    secret_free(ui->voice);
    return -1;
}

void ui_close(struct ui *ui)
{
    if (ui->voice != NULL)
        ui->io->say(ui->io->context, ui->language, ui->pace, "", 0);
    secret_free(ui->voice);
    ui->voice = NULL;
    screen_clear(ui->screen);
    screen_forget(ui->screen, ui->told);
    ui->io->show(ui->io->context, ui->screen);
    screen_free(&ui->screen);
    screen_free(&ui->paper);
}

/* --- drawing --- */

/* Said in all languages at once: it may be needed before one was chosen. */
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

/* Takes the terminal's size for what is drawn next. */
static void measure(struct ui *ui)
{
    int rows = 0;
    int cols = 0;
    ui->io->size(ui->io->context, &rows, &cols);
    ui->small = rows < SCREEN_ROWS_MIN || cols < SCREEN_COLS_MIN;
    if (rows != screen_rows(ui->screen) || cols != screen_cols(ui->screen))
        (void)screen_resize(ui->screen, rows, cols); /* out of memory: the old size serves */
    if (screen_cols(ui->paper) != screen_cols(ui->screen))
        (void)screen_resize(ui->paper, SCREEN_ROWS_MAX, screen_cols(ui->screen));
    screen_clear(ui->screen);
    screen_contrast(ui->screen, ui->contrast);
    ui->secret = false;
    rows = screen_rows(ui->screen);
    if (rows > UI_ROWS_MAX)
        rows = UI_ROWS_MAX;
    ui->left = (screen_cols(ui->screen) - UI_WIDTH) / 2;
    ui->width = ui->large ? UI_WIDTH_LARGE : UI_WIDTH;
    ui->spacing = ui->large ? 2 : 1;
    ui->bottom = rows - UI_FOOTER - 1;
}

int ui_say(struct ui *ui, int row, enum screen_style style, const char *text)
{
    const char *said = words(text);
    struct wrap_line lines[SCREEN_ROWS_MAX];
    int n = wrap_lines(said, strlen(said), ui->width, lines, SCREEN_ROWS_MAX);
    if (ui->large && style == SCREEN_PLAIN)
        style = SCREEN_BOLD;
    for (int i = 0; i < n && i < SCREEN_ROWS_MAX; i++, row += ui->spacing)
        /* A row out of the grid draws nothing, but the screen remembers that text was lost. */
        screen_put(ui->screen, row < ui->bottom ? row : -1, ui->left, style, said + lines[i].start,
                   lines[i].end - lines[i].start);
    return row;
}

void ui_rule(struct ui *ui, int row)
{
    for (int i = 0; i < UI_WIDTH; i++)
        screen_say(ui->screen, row, ui->left + i, SCREEN_PLAIN, "─");
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
        screen_say(ui->screen, row, ui->left, SCREEN_BOLD, text);
}

/* How far the person is, right on the title's line; and that nothing counts, below it. */
static void draw_marks(struct ui *ui)
{
    char mark[UI_LINE];
    if (ui->steps > 0) {
        int n = snprintf(mark, sizeof mark, "%d/%d", ui->step, ui->steps);
        screen_say(ui->screen, 0, ui->left + UI_WIDTH - n, SCREEN_PLAIN, mark);
    }
    if (ui->practice)
        screen_say(ui->screen, 1, ui->left, SCREEN_REVERSE,
                   _(" This is practice. Nothing is sent. "));
}

/* Nobody is to be read aloud without knowing it. */
static void draw_voice(struct ui *ui)
{
    const char *mark = ui->begun ? _(" Voice: on ") : " Дауыс · Голос · Voice ";
    screen_say(ui->screen, 1, ui->left + UI_WIDTH - wrap_columns(mark, strlen(mark)),
               SCREEN_REVERSE, mark);
}

int ui_frame(struct ui *ui, const struct dialog *dialog)
{
    const char *keys = words(dialog->keys);
    measure(ui);
    ui->guide = dialog->guide;
    screen_say(ui->screen, 0, ui->left, SCREEN_BOLD, words(dialog->title));
    if (!ui->covered)
        draw_marks(ui);
    screen_wrap(ui->screen, ui->bottom + 1, ui->left, UI_WIDTH, UI_FOOTER, SCREEN_PLAIN, keys,
                strlen(keys));
    return UI_TOP;
}

int ui_question(struct ui *ui, const struct dialog *dialog)
{
    int row = ui_frame(ui, dialog);
    if (dialog->text == NULL)
        return row;
    return ui_say(ui, row, SCREEN_PLAIN, dialog->text) + (ui->large ? 0 : 1);
}

void ui_choices(struct ui *ui, int row, const struct dialog *dialog)
{
    for (size_t i = 0; i <= dialog->count; i++) {
        const char digit[] = {(char)('0' + (i + 1) % (dialog->count + 1)), '\0'};
        const char *text = i < dialog->count ? dialog->choices[i] : dialog->zero;
        if (text == NULL)
            continue;
        screen_say(ui->screen, row, ui->left, SCREEN_BOLD, digit);
        screen_say(ui->screen, row++, ui->left + 3, SCREEN_PLAIN, words(text));
    }
}

/* --- waiting --- */

static void help(struct ui *ui)
{
    const struct dialog dialog = {
        .title = N_("Help"),
        .text = help_text(ui->guide),
        .tail = ui->covered ? help_keys() : help_keys_cover(),
        .keys = N_("Enter or Esc: back to where you were"),
        .enter = true,
    };
    ui->helping = true;
    (void)dialog_choose(ui, &dialog);
    ui->helping = false;
}

/* The library, at once, on top of everything; the same key takes it away. */
static void cover(struct ui *ui)
{
    bool helping = ui->helping;
    ui->helping = false;
    ui->covered = true;
    ui->open = false;
    library_screen_browse(ui);
    ui->helping = helping;
}

/* Words for the voice when there is something new to say. */
static void speak(struct ui *ui)
{
    size_t len;
    if (ui->voice == NULL || !ui->speaking || !ui->news)
        return;
    ui->news = false;
    len = linear_text(ui->screen, ui->voice, SESSION_SPEECH_MAX);
    if (len >= SESSION_SPEECH_MAX)
        len = strlen(ui->voice);
    ui->io->say(ui->io->context, ui->language, ui->pace, ui->voice, len);
}

void ui_show(struct ui *ui)
{
    int rows = 0;
    int cols = 0;
    if (ui->small) {
        ui->io->size(ui->io->context, &rows, &cols);
        screen_clear(ui->screen);
        draw_small(ui, rows, cols);
        ui->secret = false;
    }
    speak(ui);
    if (ui->speaking && !ui->small)
        draw_voice(ui); /* seen, not said again on every screen */
    if (ui->dark && ui->speaking) {
        screen_clear(ui->screen);
        ui->secret = false;
    }
    screen_forget(ui->screen, ui->told && !ui->secret);
    ui->told = ui->secret;
    ui->io->show(ui->io->context, ui->screen);
    screen_forget(ui->screen, false); /* once is enough */
}

/* A short limit leaves time for a key before the countdown. */
static int countdown(const struct ui *ui)
{
    int third = ui->idle / 3;
    return third < UI_COUNTDOWN ? third : UI_COUNTDOWN;
}

static void draw_countdown(struct ui *ui, int left)
{
    char line[UI_LINE];
    for (int i = 0; i < UI_WIDTH; i++)
        screen_say(ui->screen, ui->bottom, ui->left + i, SCREEN_PLAIN, " ");
    /* Before a language was chosen there are no words that everyone can read. */
    snprintf(line, sizeof line, ui->begun ? _("Closing in %d s. Press any key to stay.") : "%d",
             left);
    screen_say(ui->screen, ui->bottom, ui->left, SCREEN_PLAIN, line);
    if (ui->speaking && ui->voice != NULL && left == countdown(ui))
        ui->io->say(ui->io->context, ui->language, ui->pace, line, strlen(line));
}

/* Waits; in the last seconds it counts down, and then a key only says that the person is still here. */
static struct keypress take_key(struct ui *ui)
{
    const struct session_io *io = ui->io;
    int left = countdown(ui);
    struct keypress key = {.kind = KEYPRESS_IDLE};
    secret_wipe_stack(); /* it may be a long wait */
    if (ui->idle == 0 || ui->idle > left)
        key = io->key(io->context, ui->idle - left);
    if (key.kind != KEYPRESS_IDLE || ui->idle == 0)
        return key;
    for (; left > 0 && key.kind == KEYPRESS_IDLE; left--) {
        draw_countdown(ui, left);
        if (!ui->small)
            io->show(io->context, ui->screen);
        key = io->key(io->context, 1);
    }
    if (key.kind != KEYPRESS_IDLE && key.kind != KEYPRESS_GONE &&
        (key.kind != KEYPRESS_HIDE || ui->covered))
        key.kind = KEYPRESS_RESIZE;
    return key;
}

/* True for a press that means the same on every screen, and has been obeyed. */
static bool obey(struct ui *ui, enum keypress_kind kind)
{
    if (kind == KEYPRESS_HELP && ui->begun && !ui->helping) {
        help(ui);
        ui->news = true;
    } else if (kind == KEYPRESS_HIDE) {
        if (ui->begun && !ui->browsing)
            cover(ui);
        ui->news = true;
    } else if (kind == KEYPRESS_SHOW) {
        ui->open = !ui->open && !ui->browsing;
        ui->dark = false;
        ui->news = true;
    } else if (kind == KEYPRESS_SAY) {
        ui->news = true;
    } else if (kind == KEYPRESS_SLOWER) {
        ui->pace = (ui->pace + 1) % SESSION_PACES;
        ui->news = true;
    } else {
        return false;
    }
    if (ui->hushed && kind != KEYPRESS_SAY)
        ui->news = false;
    return true;
}

/* Lifts the cover; but not for a key that bounced or is held down, which means to hide. */
static struct keypress uncover(struct ui *ui, struct keypress key)
{
    if (key.too_fast)
        key.kind = KEYPRESS_RESIZE;
    else
        ui->covered = false;
    return key;
}

struct keypress ui_ask(struct ui *ui)
{
    struct keypress key = {.kind = KEYPRESS_GONE};
    bool covered = ui->covered;
    if (ui->over)
        return key;
    ui_show(ui);
    key = take_key(ui);
    ui->too_fast = key.too_fast;
    if (key.kind == KEYPRESS_SHOW && key.keypad && ui->writing && !ui->small)
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = '.', .keypad = true};
    if (key.kind == KEYPRESS_IDLE || key.kind == KEYPRESS_GONE)
        ui->over = true;
    else if (key.kind == KEYPRESS_HIDE && ui->covered)
        key = uncover(ui, key);
    else if (ui->small || obey(ui, key.kind))
        key = (struct keypress){.kind = ui->over ? KEYPRESS_GONE
                                        : covered && !ui->covered
                                            ? KEYPRESS_HIDE /* lifted in its help */
                                            : KEYPRESS_RESIZE};
    return key;
}

int ui_meaning(const struct ui *ui, const struct dialog *dialog, struct keypress key)
{
    int chosen = list_chosen(key, dialog->count);
    if (ui->over)
        return UI_OVER;
    if (key.kind == KEYPRESS_BACK || key.kind == KEYPRESS_HIDE)
        return UI_BACK; /* the cover key comes this far only to lift the cover */
    if (key.kind == KEYPRESS_ENTER && dialog->skip)
        return dialog->kept != NULL ? UI_NEXT : UI_ZERO;
    if (key.kind == KEYPRESS_ENTER && dialog->enter && !(dialog->sends && key.too_fast))
        return UI_NEXT;
    if (key.kind == KEYPRESS_CHAR && key.ch == '0' && dialog->zero != NULL)
        return UI_ZERO;
    return chosen >= 0 ? chosen + 1 : UI_IGNORED;
}
