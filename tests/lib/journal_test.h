/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the journal have in common: a journal in a folder of its own, and rows of one
   repeated byte. Everything fails the running test. */
#ifndef TESTS_LIB_JOURNAL_TEST_H
#define TESTS_LIB_JOURNAL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/journal.h"
#include "tests/lib/folder.h"

struct journal_scene {
    char *folder;
    char path[FOLDER_PATH]; /* of journal.db in it */
    struct journal *journal;
};

/* A journal of one transaction with the acts 1 and 2, open. */
int journal_test_setup(void **state);

/* Closes it and removes the folder. */
int journal_test_teardown(void **state);

/* A transaction that follows the one before it: hash and signature are filled with its number. */
struct journal_txn journal_test_txn(uint64_t no);

/* An act of a transaction, its head is a word. */
struct journal_act journal_test_act(uint64_t seq, uint64_t txn);

/* Runs the SQL on the file beside the connection, as another program would. */
void journal_test_sql(const struct journal_scene *scene, const char *sql);

#define JOURNAL_TEST(f)                                                                            \
    cmocka_unit_test_setup_teardown(f, journal_test_setup, journal_test_teardown)

#endif
