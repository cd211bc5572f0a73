/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole screens: a question with its answers, a field for digits, a word to wait or to part. */
#include "kiosk/stage.h"

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
static int sheet_rows(const struct stage *stage, const char *text)
{
    const char *said = text != NULL && text[0] != '\0' ? _(text) : NULL;

    return said == NULL ? 0
                        : wrap_lines(said, strlen(said), stage->width, NULL, 0) * stage->spacing;
}

/* One answer. Returns the row behind it. */
static int sheet_choice(struct stage *stage, int row, char digit, const char *text)
{
    screen_put(stage->screen, row, stage->left, SCREEN_BOLD, &digit, 1);
    stage->left += SHEET_INDENT;
    stage->width -= SHEET_INDENT;
    row = stage_say(stage, row, SCREEN_PLAIN, text);
    stage->left -= SHEET_INDENT;
    stage->width += SHEET_INDENT;
    return row;
}

/* The answers: with a row between them when the room allows it. Returns the row behind them. */
static int sheet_choices(struct stage *stage, int row, int room, const struct stage_sheet *sheet)
{
    const char *texts[TAXONOMY_CHOICES_MAX] = {NULL};

    for (size_t i = 0; i < sheet->count; i++) {
        texts[i] = _(sheet->choices[i]);
        if (stage->large)
            row = sheet_choice(stage, row, (char)('1' + i), sheet->choices[i]);
    }
    if (!stage->large && sheet->count > 0)
        row += 1 + list_choices(stage->screen, row, stage->left, stage->width, room, texts,
                                sheet->count);
    return sheet->zero == NULL ? row : sheet_choice(stage, row, '0', sheet->zero);
}

/* What was answered before, or NULL. */
static const char *sheet_kept(const struct stage_sheet *sheet, char line[SHEET_LINE])
{
    if (sheet->kept == NULL)
        return NULL;
    snprintf(line, SHEET_LINE, _("Enter keeps: %s"), _(sheet->kept));
    return line;
}

/* Draws all of the sheet below its title, as if rows had no end. Returns the rows used. */
static int sheet_body(struct stage *stage, const struct stage_sheet *sheet, int room)
{
    char line[SHEET_LINE];
    const char *kept = sheet_kept(sheet, line);
    int gap = stage->large ? 0 : 1;
    int row = 0;

    if (sheet->text != NULL)
        row = stage_say(stage, row, SCREEN_PLAIN, sheet->text) + gap;
    if (kept != NULL)
        row = stage_say(stage, row, SCREEN_BOLD, kept) + gap;
    explicit_bzero(line, sizeof line);
    room -= row + (sheet->zero != NULL ? 2 : 0);
    if (sheet->tail != NULL)
        room -= sheet_rows(stage, sheet->tail) + gap;
    row = sheet_choices(stage, row, room, sheet);
    if (sheet->tail == NULL)
        return row;
    return stage_say(stage, row + (sheet->zero != NULL ? gap : 0), SCREEN_BOLD, sheet->tail);
}

/* The frame, and of the body what fits from row *top on. Returns the rows that are shown. */
static int sheet_draw(struct stage *stage, const struct stage_sheet *sheet, int *top)
{
    struct screen *screen = stage->screen;
    struct screen *paper = stage->paper;
    int bottom, room, used, last;

    (void)stage_frame(stage, sheet);
    bottom = stage->bottom;
    room = bottom - STAGE_TOP;
    stage->screen = paper;
    stage->bottom = SCREEN_ROWS_MAX;
    used = sheet_body(stage, sheet, room);
    if (used > SCREEN_ROWS_MAX)
        used = SCREEN_ROWS_MAX; /* the rest was clipped */
    stage->screen = screen;
    stage->bottom = bottom;
    if (used > room)
        room -= 2; /* a row between, and the word that there is more */
    last = used > room ? (used - room + stage->spacing - 1) / stage->spacing * stage->spacing : 0;
    if (*top > last)
        *top = last;
    if (*top < 0)
        *top = 0;
    sheet_copy(screen, STAGE_TOP, paper, *top, used - *top < room ? used - *top : room);
    stage_more(stage, bottom - 1, *top, used - *top - room > 0 ? used - *top - room : 0);
    screen_clear(paper);
    return room;
}

/* Moves within a body that does not fit, by what is shown less a line. True when the press was used. */
static bool sheet_scroll(struct stage *stage, struct press press, int shown, int *top)
{
    int by = shown > 2 * stage->spacing ? (shown / stage->spacing - 1) * stage->spacing : 1;

    if (press.kind == PRESS_DOWN || press.kind == PRESS_PAGE_DOWN)
        *top += by;
    else if (press.kind == PRESS_UP || press.kind == PRESS_PAGE_UP)
        *top -= by;
    else
        return false;
    stage->news = true;
    return true;
}

