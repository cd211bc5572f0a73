/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives the log a copy of its table of methods in which write, truncate and sync are our own: what
   is written is noted and joined, what was noted saves syncs. */
#include "store/db_log.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/wire.h"

/* The layout of a log (sqlite.org/fileformat2.html, section 4.1); integers are big-endian. */
enum {
    HEADER_PAGE_SIZE = 8,
    HEADER_SALTS = 16,
    FRAME_LEN = 24, /* of a frame's header, before its page */
    FRAME_COMMIT = 4,
    FRAME_SALTS = 8,
    SALTS_LEN = 8,
};

_Static_assert(offsetof(struct db_log, methods) == 0, "a file's methods lead to its log");

static struct db_log *log_of(const sqlite3_file *file)
{
    return (struct db_log *)(uintptr_t)file->pMethods;
}

static int joined_write(struct db_log *log, sqlite3_file *file)
{
    const int len = log->joined_len;
    log->joined_len = 0;
    return len == 0 ? SQLITE_OK : log->real->xWrite(file, log->joined, len, log->joined_at);
}

static int joined_add(struct db_log *log, sqlite3_file *file, const void *bytes, int len,
                      sqlite3_int64 at)
{
    int code = SQLITE_OK;
    if (at != log->joined_at + log->joined_len || len > DB_LOG_JOINED_MAX - log->joined_len)
        code = joined_write(log, file);
    if (code != SQLITE_OK)
        return code;
    if (log->joined_len == 0)
        log->joined_at = at;
    memcpy(log->joined + log->joined_len, bytes, (size_t)len);
    log->joined_len += len;
    return SQLITE_OK;
}

/* Did this connection begin the log that is in the file, and does that hold one commit? Nobody
   else's is before our first, since we wrote it with the header; and theirs would follow: any frame
   of this log there is taken for one. */
static bool is_ours_of_one_commit(const struct db_log *log, sqlite3_file *file)
{
    uint8_t header[DB_LOG_HEADER_LEN], next[FRAME_LEN];
    if (log->commits != 1 || log->real->xRead(file, header, DB_LOG_HEADER_LEN, 0) != SQLITE_OK ||
        memcmp(header, log->header, DB_LOG_HEADER_LEN) != 0)
        return false;
    const int code = log->real->xRead(file, next, FRAME_LEN, log->end);
    return code == SQLITE_IOERR_SHORT_READ ||
           (code == SQLITE_OK && memcmp(next + FRAME_SALTS, header + HEADER_SALTS, SALTS_LEN) != 0);
}

/* Notes the header of a log or of a frame; no page is as short as either. */
static void head_note(struct db_log *log, sqlite3_file *file, const uint8_t *bytes, int len,
                      sqlite3_int64 at)
{
    const bool is_header = at == 0 && len == DB_LOG_HEADER_LEN;
    log->header_only = is_header && log->synced;
    if (log->header_only)
        log->harmless = is_ours_of_one_commit(log, file);
    if (is_header) {
        memcpy(log->header, bytes, DB_LOG_HEADER_LEN);
        log->commits = 0;
    } else if (len == FRAME_LEN && wire_get32_big(bytes + FRAME_COMMIT) != 0) {
        log->end = at + FRAME_LEN + wire_get32_big(log->header + HEADER_PAGE_SIZE);
        log->commits++;
    }
}

static int log_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    struct db_log *log = log_of(file);
    head_note(log, file, bytes, len, at);
    log->synced = false;
    return joined_add(log, file, bytes, len, at);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct db_log *log = log_of(file);
    log->synced = log->header_only = false;
    return log->real->xTruncate(file, size);
}

static int log_sync(sqlite3_file *file, int flags)
{
    struct db_log *log = log_of(file);
    if (log->synced || (log->header_only && log->harmless))
        return SQLITE_OK;
    int code = joined_write(log, file);
    if (code == SQLITE_OK)
        code = log->real->xSync(file, flags);
    log->synced = code == SQLITE_OK;
    return code;
}

/* A transaction was undone, whatever failed: somebody else may begin the log with the same
   header. */
static void undone(void *context)
{
    struct db_log *log = context;
    memset(log->header, 0, DB_LOG_HEADER_LEN);
}

void db_log_watch(sqlite3 *handle, struct db_log *log)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL ||
        (file->pMethods->xDeviceCharacteristics(file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) == 0)
        return;
    log->real = file->pMethods;
    log->methods = *log->real;
    log->methods.xWrite = log_write;
    log->methods.xTruncate = log_truncate;
    log->methods.xSync = log_sync;
    file->pMethods = &log->methods;
    sqlite3_rollback_hook(handle, undone, log);
}
