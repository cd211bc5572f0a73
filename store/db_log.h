/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spares two of the four syncs that SQLite takes for a commit and the checkpoint behind it. For
   store/db.c alone.

   A log that begins anew:    header, sync (1), pages, sync (2): the commit is durable.
   The checkpoint behind it:  sync of the log (3), pages into the file, sync of the file (4).

   (3) repeats (2). What another connection wrote to the log it has synced itself before anybody
   could see it (synchronous=FULL), so only our own writes count.

   (1) keeps the header of the log before from standing above a part of its pages, of which a reader
   after a power cut would take the commits that are still whole and set the file back to them. Where
   the log before held one commit, which the file has already, a part of it is none. It holds more
   when a reader was in the way of a checkpoint; then (1) is taken. So it is where the log before was
   begun by somebody else, who may have died without a sync.

   (2) and (4) stay: the pages must be in the log before they go into the file, and in the file before
   the log begins anew. To let the log grow over many commits would spare (4), but SQLite forgets
   what stands behind the first wrong byte of a log, and that would be many acknowledged records. */
#ifndef STORE_DB_LOG_H
#define STORE_DB_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

enum { DB_LOG_HEADER_LEN = 32 };

struct db_log {
    sqlite3_io_methods methods; /* SQLite's own, but for three */
    const sqlite3_io_methods *real;
    bool synced;      /* nothing was written since the last sync */
    bool header_only; /* all that was written since is the header of a log ... */
    bool harmless;    /* ... in the place of one of ours that held no more than one commit */
    uint8_t header[DB_LOG_HEADER_LEN]; /* the last that we wrote */
};

/* Puts itself between SQLite and the open log of the handle. *log must stay where it is until the
   handle is closed. Without an open log it does nothing. */
void db_log_watch(sqlite3 *handle, struct db_log *log);

#endif
