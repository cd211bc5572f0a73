/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen of switches; each says what it is now. */
#include "session/accessibility.h"

#include "base/lang.h"

enum { COMFORT_LARGE = 1, COMFORT_CONTRAST, COMFORT_VOICE, COMFORT_DARK };

void accessibility_voice(struct ui *ui)
{
    ui->speaking = !ui->speaking;
    ui->dark = false; /* a dark screen that says nothing is a dead one */
    if (!ui->speaking)
        ui->io->say(ui->io->context, ui->language, ui->pace, "", 0);
}

static void toggle(struct ui *ui, int key)
{
    if (key == COMFORT_LARGE)
        ui->large = !ui->large;
    else if (key == COMFORT_CONTRAST)
        ui->contrast = !ui->contrast;
    else if (key == COMFORT_VOICE)
        accessibility_voice(ui);
    else if (key == COMFORT_DARK)
        ui->dark = !ui->dark;
}

void accessibility_choose(struct ui *ui)
{
    int key = UI_ZERO;
    while (key >= UI_ZERO) {
        const char *choices[] = {
            ui->large ? N_("Large letters: on") : N_("Large letters: off"),
            ui->contrast ? N_("Strong contrast: on") : N_("Strong contrast: off"),
            ui->speaking ? N_("Voice in the headphones: on") : N_("Voice in the headphones: off"),
            ui->dark ? N_("Dark screen, voice only: on") : N_("Dark screen, voice only: off"),
        };
        const struct dialog dialog = {
            .title = N_("Large letters and voice"),
            .choices = choices,
            .count = ui->io->say == NULL ? 2
                     : ui->speaking      ? 4
                                         : 3,
            .tail =
                ui->io->say == NULL ? NULL : N_("F7 or + says the screen again. F8 speaks slower."),
            .keys = N_("Press a digit   Enter or Esc: back"),
            .enter = true,
        };
        key = dialog_choose(ui, &dialog);
        toggle(ui, key);
    }
}
