/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database in the hands of another program: plain SQLite, without the care of store/db.
   Everything fails the running test. */
#include "tests/lib/raw_db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct {
    sqlite3 *other;
    raw_db_fn *function; /* NULL: nothing more */
    const char *what;
} watch;

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

static int after_commit(unsigned kind, void *context, void *statement, void *took)
{
    (void)kind;
    (void)context;
    (void)took;
    raw_db_fn *function = watch.function;
    if (function != NULL && strcmp(sqlite3_sql(statement), "COMMIT") == 0 &&
        sqlite3_total_changes(sqlite3_db_handle(statement)) > 0) {
        watch.function = NULL;
        function(watch.other, watch.what);
    }
    return 0;
}

static int watch_commits(sqlite3 *handle, const char **why, const struct sqlite3_api_routines *api)
{
    (void)why;
    (void)api;
    return sqlite3_trace_v2(handle, SQLITE_TRACE_PROFILE, after_commit, NULL);
}

void raw_db_watch(const char *path)
{
    watch.other = raw_db_open(path);
    assert_int_equal(sqlite3_auto_extension((void (*)(void))watch_commits), SQLITE_OK);
}

void raw_db_after_commit(raw_db_fn *function, const char *what)
{
    watch.function = function;
    watch.what = what;
}

void raw_db_unwatch(void)
{
    sqlite3_reset_auto_extension();
    raw_db_close(watch.other);
    assert_true(watch.function == NULL);
}
