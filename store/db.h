/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SQLite file of ours, opened with care and used only through a table of prepared statements.
   What goes in is sealed, or a number. No file but db.c and what is split from it (db_copy, db_log,
   db_look, db_schema) includes <sqlite3.h>.

   The file is data, whoever wrote it: no trigger, view or extension runs on a connection, and
   before anything is read all that the file defines is compared with what its schema makes. Each
   transaction, and each run outside of one, first sees that nothing was defined anew since.

   A connection serves one thread. Many connections, of one process or several, may use a file at
   once. A child of fork must not use its parent's connection, not even to close it.

   Settings of every connection: WAL, synchronous=FULL, secure_delete=ON, temp_store=MEMORY,
   foreign_keys=ON, trusted_schema=OFF, cache_spill=OFF (a transaction is in memory until its
   commit, for store/db_log), wal_autocheckpoint=1 (the log holds one commit, unless a reader is in
   the way or the schema lets it grow), busy timeout 5 s.

   SQLite before 3.51.3 (3.50.7, 3.44.6) has a race (sqlite.org/wal.html#walresetbug): if another
   connection commits and moves all of the log just before the checkpoint behind our commit, and
   begins the log anew just after that has read the index, our pages may be taken for moved. So
   writers that often commit at once must wait for each other's db_commit; others read again what
   must not be lost (outbox_append).

   Functions return an enum error unless they say otherwise. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What is wrong with a store's file, in words of that store: each an enum error, ERROR_NONE for the
   general one of the same name (missing: ERROR_MISSING, foreign: _FOREIGN, newer: _NEWER, older:
   _OLD_FORMAT, damaged: _CORRUPT, altered: _ALTERED). */
struct db_words {
    enum error missing, foreign, newer, older, damaged, altered;
};

/* What a store's file is. statements[i] is the SQL of statement number i; the store names the
   numbers by an enum and fills the array with designated initialisers. */
struct db_schema {
    struct db_words words;
    uint32_t application_id;
    uint32_t version;   /* from 1 */
    const char *create; /* the SQL that makes version `version` in an empty file: a file that
                           defines anything else, or more, is not taken */
    const char *const *statements;
    size_t statement_count;
    unsigned mode;      /* of a new file, its log and its index, whatever the umask; 0: 0600 */
    unsigned log_pages; /* how many the log holds before it is moved into the file; 0: 1 */
};

struct db_value {
    enum { DB_NULL, DB_INT, DB_BLOB, DB_TEXT } type;
    int64_t number;
    const void *data; /* DB_BLOB and DB_TEXT; from a row: valid until the row callback returns */
    size_t len;
};

#define DB_V_INT(n)     ((struct db_value){.type = DB_INT, .number = (int64_t)(n)})
#define DB_V_BLOB(p, l) ((struct db_value){.type = DB_BLOB, .data = (p), .len = (l)})
#define DB_V_TEXT(p, l) ((struct db_value){.type = DB_TEXT, .data = (p), .len = (l)})
#define DB_V_NULL       ((struct db_value){.type = DB_NULL})

struct db;

enum db_mode { DB_OPEN, DB_CREATE /* make it when missing */, DB_READ };

/* Opens path, checks that it is ours, of this version, as long as it should be and with our tables
   and nothing else (ERROR_ALTERED), prepares all statements (of at most 32 columns each). If the
   file was not closed in order (db_unclean), db_check is run as well. A damaged page that is not
   found here gives ERROR_CORRUPT when it is read. A missing file with DB_OPEN or DB_READ is
   ERROR_MISSING; with DB_CREATE it is made whole or not at all. A symlink, device or folder at path
   and an empty file are ERROR_FOREIGN. Of a foreign, newer, older or altered file no byte is
   changed, and nothing is left beside it but what reading an altered one makes. DB_READ needs a
   folder that can be written, unless another connection has the file open. *out is owned by the
   caller until db_close; NULL on error.
 */
enum error db_open(const char *path, const struct db_schema *schema, enum db_mode mode,
                   struct db **out);

/* True when there were bytes in the file's log as it was opened and nobody else had it open: the
   last process that had was killed, or the power failed. */
bool db_unclean(const struct db *db);

/* Reads every page and checks that the tables are whole (PRAGMA quick_check), but not what is
   stored in them. Takes time in proportion to the file. ERROR_CORRUPT when it is damaged. */
enum error db_check(struct db *db);

/* Writes all of the file, as a transaction that is open sees it, into the empty file at path, which
   becomes one that db_open takes. Not synced, and undefined after an error: those of the machine,
   ERROR_FULL. */
enum error db_copy(struct db *db, const char *path);

/* Closes and frees *db and sets it to NULL. The last connection to close moves the log into the
   file and removes it. Does nothing when *db is NULL. */
void db_close(struct db **db);

/* A write transaction (BEGIN IMMEDIATE), which cannot be nested. When db_commit returns ERROR_NONE
   the data is durable; on an error it has rolled back. After an error of db_run in a transaction
   call db_rollback, which does nothing outside of one. */
enum error db_begin(struct db *db);
enum error db_commit(struct db *db);
void db_rollback(struct db *db);

/* Ends a transaction: db_commit, unless there was an error; then db_rollback, and the error. */
enum error db_finish(struct db *db, enum error error);

/* A transaction that only reads: what runs in it sees one state of the file, and takes a third of
   the time. Ended by db_commit, not nested. db_rollback does it too, but the next commit then
   syncs the header of the log. */
enum error db_hold(struct db *db);

/* Called for each row with its n columns. Any value but ERROR_NONE ends the run and is returned by
   it. */
typedef enum error db_row_fn(void *context, const struct db_value *columns, size_t n);

/* Runs statement number `statement` with n_in bound values; calls row (may be NULL) for each row.
   Returns ERROR_NONE, also when there was no row, or an error. row may run other statements, not
   the same one; outside of db_begin and db_commit only such as read. There each run that writes is
   a durable transaction of its own, of which nothing stays on an error. */
enum error db_run(struct db *db, size_t statement, const struct db_value *in, size_t n_in,
                  db_row_fn *row, void *context);

/* As db_run, of a statement that must change one row: ERROR_CORRUPT when it was none, or more. */
enum error db_put(struct db *db, size_t statement, const struct db_value *in, size_t n_in);

/* Runs a statement that reads, from the files and not from what the connection remembers, and
   compares: ERROR_CORRUPT unless there is one row and it has these values. */
enum error db_expect(struct db *db, size_t statement, const struct db_value *in, size_t n_in,
                     const struct db_value *wanted, size_t n_wanted);

/* Sets *out to the first column of the first row, of a statement that reads. ERROR_NO_ROW when
   there is no row or the column is no number; *out is unchanged then. */
enum error db_number(struct db *db, size_t statement, const struct db_value *in, size_t n_in,
                     int64_t *out);

#endif
