/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sentences from which the words of a casebook are put together. */
#ifndef TESTS_CASEBOOK_SENTENCES_H
#define TESTS_CASEBOOK_SENTENCES_H

#include <stddef.h>

#include "tests/casebook/words.h"

/* What somebody writes of each category, in the languages of enum words_language. */
struct sentences_core {
    const char *category;
    const char *text[WORDS_LANGUAGES];
};
extern const struct sentences_core sentences_cores[];
extern const size_t sentences_core_count;

/* Sentences of one purpose, ended by NULL. */
enum { SENTENCES_POOL = 12 };
struct sentences_pool {
    const char *text[WORDS_LANGUAGES][SENTENCES_POOL + 1];
};
extern const struct sentences_pool sentences_greeting, sentences_time, sentences_detail,
    sentences_plea, sentences_again, sentences_first_name, sentences_answer_start,
    sentences_answer_done, sentences_answer_end, sentences_note;

#endif
