/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole screens. A body that is higher than the screen is drawn on the canvas and scrolled. */
#include "session/dialog.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "base/utf8.h"
#include "tui/list.h"

enum { INDENT = 3, BAR_WIDTH = 24, KEPT_LEN = 256 };

/* --- parts --- */

int dialog_frame(struct ui *ui, const struct dialog *dialog)
{
    return ui_frame(ui, dialog->title, dialog->keys, dialog->help);
}

int dialog_question(struct ui *ui, const struct dialog *dialog)
{
    int row = dialog_frame(ui, dialog);
    if (dialog->text == NULL)
        return row;
    return box_say(&ui->box, row, SCREEN_PLAIN, dialog->text) + box_gap(&ui->box);
}

void dialog_choices(struct ui *ui, int row, const struct dialog *dialog)
{
    const struct box *box = &ui->box;
    for (size_t i = 0; i <= dialog->count; i++) {
        const char digit[] = {(char)('0' + (i + 1) % (dialog->count + 1)), '\0'};
        const char *text = i < dialog->count ? dialog->choices[i] : dialog->zero;
        if (text == NULL)
            continue;
        screen_say(box->screen, row, box->left, SCREEN_BOLD, digit);
        screen_say(box->screen, row++, box->left + INDENT, SCREEN_PLAIN, box_words(text));
    }
}

int dialog_meaning(const struct ui *ui, const struct dialog *dialog, struct keypress key)
{
    if (ui->over)
        return UI_OVER;
    /* ui_ask passes the hide key on only where it leads back. */
    if (key.kind == KEYPRESS_BACK || key.kind == KEYPRESS_HIDE)
        return UI_BACK;
    if (key.kind == KEYPRESS_ENTER && dialog->skip)
        return dialog->kept != NULL ? UI_NEXT : UI_ZERO;
    if (key.kind == KEYPRESS_ENTER && dialog->enter && !(dialog->sends && key.too_fast))
        return UI_NEXT;
    if (key.kind == KEYPRESS_CHAR && key.ch == '0' && dialog->zero != NULL)
        return UI_ZERO;
    int chosen = list_chosen(key, dialog->count);
    return chosen >= 0 ? chosen + 1 : UI_IGNORED;
}

/* --- choosing --- */

/* Copies `count` rows, from row `first`, to `row` and below of the other screen. */
static void copy_rows(struct screen *to, int row, const struct screen *from, int first, int count)
{
    char utf8[4];
    for (int i = 0; i < count; i++) {
        for (int col = 0; col < screen_cols(to) && col < screen_cols(from); col++) {
            const struct screen_cell *cell = screen_at(from, first + i, col);
            if (cell->ch != ' ' && cell->ch != 0)
                screen_put(to, row + i, col, (enum screen_style)cell->style, utf8,
                           utf8_put(cell->ch, utf8));
        }
    }
    explicit_bzero(utf8, sizeof utf8);
    if (screen_clipped(from))
        screen_say(to, -1, 0, SCREEN_PLAIN, "?"); /* draws nothing, but clips this screen, too */
}

/* Returns the row behind the choice. */
static int draw_choice(const struct box *box, int row, char digit, const char *text)
{
    struct box indented = *box;
    indented.left += INDENT;
    indented.width -= INDENT;
    screen_put(box->screen, row, box->left, SCREEN_BOLD, &digit, 1);
    return box_say(&indented, row, SCREEN_PLAIN, text);
}

/* The choices, with a blank row between them when the room has it. Returns the row behind them. */
static int draw_choices(const struct box *box, int row, int room, const struct dialog *dialog)
{
    const char *texts[TAXONOMY_CHOICES_MAX] = {NULL};
    for (size_t i = 0; i < dialog->count; i++) {
        texts[i] = _(dialog->choices[i]);
        if (box_is_large(box))
            row = draw_choice(box, row, (char)('1' + i), dialog->choices[i]);
    }
    if (!box_is_large(box) && dialog->count > 0)
        row +=
            1 + list_choices(box->screen, row, box->left, box->width, room, texts, dialog->count);
    return dialog->zero == NULL ? row : draw_choice(box, row, '0', dialog->zero);
}

