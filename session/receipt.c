/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of screens. The number stays hidden until the person asks for it. */
#include "session/receipt.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "session/dialog.h"
#include "session/slip.h"
#include "tui/qr.h"

enum {
    QR_TOP = 1,
    QR_GAP = 2,
    LINE_STEP = 10, /* two groups and the blanks behind them */
    GROUP_DIGITS = 4,
    GROUPS = CODE_DIGITS / GROUP_DIGITS,
    GROUPS_ASKED = 2,
};

enum receipt_step { RECEIPT_HOW, RECEIPT_LOOK, RECEIPT_CHECK, RECEIPT_LEAVE, RECEIPT_DONE };

struct receipt {
    struct ui *ui;
    const char *code;
    bool has_pin;
    const char *note; /* about the slip, or NULL */
};

int receipt_print(struct ui *ui, const char code[CODE_LEN])
{
    uint8_t *slip = secret_new(SLIP_MAX);
    int status = PRINTER_GONE;
    dialog_wait(ui);
    size_t len = slip != NULL ? slip_make(code, ui->place->paper, slip) : 0;
    if (len > 0)
        status = ui->io->print(ui->io->context, slip, len);
    secret_free(slip);
    dialog_waited(ui);
    return status;
}

/* The note that says what the person can do now, for an enum printer_status. */
static const char *note_about(int status)
{
    static const char *const notes[] = {
        [PRINTER_DONE] = N_("The slip is printed. Take it now."),
        [PRINTER_PAPER] =
            N_("The printer has no paper. Take what came out. Write the number down."),
        [PRINTER_GONE] = N_("The printer does not answer. Write the number down instead."),
        [PRINTER_SLOW] = N_("The printer has stopped. Take what came out. Write the number down."),
    };
    return notes[status >= PRINTER_DONE && status <= PRINTER_SLOW ? status : PRINTER_GONE];
}

/* Somebody who practises and then writes must not end up with two slips that look alike. */
static bool can_print(const struct ui *ui)
{
    return ui->io->print != NULL && !ui->practice;
}

/* --- how to take it along --- */

static int choose_how(struct receipt *receipt)
{
    static const char *const choices[] = {
        N_("Show it: write it down, or learn it by heart"),
        N_("Print it: the slip holds the number and nothing else"),
    };
    bool printer = can_print(receipt->ui);
    const struct dialog dialog = {
        .title = receipt->ui->practice ? N_("Now it would be stored. This is your number")
                                       : N_("It is stored. Now your number"),
        .text = receipt->has_pin ? N_("Only your number and your PIN open the answer.")
                                 : N_("Only your number opens the answer."),
        .choices = choices,
        .count = printer ? 2 : 1,
        .zero = N_("Skip: go without the number"),
        .tail = receipt->note != NULL            ? receipt->note
                : receipt->ui->settings.speaking ? N_("When it is shown, F7 or + says it.")
                                                 : NULL,
        .keys = printer ? N_("1: show   2: print   0: go without   F1: help")
                        : N_("1: show   0: go without   F1: help"),
        .help = HELP_RECEIPT,
    };
    int key = dialog_choose(receipt->ui, &dialog);
    if (key == UI_OVER)
        return RECEIPT_DONE;
    receipt->note = NULL;
    if (key == 2)
        receipt->note = note_about(receipt_print(receipt->ui, receipt->code));
    if (key == 1)
        return RECEIPT_LOOK;
    return key == UI_ZERO ? RECEIPT_LEAVE : RECEIPT_HOW;
}

/* --- the number itself --- */

/* Draws two groups a line: short lines are copied with fewer mistakes. Returns the row behind. */
static int draw_digits(struct ui *ui, int row, int col, const char *code)
{
    char grouped[CODE_GROUPED_LEN];
    code_group(code, grouped);
    for (size_t at = 0; at + LINE_STEP - 1 <= CODE_GROUPED_LEN - 1; at += LINE_STEP, row += 2)
        screen_put(ui->screen, row, col + 2, SCREEN_BOLD, grouped + at, LINE_STEP - 1);
    explicit_bzero(grouped, sizeof grouped);
    return row;
}

static void draw(struct receipt *receipt, const struct dialog *dialog)
{
    struct ui *ui = receipt->ui;
    const char *text =
        receipt->has_pin ? _("This number and your PIN work at every terminal of the Commissioner.")
                         : _("This number works at every terminal of the Commissioner.");
    dialog_frame(ui, dialog);
    ui->secrecy.secret = true;
    int col = ui->box.left;
    int right = screen_cols(ui->screen) - col;
    int rows = 0;
    int cols = 0;
    if (qr_draw(ui->screen, QR_TOP + (ui->practice ? 1 : 0), col, receipt->code, &rows, &cols) == 0)
        col += cols + QR_GAP;
    int row = draw_digits(ui, QR_TOP + 1, col, receipt->code);
    screen_wrap(ui->screen, row, col, right - col, ui->box.bottom - 2 - row, SCREEN_PLAIN, text,
                strlen(text));
    dialog_choices(ui, ui->box.bottom - (int)dialog->count, dialog);
}

