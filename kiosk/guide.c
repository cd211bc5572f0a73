/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help texts: one short paragraph a screen, and one for the keys. */
#include "kiosk/guide.h"

#include "tui/lang.h"

static const char *const guide_texts[] = {
    [GUIDE_NONE] = NULL,
    [GUIDE_MENU] =
        N_("Press 1 to write to the Commissioner. Press 2 to read an answer: you need the "
           "number you wrote down. Press 3 to leave. What you do here looks the same from "
           "outside, whatever you choose."),
    [GUIDE_TOPIC] = N_("Choose what fits best. It need not be exact. If nothing fits, press 0. "
                       "You can change it before you send."),
    [GUIDE_TEXT] =
        N_("Say what happened, where, when and who was there. You may leave anything out. "
           "You need not give your name. When you are done, press Enter. Nothing is sent yet."),
    [GUIDE_REVIEW] = N_("This is what will be sent. Use Up and Down to read all of it. "
                        "It is sent only after you press 1 and then Enter."),
    [GUIDE_PIN] = N_("A PIN is a second number that only you know. Do not write it down. "
                     "If someone finds your slip, they cannot read the answer without the PIN. "
                     "If you forget the PIN, you cannot read the answer either."),
    [GUIDE_RECEIPT] =
        N_("Write the number down or keep it in your head. You need it to read the answer, "
           "here or at another terminal of the Commissioner. It shows nobody what you wrote."),
    [GUIDE_CODE] = N_("Type the 24 digits from your slip. Backspace takes the last digit away. "
                      "Spaces are set for you."),
    [GUIDE_ANSWER] =
        N_("Use Up and Down to read everything. Press 1 to write more about the same matter. "
           "Your number stays the same."),
};

const char *guide_text(enum guide_topic topic)
{
    return guide_texts[topic];
}

const char *guide_keys(void)
{
    return N_("The keys do the same everywhere. A digit chooses. Enter goes on. Esc goes back. F1 "
              "is this "
              "help. If you press nothing for a while, the screen is wiped and closed.");
}
