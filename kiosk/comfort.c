/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen of switches; each says what it is now. */
#include "kiosk/comfort.h"

#include "base/lang.h"

enum { COMFORT_LARGE = 1, COMFORT_CONTRAST, COMFORT_VOICE, COMFORT_DARK };

void comfort_voice(struct stage *stage)
{
    stage->speaking = !stage->speaking;
    stage->dark = false; /* a dark screen that says nothing is a dead one */
    if (!stage->speaking)
        stage->io->say(stage->io->context, stage->language, stage->pace, "", 0);
}

static void comfort_switch(struct stage *stage, int key)
{
    if (key == COMFORT_LARGE)
        stage->large = !stage->large;
    else if (key == COMFORT_CONTRAST)
        stage->contrast = !stage->contrast;
    else if (key == COMFORT_VOICE)
        comfort_voice(stage);
    else if (key == COMFORT_DARK)
        stage->dark = !stage->dark;
}

void comfort_choose(struct stage *stage)
{
    int key = STAGE_ZERO;

    while (key >= STAGE_ZERO) {
        const char *choices[] = {
            stage->large ? N_("Large letters: on") : N_("Large letters: off"),
            stage->contrast ? N_("Strong contrast: on") : N_("Strong contrast: off"),
            stage->speaking ? N_("Voice in the headphones: on")
                            : N_("Voice in the headphones: off"),
            stage->dark ? N_("Dark screen, voice only: on") : N_("Dark screen, voice only: off"),
        };
        const struct stage_sheet sheet = {
            .title = N_("Large letters and voice"),
            .choices = choices,
            .count = stage->io->say == NULL ? 2
                     : stage->speaking      ? 4
                                            : 3,
            .tail = stage->io->say == NULL ? NULL
                                           : N_("F7 or + says the screen again. F8 speaks slower."),
            .keys = N_("Press a digit   Enter or Esc: back"),
            .enter = true,
        };

        key = stage_choose(stage, &sheet);
        comfort_switch(stage, key);
    }
}
