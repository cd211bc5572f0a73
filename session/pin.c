/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PIN is typed into a field of digits; an empty field means none. */
#include "session/pin.h"

#include <string.h>

#include "base/lang.h"
#include "crypto/secret.h"
#include "session/dialog.h"

/* Asks until there are no digits or enough. Returns UI_NEXT, UI_BACK or UI_OVER. */
static int type(struct ui *ui, const struct dialog *dialog, char pin[CODE_PIN_MAX + 1],
                const char *note)
{
    struct digits digits;
    explicit_bzero(pin, CODE_PIN_MAX + 1);
    digits_start(&digits, pin, CODE_PIN_MAX, true);
    for (;;) {
        int key = dialog_type(ui, dialog, &digits, 0, note, NULL);
        if (key != UI_NEXT || digits.len == 0 || digits.len >= CODE_PIN_MIN)
            return key;
        note = N_("A PIN has 4 digits or more. Type more digits, or take them all away.");
    }
}

/* Asks for a PIN twice, until both are the same. Returns UI_NEXT, UI_BACK or UI_OVER. */
static int ask_twice(struct ui *ui, char pin[CODE_PIN_MAX + 1], char again[CODE_PIN_MAX + 1])
{
    static const struct dialog first = {
        .title = N_("Send: do you want a PIN?"),
        .text = N_("A PIN keeps the answer closed to anyone who finds your number. "
                   "Keep it in your head: 4 to 10 digits, better 6 or more.\n\n"
                   "No PIN: just press Enter. It is sent then."),
        .keys = N_("Digits: your PIN   Enter: go on   Esc: back   F1: help"),
        .enter = true,
        .sends = true,
        .help = HELP_PIN,
    };
    static const struct dialog second = {
        .title = N_("Send: the PIN once more"),
        .text = N_("Type the same PIN again. Then press Enter: it is sent."),
        .keys = N_("Digits: your PIN   Enter: send   Esc: back   F1: help"),
        .enter = true,
        .sends = true,
        .help = HELP_PIN,
    };
    const char *note = NULL;
    for (;;) {
        int key = type(ui, &first, pin, note);
        if (key != UI_NEXT || pin[0] == '\0')
            return key;
        key = type(ui, &second, again, NULL);
        if (key == UI_OVER)
            return key;
        note = NULL;
        if (key == UI_NEXT && secret_equal(pin, again, CODE_PIN_MAX + 1))
            return key;
        if (key == UI_NEXT)
            note = N_("The two PINs were not the same. Nothing was sent. Type your PIN again.");
    }
}

int pin_choose(struct ui *ui, char pin[CODE_PIN_MAX + 1], char again[CODE_PIN_MAX + 1])
{
    int key = ask_twice(ui, pin, again);
    /* A PIN that was left half typed must not lock what is sent later. */
    explicit_bzero(again, CODE_PIN_MAX + 1);
    if (key != UI_NEXT)
        explicit_bzero(pin, CODE_PIN_MAX + 1);
    return key;
}

int pin_ask(struct ui *ui, char pin[CODE_PIN_MAX + 1])
{
    static const struct dialog dialog = {
        .title = N_("Is there an answer? Your PIN"),
        .text = N_("Type the PIN you chose when you wrote.\n\nNo PIN: just press Enter."),
        .keys = N_("Digits: your PIN   Enter: go on   Esc: back   F1: help"),
        .enter = true,
        .help = HELP_PIN,
    };
    return type(ui, &dialog, pin, NULL);
}
