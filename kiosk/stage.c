/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame that all screens share, and what happens on every one of them while it waits. */
#include "kiosk/stage.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "crypto/secret.h"
#include "kiosk/shelf.h"
#include "kiosk/speaker.h"
#include "tui/linear.h"
#include "tui/list.h"
#include "tui/wrap.h"

enum {
    STAGE_FOOTER = 2,    /* rows kept for the keys */
    STAGE_ROWS_MAX = 32, /* a footer further down is not seen together with the question */
    STAGE_WIDTH_LARGE = 44,
    STAGE_LINE = 160,
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

    *stage = (struct stage){.io = io,
                            .place = place,
                            .language = "en",
                            .large = place->large,
                            .contrast = place->contrast,
                            .reader = taxonomy_reader(place->card.type)};
    io->size(io->context, &rows, &cols);
    stage->screen = screen_new(rows, cols);
    stage->paper = screen_new(SCREEN_ROWS_MAX, cols);
    if (io->say != NULL)
        stage->voice = secret_new(SPEAKER_TEXT_MAX);
    if (stage->screen != NULL && stage->paper != NULL && (io->say == NULL || stage->voice != NULL))
        return 0;
    screen_free(&stage->screen);
    screen_free(&stage->paper);
    secret_free(stage->voice);
    return -1;
}

void stage_close(struct stage *stage)
{
    if (stage->voice != NULL)
        stage->io->say(stage->io->context, stage->language, stage->pace, "", 0);
    secret_free(stage->voice);
    stage->voice = NULL;
    screen_clear(stage->screen);
    screen_forget(stage->screen, stage->told);
    stage->io->show(stage->io->context, stage->screen);
    screen_free(&stage->screen);
    screen_free(&stage->paper);
}

/* --- drawing --- */

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
    if (screen_cols(stage->paper) != screen_cols(stage->screen))
        (void)screen_resize(stage->paper, SCREEN_ROWS_MAX, screen_cols(stage->screen));
    screen_clear(stage->screen);
    screen_contrast(stage->screen, stage->contrast);
    stage->secret = false;
    rows = screen_rows(stage->screen);
    if (rows > STAGE_ROWS_MAX)
        rows = STAGE_ROWS_MAX;
    stage->left = (screen_cols(stage->screen) - STAGE_WIDTH) / 2;
    stage->width = stage->large ? STAGE_WIDTH_LARGE : STAGE_WIDTH;
    stage->spacing = stage->large ? 2 : 1;
    stage->bottom = rows - STAGE_FOOTER - 1;
}

int stage_say(struct stage *stage, int row, enum screen_style style, const char *text)
{
    const char *said = stage_words(text);
    struct wrap_line lines[SCREEN_ROWS_MAX];
    int n = wrap_lines(said, strlen(said), stage->width, lines, SCREEN_ROWS_MAX);

    if (stage->large && style == SCREEN_PLAIN)
        style = SCREEN_BOLD;
    for (int i = 0; i < n && i < SCREEN_ROWS_MAX; i++, row += stage->spacing)
        /* A row out of the grid draws nothing, but the screen remembers that text was lost. */
        screen_put(stage->screen, row < stage->bottom ? row : -1, stage->left, style,
                   said + lines[i].start, lines[i].end - lines[i].start);
    return row;
}

void stage_rule(struct stage *stage, int row)
{
    for (int i = 0; i < STAGE_WIDTH; i++)
        screen_say(stage->screen, row, stage->left + i, SCREEN_PLAIN, "─");
}

void stage_more(struct stage *stage, int row, int above, int below)
{
    const char *text = NULL;

    if (!stage->begun)
        text = below > 0 ? "↓" : above > 0 ? "↑" : NULL;
    else if (above > 0 && below > 0)
        text = _("There is more: press Up or Down.");
    else if (above > 0)
        text = _("There is more above: press Up.");
    else if (below > 0)
        text = _("There is more below: press Down.");
    if (text != NULL)
        screen_say(stage->screen, row, stage->left, SCREEN_BOLD, text);
}

/* How far the person is, right on the title's line; and that nothing counts, below it. */
static void stage_draw_marks(struct stage *stage)
{
    char mark[STAGE_LINE];

    if (stage->steps > 0) {
        int n = snprintf(mark, sizeof mark, "%d/%d", stage->step, stage->steps);

        screen_say(stage->screen, 0, stage->left + STAGE_WIDTH - n, SCREEN_PLAIN, mark);
    }
    if (stage->practice)
        screen_say(stage->screen, 1, stage->left, SCREEN_REVERSE,
                   _(" This is practice. Nothing is sent. "));
}