static int look(struct receipt *receipt)
{
    static const char *const choices[] = {N_("I have it"), N_("Print it")};
    const struct dialog dialog = {
        .title = N_("This is your number"),
        .choices = choices,
        .count = can_print(receipt->ui) ? 2 : 1,
        .keys = N_("1: I have it   Esc: hide it   F1: help"),
        .help = HELP_RECEIPT,
    };
    int key = UI_IGNORED;
    /* The number is said only when the person asks for it. */
    receipt->ui->needs_speech = false;
    receipt->ui->secrecy.silent = true;
    while (key == UI_IGNORED) {
        draw(receipt, &dialog);
        key = dialog_meaning(receipt->ui, &dialog, ui_ask(receipt->ui));
    }
    receipt->ui->secrecy.silent = false;
    if (key == UI_OVER)
        return RECEIPT_DONE;
    if (key == 2)
        receipt->note = note_about(receipt_print(receipt->ui, receipt->code));
    return key == 1 ? RECEIPT_CHECK : RECEIPT_HOW;
}

/* --- has the person got it? --- */

/* Asks for a group, from 0, until it is right or skipped. Returns UI_NEXT, UI_BACK or UI_OVER. */
static int ask_group(struct receipt *receipt, int group)
{
    char title[128];
    char typed[GROUP_DIGITS + 1];
    struct digits digits;
    const char *note = NULL;
    const struct dialog dialog = {
        .title = title,
        .text = N_("Type these four digits. So you know that you have the number."),
        .keys = N_("Digits   Enter: go on or skip   Esc: look again   F1: help"),
        .enter = true,
        .help = HELP_RECEIPT,
    };
    int key;
    snprintf(title, sizeof title, _("Group %d of your number, please"), group + 1);
    do {
        digits_start(&digits, typed, GROUP_DIGITS, false);
        key = dialog_type(receipt->ui, &dialog, &digits, 0, note, NULL);
        note = N_("That is not the same. Press Esc and look again.");
    } while (key == UI_NEXT && digits.len > 0 &&
             (digits.len < GROUP_DIGITS ||
              !secret_equal(typed, receipt->code + group * GROUP_DIGITS, GROUP_DIGITS)));
    explicit_bzero(typed, sizeof typed);
    return key;
}

static int check(struct receipt *receipt)
{
    uint8_t dice[GROUPS_ASKED];
    int groups[GROUPS_ASKED];
    int key = UI_NEXT;
    random_bytes(dice, sizeof dice);
    groups[0] = dice[0] % GROUPS;
    groups[1] = (groups[0] + 1 + dice[1] % (GROUPS - 1)) % GROUPS;
    for (int i = 0; i < GROUPS_ASKED && key == UI_NEXT; i++)
        key = ask_group(receipt, groups[i]);
    if (key == UI_OVER)
        return RECEIPT_DONE;
    return key == UI_NEXT ? RECEIPT_LEAVE : RECEIPT_LOOK;
}

static int leave(struct receipt *receipt)
{
    const struct dialog dialog = {
        .title = N_("Wipe the number and leave?"),
        .text = N_("This terminal forgets the number now. Nobody can show it again."),
        .keys = N_("Enter: wipe it and leave   Esc: not yet   F1: help"),
        .enter = true,
        .sends = true,
        .help = HELP_RECEIPT,
    };
    int key = dialog_choose(receipt->ui, &dialog);
    return key == UI_BACK ? RECEIPT_HOW : RECEIPT_DONE;
}

void receipt_show(struct ui *ui, const char code[CODE_LEN], bool has_pin)
{
    static int (*const steps[])(struct receipt *) = {
        [RECEIPT_HOW] = choose_how,
        [RECEIPT_LOOK] = look,
        [RECEIPT_CHECK] = check,
        [RECEIPT_LEAVE] = leave,
    };
    struct receipt receipt = {.ui = ui, .code = code, .has_pin = has_pin};
    int step = RECEIPT_HOW;
    while (step != RECEIPT_DONE)
        step = steps[step](&receipt);
}

void receipt_show_followup(struct ui *ui)
{
    static const struct dialog dialog = {
        .title = N_("It is stored"),
        .text =
            N_("What you wrote is sealed and stored. It goes to the Commissioner's office with the "
               "next collection.\n\nThe number you have leads to the answer, as before."),
        .keys = N_("Enter: leave"),
        .enter = true,
    };
    while (!ui->over && dialog_choose(ui, &dialog) != UI_NEXT)
        continue;
}
