/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database in the hands of another program: plain SQLite, without the care of store/db.
   Everything fails the running test. */
#ifndef TESTS_LIB_RAW_DB_H
#define TESTS_LIB_RAW_DB_H

#include <sqlite3.h>

/* Opens the file, which must be there; raw_db_close closes it. */
sqlite3 *raw_db_open(const char *path);
void raw_db_close(sqlite3 *db);

/* Runs SQL, of one or many statements. */
void raw_db_run(sqlite3 *db, const char *sql);

/* Opens the file, runs the SQL and closes it. */
void raw_db(const char *path, const char *sql);

/* Between these two, connections that this program opens are watched, and another program has the
   file at path open: raw_db_after_commit has it call the function (such as raw_db_run) once, at the
   end of the next COMMIT of a watched one that has written, before that one does anything more.
   raw_db_unwatch fails when none came. */
typedef void raw_db_fn(sqlite3 *other, const char *what);
void raw_db_watch(const char *path);
void raw_db_after_commit(raw_db_fn *function, const char *what);
void raw_db_unwatch(void);

#endif
