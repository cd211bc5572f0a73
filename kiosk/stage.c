/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame that all screens share. */
#include "kiosk/stage.h"

#include <string.h>

#include "tui/lang.h"
#include "tui/list.h"

enum {
    STAGE_TOP = 2,
    STAGE_FOOTER = 2,    /* rows kept for the keys */
    STAGE_ROWS_MAX = 32, /* a footer further down is not seen together with the question */
};

/* gettext answers an empty text with the translation's header. */
static const char *stage_words(const char *text)
{
    return text[0] == '\0' ? text : _(text);
}

int stage_open(struct stage *stage, const struct session_io *io, const struct session_place *place)
{
    int rows = 0;
    int cols = 0;

    *stage = (struct stage){.io = io, .place = place};
    io->size(io->context, &rows, &cols);
    stage->screen = screen_new(rows, cols);
    return stage->screen == NULL ? -1 : 0;
}

void stage_close(struct stage *stage)
{
    screen_clear(stage->screen);
    stage->io->show(stage->io->context, stage->screen);
    screen_free(&stage->screen);
}

/* Said in all languages at once: it may be needed before one was chosen. */
static void stage_draw_small(struct stage *stage, int rows, int cols)
{
    static const char text[] = "Экран тым кішкентай.\n"
                               "Экран слишком мал.\n"
                               "The screen is too small.\n"
                               "64x24";
    int width = cols < SCREEN_COLS_MIN ? cols : SCREEN_COLS_MIN;

    if (width > 0 && rows > 0)
        screen_wrap(stage->screen, 0, 0, width, rows, SCREEN_BOLD, text, sizeof text - 1);
}

/* Takes the terminal's size for what is drawn next. */
static void stage_measure(struct stage *stage)
{
    int rows = 0;
    int cols = 0;

    stage->io->size(stage->io->context, &rows, &cols);
    stage->small = rows < SCREEN_ROWS_MIN || cols < SCREEN_COLS_MIN;
    if (rows != screen_rows(stage->screen) || cols != screen_cols(stage->screen))
        (void)screen_resize(stage->screen, rows, cols); /* out of memory: the old size serves */
    screen_clear(stage->screen);
    rows = screen_rows(stage->screen);
    if (rows > STAGE_ROWS_MAX)
        rows = STAGE_ROWS_MAX;
    stage->left = (screen_cols(stage->screen) - SCREEN_COLS_MIN) / 2 + 1;
    stage->width = SCREEN_COLS_MIN - 2;
    stage->bottom = rows - STAGE_FOOTER - 1;
}

int stage_say(struct stage *stage, int row, enum screen_style style, const char *text)
{
    const char *said = stage_words(text);

    return row + screen_wrap(stage->screen, row, stage->left, stage->width, stage->bottom - row,
                             style, said, strlen(said));
}

void stage_rule(struct stage *stage, int row)
{
    for (int i = 0; i < stage->width; i++)
        screen_say(stage->screen, row, stage->left + i, SCREEN_PLAIN, "─");
}

void stage_more(struct stage *stage, int row, int above, int below)
{
    const char *text = NULL;

    if (above > 0 && below > 0)
        text = _("There is more: press Up or Down.");
    else if (above > 0)
        text = _("There is more above: press Up.");
    else if (below > 0)
        text = _("There is more below: press Down.");
    if (text != NULL)
        screen_say(stage->screen, row, stage->left, SCREEN_BOLD, text);
}

int stage_frame(struct stage *stage, const struct stage_sheet *sheet)
{
    const char *keys = _(sheet->keys);

    stage_measure(stage);
    stage->guide = sheet->guide;
    screen_say(stage->screen, 0, stage->left, SCREEN_BOLD, _(sheet->title));
    screen_wrap(stage->screen, stage->bottom + 1, stage->left, stage->width, STAGE_FOOTER,
                SCREEN_PLAIN, keys, strlen(keys));
    if (sheet->text == NULL)
        return STAGE_TOP;
    return stage_say(stage, STAGE_TOP, SCREEN_PLAIN, sheet->text) + 1;
}

