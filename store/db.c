/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens a store's file with care and runs its table of statements.

   A new file appears whole: its first image is built in memory, already marked as ours and as WAL,
   written beside its place, synced and renamed. So the first 100 bytes of the file itself say from
   birth whose it is, and db_open can read them before SQLite would make a -wal, a -shm or a
   change. */
#include "store/db.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "store/db_copy.h"
#include "store/db_file.h"
#include "store/db_log.h"
#include "store/db_look.h"
#include "store/db_schema.h"
#include "store/db_sqlite.h"

enum {
    BUSY_MS = 5000,
    COLUMNS_MAX = 32,
    HEADER_WRITE_VERSION = 18,
    HEADER_READ_VERSION = 19,
    VERSION_WAL = 2,
    FILES = 3, /* the file, its log and its index */
    ANY_NUMBER = -1,
};

struct place {
    dev_t device;
    ino_t inode; /* 0: nothing stands there */
};

struct db {
    sqlite3 *handle;
    const struct db_words *words;
    struct db_log log;
    struct place places[FILES]; /* as they were opened */
    uint32_t changes;           /* SQLite's counter in the file, as last seen */
    uint32_t cookie;            /* its number of the definitions that were looked at */
    int moved;
    bool unclean; /* the end before this opening was not in order */
    size_t statement_count;
    sqlite3_stmt *statements[];
};

/* The store's own word for what is wrong with its file. */
static enum error in_words(const struct db_words *words, enum error error)
{
    const enum error own = error == ERROR_MISSING      ? words->missing
                           : error == ERROR_FOREIGN    ? words->foreign
                           : error == ERROR_NEWER      ? words->newer
                           : error == ERROR_OLD_FORMAT ? words->older
                           : error == ERROR_CORRUPT    ? words->damaged
                           : error == ERROR_ALTERED    ? words->altered
                                                       : ERROR_NONE;
    return own != ERROR_NONE ? own : error;
}

static enum error execute(sqlite3 *handle, const char *sql)
{
    return db_look_error(handle, sqlite3_exec(handle, sql, NULL, NULL, NULL));
}

/* Makes the bytes of an empty file of this schema; the caller frees them (sqlite3_free). */
static enum error image_make(const struct db_schema *schema, uint8_t **image, size_t *len)
{
    sqlite3 *memory = NULL;
    sqlite3_int64 size = 0;
    char marks[96];
    snprintf(marks, sizeof(marks), "PRAGMA application_id=%d; PRAGMA user_version=%u;",
             (int)schema->application_id, (unsigned)schema->version);
    enum error error = db_schema_make(schema->create, &memory);
    if (error == ERROR_NONE)
        error = execute(memory, marks);
    if (error == ERROR_NONE) {
        *image = sqlite3_serialize(memory, "main", &size, 0);
        error = *image == NULL ? ERROR_MEMORY : size < DB_LOOK_HEADER_LEN ? ERROR_IO : ERROR_NONE;
    }
    if (error == ERROR_NONE) {
        (*image)[HEADER_WRITE_VERSION] = (*image)[HEADER_READ_VERSION] = VERSION_WAL;
        *len = (size_t)size;
    }
    sqlite3_close(memory);
    return error;
}

/* After a power cut SQLite reads a log up to the first wrong byte and forgets the rest. So every
   commit is moved into the file at once, unless a reader is in the way: the log holds the last one
   only. A schema may let it grow (log_pages). */
static enum error settings_apply(sqlite3 *handle, enum db_mode mode)
{
    enum error error = execute(handle, "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                                       "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"
                                       "PRAGMA cache_spill=OFF; PRAGMA wal_autocheckpoint=1;");
    if (error == ERROR_NONE && mode != DB_READ)
        error = execute(handle, "PRAGMA journal_mode=WAL;");
    return error;
}

/* A statement that does not fit the tables means that the tables are not those of this version. */
static enum error statements_prepare(struct db *db, const struct db_schema *schema)
{
    for (size_t i = 0; i < schema->statement_count; i++) {
        int code = sqlite3_prepare_v3(db->handle, schema->statements[i], -1,
                                      SQLITE_PREPARE_PERSISTENT, &db->statements[i], NULL);
        if (code != SQLITE_OK)
            return (code & 0xff) == SQLITE_ERROR ? ERROR_CORRUPT : db_look_error(db->handle, code);
        if (sqlite3_column_count(db->statements[i]) > COLUMNS_MAX)
            return ERROR_IO;
    }
    return ERROR_NONE;
}

