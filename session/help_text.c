/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One short paragraph a screen, and one for the keys. */
#include "session/help_text.h"

#include "base/lang.h"

static const char *const texts[] = {
    [HELP_NONE] = NULL,
    [HELP_MENU] =
        N_("1 writes to the Commissioner. 2 reads an answer: you need the number you were given. "
           "8 and 9 ask for help: then Enter sends it at once. What you do here looks the same "
           "from outside, whatever you choose."),
    [HELP_WHO] = N_("You may write for yourself or for others. Nobody asks for names. "
                    "Press 0 to go on without an answer."),
    [HELP_CATEGORY] = N_("Choose what fits best. It need not be exact. If nothing fits, press 0. "
                         "You can change it before you send."),
    [HELP_QUESTION] = N_("Your answer helps the office to see what cannot wait. "
                         "Press 0 to go on without an answer."),
    [HELP_CONSENT] = N_("The office keeps to what you choose here. Press 0 and it tells nobody."),
    [HELP_DANGER] = N_("Enter sends this at once, without a word from you. Then you get a number. "
                       "With the number you can read the answer and write more."),
    [HELP_TEXT] =
        N_("Write as you speak. You may leave anything out. F4 changes the letters: Kazakh, "
           "Russian, English. F5 is for digits and signs. F3 shows or hides what you wrote. "
           "F6 brings back what you deleted. Nothing is sent yet."),
    [HELP_NAME] = N_("Only the office reads your name. It tells nobody unless you allowed it. "
                     "You may leave this empty."),
    [HELP_REVIEW] = N_("This is what will be sent. Up and Down show all of it. F3 shows or hides "
                       "your words. It is sent only after you press 1 and then Enter."),
    [HELP_PIN] = N_("A PIN is a second number that only you know. Do not write it down. "
                    "If someone finds your slip, they cannot read the answer without the PIN. "
                    "If you forget the PIN, you cannot read the answer either."),
    [HELP_RECEIPT] =
        N_("Write the number down like a phone number, or learn it: six groups of four. You need "
           "it to read the answer, here or at another terminal of the Commissioner. It shows "
           "nobody what you wrote."),
    [HELP_CODE] = N_("Type the 24 digits of your number, or hold the slip to the scanner. "
                     "Backspace takes the last digit away. F3 shows or hides the digits."),
    [HELP_ANSWER] = N_("Up and Down show everything. Press 1 to write more about the same matter. "
                       "Your number stays the same."),
    [HELP_ENQUIRY] =
        N_("A digit chooses your answer. You need not answer: Esc goes back. Nothing is sent yet: "
           "you see it once more, and can write something to it."),
    [HELP_LIBRARY] =
        N_("Short pages for everyone. A digit opens a page. Up and Down show all of it."),
};

const char *help_text(enum help_topic topic)
{
    return texts[topic];
}

const char *help_keys(void)
{
    return N_("The keys do the same everywhere. A digit chooses. Enter goes on. Esc goes back. "
              "0 skips. F1 is this help. On a keypad - is back, / is help. If you press nothing "
              "for a while, the screen is wiped and closed.");
}

const char *help_keys_with_hide(void)
{
    return N_("The keys do the same everywhere. A digit chooses. Enter goes on. Esc goes back. "
              "0 skips. F1 is this help. F2 covers the screen with the pages about rights, and F2 "
              "brings you back. On a keypad - is back, / is help, * covers. If you press nothing "
              "for a while, the screen is wiped and closed.");
}
