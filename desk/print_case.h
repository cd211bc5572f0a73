/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints of one case, for people. Everything that came from outside goes through
   desk/sanitize. */
#ifndef DESK_PRINT_CASE_H
#define DESK_PRINT_CASE_H

#include <stdio.h>

#include "office/casefile.h"
#include "office/vault.h"

/* Everything of a case, oldest first, and which officer did it, in so many columns; print_case
   takes those of the terminal, at most 76. What people wrote is behind a margin; what does not
   count says why. Errors of officer_list and casefile_walk: with ERROR_JOURNAL_ROW what opens is
   printed. */
enum error print_case_wide(FILE *out, int columns, struct vault *vault, struct casefile *casefile);
enum error print_case(FILE *out, struct vault *vault, struct casefile *casefile);

#endif
