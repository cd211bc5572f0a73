/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a store asks of SQLite and its file that no database server has. A store that uses nothing
   of this header could stand on another backend of store/db.h. */
#ifndef STORE_DB_SQLITE_H
#define STORE_DB_SQLITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct db;

/* True when what is written would not be found again: the file, its log or its index at their paths
   is no longer the one that is open here, the file holds an older state than was last seen in it,
   or somebody has changed what it defines. Once true, always true. */
bool db_moved(struct db *db);

/* Whether closing leaves the log where it is. A store that finds its file damaged after an unclean
   end (db_unclean) keeps it, so that whoever opens the file next looks at all of it again. */
void db_keep_log(struct db *db, bool keep);

/* Sets *version to a number that changes when another connection has committed since it was last
   asked for on this one. What this one commits does not change it. */
enum error db_version(struct db *db, int64_t *version);

/* Moves the write-ahead log into the file and cuts it to nothing (PRAGMA wal_checkpoint(TRUNCATE)).
   ERROR_BUSY when another connection reads or writes for longer than the busy timeout; nothing is
   lost then. */
enum error db_checkpoint(struct db *db);

#endif
