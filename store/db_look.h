/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SQLite and the first bytes of a file say of it, in our words. For store/db.c alone. */
#ifndef STORE_DB_LOOK_H
#define STORE_DB_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "store/db.h"

enum { DB_LOOK_HEADER_LEN = 100 }; /* bytes of an SQLite file's header */

/* The db_error of what an SQLite function returned for this handle; ERROR_NONE for SQLITE_OK, _ROW and
   _DONE. */
enum error db_look_error(sqlite3 *handle, int code);

/* True when the file was not closed in order before, or is open in another connection just now: the
   last one to close moves its log into the file and removes it, so a log with bytes in it means that
   nobody did. To be asked before SQLite reads anything, which makes a log. */
bool db_look_unclean(const char *path);

/* Is the file at path, which handle has opened but not read or locked yet, one of this schema, and
   as long as its header says? ERROR_NONE, _FOREIGN, _NEWER, _OLDER, _CORRUPT or _IO. */
enum error db_look_header(sqlite3 *handle, const char *path, const struct db_schema *schema);

/* The same of the version that stands in the log. Unless ERROR_NONE, closing the handle leaves the log
   where it is. */
enum error db_look_marks(sqlite3 *handle, const struct db_schema *schema);

/* Reads every page (PRAGMA quick_check). ERROR_NONE, ERROR_CORRUPT or another error. */
enum error db_look_whole(sqlite3 *handle);

/* SQLite's counter of changes, from the file itself; 0 when it cannot be read. A checkpoint only
   ever raises it. */
uint32_t db_look_changes(sqlite3 *handle);

#endif