/* Nobody is to be read aloud without knowing it. */
static void stage_draw_voice(struct stage *stage)
{
    const char *mark = stage->begun ? _(" Voice: on ") : " Дауыс · Голос · Voice ";

    screen_say(stage->screen, 1, stage->left + STAGE_WIDTH - wrap_columns(mark, strlen(mark)),
               SCREEN_REVERSE, mark);
}

int stage_frame(struct stage *stage, const struct stage_sheet *sheet)
{
    const char *keys = stage_words(sheet->keys);

    stage_measure(stage);
    stage->guide = sheet->guide;
    screen_say(stage->screen, 0, stage->left, SCREEN_BOLD, stage_words(sheet->title));
    if (!stage->covered)
        stage_draw_marks(stage);
    screen_wrap(stage->screen, stage->bottom + 1, stage->left, STAGE_WIDTH, STAGE_FOOTER,
                SCREEN_PLAIN, keys, strlen(keys));
    return STAGE_TOP;
}

int stage_question(struct stage *stage, const struct stage_sheet *sheet)
{
    int row = stage_frame(stage, sheet);

    if (sheet->text == NULL)
        return row;
    return stage_say(stage, row, SCREEN_PLAIN, sheet->text) + (stage->large ? 0 : 1);
}

void stage_choices(struct stage *stage, int row, const struct stage_sheet *sheet)
{
    for (size_t i = 0; i <= sheet->count; i++) {
        const char digit[] = {(char)('0' + (i + 1) % (sheet->count + 1)), '\0'};
        const char *text = i < sheet->count ? sheet->choices[i] : sheet->zero;

        if (text == NULL)
            continue;
        screen_say(stage->screen, row, stage->left, SCREEN_BOLD, digit);
        screen_say(stage->screen, row++, stage->left + 3, SCREEN_PLAIN, stage_words(text));
    }
}

/* --- waiting --- */

static void stage_help(struct stage *stage)
{
    const struct stage_sheet sheet = {
        .title = N_("Help"),
        .text = guide_text(stage->guide),
        .tail = stage->covered ? guide_keys() : guide_keys_cover(),
        .keys = N_("Enter or Esc: back to where you were"),
        .enter = true,
    };

    stage->helping = true;
    (void)stage_choose(stage, &sheet);
    stage->helping = false;
}

/* The library, at once, on top of everything; the same key takes it away. */
static void stage_cover(struct stage *stage)
{
    bool helping = stage->helping;

    stage->helping = false;
    stage->covered = true;
    stage->open = false;
    shelf_browse(stage);
    stage->helping = helping;
}

/* Words for the voice when there is something new to say. */
static void stage_speak(struct stage *stage)
{
    size_t len;

    if (stage->voice == NULL || !stage->speaking || !stage->news)
        return;
    stage->news = false;
    len = linear_text(stage->screen, stage->voice, SPEAKER_TEXT_MAX);
    if (len >= SPEAKER_TEXT_MAX)
        len = strlen(stage->voice);
    stage->io->say(stage->io->context, stage->language, stage->pace, stage->voice, len);
}

void stage_show(struct stage *stage)
{
    int rows = 0;
    int cols = 0;

    if (stage->small) {
        stage->io->size(stage->io->context, &rows, &cols);
        screen_clear(stage->screen);
        stage_draw_small(stage, rows, cols);
        stage->secret = false;
    }
    stage_speak(stage);
    if (stage->speaking && !stage->small)
        stage_draw_voice(stage); /* seen, not said again on every screen */
    if (stage->dark && stage->speaking) {
        screen_clear(stage->screen);
        stage->secret = false;
    }
    screen_forget(stage->screen, stage->told && !stage->secret);
    stage->told = stage->secret;
    stage->io->show(stage->io->context, stage->screen);
    screen_forget(stage->screen, false); /* once is enough */
}

/* A short limit leaves time for a key before the countdown. */
static int stage_countdown(const struct stage *stage)
{
    int third = stage->idle / 3;

    return third < STAGE_COUNTDOWN ? third : STAGE_COUNTDOWN;
}

