/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file is data: whoever can write it can put a trigger, a view or an expression into it, which
   SQLite would run as part of our statements. So a connection is shut against what a file could ask
   of it, and then everything that the file defines must be what we define, and stay so. For
   store/db.c alone. */
#ifndef STORE_DB_SCHEMA_H
#define STORE_DB_SCHEMA_H

#include <sqlite3.h>

#include "base/error.h"

/* Triggers, views, functions with side effects, extensions, attached files and changes of
   sqlite_schema are refused on this connection from now on, and no text, row or expression may be
   larger than ours ever are. To be called before anything is read. */
enum error db_schema_shut(sqlite3 *handle);

/* Opens a database in memory that has what this SQL makes and nothing else. *memory is the
   caller's until sqlite3_close, also on error. */
enum error db_schema_make(const char *create, sqlite3 **memory);

/* Compares all that the file defines (tables, indexes, triggers, views) with what this SQL makes:
   kind, name, table and text of each, and that each has pages of its own. ERROR_ALTERED when they
   differ. Evaluates no expression of the file. To be called in a transaction, before anything else
   has made SQLite read what is defined, or SQLite might know other definitions than were looked
   at. */
enum error db_schema_compare(sqlite3 *handle, const char *create);

#endif
