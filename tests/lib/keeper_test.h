/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the keeper have in common: what lies in its outbox, its settings, and what
   it says. Everything fails the running test. */
#ifndef TESTS_LIB_KEEPER_TEST_H
#define TESTS_LIB_KEEPER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/fake_office.h"
#include "tests/lib/kiosk_process.h"

enum { KEEPER_RECORDS_MAX = 2000 };

/* What was found in an outbox. */
struct keeper_found {
    const struct fake_office *office;
    unsigned complaints; /* letters that are no covers */
    const char *text;    /* looked for among them */
    unsigned with_text;  /* how many have it */
    bool wrong_number;   /* a letter's session is not the number of its record */
};

/* Opens all envelopes of the kiosk's outbox; text is looked for in complaints, or NULL. */
struct keeper_found keeper_test_look(const struct kiosk_process *kiosk, const char *text);

/* The title of a kiosk that promises nothing. */
#define OUT_OF_ORDER "This terminal is out of order."

/* Writes the kiosk's kiosk.conf. */
void keeper_test_config(const struct kiosk_process *kiosk, const char *text);

/* Starts the kiosk with these options, words of a shell; its standard error goes to the file "said"
   of its folder. */
void keeper_test_start(struct kiosk_process *kiosk, const char *options);

/* It said one line there which has this text once. */
void assert_keeper_said(const struct kiosk_process *kiosk, const char *text);

/* How many files there are in a folder. */
unsigned keeper_test_files(const char *dir);

#endif
