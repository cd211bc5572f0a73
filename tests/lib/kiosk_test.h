/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the real kiosk have in common: one of its own for each test, its screens'
   size, how a refusal is seen, and what lies in its outbox. */
#ifndef TESTS_LIB_KIOSK_TEST_H
#define TESTS_LIB_KIOSK_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "complaint/letter.h"
#include "device/state.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/kiosk_process.h"

/* 64 columns and 24 rows, unless a test says otherwise. */
enum { ROWS = 24, COLS = 64, FILE_MAX = 4 * 1024 * 1024 };

/* Makes a kiosk, enrolled and with a card, that does not serve yet. */
int kiosk_test_setup(void **state);

/* Ends it and removes all of it. */
int kiosk_test_teardown(void **state);

/* Runs the kiosk with these arguments until it ends by itself: its exit status, and a text it must
   show. */
void assert_refused(const char *const *argv, const char *const *env, int status, const char *text);

/* Serving from the kiosk's folder ends with status 1 and this text. */
void assert_serve_refused(const struct kiosk_process *kiosk, const char *text);

/* What lies in the outbox: how many letters that are no covers, and the last of them. */
struct looked {
    const uint8_t *secret;
    uint64_t letters;
    struct letter last;
    uint8_t plain[LETTER_LEN];
};

/* Opens all that lies in the kiosk's outbox with the office's key. */
const struct looked *kiosk_test_look(const struct kiosk_process *kiosk);

#define KIOSK_TEST(f) cmocka_unit_test_setup_teardown(f, kiosk_test_setup, kiosk_test_teardown)

#endif