static void stage_draw_countdown(struct stage *stage, int left)
{
    char line[STAGE_LINE];

    for (int i = 0; i < STAGE_WIDTH; i++)
        screen_say(stage->screen, stage->bottom, stage->left + i, SCREEN_PLAIN, " ");
    /* Before a language was chosen there are no words that everyone can read. */
    snprintf(line, sizeof line, stage->begun ? _("Closing in %d s. Press any key to stay.") : "%d",
             left);
    screen_say(stage->screen, stage->bottom, stage->left, SCREEN_PLAIN, line);
    if (stage->speaking && stage->voice != NULL && left == stage_countdown(stage))
        stage->io->say(stage->io->context, stage->language, stage->pace, line, strlen(line));
}

/* Waits; in the last seconds it counts down, and then a key only says that the person is still here. */
static struct press stage_press(struct stage *stage)
{
    const struct session_io *io = stage->io;
    int left = stage_countdown(stage);
    struct press press = {.kind = PRESS_IDLE};

    secret_wipe_stack(); /* it may be a long wait */
    if (stage->idle == 0 || stage->idle > left)
        press = io->press(io->context, stage->idle - left);
    if (press.kind != PRESS_IDLE || stage->idle == 0)
        return press;
    for (; left > 0 && press.kind == PRESS_IDLE; left--) {
        stage_draw_countdown(stage, left);
        if (!stage->small)
            io->show(io->context, stage->screen);
        press = io->press(io->context, 1);
    }
    if (press.kind != PRESS_IDLE && press.kind != PRESS_GONE &&
        (press.kind != PRESS_COVER || stage->covered))
        press.kind = PRESS_RESIZE;
    return press;
}

/* True for a press that means the same on every screen, and has been obeyed. */
static bool stage_obey(struct stage *stage, enum press_kind kind)
{
    if (kind == PRESS_HELP && stage->begun && !stage->helping) {
        stage_help(stage);
        stage->news = true;
    } else if (kind == PRESS_COVER) {
        if (stage->begun && !stage->browsing)
            stage_cover(stage);
        stage->news = true;
    } else if (kind == PRESS_SHOW) {
        stage->open = !stage->open && !stage->browsing;
        stage->dark = false;
        stage->news = true;
    } else if (kind == PRESS_SAY) {
        stage->news = true;
    } else if (kind == PRESS_SLOWER) {
        stage->pace = (stage->pace + 1) % SPEAKER_PACES;
        stage->news = true;
    } else {
        return false;
    }
    if (stage->hushed && kind != PRESS_SAY)
        stage->news = false;
    return true;
}

/* Lifts the cover; but not for a key that bounced or is held down, which means to hide. */
static struct press stage_uncover(struct stage *stage, struct press press)
{
    if (press.rushed)
        press.kind = PRESS_RESIZE;
    else
        stage->covered = false;
    return press;
}

struct press stage_ask(struct stage *stage)
{
    struct press press = {.kind = PRESS_GONE};
    bool covered = stage->covered;

    if (stage->over)
        return press;
    stage_show(stage);
    press = stage_press(stage);
    stage->rushed = press.rushed;
    if (press.kind == PRESS_SHOW && press.keypad && stage->writing && !stage->small)
        return (struct press){.kind = PRESS_CHAR, .ch = '.', .keypad = true};
    if (press.kind == PRESS_IDLE || press.kind == PRESS_GONE)
        stage->over = true;
    else if (press.kind == PRESS_COVER && stage->covered)
        press = stage_uncover(stage, press);
    else if (stage->small || stage_obey(stage, press.kind))
        press = (struct press){.kind = stage->over ? PRESS_GONE
                                       : covered && !stage->covered
                                           ? PRESS_COVER /* lifted in its help */
                                           : PRESS_RESIZE};
    return press;
}

int stage_meaning(const struct stage *stage, const struct stage_sheet *sheet, struct press press)
{
    int chosen = list_chosen(press, sheet->count);

    if (stage->over)
        return STAGE_OVER;
    if (press.kind == PRESS_BACK || press.kind == PRESS_COVER)
        return STAGE_BACK; /* the cover key comes this far only to lift the cover */
    if (press.kind == PRESS_ENTER && sheet->skip)
        return sheet->kept != NULL ? STAGE_NEXT : STAGE_ZERO;
    if (press.kind == PRESS_ENTER && sheet->enter && !(sheet->sends && press.rushed))
        return STAGE_NEXT;
    if (press.kind == PRESS_CHAR && press.ch == '0' && sheet->zero != NULL)
        return STAGE_ZERO;
    return chosen >= 0 ? chosen + 1 : STAGE_IGNORED;
}
