/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database in the hands of another program: plain SQLite, without the care of store/db.
   Everything fails the running test. */
#include "tests/lib/raw_db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

sqlite3 *raw_db_open(const char *path)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    return db;
}

void raw_db_close(sqlite3 *db)
{
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

void raw_db_run(sqlite3 *db, const char *sql)
{
    char *said = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &said) != SQLITE_OK)
        fail_msg("%s: %s", sql, said);
}

void raw_db(const char *path, const char *sql)
{
    sqlite3 *db = raw_db_open(path);
    raw_db_run(db, sql);
    raw_db_close(db);
}
