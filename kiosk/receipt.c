/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receipt screen: QR code left, digits and what to do with them right. */
#include "kiosk/receipt.h"

#include <string.h>

#include "tui/lang.h"
#include "tui/qr.h"

enum { RECEIPT_TOP = 1, RECEIPT_GAP = 2, RECEIPT_LINE = 10 };

/* Two groups a line, in the order of reading: short lines are copied with fewer mistakes. */
static int receipt_digits(struct stage *stage, int row, int col, const char code[CODE_LEN])
{
    char grouped[CODE_GROUPED_LEN];

    code_group(code, grouped);
    for (size_t at = 0; at + RECEIPT_LINE - 1 <= CODE_GROUPED_LEN - 1; at += RECEIPT_LINE, row += 2)
        screen_put(stage->screen, row, col + 2, SCREEN_BOLD, grouped + at, RECEIPT_LINE - 1);
    explicit_bzero(grouped, sizeof grouped);
    return row;
}

static void receipt_draw(struct stage *stage, const struct stage_sheet *sheet,
                         const char code[CODE_LEN], bool has_pin)
{
    const char *text = has_pin ? _("Write this number down.\n"
                                   "Only this number and your PIN lead to the answer, "
                                   "at any terminal of the Commissioner.")
                               : _("Write this number down.\n"
                                   "Only this number leads to the answer, "
                                   "at any terminal of the Commissioner.");
    int col = 0;
    int row = RECEIPT_TOP + 1;
    int rows = 0;
    int cols = 0;

    stage_frame(stage, sheet);
    col = stage->left;
    if (qr_draw(stage->screen, RECEIPT_TOP, col, code, &rows, &cols) == 0)
        col += cols + RECEIPT_GAP;
    row = receipt_digits(stage, row, col, code);
    screen_wrap(stage->screen, row, col, stage->left + stage->width - col, stage->bottom - 2 - row,
                SCREEN_PLAIN, text, strlen(text));
    stage_choices(stage, stage->bottom - 2, sheet);
}

void receipt_show(struct stage *stage, const char code[CODE_LEN], bool has_pin)
{
    static const char *const done[] = {N_("I have written it down")};
    static const struct stage_sheet sheets[] = {
        {.title = N_("It is stored. This is your number"),
         .choices = done,
         .count = 1,
         .keys = N_("1: I have written it down   F1: help"),
         .guide = GUIDE_RECEIPT},
        {.title = N_("Compare once more, then leave"),
         .keys = N_("Enter: wipe the number and leave   Esc: not yet   F1: help"),
         .enter = true,
         .guide = GUIDE_RECEIPT},
    };
    int at = 0;
    int key = STAGE_IGNORED;

    while (key != STAGE_NEXT && key != STAGE_OVER) {
        receipt_draw(stage, &sheets[at], code, has_pin);
        key = stage_meaning(stage, &sheets[at], stage_ask(stage));
        if (key == 1)
            at = 1;
        else if (key == STAGE_BACK)
            at = 0;
    }
}

void receipt_show_followup(struct stage *stage)
{
    static const struct stage_sheet sheet = {
        .title = N_("It is stored"),
        .text =
            N_("What you wrote is sealed and stored. It goes to the Commissioner's office with the "
               "next collection.\n\nThe number you have leads to the answer, as before."),
        .keys = N_("Enter: leave"),
        .enter = true,
    };

    while (!stage->over && stage_choose(stage, &sheet) != STAGE_NEXT)
        continue;
}
