/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invented words of detainees and of the office, put together from sentences in three languages. No
   name, place or event in them is anybody's. */
#ifndef TESTS_CASEBOOK_WORDS_H
#define TESTS_CASEBOOK_WORDS_H

#include <stddef.h>

#include "tests/casebook/draw.h"

enum words_language { WORDS_KK, WORDS_RU, WORDS_EN, WORDS_LANGUAGES };

/* "kk", "ru", "en". */
const char *words_code(enum words_language language);

enum { WORDS_MAX = 8000 };

/* Each writes a text, NUL-terminated, and returns its length: a complaint about a category, some of
   one sentence and few of a page, typed as people type; a second letter; the name that somebody
   gives; the office's answer to a letter; a note for colleagues. */
size_t words_complaint(struct draw *draw, enum words_language language, const char *category,
                       char out[WORDS_MAX]);
size_t words_again(struct draw *draw, enum words_language language, char out[WORDS_MAX]);
size_t words_name(struct draw *draw, enum words_language language, char out[WORDS_MAX]);
size_t words_answer(struct draw *draw, enum words_language language, char out[WORDS_MAX]);
size_t words_note(struct draw *draw, enum words_language language, char out[WORDS_MAX]);

/* The name of officer n, from 1. */
const char *words_officer(unsigned n);

#endif
