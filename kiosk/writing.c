/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The editor's screen: question, what one could say, the text, room left, the keys of the layout. */
#include "kiosk/writing.h"

#include <stdio.h>
#include <string.h>
#include <unicase.h>

#include "base/lang.h"
#include "tui/edit.h"
#include "tui/wrap.h"

enum {
    WRITING_LETTERS_TOLD = 2000, /* room left is told below this many letters */
    WRITING_LETTER_BYTES = 2,    /* a Cyrillic letter */
    WRITING_LINE = 160,
    WRITING_NAME_ROWS = 4,
    WRITING_HINT_ROWS = 3,
};

/* What is written, and how it is asked for. */
struct writing {
    const struct stage_sheet *sheet;
    const char *hint;
    struct edit edit;
    bool one_line;
    int height; /* of the box, as last drawn */
};

static void writing_draw_legend(struct stage *stage, int row)
{
    char keys[LAYOUT_LEGEND_LEN];

    for (int i = 0; i < LAYOUT_ROWS; i++) {
        layout_legend(stage->layout, stage->layer, false, i, keys);
        /* Staggered as on a keyboard: Q lies between 1 and 2. */
        screen_say(stage->screen, row + i, stage->left + 4 + (i > 0 ? i + 2 : 0), SCREEN_PLAIN,
                   keys);
    }
}

/* One row below the box: where the text goes on or how much room is left, and the layout. */
static void writing_draw_status(struct stage *stage, const struct writing *writing, int row,
                                int above, int below)
{
    static const char *const names[] = {N_("Kazakh letters"), N_("Russian letters"),
                                        N_("English letters")};
    size_t letters = edit_room(&writing->edit) / WRITING_LETTER_BYTES;
    const char *name = stage->layer ? _("123") : _(names[stage->layout]);
    char line[WRITING_LINE];

    if (letters < WRITING_LETTERS_TOLD && !writing->one_line) {
        snprintf(line, sizeof line, _("Letters left: %zu"), letters);
        screen_say(stage->screen, row, stage->left, SCREEN_BOLD, line);
    } else {
        stage_more(stage, row, above, below);
    }
    /* Right-aligned; a letter is a column in all of these. */
    screen_say(stage->screen, row, stage->left + STAGE_WIDTH - wrap_columns(name, strlen(name)),
               SCREEN_PLAIN, name);
}

static void writing_draw(struct stage *stage, struct writing *writing)
{
    /* Nobody wants to hear the alphabet at every screen. */
    const char *hint = _(writing->hint);
    int legend = stage->large || stage->speaking ? 0 : LAYOUT_ROWS;
    int row = stage_question(stage, writing->sheet) - (stage->large ? 0 : 1);
    int last = stage->bottom - 1 - legend;
    int above = 0;
    int below = 0;

    /* In large print the room is the text's: the hint stays small. */
    row += screen_wrap(stage->screen, row, stage->left, STAGE_WIDTH, WRITING_HINT_ROWS,
                       SCREEN_PLAIN, hint, strlen(hint));
    stage_rule(stage, row);
    writing->height = last - row - 2;
    if (writing->one_line && writing->height > WRITING_NAME_ROWS)
        writing->height = WRITING_NAME_ROWS;
    writing->edit.hidden = !stage->open;
    writing->edit.spacing = stage->spacing;
    edit_draw(&writing->edit, stage->screen, row + 1, stage->left, stage->width, writing->height,
              &above, &below);
    stage->secret = writing->edit.len > 0;
    stage_rule(stage, row + 1 + writing->height);
    writing_draw_status(stage, writing, row + 2 + writing->height, above, below);
    if (legend > 0)
        writing_draw_legend(stage, row + 3 + writing->height);
}

/* A letter as the person means it: from the layout, and a capital where a sentence begins. */
static struct press writing_letter(const struct stage *stage, const struct edit *edit,
                                   struct press press)
{
    bool begins = !press.pasted && !stage->layer && edit_at_sentence(edit);

