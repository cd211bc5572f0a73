/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day in words. */
#ifndef SESSION_DAY_WORDS_H
#define SESSION_DAY_WORDS_H

#include <stdint.h>

enum { DAY_WORDS_LEN = 64 };

/* Writes a day, counted from 1970-01-01, in the language now set: "22 November 2026". */
void day_words(uint32_t day, char out[DAY_WORDS_LEN]);

#endif