int stage_choose(struct stage *stage, const struct stage_sheet *sheet)
{
    int top = 0;
    int meaning = STAGE_IGNORED;

    stage->news = true;
    while (meaning == STAGE_IGNORED) {
        int shown = sheet_draw(stage, sheet, &top);
        struct press press = stage_ask(stage);

        if (stage->over || !sheet_scroll(stage, press, shown, &top))
            meaning = stage_meaning(stage, sheet, press);
    }
    return meaning;
}

/* --- a text to read --- */

int stage_read_once(struct stage *stage, const struct stage_sheet *sheet, struct page *page)
{
    int choices = (int)sheet->count + (sheet->zero != NULL ? 1 : 0);
    int row = stage_question(stage, sheet);
    int last = stage->bottom - 1 - choices; /* the row that says where the text goes on */
    int height = 0;
    int above = 0;
    int below = 0;
    struct press press;

    stage->secret = sheet->secret;
    page->spacing = stage->spacing;
    if (choices > 0)
        stage_rule(stage, row++);
    height = last - row - (choices > 0 ? 1 : 0);
    page_draw(page, stage->screen, row, stage->left, stage->width, height, &above, &below);
    if (choices > 0)
        stage_rule(stage, last - 1);
    stage_more(stage, last, above, below);
    stage_choices(stage, last + 1, sheet);
    press = stage_ask(stage);
    if (stage->over || !page_press(page, press, height))
        return stage_meaning(stage, sheet, press);
    stage->news = true;
    return STAGE_IGNORED;
}

int stage_read(struct stage *stage, const struct stage_sheet *sheet, struct page *page)
{
    int meaning = STAGE_IGNORED;

    stage->news = true;
    while (meaning == STAGE_IGNORED)
        meaning = stage_read_once(stage, sheet, page);
    return meaning;
}

/* --- a field for digits --- */

int stage_type(struct stage *stage, const struct stage_sheet *sheet, struct digits *digits,
               int group, const char *note, const char *(*check)(const struct digits *))
{
    int meaning = STAGE_IGNORED;
    bool secret = digits->hidden;

    stage->news = true;
    if (digits->len == 0)
        stage->open = false;
    while (meaning == STAGE_IGNORED) {
        int row = stage_question(stage, sheet);
        struct press press;

        digits->hidden = secret && !stage->open;
        if (note != NULL)
            stage_say(stage, row + 2, SCREEN_BOLD, note);
        digits_draw(digits, stage->screen, row, stage->left + SHEET_INDENT, group);
        stage->secret = digits->len > 0;
        press = stage_ask(stage);
        if (!stage->over && digits_press(digits, press)) {
            note = check != NULL && digits->len == digits->capacity ? check(digits) : NULL;
            stage->news = note != NULL;
        } else {
            meaning = stage_meaning(stage, sheet, press);
        }
    }
    digits->hidden = secret;
    return meaning;
}

/* --- a word without an answer --- */

void stage_wait(struct stage *stage)
{
    static const struct stage_sheet sheet = {
        .title = N_("Please wait"),
        .text = N_("This takes a few seconds."),
        .keys = N_("Please do not press anything."),
    };

    stage->steps = 0; /* whatever it waits for looks the same */
    stage_question(stage, &sheet);
    stage->news = true;
    stage_show(stage);
}

/* A quarter of the width, full when the work is done. */
static void sheet_step(void *context, int done, int steps)
{
    struct stage *stage = context;
    int full = SHEET_BAR * done / steps;

    for (int i = 0; i < SHEET_BAR; i++)
        screen_say(stage->screen, STAGE_TOP + 3, stage->left + i, SCREEN_PLAIN,
                   i < full ? "█" : "░");
    stage_show(stage);
}

int stage_derive(struct stage *stage, const char *code, const char *pin, struct code_keys *keys)
{
    const struct argon_watch watch = {.step = sheet_step, .context = stage};

    sheet_step(stage, 0, 1);
    return stage->io->derive(stage->io->context, code, pin, &watch, keys);
}

void stage_waited(struct stage *stage)
{
    stage->io->drop(stage->io->context);
}

void stage_sorry(struct stage *stage)
{
    static const struct stage_sheet sheet = {
        .title = N_("Not now"),
        .text = N_("The terminal has too little memory for this. Nothing was sent.\n\n"
                   "Try again, or come back later."),
        .keys = N_("Enter or Esc: back"),
        .enter = true,
    };

    (void)stage_choose(stage, &sheet);
}

void stage_pause(struct stage *stage, const struct stage_sheet *sheet, int seconds)
{
    struct press press = {.kind = PRESS_RESIZE};

    stage->news = true;
    while (press.kind == PRESS_RESIZE) {
        stage_question(stage, sheet);
        stage_show(stage);
        press = stage->io->press(stage->io->context, seconds);
    }
}
