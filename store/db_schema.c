/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file may define, and that it defines nothing else. */
#include "store/db_schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "store/db_look.h"

/* Everything that is defined, in one order. Roots are where SQLite finds the pages: their numbers
   may differ from ours, since a backup can lay them out anew, but no two are one. */
static const char all_that_is_defined[] =
    "SELECT type, name, tbl_name, sql, typeof(rootpage),"
    " (SELECT count(*) FROM sqlite_schema other WHERE other.rootpage = this.rootpage)"
    " FROM sqlite_schema this ORDER BY type, name, tbl_name, sql";

enum error db_schema_shut(sqlite3 *handle)
{
    static const struct {
        int option, value;
    } settings[] = {
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
    };
    static const struct {
        int limit, most;
    } limits[] = {
        {SQLITE_LIMIT_ATTACHED, 0},         {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
        {SQLITE_LIMIT_LENGTH, 1 << 26},     {SQLITE_LIMIT_SQL_LENGTH, 1 << 16},
        {SQLITE_LIMIT_COLUMN, 100},         {SQLITE_LIMIT_EXPR_DEPTH, 100},
        {SQLITE_LIMIT_COMPOUND_SELECT, 10}, {SQLITE_LIMIT_VDBE_OP, 25000},
        {SQLITE_LIMIT_FUNCTION_ARG, 10},    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
    };
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < sizeof(settings) / sizeof(settings[0]); i++)
        code = sqlite3_db_config(handle, settings[i].option, settings[i].value, NULL);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        sqlite3_limit(handle, limits[i].limit, limits[i].most);
    if (code == SQLITE_OK)
        code = sqlite3_exec(handle, "PRAGMA cell_size_check=ON", NULL, NULL, NULL);
    return db_look_error(handle, code);
}

enum error db_schema_make(const char *create, sqlite3 **memory)
{
    int code =
        sqlite3_open_v2(":memory:", memory, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(*memory, create, NULL, NULL, NULL);
    return db_look_error(*memory, code);
}

static bool is_same_column(sqlite3_stmt *one, sqlite3_stmt *other, int at)
{
    const void *a = sqlite3_column_blob(one, at), *b = sqlite3_column_blob(other, at);
    const int len = sqlite3_column_bytes(one, at);
    return sqlite3_column_type(one, at) == sqlite3_column_type(other, at) &&
           sqlite3_column_bytes(other, at) == len && (len == 0 || memcmp(a, b, (size_t)len) == 0);
}

static bool is_same_row(sqlite3_stmt *one, sqlite3_stmt *other)
{
    for (int i = 0; i < sqlite3_column_count(one); i++)
        if (!is_same_column(one, other, i))
            return false;
    return true;
}

/* Row by row, both to their ends. */
static enum error compare(sqlite3 *handle, sqlite3_stmt *file, sqlite3 *memory, sqlite3_stmt *ours)
{
    for (;;) {
        const int code = sqlite3_step(file), wanted = sqlite3_step(ours);
        enum error error = db_look_error(handle, code);
        if (error == ERROR_NONE)
            error = db_look_error(memory, wanted);
        if (error != ERROR_NONE)
            return error;
        if (code != wanted || (code == SQLITE_ROW && !is_same_row(file, ours)))
            return ERROR_ALTERED;
        if (code == SQLITE_DONE)
            return ERROR_NONE;
    }
}

/* What SQLite cannot even make sense of is no schema of ours. */
static enum error prepare(sqlite3 *handle, sqlite3_stmt **out)
{
    const int code = sqlite3_prepare_v2(handle, all_that_is_defined, -1, out, NULL);
    return (code & 0xff) == SQLITE_ERROR ? ERROR_ALTERED : db_look_error(handle, code);
}

enum error db_schema_compare(sqlite3 *handle, const char *create)
{
    sqlite3 *memory = NULL;
    sqlite3_stmt *file = NULL, *ours = NULL;
    enum error error = db_schema_make(create, &memory);
    if (error == ERROR_NONE)
        error = prepare(memory, &ours);
    if (error == ERROR_NONE)
        error = prepare(handle, &file);
    if (error == ERROR_NONE)
        error = compare(handle, file, memory, ours);
    sqlite3_finalize(file);
    sqlite3_finalize(ours);
    sqlite3_close(memory);
    return error;
}