void stage_choices(struct stage *stage, int row, const struct stage_sheet *sheet)
{
    const char *texts[9] = {NULL};
    int spare = sheet->zero != NULL ? 2 : 0;

    for (size_t i = 0; i < sheet->count; i++)
        texts[i] = _(sheet->choices[i]);
    if (sheet->count > 0)
        row += list_choices(stage->screen, row, stage->left, stage->width,
                            stage->bottom - row - spare, texts, sheet->count);
    if (sheet->zero == NULL)
        return;
    screen_say(stage->screen, row + 1, stage->left, SCREEN_PLAIN, "0");
    screen_say(stage->screen, row + 1, stage->left + 3, SCREEN_PLAIN, _(sheet->zero));
}

static void stage_help(struct stage *stage)
{
    const struct stage_sheet sheet = {
        .title = N_("Help"),
        .text = guide_text(stage->guide),
        .keys = N_("Enter or Esc: back to where you were"),
        .enter = true,
    };
    int meaning = STAGE_IGNORED;

    while (meaning == STAGE_IGNORED) {
        int row = stage_frame(stage, &sheet);

        stage_say(stage, row, SCREEN_PLAIN, guide_keys());
        meaning = stage_meaning(stage, &sheet, stage_ask(stage));
    }
}

static void stage_show(struct stage *stage)
{
    int rows = 0;
    int cols = 0;

    if (stage->small) {
        stage->io->size(stage->io->context, &rows, &cols);
        screen_clear(stage->screen);
        stage_draw_small(stage, rows, cols);
    }
    stage->io->show(stage->io->context, stage->screen);
}

struct press stage_ask(struct stage *stage)
{
    struct press press = {.kind = PRESS_GONE};

    if (stage->over)
        return press;
    stage_show(stage);
    press = stage->io->press(stage->io->context, stage->idle);
    if (press.kind == PRESS_IDLE || press.kind == PRESS_GONE) {
        stage->over = true;
    } else if (stage->small) {
        press = (struct press){.kind = PRESS_RESIZE};
    } else if (press.kind == PRESS_HELP && stage->guide != GUIDE_NONE) {
        stage_help(stage);
        press = (struct press){.kind = stage->over ? PRESS_GONE : PRESS_RESIZE};
    }
    return press;
}

int stage_meaning(const struct stage *stage, const struct stage_sheet *sheet, struct press press)
{
    int chosen = list_chosen(press, sheet->count);

    if (stage->over)
        return STAGE_OVER;
    if (press.kind == PRESS_BACK)
        return STAGE_BACK;
    if (press.kind == PRESS_ENTER && sheet->enter)
        return STAGE_NEXT;
    if (press.kind == PRESS_CHAR && press.ch == '0' && sheet->zero != NULL)
        return STAGE_ZERO;
    return chosen >= 0 ? chosen + 1 : STAGE_IGNORED;
}

int stage_choose(struct stage *stage, const struct stage_sheet *sheet)
{
    int meaning = STAGE_IGNORED;

    while (meaning == STAGE_IGNORED) {
        stage_choices(stage, stage_frame(stage, sheet), sheet);
        meaning = stage_meaning(stage, sheet, stage_ask(stage));
    }
    return meaning;
}

int stage_type(struct stage *stage, const struct stage_sheet *sheet, struct digits *digits,
               int group, const char *note)
{
    int meaning = STAGE_IGNORED;

    while (meaning == STAGE_IGNORED) {
        int row = stage_frame(stage, sheet);
        struct press press;

        if (note != NULL)
            stage_say(stage, row + 3, SCREEN_BOLD, note);
        digits_draw(digits, stage->screen, row + 1, stage->left + 3, group);
        press = stage_ask(stage);
        if (!stage->over && digits_press(digits, press))
            note = NULL;
        else
            meaning = stage_meaning(stage, sheet, press);
    }
    return meaning;
}

void stage_wait(struct stage *stage)
{
    static const struct stage_sheet sheet = {
        .title = N_("Please wait"),
        .text = N_("This takes a few seconds."),
        .keys = N_("Please do not press anything."),
    };

    stage_frame(stage, &sheet);
    stage_show(stage);
}

void stage_pause(struct stage *stage, const struct stage_sheet *sheet, int seconds)
{
    stage_frame(stage, sheet);
    stage_show(stage);
    (void)stage->io->press(stage->io->context, seconds);
}
