/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting for a key, and the keys that mean the same on every screen. */
#include "session/ui.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "crypto/secret.h"

enum { COUNTDOWN_LEN = 160 };

/* --- idleness --- */

/* Seconds of countdown: a short limit leaves time for a key before it begins. */
static int countdown(const struct ui *ui)
{
    int third = ui->idle_seconds / 3;
    return third < UI_COUNTDOWN ? third : UI_COUNTDOWN;
}

static void draw_countdown(struct ui *ui, int left)
{
    const struct box *box = &ui->box;
    for (int i = 0; i < UI_WIDTH; i++)
        screen_say(box->screen, box->bottom, box->left + i, SCREEN_PLAIN, " ");
    /* Before a language was chosen no words would reach everyone. */
    char line[COUNTDOWN_LEN];
    snprintf(line, sizeof line, ui->begun ? _("Closing in %d s. Press any key to stay.") : "%d",
             left);
    screen_say(box->screen, box->bottom, box->left, SCREEN_PLAIN, line);
    if (ui->settings.speaking && ui->voice != NULL && left == countdown(ui))
        ui_speak(ui, line, strlen(line));
}

/* Waits for a key. During the countdown any key but the hide key only says that somebody is still
   there, and comes back as KEYPRESS_RESIZE. */
static struct keypress take_key(struct ui *ui)
{
    const struct session_io *io = ui->io;
    int left = countdown(ui);
    struct keypress key = {.kind = KEYPRESS_IDLE};

    secret_wipe_stack(); /* it may be a long wait */
    if (ui->idle_seconds == 0 || ui->idle_seconds > left)
        key = io->key(io->context, ui->idle_seconds - left);
    if (key.kind != KEYPRESS_IDLE || ui->idle_seconds == 0)
        return key;
    for (; left > 0 && key.kind == KEYPRESS_IDLE; left--) {
        draw_countdown(ui, left);
        if (!ui->small)
            io->show(io->context, ui->screen);
        key = io->key(io->context, 1);
    }
    if (key.kind != KEYPRESS_IDLE && key.kind != KEYPRESS_GONE &&
        (key.kind != KEYPRESS_HIDE || ui->secrecy.hidden))
        key.kind = KEYPRESS_RESIZE;
    return key;
}

/* --- the same on every screen --- */

static bool help(struct ui *ui)
{
    if (!ui->begun || ui->helping)
        return false;
    ui->helping = true;
    ui->overlays->help(ui);
    ui->helping = false;
    return true;
}

/* Lays the library over everything at once; the same key takes it away. */
static bool hide(struct ui *ui)
{
    if (!ui->begun || ui->browsing)
        return true;
    bool helping = ui->helping;
    ui->helping = false;
    ui->secrecy.hidden = true;
    ui->secrecy.open = false;
    ui->overlays->library(ui);
    ui->helping = helping;
    return true;
}

static bool show_typed(struct ui *ui)
{
    ui->secrecy.open = !ui->secrecy.open && !ui->browsing;
    ui->settings.dark = false;
    return true;
}

static bool say_again(struct ui *ui)
{
    (void)ui;
    return true;
}

static bool speak_slower(struct ui *ui)
{
    ui->settings.pace = (ui->settings.pace + 1) % SESSION_PACES;
    return true;
}

/* What each of these keys does; false when it means nothing now. */
static const struct {
    enum keypress_kind kind;
    bool (*obey)(struct ui *ui);
} common_keys[] = {
    {KEYPRESS_HELP, help},     {KEYPRESS_HIDE, hide},           {KEYPRESS_SHOW, show_typed},
    {KEYPRESS_SAY, say_again}, {KEYPRESS_SLOWER, speak_slower},
};

/* Returns true when the key was one of them and has been obeyed. The screen is then said anew. */
static bool obey(struct ui *ui, enum keypress_kind kind)
{
    for (size_t i = 0; i < sizeof common_keys / sizeof *common_keys; i++) {
        if (common_keys[i].kind != kind)
            continue;
        if (!common_keys[i].obey(ui))
            return false;
        ui->needs_speech = kind == KEYPRESS_SAY || !ui->secrecy.silent;
        return true;
    }
    return false;
}

/* Ends hiding; but not by a key that bounced or is held down: that one means to hide. */
static struct keypress unhide(struct ui *ui, struct keypress key)
{
    if (key.too_fast)
        key.kind = KEYPRESS_RESIZE;
    else
        ui->secrecy.hidden = false;
    return key;
}

struct keypress ui_ask(struct ui *ui)
{
    if (ui->over)
        return (struct keypress){.kind = KEYPRESS_GONE};
    bool hidden = ui->secrecy.hidden;
    ui_show(ui);
    struct keypress key = take_key(ui);
    ui->too_fast = key.too_fast;
    if (key.kind == KEYPRESS_SHOW && key.keypad && ui->typing && !ui->small)
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = '.', .keypad = true};
    if (key.kind == KEYPRESS_IDLE || key.kind == KEYPRESS_GONE) {
        ui->over = true;
        return key;
    }
    if (key.kind == KEYPRESS_HIDE && hidden)
        return unhide(ui, key);
    if (!ui->small && !obey(ui, key.kind))
        return key;
    if (ui->over)
        return (struct keypress){.kind = KEYPRESS_GONE};
    /* Help over the hiding library may have ended with the hide key. */
    bool unhidden = hidden && !ui->secrecy.hidden;
    return (struct keypress){.kind = unhidden ? KEYPRESS_HIDE : KEYPRESS_RESIZE};
}
