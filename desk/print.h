/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints for people: the list, a case, officers. Everything that came from outside
   goes through desk/sanitize. */
#ifndef DESK_PRINT_H
#define DESK_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "office/officer.h"
#include "office/triage.h"

/* What stands above everything that is shown of an office for training. */
const char *print_training(void);

/* The list of cases as a table, or a word that there are none. */
void print_cases(FILE *out, const struct triage_case *cases, size_t n);

/* The officers as a table. */
void print_officers(FILE *out, const struct officer_row *rows, size_t n);

/* Short codes for lists and JSON: "U0"; a status's code or "?"; a facility type's code or "?". */
const char *print_urgency(enum taxonomy_urgency urgency);
const char *print_status(uint8_t status);
const char *print_type(uint8_t type);

/* What a person answered: "yes", "no" or "skipped"; about whom: "me", "someone-else", "several",
   "me-under-18" or "not-said". For JSON; not translated. */
const char *print_urgent(uint8_t answer);
const char *print_about(uint8_t about);

/* True when urgency question q, from 1, belongs to the letter: it has an answer, or the letter's
   category asks it. */
bool print_asked(const struct letter *letter, uint8_t q);

#endif
