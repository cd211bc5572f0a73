/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The editor's screen: question, hint, the text, the room left and the keys of the layout. */
#include "session/compose.h"

#include <stdio.h>
#include <string.h>
#include <unicase.h>

#include "base/lang.h"
#include "session/dialog.h"
#include "tui/edit.h"
#include "tui/wrap.h"

enum {
    ROOM_SHOWN = 2000, /* the room left is shown below this many characters */
    CYRILLIC_BYTES = 2,
    STATUS_LEN = 160,
    NAME_ROWS = 4,
    HINT_ROWS = 3,
};

struct compose {
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
        /* Staggered as on a keyboard, where Q is between 1 and 2. */
        screen_say(ui->screen, row + i, ui->box.left + 4 + (i > 0 ? i + 2 : 0), SCREEN_PLAIN, keys);
    }
}

/* The row below the text: where it goes on or how much room is left, and the layout's name. */
static void draw_status(struct ui *ui, const struct compose *compose, int row, int above, int below)
{
    static const char *const names[] = {N_("Kazakh letters"), N_("Russian letters"),
                                        N_("English letters")};
    size_t letters = edit_room(&compose->edit) / CYRILLIC_BYTES;
    const char *name = ui->settings.layer ? _("123") : _(names[ui->settings.layout]);
    char line[STATUS_LEN];
    if (letters < ROOM_SHOWN && !compose->one_line) {
        snprintf(line, sizeof line, _("Letters left: %zu"), letters);
        screen_say(ui->screen, row, ui->box.left, SCREEN_BOLD, line);
    } else {
        ui_more(ui, row, above, below);
    }
    screen_say(ui->screen, row, ui->box.left + UI_WIDTH - wrap_columns(name, strlen(name)),
               SCREEN_PLAIN, name);
}

static void draw(struct ui *ui, struct compose *compose)
{
    const char *hint = _(compose->hint);
    /* Large print has no room for it, and nobody wants to hear the alphabet on every screen. */
    int legend = ui->settings.large || ui->settings.speaking ? 0 : LAYOUT_ROWS;
    int row = dialog_question(ui, compose->dialog) - box_gap(&ui->box);
    int last = ui->box.bottom - 1 - legend;
    int above = 0;
    int below = 0;
    /* The hint stays small in large print, too: the room is for the text. */
    row += screen_wrap(ui->screen, row, ui->box.left, UI_WIDTH, HINT_ROWS, SCREEN_PLAIN, hint,
                       strlen(hint));
    ui_rule(ui, row);
    compose->height = last - row - 2;
    if (compose->one_line && compose->height > NAME_ROWS)
        compose->height = NAME_ROWS;
    compose->edit.hidden = !ui->secrecy.open;
    compose->edit.spacing = ui->box.spacing;
    edit_draw(&compose->edit, ui->screen, row + 1, ui->box.left, ui->box.width, compose->height,
              &above, &below);
    ui->secrecy.secret = compose->edit.len > 0;
    ui_rule(ui, row + 1 + compose->height);
    draw_status(ui, compose, row + 2 + compose->height, above, below);
    if (legend > 0)
        draw_legend(ui, row + 3 + compose->height);
}

/* Translates a character key by the layout, to a capital where a sentence begins. */
static struct keypress translate(const struct ui *ui, const struct edit *edit, struct keypress key)
{
    bool begins = !key.pasted && !ui->settings.layer && edit_at_sentence(edit);
    key.ch = layout_char(ui->settings.layout, ui->settings.layer, key);
    if (begins)
        key.ch = uc_toupper(key.ch);
    return key;
}

/* Returns true when the key was used, by the layout or by the editor. */
static bool take_key(struct ui *ui, struct compose *compose, struct keypress key)
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
        (void)edit_undo(&compose->edit);
        return true;
    }
    if (key.kind == KEYPRESS_TAB && compose->one_line)
        key = (struct keypress){.kind = KEYPRESS_CHAR, .ch = ' ', .pasted = true};
    if (key.kind == KEYPRESS_CHAR)
        key = translate(ui, &compose->edit, key);
    return edit_key(&compose->edit, key, ui->box.width, compose->height);
}

/* Says each word when a blank ends it, for people who cannot see the text. */
static void echo(struct ui *ui, const struct edit *edit, struct keypress key)
{
    if (!ui->settings.speaking || edit->cursor == 0 || (key.kind != KEYPRESS_TAB && key.ch != ' '))
        return;
    size_t end = edit->cursor - 1; /* at the blank */
    size_t start = end;
    while (start > 0 && edit->text[start - 1] != ' ' && edit->text[start - 1] != '\n')
        start--;
    ui_speak(ui, edit->text + start, end - start);
}

/* Runs the editor; *len follows the text. Returns UI_NEXT, UI_BACK or UI_OVER. */
static int run(struct ui *ui, struct compose *compose, size_t *len)
{
    int choice = UI_IGNORED;
    ui->needs_speech = ui->typing = true;
    ui->secrecy.open = false;
    while (choice == UI_IGNORED) {
        draw(ui, compose);
        struct keypress key = ui_ask(ui);
        if (ui->over || !take_key(ui, compose, key))
            choice = dialog_meaning(ui, compose->dialog, key);
        else
            echo(ui, &compose->edit, key);
        *len = compose->edit.len;
    }
    ui->typing = false;
    return choice;
}

#define EDITOR_KEYS                                                                                \
    N_("Enter: done  Tab: new line  Esc: back  F1: help\n"                                         \
       "F3: show or hide  F4: letters  F5: 123  F6: undo")

int compose_text(struct ui *ui, struct draft *draft)
{
    static const struct dialog dialog = {
        .title = N_("Write to the Commissioner: your own words"),
        .text = N_("What happened? Spelling does not matter."),
        .keys = EDITOR_KEYS,
        .enter = true,
        .help = HELP_TEXT,
    };
    struct compose compose = {
        .dialog = &dialog,
        .hint = N_("You could say: when? where? who did it? who saw it?\n"
                   "A camera can see the keys: cover them with your body."),
    };
    edit_start(&compose.edit, draft->text, draft->text_len, sizeof draft->text);
    edit_lend_undo(&compose.edit, draft->undo, sizeof draft->undo);
    return run(ui, &compose, &draft->text_len);
}

int compose_name(struct ui *ui, struct draft *draft)
{
    static const struct dialog dialog = {
        .title = N_("Write to the Commissioner: your name"),
        .text = N_("You need not give it."),
        .keys = EDITOR_KEYS,
        .enter = true,
        .help = HELP_NAME,
    };
    struct compose compose = {
        .dialog = &dialog,
        .hint = N_("With a name the office can ask for you by name. "
                   "Without it the letter does not say who wrote."),
        .one_line = true,
    };
    edit_start(&compose.edit, draft->name, draft->name_len, sizeof draft->name);
    edit_lend_undo(&compose.edit, draft->undo, sizeof draft->undo);
    return run(ui, &compose, &draft->name_len);
}