/* Notes which files are at the three paths now. */
static void places_look(sqlite3 *handle, struct place places[FILES])
{
    static const char *const endings[FILES] = {"", "-wal", "-shm"};
    const char *name = sqlite3_db_filename(handle, "main");
    for (int i = 0; i < FILES; i++) {
        char path[PATH_MAX];
        struct stat st;
        places[i] = (struct place){0};
        if (snprintf(path, sizeof(path), "%s%s", name, endings[i]) < (int)sizeof(path) &&
            lstat(path, &st) == 0)
            places[i] = (struct place){st.st_dev, st.st_ino};
    }
}

void db_keep_log(struct db *db, bool keep)
{
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, NULL);
}

/* Looks, in one transaction, at what the file is and defines, and, if its end was unclean, at all
   of it. What is defined comes first: whatever is read after it may evaluate an expression of it.
 */
static enum error look(struct db *db, const struct db_schema *schema)
{
    const struct db_look_marks marks = {schema->application_id, schema->version};
    enum error error = execute(db->handle, "BEGIN");
    if (error == ERROR_NONE)
        error = db_look_again(db->handle, &marks);
    if (error == ERROR_NONE)
        error = db_schema_compare(db->handle, schema->create);
    if (error == ERROR_NONE)
        error = db_look_cookie(db->handle, &db->cookie);
    if (error == ERROR_NONE && db->unclean)
        error = db_look_whole(db->handle);
    if (error == ERROR_NONE)
        error = execute(db->handle, "COMMIT");
    return error;
}

static enum error handle_open(struct db *db, const char *path, const struct db_schema *schema,
                              enum db_mode mode)
{
    const struct db_look_marks marks = {schema->application_id, schema->version};
    const bool logged = db_look_logged(path);
    int flags = mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int code = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_EXRESCODE, NULL);
    enum error error = db_look_error(db->handle, code);
    if (error == ERROR_NONE)
        error = db_schema_shut(db->handle);
    if (error == ERROR_NONE)
        error = db_look_header(db->handle, path, &marks);
    if (error != ERROR_NONE)
        return error;
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    db->unclean = logged && db_look_alone(db->handle);
    /* The log says that the end was unclean: it stays until the file has been found whole. */
    if (db->unclean)
        db_keep_log(db, true);
    error = look(db, schema);
    if (error == ERROR_NONE)
        error = settings_apply(db->handle, mode);
    if (error == ERROR_NONE)
        error = statements_prepare(db, schema);
    /* SQLite syncs the folder when a log is new, but does not heed when that fails. Then the log of
       before might come back, which is older than the file, and the new one be lost. */
    if (error == ERROR_NONE && mode != DB_READ)
        error = db_file_settle(path);
    if (error == ERROR_NONE)
        db_log_watch(db->handle, &db->log);
    if (error == ERROR_NONE && schema->log_pages > 1)
        sqlite3_wal_autocheckpoint(db->handle, (int)schema->log_pages);
    places_look(db->handle, db->places);
    db->changes = db_look_changes(db->handle);
    if (error == ERROR_NONE && db->unclean)
        db_keep_log(db, false);
    return error;
}

/* Makes the empty file of this schema at path, unless there is one. */
static enum error file_make(const char *path, const struct db_schema *schema)
{
    uint8_t *image = NULL;
    size_t len = 0;
    enum error error = image_make(schema, &image, &len);
    if (error == ERROR_NONE)
        error = db_file_make(path, schema->mode != 0 ? schema->mode : 0600, image, len);
    sqlite3_free(image);
    return error == ERROR_NONE ? db_file_check(path) : error;
}

enum error db_open(const char *path, const struct db_schema *schema, enum db_mode mode,
                   struct db **out)
{
    struct db *db = NULL;
    *out = NULL;
    enum error error = db_file_check(path);
    if (error == ERROR_MISSING && mode == DB_CREATE)
        error = file_make(path, schema);
    if (error == ERROR_NONE && mode != DB_READ)
        error = db_file_writable(path);
    if (error != ERROR_NONE)
        return in_words(&schema->words, error);
    db = calloc(1, sizeof(*db) + schema->statement_count * sizeof(db->statements[0]));
    if (db == NULL)
        return ERROR_MEMORY;
    db->words = &schema->words;
    db->statement_count = schema->statement_count;
    error = handle_open(db, path, schema, mode);
    if (error != ERROR_NONE)
        db_close(&db);
    *out = db;
    return in_words(&schema->words, error);
}

