/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The editor's screen: question, what one could say, the text, room left, the keys of the layout. */
#include "session/compose.h"

#include <stdio.h>
#include <string.h>
#include <unicase.h>

#include "base/lang.h"
#include "session/dialog.h"
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
    const struct dialog *dialog;
    const char *hint;
    struct edit edit;
    bool one_line;
    int height; /* of the box, as last drawn */
};

static void draw_legend(struct ui *ui, int row)
{
    char keys[LAYOUT_LEGEND_LEN];
    for (int i = 0; i < LAYOUT_ROWS; i++) {
        layout_legend(ui->settings.layout, ui->settings.layer, false, i, keys);
        /* Staggered as on a keyboard: Q lies between 1 and 2. */
        screen_say(ui->screen, row + i, ui->box.left + 4 + (i > 0 ? i + 2 : 0), SCREEN_PLAIN, keys);
    }
}

/* One row below the box: where the text goes on or how much room is left, and the layout. */
static void draw_status(struct ui *ui, const struct writing *writing, int row, int above, int below)
{
    static const char *const names[] = {N_("Kazakh letters"), N_("Russian letters"),
                                        N_("English letters")};
    size_t letters = edit_room(&writing->edit) / WRITING_LETTER_BYTES;
    const char *name = ui->settings.layer ? _("123") : _(names[ui->settings.layout]);
    char line[WRITING_LINE];
    if (letters < WRITING_LETTERS_TOLD && !writing->one_line) {
        snprintf(line, sizeof line, _("Letters left: %zu"), letters);
        screen_say(ui->screen, row, ui->box.left, SCREEN_BOLD, line);
    } else {
        ui_more(ui, row, above, below);
    }
    /* Right-aligned; a letter is a column in all of these. */
    screen_say(ui->screen, row, ui->box.left + UI_WIDTH - wrap_columns(name, strlen(name)),
               SCREEN_PLAIN, name);
}

static void draw(struct ui *ui, struct writing *writing)
{
    /* Nobody wants to hear the alphabet at every screen. */
    const char *hint = _(writing->hint);
    int legend = ui->settings.large || ui->settings.speaking ? 0 : LAYOUT_ROWS;
    int row = dialog_question(ui, writing->dialog) - (ui->settings.large ? 0 : 1);
    int last = ui->box.bottom - 1 - legend;
    int above = 0;
    int below = 0;
    /* In large print the room is the text's: the hint stays small. */
    row += screen_wrap(ui->screen, row, ui->box.left, UI_WIDTH, WRITING_HINT_ROWS, SCREEN_PLAIN,
                       hint, strlen(hint));
    ui_rule(ui, row);
    writing->height = last - row - 2;
    if (writing->one_line && writing->height > WRITING_NAME_ROWS)
        writing->height = WRITING_NAME_ROWS;
    writing->edit.hidden = !ui->secrecy.open;
    writing->edit.spacing = ui->box.spacing;
    edit_draw(&writing->edit, ui->screen, row + 1, ui->box.left, ui->box.width, writing->height,
              &above, &below);
    ui->secrecy.secret = writing->edit.len > 0;
    ui_rule(ui, row + 1 + writing->height);
    draw_status(ui, writing, row + 2 + writing->height, above, below);
    if (legend > 0)
        draw_legend(ui, row + 3 + writing->height);
}

/* A letter as the person means it: from the layout, and a capital where a sentence begins. */
static struct keypress letter(const struct ui *ui, const struct edit *edit, struct keypress key)
{
    bool begins = !key.pasted && !ui->settings.layer && edit_at_sentence(edit);
    key.ch = layout_char(ui->settings.layout, ui->settings.layer, key);
    if (begins)
        key.ch = uc_toupper(key.ch);
    return key;
}

/* True when the press was used: by the layout or by the editor. */
static bool take_key(struct ui *ui, struct writing *writing, struct keypress key)
{
    if (key.kind == KEYPRESS_LAYOUT) {
        ui->settings.layout = (enum layout)((ui->settings.layout + 1) % LAYOUT_COUNT);
        ui->settings.layer = false;
        return true;
    }
    if (key.kind == KEYPRESS_LAYER) {
        ui->settings.layer = !ui->settings.layer;
        return true;
    }
    if (key.kind == KEYPRESS_UNDO) {
        (void)edit_undo(&writing->edit);
        return true;
    }
    if (key.kind == KEYPRESS_TAB && writing->one_line)
        key = (struct keypress){.kind = KEYPRESS_CHAR, .ch = ' ', .pasted = true};
    if (key.kind == KEYPRESS_CHAR)
        key = letter(ui, &writing->edit, key);
    return edit_key(&writing->edit, key, ui->box.width, writing->height);
}

/* Who cannot see the text hears each word when it is finished. */
static void echo(struct ui *ui, const struct edit *edit, struct keypress key)
{
    size_t end = edit->cursor;
    size_t start;
    if (!ui->settings.speaking || end == 0 || (key.kind != KEYPRESS_TAB && key.ch != ' '))
        return;
    end--; /* the blank itself */
    for (start = end; start > 0 && edit->text[start - 1] != ' ' && edit->text[start - 1] != '\n';)
        start--;
    ui_speak(ui, edit->text + start, end - start);
}

static int run(struct ui *ui, struct writing *writing, size_t *len)
{
    int choice = UI_IGNORED;
    ui->needs_speech = ui->typing = true;
    ui->secrecy.open = false;
    while (choice == UI_IGNORED) {
        draw(ui, writing);
        struct keypress key = ui_ask(ui);
        if (ui->over || !take_key(ui, writing, key))
            choice = dialog_meaning(ui, writing->dialog, key);
        else
            echo(ui, &writing->edit, key);
        *len = writing->edit.len;
    }
    ui->typing = false;
    return choice;
}

#define WRITING_KEYS                                                                               \
    N_("Enter: done  Tab: new line  Esc: back  F1: help\n"                                         \
       "F3: show or hide  F4: letters  F5: 123  F6: undo")

int compose_text(struct ui *ui, struct draft *draft)
{
    static const struct dialog dialog = {
        .title = N_("Write to the Commissioner: your own words"),
        .text = N_("What happened? Spelling does not matter."),
        .keys = WRITING_KEYS,
        .enter = true,
        .help = HELP_TEXT,
    };
    struct writing writing = {
        .dialog = &dialog,
        .hint = N_("You could say: when? where? who did it? who saw it?\n"
                   "A camera can see the keys: cover them with your body."),
    };
    edit_start(&writing.edit, draft->text, draft->text_len, sizeof draft->text);
    edit_lend_undo(&writing.edit, draft->undo, sizeof draft->undo);
    return run(ui, &writing, &draft->text_len);
}

int compose_name(struct ui *ui, struct draft *draft)
{
    static const struct dialog dialog = {
        .title = N_("Write to the Commissioner: your name"),
        .text = N_("You need not give it."),
        .keys = WRITING_KEYS,
        .enter = true,
        .help = HELP_NAME,
    };
    struct writing writing = {
        .dialog = &dialog,
        .hint = N_("With a name the office can ask for you by name. "
                   "Without it the letter does not say who wrote."),
        .one_line = true,
    };
    edit_start(&writing.edit, draft->name, draft->name_len, sizeof draft->name);
    edit_lend_undo(&writing.edit, draft->undo, sizeof draft->undo);
    return run(ui, &writing, &draft->name_len);
}
