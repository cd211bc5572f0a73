/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of the history have in common: an office with a kiosk and two cases of one letter
   each, of two people. */
#ifndef TESTS_LIB_HISTORY_TEST_H
#define TESTS_LIB_HISTORY_TEST_H

#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"

extern struct fake_desk history_test_desk;
extern struct fake_kiosk history_test_kiosk;

/* A letter of one person (fake_kiosk_letter) comes and is imported. Fails the running test. */
void history_test_receive(char who, const char *text);

/* For cmocka: makes it all, and takes it away. */
int history_test_setup(void **state);
int history_test_teardown(void **state);

#endif