bool db_unclean(const struct db *db)
{
    return db->unclean;
}

void db_close(struct db **db)
{
    if (*db == NULL)
        return;
    for (size_t i = 0; i < (*db)->statement_count; i++)
        sqlite3_finalize((*db)->statements[i]);
    sqlite3_close((*db)->handle);
    free(*db);
    *db = NULL;
}

/* SQLite would follow definitions that another connection has changed since we looked. In a
   transaction they stay what they are, so that is the place to see that they are still ours. */
static enum error begin(struct db *db, const char *how)
{
    uint32_t cookie = 0;
    enum error error = execute(db->handle, how);
    if (error != ERROR_NONE)
        return in_words(db->words, error);
    error = db_look_cookie(db->handle, &cookie);
    if (error == ERROR_NONE && cookie != db->cookie)
        error = ERROR_ALTERED;
    if (error != ERROR_NONE)
        db_rollback(db);
    return in_words(db->words, error);
}

enum error db_begin(struct db *db)
{
    return begin(db, "BEGIN IMMEDIATE");
}

enum error db_hold(struct db *db)
{
    return begin(db, "BEGIN");
}

enum error db_commit(struct db *db)
{
    enum error error = in_words(db->words, execute(db->handle, "COMMIT"));
    if (error != ERROR_NONE)
        db_rollback(db);
    return error;
}

void db_rollback(struct db *db)
{
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

enum error db_finish(struct db *db, enum error error)
{
    if (error == ERROR_NONE)
        return db_commit(db);
    db_rollback(db);
    return error;
}

enum error db_check(struct db *db)
{
    enum error error = begin(db, "BEGIN");
    if (error == ERROR_NONE)
        error = db_finish(db, in_words(db->words, db_look_whole(db->handle)));
    return error;
}

static int bind(sqlite3_stmt *statement, int at, const struct db_value *value)
{
    switch (value->type) {
    case DB_INT:
        return sqlite3_bind_int64(statement, at, value->number);
    case DB_BLOB:
        if (value->len == 0)
            return sqlite3_bind_zeroblob(statement, at, 0);
        return sqlite3_bind_blob64(statement, at, value->data, value->len, SQLITE_STATIC);
    case DB_TEXT:
        return sqlite3_bind_text64(statement, at, value->len == 0 ? "" : value->data, value->len,
                                   SQLITE_STATIC, SQLITE_UTF8);
    default:
        return sqlite3_bind_null(statement, at);
    }
}

static struct db_value column_of(sqlite3_stmt *statement, int at)
{
    switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER:
        return DB_V_INT(sqlite3_column_int64(statement, at));
    case SQLITE_BLOB: {
        const void *data = sqlite3_column_blob(statement, at);
        return DB_V_BLOB(data, (size_t)sqlite3_column_bytes(statement, at));
    }
    case SQLITE_TEXT: {
        const void *data = sqlite3_column_text(statement, at);
        return DB_V_TEXT(data, (size_t)sqlite3_column_bytes(statement, at));
    }
    default:
        return DB_V_NULL;
    }
}

static enum error row_hand_over(sqlite3_stmt *statement, db_row_fn *row, void *context)
{
    struct db_value columns[COLUMNS_MAX];
    int n = sqlite3_column_count(statement);
    for (int i = 0; i < n; i++)
        columns[i] = column_of(statement, i);
    return row(context, columns, (size_t)n);
}

static enum error step_through(struct db *db, sqlite3_stmt *running, const struct db_value *in,
                               size_t n_in, db_row_fn *row, void *context)
{
    enum error error = ERROR_NONE;
    int code = SQLITE_OK;
    for (size_t i = 0; i < n_in && code == SQLITE_OK; i++)
        code = bind(running, (int)i + 1, &in[i]);
    if (code == SQLITE_OK) {
        while (error == ERROR_NONE && (code = sqlite3_step(running)) == SQLITE_ROW)
            if (row != NULL)
                error = row_hand_over(running, row, context);
    }
    if (error == ERROR_NONE)
        error = in_words(db->words, db_look_error(db->handle, code));
    sqlite3_reset(running);
    sqlite3_clear_bindings(running);
    return error;
}

