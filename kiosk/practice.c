/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A draft of its own, so that what the person is really writing stays as it is. */
#include "kiosk/practice.h"

#include "base/lang.h"
#include "kiosk/draft.h"
#include "kiosk/filing.h"

static int practice_story(struct stage *stage)
{
    static const struct stage_sheet sheet = {
        .title = N_("Practise: learn the keys"),
        .text = N_("A digit chooses. Enter goes on. Esc goes back. F1 helps. 0 skips.\n\n"
                   "F2 shows the pages about rights at once. F2 again brings back what you did.\n\n"
                   "A story to try it with: the soup was cold on Monday. You want to say so. "
                   "Choose food, write a word or two, and send it.\n\n"
                   "Nothing is really sent."),
        .keys = N_("Enter: begin   Esc: back"),
        .enter = true,
    };

    return stage_choose(stage, &sheet);
}

static void practice_end(struct stage *stage)
{
    static const struct stage_sheet sheet = {
        .title = N_("That was practice"),
        .text = N_("Nothing was sent. The number you saw is not real.\n\n"
                   "To write for real, press 1 in the menu."),
        .keys = N_("Enter: menu"),
        .enter = true,
    };

    (void)stage_choose(stage, &sheet);
}

void practice_run(struct stage *stage)
{
    const struct stage before = *stage;
    struct draft *draft = NULL;

    if (practice_story(stage) != STAGE_NEXT)
        return;
    draft = draft_new(LETTER_COMPLAINT, stage->language);
    if (draft == NULL) {
        stage_sorry(stage);
        return;
    }
    stage->practice = true;
    if (filing_run(stage, draft) == FILING_SENT) {
        stage->practice = false;
        practice_end(stage);
    }
    stage->practice = stage->open = false;
    stage->reader = before.reader;
    stage->layout = before.layout;
    stage->layer = before.layer;
    draft_free(&draft);
}
