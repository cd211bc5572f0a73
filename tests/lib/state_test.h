/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the state folder have in common: an office and an enrolled kiosk of their own
   for each test, and a folder in which boards lie before they are installed. Everything fails the
   running test. */
#ifndef TESTS_LIB_STATE_TEST_H
#define TESTS_LIB_STATE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/types.h>

#include "device/state.h"
#include "tests/lib/fake_office.h"

/* Of the running test. */
extern struct fake_office state_office;
extern char *state_dir;
extern char *state_media;
extern struct state *state_kiosk;

/* Makes them, and removes them. */
int state_test_setup(void **state);
int state_test_teardown(void **state);

/* Opens the kiosk's folder anew. */
void state_test_reopen(void);

/* The head that lies in a folder, of *len bytes; for the caller to free. */
uint8_t *state_test_head_in(const char *folder, size_t *len);

/* Takes the segments of the board in a folder that are lacked, but for the one with this place in
   the head, then its head; as an exchange does on this day. Returns the first error. */
enum error state_test_install_but(const char *folder, uint32_t left_out, uint32_t today);

/* The same with all segments, on the day of the office. */
enum error state_test_install(const char *folder);

/* Puts a board of this number, of two answers and three arrivals, into state_media. */
void state_test_make_board(struct fake_office *of, uint32_t number);

/* The same, and installs it. Returns the first error. */
enum error state_test_install_board(uint32_t number, struct fake_office *of);

/* The path of a file of the board held; good until the next path is made. */
const char *state_test_held(const char *name);

/* The inode of a file of the kiosk's folder. */
ino_t state_test_inode(const char *name);

#define STATE_TEST(f) cmocka_unit_test_setup_teardown(f, state_test_setup, state_test_teardown)

#endif
