/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The languages of the screens: gettext in C.UTF-8, switched inside the process. */
#ifndef BASE_LANG_H
#define BASE_LANG_H

#include <libintl.h>
#include <stddef.h>

#define _(text)  gettext(text)
#define N_(text) (text)

enum { LANG_COUNT = 3 };

/* Sets C.UTF-8 and finds the translations: in dir when it is not NULL, else in `locale` beside the
   program (a build, run in place), else in ../share/locale from it (an installation). Loads every
   language's file now, so that a confined process can switch. Returns 0, or -1 when there is no
   C.UTF-8 locale or a language is missing. */
int lang_start(const char *dir);

/* The language that the environment asks for, as its two letters: LANGUAGE, then LC_ALL, LC_MESSAGES, LANG;
   "en" when none is set. For the people of office and courier, not for the kiosk's screens. To be asked
   before lang_start, which overwrites LANGUAGE. */
void lang_wanted(char code[3]);

/* Switches to "kk", "ru" or "en"; anything else is "en". */
void lang_set(const char *code);

/* The i-th language's code; "en" beyond the last. */
const char *lang_code(size_t i);

#endif
