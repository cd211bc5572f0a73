/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Practice has a draft of its own: the real one stays as it is. */
#include "session/practice.h"

#include "base/lang.h"
#include "session/dialog.h"
#include "session/draft.h"
#include "session/filing.h"

static int tell_story(struct ui *ui)
{
    static const struct dialog dialog = {
        .title = N_("Practise: learn the keys"),
        .text = N_("A digit chooses. Enter goes on. Esc goes back. F1 helps. 0 skips.\n\n"
                   "F2 shows the pages about rights at once. F2 again brings back what you did.\n\n"
                   "A story to try it with: the soup was cold on Monday. You want to say so. "
                   "Choose food, write a word or two, and send it.\n\n"
                   "Nothing is really sent."),
        .keys = N_("Enter: begin   Esc: back"),
        .enter = true,
    };
    return dialog_choose(ui, &dialog);
}

static void end(struct ui *ui)
{
    static const struct dialog dialog = {
        .title = N_("That was practice"),
        .text = N_("Nothing was sent. The number you saw is not real.\n\n"
                   "To write for real, press 1 in the menu."),
        .keys = N_("Enter: menu"),
        .enter = true,
    };
    (void)dialog_choose(ui, &dialog);
}

void practice_run(struct ui *ui)
{
    if (tell_story(ui) != UI_NEXT)
        return;
    struct draft *draft = draft_new(LETTER_COMPLAINT, ui->language);
    if (draft == NULL) {
        dialog_sorry(ui);
        return;
    }
    const enum taxonomy_reader reader = ui->reader;
    const struct ui_settings before = ui->settings;
    ui->practice = true;
    if (filing_run(ui, draft) == FILING_SENT) {
        ui->practice = false;
        end(ui);
    }
    ui->practice = ui->secrecy.open = false;
    ui->reader = reader;
    ui->settings.layout = before.layout;
    ui->settings.layer = before.layer;
    draft_free(&draft);
}
