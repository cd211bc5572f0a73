/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole screens: a question with its answers, a field for digits, a word to wait or to part. */
#include "session/ui.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "base/utf8.h"
#include "tui/list.h"
#include "tui/wrap.h"

enum { SHEET_INDENT = 3, SHEET_BAR = 24, SHEET_LINE = 256 };

/* --- the body, drawn on paper and shown as far as it fits --- */

static void sheet_copy(struct screen *to, int row, const struct screen *from, int first, int n)
{
    char utf8[4];
    for (int i = 0; i < n; i++) {
        for (int col = 0; col < screen_cols(to) && col < screen_cols(from); col++) {
            const struct screen_cell *cell = screen_at(from, first + i, col);
            if (cell->ch != ' ' && cell->ch != 0)
                screen_put(to, row + i, col, (enum screen_style)cell->style, utf8,
                           utf8_put(cell->ch, utf8));
        }
    }
    explicit_bzero(utf8, sizeof utf8);
    if (screen_clipped(from))
        screen_say(to, -1, 0, SCREEN_PLAIN, "?"); /* so that it is remembered there, too */
}

/* Rows that a text takes. */
static int sheet_rows(const struct ui *ui, const char *text)
{
    const char *said = text != NULL && text[0] != '\0' ? _(text) : NULL;
    return said == NULL ? 0 : wrap_lines(said, strlen(said), ui->width, NULL, 0) * ui->spacing;
}

/* One answer. Returns the row behind it. */
static int sheet_choice(struct ui *ui, int row, char digit, const char *text)
{
    screen_put(ui->screen, row, ui->left, SCREEN_BOLD, &digit, 1);
    ui->left += SHEET_INDENT;
    ui->width -= SHEET_INDENT;
    row = ui_say(ui, row, SCREEN_PLAIN, text);
    ui->left -= SHEET_INDENT;
    ui->width += SHEET_INDENT;
    return row;
}

/* The answers: with a row between them when the room allows it. Returns the row behind them. */
static int sheet_choices(struct ui *ui, int row, int room, const struct dialog *dialog)
{
    const char *texts[TAXONOMY_CHOICES_MAX] = {NULL};
    for (size_t i = 0; i < dialog->count; i++) {
        texts[i] = _(dialog->choices[i]);
        if (ui->large)
            row = sheet_choice(ui, row, (char)('1' + i), dialog->choices[i]);
    }
    if (!ui->large && dialog->count > 0)
        row += 1 + list_choices(ui->screen, row, ui->left, ui->width, room, texts, dialog->count);
    return dialog->zero == NULL ? row : sheet_choice(ui, row, '0', dialog->zero);
}

/* What was answered before, or NULL. */
static const char *sheet_kept(const struct dialog *dialog, char line[SHEET_LINE])
{
    if (dialog->kept == NULL)
        return NULL;
    snprintf(line, SHEET_LINE, _("Enter keeps: %s"), _(dialog->kept));
    return line;
}

/* Draws all of the dialog below its title, as if rows had no end. Returns the rows used. */
static int sheet_body(struct ui *ui, const struct dialog *dialog, int room)
{
    char line[SHEET_LINE];
    const char *kept = sheet_kept(dialog, line);
    int gap = ui->large ? 0 : 1;
    int row = 0;
    if (dialog->text != NULL)
        row = ui_say(ui, row, SCREEN_PLAIN, dialog->text) + gap;
    if (kept != NULL)
        row = ui_say(ui, row, SCREEN_BOLD, kept) + gap;
    explicit_bzero(line, sizeof line);
    room -= row + (dialog->zero != NULL ? 2 : 0);
    if (dialog->tail != NULL)
        room -= sheet_rows(ui, dialog->tail) + gap;
    row = sheet_choices(ui, row, room, dialog);
    if (dialog->tail == NULL)
        return row;
    return ui_say(ui, row + (dialog->zero != NULL ? gap : 0), SCREEN_BOLD, dialog->tail);
}

/* The frame, and of the body what fits from row *top on. Returns the rows that are shown. */
static int sheet_draw(struct ui *ui, const struct dialog *dialog, int *top)
{
    struct screen *screen = ui->screen;
    struct screen *paper = ui->paper;
    int bottom, room, used, last;
    (void)ui_frame(ui, dialog);
    bottom = ui->bottom;
    room = bottom - UI_TOP;
    ui->screen = paper;
    ui->bottom = SCREEN_ROWS_MAX;
    used = sheet_body(ui, dialog, room);
    if (used > SCREEN_ROWS_MAX)
        used = SCREEN_ROWS_MAX; /* the rest was clipped */
    ui->screen = screen;
    ui->bottom = bottom;
    if (used > room)
        room -= 2; /* a row between, and the word that there is more */
    last = used > room ? (used - room + ui->spacing - 1) / ui->spacing * ui->spacing : 0;
    if (*top > last)
        *top = last;
    if (*top < 0)
        *top = 0;
    sheet_copy(screen, UI_TOP, paper, *top, used - *top < room ? used - *top : room);
    ui_more(ui, bottom - 1, *top, used - *top - room > 0 ? used - *top - room : 0);
    screen_clear(paper);
    return room;
}

