/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office for targets that change what is kept of it: set back for every input, and looked at as
   an officer does. */
#ifndef TESTS_FUZZ_OFFICE_H
#define TESTS_FUZZ_OFFICE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/lib/fake_desk.h"

/* Opens an office in memory, with an intake file and a folder "home" for the officer's view. Ended
   with the program. */
struct fake_desk *fuzz_office(void);

/* The same with two cases and everything that is done with them, and a kiosk whose chain has a
   gap; the first call fills it. */
struct fake_desk *fuzz_office_filled(void);

/* Keeps the journal as it is; sets it back, and closes the desk (fake_desk_reopen opens it). */
void fuzz_office_keep(struct fake_desk *desk);
void fuzz_office_back(struct fake_desk *desk);

/* Prints the cases 1..most, for people and for machines, and finds that what is shown cannot act
   and that both show the same cases. Returns how many were shown. */
size_t fuzz_office_show_cases(struct fake_desk *desk, uint64_t most);

/* Shows all cases, the lists of cases, kiosks and officers, an audit and a look at the database,
   in the same way. Every failure has its word, and is no fault of ours. */
void fuzz_office_show(struct fake_desk *desk);

/* What an office does next: a note, an answer, keys that are owed, a board. Each may be refused. */
void fuzz_office_go_on(struct fake_desk *desk);

#endif
