/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a file's header through SQLite's own handle, since closing a descriptor of ours would drop
   the locks that any other connection of this process has on the file. */
#include "store/db_look.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "base/wire.h"
#include "store/db_file.h"

enum { /* offsets in the header */
       HEADER_PAGE_SIZE = 16,
       HEADER_CHANGES = 24,
       HEADER_PAGE_COUNT = 28,
       HEADER_USER_VERSION = 60,
       HEADER_APPLICATION_ID = 68,
};

static enum error error_of_constraint(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_UNIQUE:
        return ERROR_EXISTS;
    default:
        return ERROR_IO;
    }
}

static int errno_of_file(sqlite3 *handle, int which)
{
    sqlite3_file *file = NULL;
    int number = 0;
    if (sqlite3_file_control(handle, "main", which, &file) == SQLITE_OK && file != NULL &&
        file->pMethods != NULL)
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

/* Why the disk failed. The connection often does not know any more, but the file does. */
static int errno_of(sqlite3 *handle)
{
    int number = sqlite3_system_errno(handle);
    if (number == 0)
        number = errno_of_file(handle, SQLITE_FCNTL_JOURNAL_POINTER);
    return number != 0 ? number : errno_of_file(handle, SQLITE_FCNTL_FILE_POINTER);
}

/* SQLite calls a file damaged when the disk just could not read it. */
static bool read_failed(sqlite3 *handle)
{
    static const int which[] = {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER};
    for (int i = 0; i < 2; i++) {
        const int number = errno_of_file(handle, which[i]);
        if (number == EIO || number == ENXIO || number == ERANGE)
            return true;
    }
    return false;
}

enum error db_look_error(sqlite3 *handle, int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERROR_NONE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* others were quicker, again and again */
        return ERROR_BUSY;
    case SQLITE_NOMEM:
        return ERROR_MEMORY;
    case SQLITE_FULL:
        return ERROR_FULL;
    case SQLITE_READONLY:
        return ERROR_READONLY;
    case SQLITE_CORRUPT:
        return read_failed(handle) ? ERROR_IO : ERROR_CORRUPT;
    case SQLITE_NOTADB:
    case SQLITE_TOOBIG: /* larger than anything of ours (store/db_schema.c) */
        return ERROR_CORRUPT;
    case SQLITE_CONSTRAINT:
        return error_of_constraint(code);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return code == SQLITE_IOERR_NOMEM ? ERROR_MEMORY : db_file_error(errno_of(handle));
    default:
        return ERROR_IO;
    }
}

static enum error marks_check(const struct db_look_marks *ours, uint32_t application_id,
                              uint32_t version)
{
    if (application_id != ours->application_id || version == 0)
        return ERROR_FOREIGN;
    if (version > ours->version)
        return ERROR_NEWER;
    return version == ours->version ? ERROR_NONE : ERROR_OLD_FORMAT;
}

bool db_look_logged(const char *path)
{
    char log[PATH_MAX];
    struct stat st;
    if (snprintf(log, sizeof(log), "%s-wal", path) >= (int)sizeof(log))
        return true;
    return stat(log, &st) == 0 ? st.st_size > 0 : errno != ENOENT;
}

/* SQLite takes the missing end of a file that was cut for zeros. The file may rightly be short
   while the log holds pages, so its length is checked only when the log is empty. */
static enum error length_check(const char *path, sqlite3_file *file, const uint8_t *header)
{
    sqlite3_int64 size = 0;
    uint32_t page_size = (uint32_t)header[HEADER_PAGE_SIZE] << 8 | header[HEADER_PAGE_SIZE + 1];
    if (db_look_logged(path))
        return ERROR_NONE;
    if (file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        return ERROR_IO;
    if (page_size == 1)
        page_size = 65536;
    uint64_t promised = (uint64_t)page_size * wire_get32_big(header + HEADER_PAGE_COUNT);
    return (uint64_t)size < promised ? ERROR_CORRUPT : ERROR_NONE;
}

static sqlite3_file *file_of(sqlite3 *handle)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL)
        return NULL;
    return file;
}

/* The lock that nobody gets while others have theirs. Two that look at the same time are in each
   other's way for a moment, so who fails tries again, after another while than the other. */
