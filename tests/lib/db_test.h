/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of a store's file have in common: a folder of their own for it, and a schema of
   one table. Everything fails the running test. */
#ifndef TESTS_LIB_DB_TEST_H
#define TESTS_LIB_DB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/db.h"

/* The statements of the schema. The table has a number `id`, and `a` and `b` of any type. */
enum {
    DB_TEST_ADD, /* ?1, ?2 and ?3 are id, a and b */
    DB_TEST_GET, /* id, a and b, by id */
    DB_TEST_COUNT,
    DB_TEST_SYNCHRONOUS,
    DB_TEST_SECURE_DELETE,
    DB_TEST_TEMP_STORE,
    DB_TEST_FOREIGN_KEYS,
    DB_TEST_TRUSTED_SCHEMA,
    DB_TEST_BUSY_TIMEOUT,
    DB_TEST_JOURNAL_MODE,
    DB_TEST_NEXT_VERSION,
    DB_TEST_STATEMENTS,
};
extern const struct db_schema db_test_schema;

struct db_scene {
    char *folder;
    char path[4096]; /* of a.db in it */
};

/* An empty folder; the file is not made. */
int db_test_setup(void **state);

/* Removes the folder. */
int db_test_teardown(void **state);

/* Opens the file, which must succeed. db_close closes it. */
struct db *db_test_open(const struct db_scene *scene, enum db_mode mode);

/* Adds a row of len bytes; the error of db_run, for the test to look at. */
enum error db_test_add(struct db *db, int64_t id, const void *bytes, size_t len);

/* The first column of the statement's first row. */
int64_t db_test_number(struct db *db, size_t statement);

/* How many rows there are. */
int64_t db_test_count(struct db *db);

/* Makes the file, with n rows of a kilobyte, and closes it. */
void db_test_make(const struct db_scene *scene, int n);

/* Runs the function in a child, as an ordinary user even when we are root; its exit status. */
typedef int db_test_child_fn(const struct db_scene *scene);
int db_test_in_child(const struct db_scene *scene, db_test_child_fn *function);

/* Gives the folder and the file, if there is one, to the user of db_test_in_child. */
void db_test_hand_to_child(const struct db_scene *scene);

/* Opens the file, made if need be, and closes it; the error, for the test to look at. */
int db_test_open_and_close(const struct db_scene *scene);

#define DB_TEST(f) cmocka_unit_test_setup_teardown(f, db_test_setup, db_test_teardown)

#endif
