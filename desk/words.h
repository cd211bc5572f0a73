/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints for people: the list, a case, the kiosks. Everything that came from outside
   goes through desk/plain. */
#ifndef DESK_WORDS_H
#define DESK_WORDS_H

#include <stdbool.h>
#include <stdio.h>

#include "desk/kiosks.h"
#include "desk/triage.h"

void words_cases(FILE *out, const struct triage_case *cases, size_t n);

/* Everything of a case, oldest first, in so many columns; words_case takes those of the terminal,
   at most 76. What people wrote is behind a margin. Returns a trouble. */
int words_case_wide(FILE *out, int columns, struct vault *vault, uint64_t case_id);
int words_case(FILE *out, struct vault *vault, uint64_t case_id);

void words_kiosks(FILE *out, const struct kiosks_row *rows, size_t n);

/* Short codes for lists and JSON: "U0"; a status's code or "?"; a facility type's code or "?". */
const char *words_urgency(enum taxonomy_urgency urgency);
const char *words_status(uint8_t status);
const char *words_type(uint8_t type);

/* What a person answered: "yes", "no" or "skipped"; about whom: "me", "someone-else", "several",
   "me-under-18" or "not-said". For JSON; not translated. */
const char *words_urgent(uint8_t answer);
const char *words_about(uint8_t about);

/* True when urgency question q, from 1, belongs to the letter: it has an answer, or the letter's
   category asks it. */
bool words_asked(const struct letter *letter, uint8_t q);

#endif
