/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saves two of the four syncs that SQLite makes for a commit and the checkpoint after it. For
   store/db.c alone.

   The commit, in a log begun anew:  header, sync (1), pages, sync (2)
   The checkpoint after it:          sync of the log (3), pages into the file, sync of the file (4)

   (3) repeats (2). What another connection wrote to the log it synced itself before anybody could
   see it (synchronous=FULL), so only our own writes matter.

   (1) prevents that after a power cut the old header stands above a part of the old pages. The
   commits that are whole in that part would then set the file back. If the old log held one commit,
   which the file has already, a part of it holds none. It holds more when a reader was in the way
   of a checkpoint; then (1) is made. It is also made when somebody else began the old log, who may
   have died before a sync.

   (2) and (4) are needed: pages must be in the log before they go into the file, and in the file
   before the log is begun anew. A log that grows over many commits saves (4), but SQLite forgets
   everything after the first wrong byte of a log, and that would be many acknowledged records: a
   kiosk's log holds one.

   A log that grows (log_pages of store/db.h), also under many writers, has (1) made whenever it is
   begun anew, since it held more than one commit, or somebody else's. (3) is saved as before.

   SQLite writes a frame's header and its page by two calls. Writes that follow on are joined, until
   the sync that ends the commit. Since no cache spills (cache_spill=OFF), a transaction writes
   nothing before its commit, and that is one call of SQLite, under the lock of writers: it reads
   nothing of the log, and nobody else does, for the commit is announced after its sync. So nothing
   that is joined is left when the lock goes. The header of a commit that failed is not ours: SQLite
   tells of every transaction undone. */
#ifndef STORE_DB_LOG_H
#define STORE_DB_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

enum { DB_LOG_HEADER_LEN = 32, DB_LOG_JOINED_MAX = 64 * 1024 /* SQLite's largest page */ };

struct db_log {
    sqlite3_io_methods methods; /* SQLite's own but for those that db_log.c names */
    const sqlite3_io_methods *real;
    bool synced;                       /* nothing was written since the last sync */
    bool header_only;                  /* only the header of a new log was written since ... */
    bool harmless;                     /* ... over one of ours that held one commit */
    uint8_t header[DB_LOG_HEADER_LEN]; /* the last one that we wrote; zeros once undone */
    unsigned commits;                  /* that we wrote since */
    sqlite3_int64 end;                 /* behind the last of them */
    uint8_t joined[DB_LOG_JOINED_MAX]; /* bytes not yet written ... */
    int joined_len;
    sqlite3_int64 joined_at; /* ... to this place */
};

/* Puts *log between SQLite and the handle's open log. *log must be zeroed and stay where it is
   until the handle is closed. Does nothing when no log is open, or SQLite would pad it to whole
   sectors behind the sync. */
void db_log_watch(sqlite3 *handle, struct db_log *log);

#endif
