/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens for the PIN. */
#include "kiosk/pin.h"

#include <string.h>

#include "base/lang.h"
#include "crypto/secret.h"

/* Asks for digits until there are none or enough of them. */
static int pin_type(struct stage *stage, const struct stage_sheet *sheet,
                    char pin[CODE_PIN_MAX + 1], const char *note)
{
    struct digits digits;

    explicit_bzero(pin, CODE_PIN_MAX + 1);
    digits_start(&digits, pin, CODE_PIN_MAX, true);
    for (;;) {
        int key = stage_type(stage, sheet, &digits, 0, note, NULL);

        if (key != STAGE_NEXT || digits.len == 0 || digits.len >= CODE_PIN_MIN)
            return key;
        note = N_("A PIN has 4 digits or more. Type more digits, or take them all away.");
    }
}

static int pin_twice(struct stage *stage, char pin[CODE_PIN_MAX + 1], char again[CODE_PIN_MAX + 1])
{
    static const struct stage_sheet first = {
        .title = N_("Send: do you want a PIN?"),
        .text = N_("A PIN keeps the answer closed to anyone who finds your number. "
                   "Keep it in your head: 4 to 10 digits, better 6 or more.\n\n"
                   "No PIN: just press Enter. It is sent then."),
        .keys = N_("Digits: your PIN   Enter: go on   Esc: back   F1: help"),
        .enter = true,
        .sends = true,
        .guide = GUIDE_PIN,
    };
    static const struct stage_sheet second = {
        .title = N_("Send: the PIN once more"),
        .text = N_("Type the same PIN again. Then press Enter: it is sent."),
        .keys = N_("Digits: your PIN   Enter: send   Esc: back   F1: help"),
        .enter = true,
        .sends = true,
        .guide = GUIDE_PIN,
    };
    const char *note = NULL;

    for (;;) {
        int key = pin_type(stage, &first, pin, note);

        if (key != STAGE_NEXT || pin[0] == '\0')
            return key;
        key = pin_type(stage, &second, again, NULL);
        if (key == STAGE_OVER)
            return key;
        note = NULL;
        if (key == STAGE_NEXT && secret_equal(pin, again, CODE_PIN_MAX + 1))
            return key;
        if (key == STAGE_NEXT)
            note = N_("The two PINs were not the same. Nothing was sent. Type your PIN again.");
    }
}

int pin_choose(struct stage *stage, char pin[CODE_PIN_MAX + 1], char again[CODE_PIN_MAX + 1])
{
    int key = pin_twice(stage, pin, again);

    /* Half a PIN that was left must lock nothing that is sent later. */
    explicit_bzero(again, CODE_PIN_MAX + 1);
    if (key != STAGE_NEXT)
        explicit_bzero(pin, CODE_PIN_MAX + 1);
    return key;
}

int pin_ask(struct stage *stage, char pin[CODE_PIN_MAX + 1])
{
    static const struct stage_sheet sheet = {
        .title = N_("Is there an answer? Your PIN"),
        .text = N_("Type the PIN you chose when you wrote.\n\nNo PIN: just press Enter."),
        .keys = N_("Digits: your PIN   Enter: go on   Esc: back   F1: help"),
        .enter = true,
        .guide = GUIDE_PIN,
    };

    return pin_type(stage, &sheet, pin, NULL);
}