/* Moves within a body that does not fit, by what is shown less a line. True when the press was used. */
static bool sheet_scroll(struct ui *ui, struct keypress key, int shown, int *top)
{
    int by = shown > 2 * ui->spacing ? (shown / ui->spacing - 1) * ui->spacing : 1;
    if (key.kind == KEYPRESS_DOWN || key.kind == KEYPRESS_PAGE_DOWN)
        *top += by;
    else if (key.kind == KEYPRESS_UP || key.kind == KEYPRESS_PAGE_UP)
        *top -= by;
    else
        return false;
    ui->news = true;
    return true;
}

int dialog_choose(struct ui *ui, const struct dialog *dialog)
{
    int top = 0;
    int meaning = UI_IGNORED;
    ui->news = true;
    while (meaning == UI_IGNORED) {
        int shown = sheet_draw(ui, dialog, &top);
        struct keypress key = ui_ask(ui);
        if (ui->over || !sheet_scroll(ui, key, shown, &top))
            meaning = ui_meaning(ui, dialog, key);
    }
    return meaning;
}

/* --- a text to read --- */

int dialog_read_once(struct ui *ui, const struct dialog *dialog, struct page *page)
{
    int choices = (int)dialog->count + (dialog->zero != NULL ? 1 : 0);
    int row = ui_question(ui, dialog);
    int last = ui->bottom - 1 - choices; /* the row that says where the text goes on */
    int height = 0;
    int above = 0;
    int below = 0;
    struct keypress key;
    ui->secret = dialog->secret;
    page->spacing = ui->spacing;
    if (choices > 0)
        ui_rule(ui, row++);
    height = last - row - (choices > 0 ? 1 : 0);
    page_draw(page, ui->screen, row, ui->left, ui->width, height, &above, &below);
    if (choices > 0)
        ui_rule(ui, last - 1);
    ui_more(ui, last, above, below);
    ui_choices(ui, last + 1, dialog);
    key = ui_ask(ui);
    if (ui->over || !page_key(page, key, height))
        return ui_meaning(ui, dialog, key);
    ui->news = true;
    return UI_IGNORED;
}

int dialog_read(struct ui *ui, const struct dialog *dialog, struct page *page)
{
    int meaning = UI_IGNORED;
    ui->news = true;
    while (meaning == UI_IGNORED)
        meaning = dialog_read_once(ui, dialog, page);
    return meaning;
}

/* --- a field for digits --- */

int dialog_type(struct ui *ui, const struct dialog *dialog, struct digits *digits, int group,
                const char *note, const char *(*check)(const struct digits *))
{
    int meaning = UI_IGNORED;
    bool secret = digits->hidden;
    ui->news = true;
    if (digits->len == 0)
        ui->open = false;
    while (meaning == UI_IGNORED) {
        int row = ui_question(ui, dialog);
        struct keypress key;
        digits->hidden = secret && !ui->open;
        if (note != NULL)
            ui_say(ui, row + 2, SCREEN_BOLD, note);
        digits_draw(digits, ui->screen, row, ui->left + SHEET_INDENT, group);
        ui->secret = digits->len > 0;
        key = ui_ask(ui);
        if (!ui->over && digits_key(digits, key)) {
            note = check != NULL && digits->len == digits->capacity ? check(digits) : NULL;
            ui->news = note != NULL;
        } else {
            meaning = ui_meaning(ui, dialog, key);
        }
    }
    digits->hidden = secret;
    return meaning;
}

/* --- a word without an answer --- */

void dialog_wait(struct ui *ui)
{
    static const struct dialog dialog = {
        .title = N_("Please wait"),
        .text = N_("This takes a few seconds."),
        .keys = N_("Please do not press anything."),
    };
    ui->steps = 0; /* whatever it waits for looks the same */
    ui_question(ui, &dialog);
    ui->news = true;
    ui_show(ui);
}

/* A quarter of the width, full when the work is done. */
static void sheet_step(void *context, int done, int steps)
{
    struct ui *ui = context;
    int full = SHEET_BAR * done / steps;
    for (int i = 0; i < SHEET_BAR; i++)
        screen_say(ui->screen, UI_TOP + 3, ui->left + i, SCREEN_PLAIN, i < full ? "█" : "░");
    ui_show(ui);
}

int dialog_derive(struct ui *ui, const char *code, const char *pin, struct code_keys *keys)
{
    const struct argon_watch watch = {.step = sheet_step, .context = ui};
    sheet_step(ui, 0, 1);
    return ui->io->derive(ui->io->context, code, pin, &watch, keys);
}

void dialog_waited(struct ui *ui)
{
    ui->io->drop(ui->io->context);
}

void dialog_sorry(struct ui *ui)
{
    static const struct dialog dialog = {
        .title = N_("Not now"),
        .text = N_("The terminal has too little memory for this. Nothing was sent.\n\n"
                   "Try again, or come back later."),
        .keys = N_("Enter or Esc: back"),
        .enter = true,
    };
    (void)dialog_choose(ui, &dialog);
}

void dialog_pause(struct ui *ui, const struct dialog *dialog, int seconds)
{
    struct keypress key = {.kind = KEYPRESS_RESIZE};
    ui->news = true;
    while (key.kind == KEYPRESS_RESIZE) {
        ui_question(ui, dialog);
        ui_show(ui);
        key = ui->io->key(ui->io->context, seconds);
    }
}
