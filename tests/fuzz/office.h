/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office for targets that change what is kept of it: set back for every input, and looked at as
   an officer does. */
#ifndef TESTS_FUZZ_OFFICE_H
#define TESTS_FUZZ_OFFICE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/lib/fake_desk.h"

/* An office with two cases, everything that is done with them, a kiosk whose chain has a gap, and a
   folder "home" for the officer's view; as it was when it was made. Ended with the program. */
struct fake_desk *fuzz_office(void);

/* Sets journal and keys back, and closes the desk (fake_desk_reopen opens it). */
void fuzz_office_back(struct fake_desk *desk);

/* Prints the cases 1..most, for people and for machines, and finds that what is shown cannot act
   and that both show the same cases. Returns how many were shown. */
size_t fuzz_office_show_cases(struct fake_desk *desk, uint64_t most);

/* Shows all cases, the lists of cases, kiosks and officers, an audit and a look at the database,
   in the same way. Of each the call `fault` fails (0: none); every failure has its word. */
void fuzz_office_show(struct fake_desk *desk, unsigned fault);

/* What an office does next: a note, an answer, keys that are owed, somebody who asks to join, a
   board. Each may be refused, and the call `fault` of them fails. */
void fuzz_office_go_on(struct fake_desk *desk, unsigned fault);

#endif
