/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must be seen of an attack, or the running test fails. */
#ifndef TESTS_TAMPER_INSIST_H
#define TESTS_TAMPER_INSIST_H

#include "tests/tamper/tamper.h"

/* The desk says this of kiosk k, or does not. */
void insist_says(struct tamper *t, size_t k, const char *line);
void insist_says_not(struct tamper *t, size_t k, const char *line);

/* Kiosk k is whole in the eyes of the office. */
void insist_well(struct tamper *t, size_t k);

/* The last import refused this: "name=error ". */
void insist_refused(struct tamper *t, const char *what);

/* The first kiosk's outbox is refused, and yet so many of its records go out, as far as
   `salvage` lets them; the office hears that the disk is not well. Unusable: all that is whole
   goes. Damaged: because the outbox is corrupt. */
void insist_partly_sent(struct tamper *t, int error, int salvage, uint64_t saved);
void insist_unusable(struct tamper *t, int error, uint64_t saved);
void insist_damaged(struct tamper *t, uint64_t saved);

#endif
