/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys as a terminal sends them, and what the screens of a session say in English. */
#ifndef TESTS_LEAK_SCREENS_H
#define TESTS_LEAK_SCREENS_H

#define F2         "\033OQ"
#define F3         "\033OR"
#define F7         "\033[18~"
#define LANGUAGES  "Choose a language"
#define MENU       "What do you want to do?"
#define SHOWN_CODE "This is your number"
#define ASKS_GROUP "of your number, please"
#define TO_EDITOR  "1112\r0\r2"
#define EDITOR     "your own words"
#define REVIEW     "Is this right?"
#define FIRST_PIN  "do you want a PIN?"

#endif
