/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives the log a copy of its table of methods in which write, truncate and sync are our own. */
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

/* Did this connection begin the log that is in the file, and does that hold one commit at most?
   Without a look at checksums the count can only be too high. */
static bool is_ours_of_one_commit(const struct db_log *log, sqlite3_file *file)
{
    static const uint8_t none[FRAME_SALTS - FRAME_COMMIT];
    uint8_t header[DB_LOG_HEADER_LEN], frame[FRAME_LEN];
    int commits = 0;
    int code = log->real->xRead(file, header, DB_LOG_HEADER_LEN, 0);
    if (code != SQLITE_OK || memcmp(header, log->header, DB_LOG_HEADER_LEN) != 0)
        return false;
    const uint32_t page = wire_get32_big(header + HEADER_PAGE_SIZE);
    for (sqlite3_int64 at = DB_LOG_HEADER_LEN; code == SQLITE_OK && commits < 2;
         at += FRAME_LEN + page) {
        code = log->real->xRead(file, frame, FRAME_LEN, at);
        if (code != SQLITE_OK || memcmp(frame + FRAME_SALTS, header + HEADER_SALTS, SALTS_LEN) != 0)
            break;
        commits += memcmp(frame + FRAME_COMMIT, none, sizeof(none)) != 0;
    }
    return commits < 2 && (code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ);
}

static int log_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    struct db_log *log = log_of(file);
    const bool is_header = at == 0 && len == DB_LOG_HEADER_LEN;
    log->header_only = is_header && log->synced;
    if (log->header_only)
        log->harmless = is_ours_of_one_commit(log, file);
    if (is_header)
        memcpy(log->header, bytes, DB_LOG_HEADER_LEN);
    log->synced = false;
    return log->real->xWrite(file, bytes, len, at);
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
    int code = log->real->xSync(file, flags);
    log->synced = code == SQLITE_OK;
    return code;
}

void db_log_watch(sqlite3 *handle, struct db_log *log)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL)
        return;
    log->real = file->pMethods;
    log->methods = *log->real;
    log->methods.xWrite = log_write;
    log->methods.xTruncate = log_truncate;
    log->methods.xSync = log_sync;
    file->pMethods = &log->methods;
}
