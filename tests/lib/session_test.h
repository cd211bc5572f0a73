/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of a session have in common: one session of its own for each test, the ways that
   many scripts begin with, and what is said of what came out. Assertions fail the running test. */
#ifndef TESTS_LIB_SESSION_TEST_H
#define TESTS_LIB_SESSION_TEST_H

#include "complaint/letter.h"
#include "crypto/code.h"
#include "tests/lib/fake_session.h"

/* To the menu in English; to the review, with nothing said but category A2; to the words; and from
   the review back through every question. */
#define MENU "[Choose a language] 3 [What do you want to do?] "
#define TO_REVIEW                                                                                  \
    MENU "1 "                                                                                      \
         "[who is it about?] 1 "                                                                   \
         "[what is it about?] 1 2 "                                                                \
         "[how urgent is it?] 0 0 "                                                                \
         "[who may know?] 0 "
#define TO_TEXT TO_REVIEW "[Is this right?] 2 [your own words] "
#define WRITTEN TO_TEXT "\"I am not safe\" Enter "
#define BACK                                                                                       \
    "[Is this right?] Esc "                                                                        \
    "[who may know?] Esc "                                                                         \
    "[how urgent is it?] Esc Esc "                                                                 \
    "[what is it about?] Esc "                                                                     \
    "[who is it about?] Esc "
#define SEND "[Is this right?] 1 [do you want a PIN?] Enter "        /* without a PIN */
#define GO   "[It is stored.] 0 [Wipe the number and leave?] Enter " /* without the number */

/* Of the running test. */
extern struct fake_session *session;
extern struct code_keys session_keys; /* of FAKE_SESSION_CODE and FAKE_SESSION_PIN */

/* The program's begin: translations and locked memory. Returns 0, or 1 after saying what is
   missing. */
int session_test_start(void);

int session_test_setup(void **state);
int session_test_teardown(void **state);

/* A test with these two. */
#define SESSION_TEST(f)                                                                            \
    cmocka_unit_test_setup_teardown(f, session_test_setup, session_test_teardown)

/* Plays one session of the running test. */
enum session_end play(const char *script);

/* The n-th kept screen shows the text, or does not. */
#define assert_kept(n, text)     session_test_kept(n, text, true, __FILE__, __LINE__)
#define assert_not_kept(n, text) session_test_kept(n, text, false, __FILE__, __LINE__)

void session_test_kept(int n, const char *text, bool shown, const char *file, int line);

/* One cover was stored, of this place and day. */
void assert_cover(void);

/* One letter of this kind and category was stored; *letter lasts until the next play. */
void assert_sent(struct letter *letter, enum letter_kind kind, const char *category);

/* It can be answered under this code and PIN. */
void assert_keys(const struct letter *letter, const char *code, const char *pin);

#endif
