/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies a database page by page, by SQLite's own means for it. VACUUM INTO would need a second
   database on the connection, which store/db_schema forbids, and would read every row. */
#include "store/db_copy.h"

#include <stddef.h>

#include "store/db_look.h"

/* In one step: whoever writes meanwhile is not waited for, and does not make it begin anew. */
static enum error copy(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL)
        return db_look_error(to, sqlite3_extended_errcode(to));
    const int stepped = sqlite3_backup_step(backup, -1), ended = sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE)
        return stepped == SQLITE_OK ? ERROR_IO : db_look_error(to, stepped);
    return db_look_error(to, ended);
}

/* What was written of a copy that did not come to its end is of no use: no journal of it. */
enum error db_copy_to(sqlite3 *from, const char *path)
{
    sqlite3 *to = NULL;
    int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK)
        code =
            sqlite3_exec(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;", NULL, NULL, NULL);
    enum error error = db_look_error(to, code);
    if (error == ERROR_NONE)
        error = copy(from, to);
    code = sqlite3_close(to);
    return error == ERROR_NONE ? db_look_error(NULL, code) : error;
}