bool db_look_alone(sqlite3 *handle)
{
    sqlite3_file *file = file_of(handle);
    int code = SQLITE_BUSY;
    for (int tries = 0; tries < 3 && code == SQLITE_BUSY && file != NULL; tries++) {
        uint32_t draw = 0;
        sqlite3_randomness(sizeof draw, &draw);
        if (tries > 0)
            sqlite3_sleep(1 + (int)(draw % 4));
        code = file->pMethods->xLock(file, SQLITE_LOCK_SHARED);
        if (code == SQLITE_OK)
            code = file->pMethods->xLock(file, SQLITE_LOCK_EXCLUSIVE);
        file->pMethods->xUnlock(file, SQLITE_LOCK_NONE);
    }
    return code != SQLITE_BUSY;
}

enum error db_look_header(sqlite3 *handle, const char *path, const struct db_look_marks *ours)
{
    static const char magic[16] = "SQLite format 3";
    uint8_t header[DB_LOOK_HEADER_LEN] = {0};
    sqlite3_file *file = file_of(handle);
    if (file == NULL)
        return ERROR_IO;
    int code = file->pMethods->xRead(file, header, DB_LOOK_HEADER_LEN, 0);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
        return db_look_error(handle, code);
    if (code != SQLITE_OK || memcmp(header, magic, sizeof(magic)) != 0)
        return ERROR_FOREIGN;
    enum error error = marks_check(ours, wire_get32_big(header + HEADER_APPLICATION_ID),
                                   wire_get32_big(header + HEADER_USER_VERSION));
    return error == ERROR_NONE ? length_check(path, file, header) : error;
}

static enum error pragma_number(sqlite3 *handle, const char *sql, uint32_t *out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *out = (uint32_t)sqlite3_column_int(statement, 0);
    enum error error = db_look_error(handle, code);
    sqlite3_finalize(statement);
    return error;
}

/* A newer program may have died with its new version still in the log. Then nothing may move from
   the log into the file when we close. */
enum error db_look_again(sqlite3 *handle, const struct db_look_marks *ours)
{
    uint32_t application_id = 0, version = 0;
    enum error error = pragma_number(handle, "PRAGMA application_id", &application_id);
    if (error == ERROR_NONE)
        error = pragma_number(handle, "PRAGMA user_version", &version);
    if (error == ERROR_NONE)
        error = marks_check(ours, application_id, version);
    if (error == ERROR_FOREIGN || error == ERROR_NEWER || error == ERROR_OLD_FORMAT)
        sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return error;
}

/* SQLite reports a page that it could not read in the same way as one that makes no sense. Returns
   ERROR_CORRUPT, or why the page could not be read. */
static enum error error_said(sqlite3 *handle, const char *said)
{
    static const char word[] = "error code=";
    const char *at = strstr(said, word);
    const int code = at != NULL ? atoi(at + sizeof(word) - 1) & 0xff : SQLITE_CORRUPT;
    if (code != SQLITE_NOMEM && code != SQLITE_IOERR && strstr(said, "failed to get page") == NULL)
        return ERROR_CORRUPT;
    const int number = errno_of(handle);
    return number != 0 ? db_file_error(number) : ERROR_MEMORY;
}

enum error db_look_cookie(sqlite3 *handle, uint32_t *cookie)
{
    return pragma_number(handle, "PRAGMA schema_version", cookie);
}

enum error db_look_whole(sqlite3 *handle)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(handle, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    enum error error = db_look_error(handle, code);
    if (code == SQLITE_ROW) {
        const char *said = (const char *)sqlite3_column_text(statement, 0);
        error = said == NULL              ? ERROR_MEMORY
                : strcmp(said, "ok") == 0 ? ERROR_NONE
                                          : error_said(handle, said);
    }
    sqlite3_finalize(statement);
    return error;
}

uint32_t db_look_changes(sqlite3 *handle)
{
    uint8_t header[DB_LOOK_HEADER_LEN] = {0};
    sqlite3_file *file = file_of(handle);
    if (file == NULL || file->pMethods->xRead(file, header, DB_LOOK_HEADER_LEN, 0) != SQLITE_OK)
        return 0;
    return wire_get32_big(header + HEADER_CHANGES);
}

enum error db_look_version(sqlite3 *handle, uint32_t *version)
{
    return pragma_number(handle, "PRAGMA data_version", version);
}
