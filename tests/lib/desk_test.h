/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the desk program have in common: one scratch folder with an office and a
   kiosk that is enrolled there, made once. Everything fails the running test. */
#ifndef TESTS_LIB_DESK_TEST_H
#define TESTS_LIB_DESK_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/fake_kiosk.h"
#include "tests/lib/pty.h"

#define DESK_SECRET "quiet-harbour-42"

extern char *desk_dir;
extern char desk_program[4096];
extern char desk_said[65536];    /* standard output of the last run */
extern char desk_refused[65536]; /* standard error of the last run */
extern struct fake_kiosk desk_kiosk;
extern struct charter desk_charter;

/* Runs a shell line in the scratch folder; $D is the program, $P the option with the passphrase. */
int desk_run(const char *line);

/* The last line that was run said this on standard output. */
void assert_desk_said(const char *text);

/* Exit status 1 and one line that holds the text. */
void assert_desk_refused(const char *line, const char *text);

/* Somebody writes at the kiosk, whose records lie in the folder then as stick.bundle. The keys
   of the letter are those of fake_kiosk_keys('a'). */
void desk_test_write(const char *text);

/* Of a group of tests: makes the folder, which is HOME from then on, its passphrase file, the
   office and the kiosk. */
int desk_test_setup(void **state);

/* Removes them. */
int desk_test_teardown(void **state);

#endif
