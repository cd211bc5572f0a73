/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The languages of the screens: gettext in C.UTF-8, switched while the process runs. */
#ifndef BASE_LANG_H
#define BASE_LANG_H

#include <libintl.h>
#include <stddef.h>

#define _(text)  gettext(text)
#define N_(text) (text)

enum { LANG_COUNT = 3 };

/* Sets the locale C.UTF-8 and loads the translations from dir; when dir is NULL, from `locale`
   beside the program (run from a build) or else from ../share/locale (installed). All languages
   are loaded now, so that a confined process can switch between them. Returns 0, or -1 when there
   is no C.UTF-8 locale or a language is missing. */
int lang_start(const char *dir);

/* Writes the two-letter code of the language that the environment asks for, NUL-terminated: the
   first one set of LANGUAGE, LC_ALL, LC_MESSAGES and LANG, or "en". For the desk and the
   courier; visitors of a kiosk choose on the screen. Call it before lang_start, which
   overwrites LANGUAGE. */
void lang_wanted(char code[3]);

/* Switches to "kk", "ru" or "en"; any other code means "en". */
void lang_set(const char *code);

/* The code of language i, below LANG_COUNT; "en" for any other i. */
const char *lang_code(size_t i);

#endif
