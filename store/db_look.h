/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SQLite and the first bytes of a file say about it, as errors. For store/db.c alone. */
#ifndef STORE_DB_LOOK_H
#define STORE_DB_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/error.h"

/* Whose a file is: its application id, and the version of its tables. */
struct db_look_marks {
    uint32_t application_id;
    uint32_t version;
};

enum { DB_LOOK_HEADER_LEN = 100 }; /* bytes of an SQLite file's header */

/* Returns the error for what an SQLite function returned on this handle: ERROR_NONE for
   SQLITE_OK, _ROW and _DONE. */
enum error db_look_error(sqlite3 *handle, int code);

/* True when there are bytes in the file's log, or nobody can say. The last connection to close
   moves them into the file, so the file was not closed in order or another connection has it open
   now. Call it before SQLite reads anything, for reading makes a log. */
bool db_look_logged(const char *path);

/* True unless another connection, of this process or another, has the file open that handle has
   opened but not read or locked yet: each holds a lock on it for as long as it lives. */
bool db_look_alone(sqlite3 *handle);

/* Checks that the file at path, which handle has opened but not read or locked yet, is of this
   store and version and as long as its header says. Returns ERROR_NONE, _FOREIGN, _NEWER,
   _OLD_FORMAT, _CORRUPT or _IO. */
enum error db_look_header(sqlite3 *handle, const char *path, const struct db_look_marks *ours);

/* Checks application id and version once more, as the log has them. Unless it returns ERROR_NONE,
   closing the handle leaves the log where it is. */
enum error db_look_again(sqlite3 *handle, const struct db_look_marks *ours);

/* Sets *cookie to the number that SQLite counts up whenever a table, an index, a trigger or a view
   is made, changed or removed. */
enum error db_look_cookie(sqlite3 *handle, uint32_t *cookie);

/* Reads every page (PRAGMA quick_check). Returns ERROR_NONE, ERROR_CORRUPT or another error. */
enum error db_look_whole(sqlite3 *handle);

/* Sets *version to SQLite's number for what other connections have committed. */
enum error db_look_version(sqlite3 *handle, uint32_t *version);

/* Returns SQLite's counter of changes from the file itself, which a checkpoint can only raise; 0
   when it cannot be read. */
uint32_t db_look_changes(sqlite3 *handle);

#endif