    press.ch = layout_char(stage->layout, stage->layer, press);
    if (begins)
        press.ch = uc_toupper(press.ch);
    return press;
}

/* True when the press was used: by the layout or by the editor. */
static bool writing_press(struct stage *stage, struct writing *writing, struct press press)
{
    if (press.kind == PRESS_LAYOUT) {
        stage->layout = (enum layout)((stage->layout + 1) % LAYOUT_COUNT);
        stage->layer = false;
        return true;
    }
    if (press.kind == PRESS_LAYER) {
        stage->layer = !stage->layer;
        return true;
    }
    if (press.kind == PRESS_UNDO) {
        (void)edit_undo(&writing->edit);
        return true;
    }
    if (press.kind == PRESS_TAB && writing->one_line)
        press = (struct press){.kind = PRESS_CHAR, .ch = ' ', .pasted = true};
    if (press.kind == PRESS_CHAR)
        press = writing_letter(stage, &writing->edit, press);
    return edit_press(&writing->edit, press, stage->width, writing->height);
}

/* Who cannot see the text hears each word when it is finished. */
static void writing_echo(struct stage *stage, const struct edit *edit, struct press press)
{
    size_t end = edit->cursor;
    size_t start;

    if (!stage->speaking || end == 0 || (press.kind != PRESS_TAB && press.ch != ' '))
        return;
    end--; /* the blank itself */
    for (start = end; start > 0 && edit->text[start - 1] != ' ' && edit->text[start - 1] != '\n';)
        start--;
    stage->io->say(stage->io->context, stage->language, stage->pace, edit->text + start,
                   end - start);
}

static int writing_run(struct stage *stage, struct writing *writing, size_t *len)
{
    int key = STAGE_IGNORED;

    stage->news = stage->writing = true;
    stage->open = false;
    while (key == STAGE_IGNORED) {
        struct press press;

        writing_draw(stage, writing);
        press = stage_ask(stage);
        if (stage->over || !writing_press(stage, writing, press))
            key = stage_meaning(stage, writing->sheet, press);
        else
            writing_echo(stage, &writing->edit, press);
        *len = writing->edit.len;
    }
    stage->writing = false;
    return key;
}

#define WRITING_KEYS                                                                               \
    N_("Enter: done  Tab: new line  Esc: back  F1: help\n"                                         \
       "F3: show or hide  F4: letters  F5: 123  F6: undo")

int writing_text(struct stage *stage, struct draft *draft)
{
    static const struct stage_sheet sheet = {
        .title = N_("Write to the Commissioner: your own words"),
        .text = N_("What happened? Spelling does not matter."),
        .keys = WRITING_KEYS,
        .enter = true,
        .guide = GUIDE_TEXT,
    };
    struct writing writing = {
        .sheet = &sheet,
        .hint = N_("You could say: when? where? who did it? who saw it?\n"
                   "A camera can see the keys: cover them with your body."),
    };

    edit_start(&writing.edit, draft->text, draft->text_len, sizeof draft->text);
    edit_lend_undo(&writing.edit, draft->undo, sizeof draft->undo);
    return writing_run(stage, &writing, &draft->text_len);
}

int writing_name(struct stage *stage, struct draft *draft)
{
    static const struct stage_sheet sheet = {
        .title = N_("Write to the Commissioner: your name"),
        .text = N_("You need not give it."),
        .keys = WRITING_KEYS,
        .enter = true,
        .guide = GUIDE_NAME,
    };
    struct writing writing = {
        .sheet = &sheet,
        .hint = N_("With a name the office can ask for you by name. "
                   "Without it the letter does not say who wrote."),
        .one_line = true,
    };

    edit_start(&writing.edit, draft->name, draft->name_len, sizeof draft->name);
    edit_lend_undo(&writing.edit, draft->undo, sizeof draft->undo);
    return writing_run(stage, &writing, &draft->name_len);
}