/* Draws all below the title; blank rows are left out where `room` rows would not hold them. Returns
   the rows used. */
static int draw_body(const struct box *box, const struct dialog *dialog, int room)
{
    int gap = box_gap(box);
    int row = box->top;
    if (dialog->text != NULL)
        row = box_say(box, row, SCREEN_PLAIN, dialog->text) + gap;
    if (dialog->kept != NULL) {
        char line[KEPT_LEN];
        snprintf(line, sizeof line, _("Enter keeps: %s"), _(dialog->kept));
        row = box_say(box, row, SCREEN_BOLD, line) + gap;
        explicit_bzero(line, sizeof line);
    }
    room -= row - box->top + (dialog->zero != NULL ? 2 : 0);
    if (dialog->tail != NULL)
        room -= box_rows(box, dialog->tail) + gap;
    row = draw_choices(box, row, room, dialog);
    if (dialog->tail != NULL)
        row = box_say(box, row + (dialog->zero != NULL ? gap : 0), SCREEN_BOLD, dialog->tail);
    return row - box->top;
}

/* Draws the screen, its body from row *top on; *top is brought into range. Returns the rows of body
   that fit. */
static int draw(struct ui *ui, const struct dialog *dialog, int *top)
{
    dialog_frame(ui, dialog);
    const struct box *box = &ui->box;
    struct box all = *box;
    all.screen = ui->canvas;
    all.top = 0;
    all.bottom = SCREEN_ROWS_MAX;
    int room = box->bottom - box->top;
    int used = draw_body(&all, dialog, room);
    if (used > SCREEN_ROWS_MAX)
        used = SCREEN_ROWS_MAX; /* the rest was clipped */
    int last = 0;
    if (used > room) {
        room -= 2; /* a blank row, and the word that there is more */
        last = (used - room + box->spacing - 1) / box->spacing * box->spacing;
    }
    if (*top > last)
        *top = last;
    if (*top < 0)
        *top = 0;
    int rest = used - *top - room;
    copy_rows(box->screen, box->top, ui->canvas, *top, rest < 0 ? room + rest : room);
    ui_more(ui, box->bottom - 1, *top, rest > 0 ? rest : 0);
    screen_clear(ui->canvas);
    return room;
}

/* Moves by the rows that are shown less one line. True when the key was used. */
static bool scroll(struct ui *ui, struct keypress key, int shown, int *top)
{
    int spacing = ui->box.spacing;
    int by = shown > 2 * spacing ? (shown / spacing - 1) * spacing : 1;
    if (key.kind == KEYPRESS_DOWN || key.kind == KEYPRESS_PAGE_DOWN)
        *top += by;
    else if (key.kind == KEYPRESS_UP || key.kind == KEYPRESS_PAGE_UP)
        *top -= by;
    else
        return false;
    ui->needs_speech = true;
    return true;
}

int dialog_choose(struct ui *ui, const struct dialog *dialog)
{
    int top = 0;
    int meaning = UI_IGNORED;
    ui->needs_speech = true;
    while (meaning == UI_IGNORED) {
        int shown = draw(ui, dialog, &top);
        struct keypress key = ui_ask(ui);
        if (ui->over || !scroll(ui, key, shown, &top))
            meaning = dialog_meaning(ui, dialog, key);
    }
    return meaning;
}

/* --- reading --- */

/* Those without a text stand in what is read. */
static int rows_of_choices(const struct dialog *dialog)
{
    int rows = dialog->zero != NULL ? 1 : 0;
    for (size_t i = 0; i < dialog->count; i++)
        rows += dialog->choices[i] != NULL;
    return rows;
}