/* Changes must be as many as wanted, unless any number will do. */
static enum error run(struct db *db, size_t statement, const struct db_value *in, size_t n_in,
                      db_row_fn *row, void *context, int wanted)
{
    sqlite3_stmt *running = db->statements[statement];
    const bool alone = sqlite3_get_autocommit(db->handle);
    const bool reads = sqlite3_stmt_readonly(running);
    enum error error = ERROR_NONE;
    if (alone)
        error = begin(db, reads ? "BEGIN" : "BEGIN IMMEDIATE");
    if (error != ERROR_NONE)
        return error;
    error = step_through(db, running, in, n_in, row, context);
    if (error == ERROR_NONE && wanted != ANY_NUMBER && sqlite3_changes64(db->handle) != wanted)
        error = in_words(db->words, ERROR_CORRUPT);
    if (!alone)
        return error;
    /* A rollback would cost the next commit a sync. */
    const enum error ended = db_finish(db, reads ? ERROR_NONE : error);
    return error != ERROR_NONE ? error : ended;
}

enum error db_run(struct db *db, size_t statement, const struct db_value *in, size_t n_in,
                  db_row_fn *row, void *context)
{
    return run(db, statement, in, n_in, row, context, ANY_NUMBER);
}

enum error db_put(struct db *db, size_t statement, const struct db_value *in, size_t n_in)
{
    return run(db, statement, in, n_in, NULL, NULL, 1);
}

struct expected {
    const struct db_value *values;
    size_t n, rows, same;
};

static bool is_same(const struct db_value *a, const struct db_value *b)
{
    if (a->type != b->type || a->number != b->number || a->len != b->len)
        return false;
    return a->len == 0 || memcmp(a->data, b->data, a->len) == 0;
}

static enum error expected_row(void *context, const struct db_value *columns, size_t n)
{
    struct expected *expected = context;
    bool same = n == expected->n;
    for (size_t i = 0; same && i < n; i++)
        same = is_same(&columns[i], &expected->values[i]);
    expected->rows++;
    expected->same += same;
    return ERROR_NONE;
}

enum error db_expect(struct db *db, size_t statement, const struct db_value *in, size_t n_in,
                     const struct db_value *wanted, size_t n_wanted)
{
    struct expected expected = {.values = wanted, .n = n_wanted};
    sqlite3_db_release_memory(db->handle);
    enum error error = db_run(db, statement, in, n_in, expected_row, &expected);
    if (error == ERROR_NONE && (expected.rows != 1 || expected.same != 1))
        error = in_words(db->words, ERROR_CORRUPT);
    return error;
}

struct number_found {
    int64_t number;
    enum error error;
};

/* Ends the run at the first row, by a value other than ERROR_NONE; its own is in the context. */
static enum error number_row(void *context, const struct db_value *columns, size_t n)
{
    struct number_found *found = context;
    found->error = ERROR_NO_ROW;
    if (n > 0 && columns[0].type == DB_INT) {
        found->number = columns[0].number;
        found->error = ERROR_NONE;
    }
    return ERROR_NO_ROW;
}

enum error db_number(struct db *db, size_t statement, const struct db_value *in, size_t n_in,
                     int64_t *out)
{
    struct number_found found = {.error = ERROR_NO_ROW};
    enum error error = db_run(db, statement, in, n_in, number_row, &found);
    if (error != ERROR_NONE && error != ERROR_NO_ROW)
        return error;
    if (found.error == ERROR_NONE)
        *out = found.number;
    return found.error;
}

/* SQLite compares the open file with the path, by inode; the other two files it does not watch. */
bool db_moved(struct db *db)
{
    struct place now[FILES];
    int has_moved = 0;
    bool moved =
        sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved) != SQLITE_OK ||
        has_moved != 0;
    places_look(db->handle, now);
    for (int i = 0; i < FILES; i++)
        if (now[i].device != db->places[i].device || now[i].inode != db->places[i].inode)
            moved = true;
    uint32_t changes = db_look_changes(db->handle);
    if (changes < db->changes) {
        moved = true;
        /* The log is all there is of what came after; it stays as it is. */
        db_keep_log(db, true);
    }
    db->changes = changes;
    uint32_t cookie = 0;
    if (!moved && db_look_cookie(db->handle, &cookie) == ERROR_NONE && cookie != db->cookie)
        moved = true;
    db->moved |= moved;
    return db->moved;
}

enum error db_version(struct db *db, int64_t *version)
{
    uint32_t number = 0;
    enum error error = in_words(db->words, db_look_version(db->handle, &number));
    *version = number;
    return error;
}

enum error db_checkpoint(struct db *db)
{
    int code = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return in_words(db->words, db_look_error(db->handle, code));
}

enum error db_copy(struct db *db, const char *path)
{
    return in_words(db->words, db_copy_to(db->handle, path));
}
