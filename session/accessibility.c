/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen of switches; each choice says how it is set. */
#include "session/accessibility.h"

#include "base/lang.h"
#include "session/dialog.h"

enum { SETTING_LARGE = 1, SETTING_CONTRAST, SETTING_VOICE, SETTING_DARK };

static void toggle(struct ui *ui, int key)
{
    if (key == SETTING_LARGE)
        ui->settings.large = !ui->settings.large;
    else if (key == SETTING_CONTRAST)
        ui->settings.contrast = !ui->settings.contrast;
    else if (key == SETTING_VOICE)
        ui_toggle_voice(ui);
    else if (key == SETTING_DARK)
        ui->settings.dark = !ui->settings.dark;
}

void accessibility_choose(struct ui *ui)
{
    int key = UI_ZERO;
    while (key >= UI_ZERO) {
        const char *choices[] = {
            ui->settings.large ? N_("Large letters: on") : N_("Large letters: off"),
            ui->settings.contrast ? N_("Strong contrast: on") : N_("Strong contrast: off"),
            ui->settings.speaking ? N_("Voice in the headphones: on")
                                  : N_("Voice in the headphones: off"),
            ui->settings.dark ? N_("Dark screen, voice only: on")
                              : N_("Dark screen, voice only: off"),
        };
        const struct dialog dialog = {
            .title = N_("Large letters and voice"),
            .choices = choices,
            .count = ui->io->say == NULL     ? 2
                     : ui->settings.speaking ? 4
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