int dialog_read_once(struct ui *ui, const struct dialog *dialog, struct page *page)
{
    const struct box *box = &ui->box;
    int choices = rows_of_choices(dialog);
    int row = dialog_question(ui, dialog);
    int last = box->bottom - 1 - choices; /* the row that says where the text goes on */
    int above = 0;
    int below = 0;

    ui->secrecy.secret = dialog->secret;
    page->spacing = box->spacing;
    if (choices > 0)
        ui_rule(ui, row++);
    int height = last - row - (choices > 0 ? 1 : 0);
    page_draw(page, box->screen, row, box->left, box->width, height, &above, &below);
    if (choices > 0)
        ui_rule(ui, last - 1);
    ui_more(ui, last, above, below);
    dialog_choices(ui, last + 1, dialog);
    struct keypress key = ui_ask(ui);
    if (ui->over || !page_key(page, key, height))
        return dialog_meaning(ui, dialog, key);
    ui->needs_speech = true;
    return UI_IGNORED;
}

int dialog_read(struct ui *ui, const struct dialog *dialog, struct page *page)
{
    int meaning = UI_IGNORED;
    ui->needs_speech = true;
    while (meaning == UI_IGNORED)
        meaning = dialog_read_once(ui, dialog, page);
    return meaning;
}

/* --- digits --- */

int dialog_type(struct ui *ui, const struct dialog *dialog, struct digits *digits, int group,
                const char *note, const char *(*check)(const struct digits *))
{
    int meaning = UI_IGNORED;
    bool secret = digits->hidden;

    ui->needs_speech = true;
    if (digits->len == 0)
        ui->secrecy.open = false;
    while (meaning == UI_IGNORED) {
        int row = dialog_question(ui, dialog);
        digits->hidden = secret && !ui->secrecy.open;
        if (note != NULL)
            box_say(&ui->box, row + 2, SCREEN_BOLD, note);
        digits_draw(digits, ui->screen, row, ui->box.left + INDENT, group);
        ui->secrecy.secret = digits->len > 0;
        struct keypress key = ui_ask(ui);
        if (!ui->over && digits_key(digits, key)) {
            note = check != NULL && digits->len == digits->capacity ? check(digits) : NULL;
            ui->needs_speech = note != NULL;
        } else {
            meaning = dialog_meaning(ui, dialog, key);
        }
    }
    digits->hidden = secret;
    return meaning;
}

/* --- screens that ask nothing --- */

void dialog_wait(struct ui *ui)
{
    static const struct dialog dialog = {
        .title = N_("Please wait"),
        .text = N_("This takes a few seconds."),
        .keys = N_("Please do not press anything."),
    };

    ui->steps = 0; /* waiting looks the same whatever it is for */
    dialog_question(ui, &dialog);
    ui->needs_speech = !ui->over; /* whoever has gone need not hear it */
    ui_show(ui);
}

void dialog_waited(struct ui *ui)
{
    ui->io->drop(ui->io->context);
}

void dialog_bar(struct ui *ui, int done, int steps)
{
    int full = BAR_WIDTH * done / steps;
    for (int i = 0; i < BAR_WIDTH; i++)
        screen_say(ui->screen, UI_TOP + 3, ui->box.left + i, SCREEN_PLAIN, i < full ? "█" : "░");
    ui_show(ui);
}

static void draw_bar(void *context, int done, int steps)
{
    dialog_bar(context, done, steps);
}

int dialog_derive(struct ui *ui, const char *code, const char *pin, struct code_keys *keys)
{
    const struct argon_watch watch = {.step = draw_bar, .context = ui};
    dialog_bar(ui, 0, 1);
    return ui->io->derive(ui->io->context, code, pin, &watch, keys);
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
    ui->needs_speech = true;
    while (key.kind == KEYPRESS_RESIZE) {
        dialog_question(ui, dialog);
        ui_show(ui);
        key = ui->io->key(ui->io->context, seconds);
    }
}
