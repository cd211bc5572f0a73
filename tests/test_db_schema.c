/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store's file into which another program put what SQLite would run or follow: it is not taken,
   and when that happens under an open connection nothing more is done there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/db.h"
#include "store/db_sqlite.h"
#include "tests/lib/db_test.h"
#include "tests/lib/folder.h"
#include "tests/lib/raw_db.h"

/* --- a file with something of all that ours have, and a connection to look at --- */

enum { ADD, GET, COUNT, STATEMENTS };

static const char *const statements[] = {
    [ADD] = "INSERT INTO thing (id, a, b) VALUES (?1, ?2, ?3)",
    [GET] = "SELECT id, a FROM thing WHERE id = ?1",
    [COUNT] = "SELECT count(*) FROM thing",
};

static const struct db_schema schema = {
    .application_id = 0xf0000001,
    .version = 1,
    .create = "CREATE TABLE thing (id INTEGER PRIMARY KEY, a, b UNIQUE);"
              "CREATE TABLE other (id INTEGER PRIMARY KEY CHECK (id > 0), a);"
              "CREATE INDEX thing_a ON thing (a) WHERE a IS NOT NULL;",
    .statements = statements,
    .statement_count = STATEMENTS,
};

/* Each connection of this program to a file is kept here as it is made, since a store shows none.
 */
static sqlite3 *newest;

static int keep_newest(sqlite3 *handle, const char **why, const struct sqlite3_api_routines *api)
{
    (void)why;
    (void)api;
    if (sqlite3_db_filename(handle, "main")[0] != '\0')
        newest = handle;
    return SQLITE_OK;
}

static struct db *open_it(const struct db_scene *scene, enum db_mode mode)
{
    struct db *db = NULL;
    assert_int_equal(db_open(scene->path, &schema, mode, &db), ERROR_NONE);
    return db;
}

static enum error add(struct db *db, int64_t id)
{
    const struct db_value row[] = {DB_V_INT(id), DB_V_BLOB("letter", 6), DB_V_INT(id)};
    return db_put(db, ADD, row, 3);
}

static int64_t count(struct db *db)
{
    int64_t n = -1;
    assert_int_equal(db_number(db, COUNT, NULL, 0, &n), ERROR_NONE);
    return n;
}

static void make(const struct db_scene *scene)
{
    unlink(scene->path);
    struct db *db = open_it(scene, DB_CREATE);
    assert_int_equal(add(db, 1), ERROR_NONE);
    assert_int_equal(add(db, 2), ERROR_NONE);
    db_close(&db);
}

/* --- what can be put into a file --- */

#define EDIT(sql) "PRAGMA writable_schema = ON; " sql "; PRAGMA writable_schema = RESET"

/* ERROR_CORRUPT: what SQLite itself cannot make sense of. */
static const struct plant {
    const char *what, *sql;
    enum error error;
} plants[] = {
    {"a trigger that erases what comes",
     "CREATE TRIGGER t AFTER INSERT ON thing BEGIN DELETE FROM thing WHERE id = new.id; END",
     ERROR_ALTERED},
    {"a trigger that passes over what comes",
     "CREATE TRIGGER t BEFORE INSERT ON thing BEGIN SELECT raise(IGNORE); END", ERROR_ALTERED},
    {"a view", "CREATE VIEW v AS SELECT * FROM thing", ERROR_ALTERED},
    {"a view in a table's place",
     "ALTER TABLE thing RENAME TO hidden;"
     "CREATE VIEW thing AS SELECT * FROM hidden WHERE id < 2",
     ERROR_ALTERED},
    {"a foreign table", "CREATE TABLE foreign_one (x)", ERROR_ALTERED},
    {"a table less", "DROP TABLE other", ERROR_ALTERED},
    {"an index less", "DROP INDEX thing_a", ERROR_ALTERED},
    {"a renamed column", "ALTER TABLE thing RENAME COLUMN a TO c", ERROR_ALTERED},
    {"a column more", "ALTER TABLE other ADD COLUMN d DEFAULT 1", ERROR_ALTERED},
    {"a generated column", "ALTER TABLE other ADD COLUMN d AS (abs(id))", ERROR_ALTERED},
    {"a default that calls a function",
     "DROP TABLE other;"
     "CREATE TABLE other (id INTEGER PRIMARY KEY, a DEFAULT (randomblob(9)))",
     ERROR_ALTERED},
    {"a check that calls a function",
     "DROP TABLE other;"
     "CREATE TABLE other (id INTEGER PRIMARY KEY CHECK (abs(id) > 0), a)",
     ERROR_ALTERED},
    {"an index of an expression", "CREATE INDEX i ON thing (abs(a))", ERROR_ALTERED},
    {"an index of a part", "CREATE INDEX i ON thing (a) WHERE abs(id) > 2", ERROR_ALTERED},
    {"a virtual table", "CREATE VIRTUAL TABLE f USING fts5 (x)", ERROR_ALTERED},
    {"statistics", "ANALYZE", ERROR_ALTERED},
    {"a table that counts up", "CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT)",
     ERROR_ALTERED},
    {"a text changed by hand",
     EDIT("UPDATE sqlite_schema SET sql = replace(sql, 'id > 0', 'id > 1') WHERE name = 'other'"),
     ERROR_ALTERED},
    {"a blank more", EDIT("UPDATE sqlite_schema SET sql = sql || ' ' WHERE name = 'other'"),
     ERROR_ALTERED},
    {"a text of another type",
     EDIT("UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE name = 'other'"), ERROR_ALTERED},
    {"a kind changed by hand",
     EDIT("UPDATE sqlite_schema SET type = 'trigger' WHERE name = 'other'"), ERROR_CORRUPT},
    {"a table by another name",
     EDIT("UPDATE sqlite_schema SET tbl_name = 'thing' WHERE name = 'other'"), ERROR_CORRUPT},
    {"a table on the pages of another",
     EDIT("UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE"
          " name = 'thing') WHERE name = 'other'"),
     ERROR_ALTERED},
    {"an index on the pages of a table",
     EDIT("UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE"
          " name = 'thing') WHERE name = 'thing_a'"),
     ERROR_ALTERED},
    {"a table on no page of the file",
     EDIT("UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'other'"), ERROR_CORRUPT},
    {"the index of no table",
     EDIT("INSERT INTO sqlite_schema VALUES ('index', 'sqlite_autoindex_thing_7', 'thing', 3,"
          " NULL)"),
     ERROR_CORRUPT},
    {"no SQL", EDIT("UPDATE sqlite_schema SET sql = 'CREATE nonsense' WHERE name = 'other'"),
     ERROR_CORRUPT},
};

enum { PLANTS = sizeof(plants) / sizeof(plants[0]) };

static void assert_not_taken(const struct db_scene *scene, const struct plant *plant)
{
    static const enum db_mode modes[] = {DB_OPEN, DB_CREATE, DB_READ};
    size_t len = 0, after = 0;
    uint8_t *before = folder_read(scene->path, &len);
    for (size_t i = 0; i < 3; i++) {
        struct db *db = NULL;
        const enum error error = db_open(scene->path, &schema, modes[i], &db);
        if (error != plant->error)
            fail_msg("%s: %d", plant->what, (int)error);
        assert_null(db);
        uint8_t *file = folder_read(scene->path, &after);
        assert_int_equal(after, len);
        assert_memory_equal(file, before, len);
        free(file);
    }
    free(before);
}

static void what_another_program_put_in_is_not_taken(void **state)
{
    const struct db_scene *scene = *state;
    for (size_t i = 0; i < PLANTS; i++) {
        make(scene);
        raw_db(scene->path, plants[i].sql);
        assert_not_taken(scene, &plants[i]);
    }
}

/* The file itself is as we made it, and the log beside it says otherwise. */
static void what_stands_in_the_log_alone_is_not_taken(void **state)
{
    const struct db_scene *scene = *state;
    char *log = strdup(folder_path(scene->folder, "a.db-wal"));
    for (size_t i = 0; i < PLANTS; i++) {
        size_t len = 0, log_len = 0;
        make(scene);
        sqlite3 *other = raw_db_open(scene->path);
        raw_db_run(other, "PRAGMA wal_autocheckpoint = 0; BEGIN; UPDATE thing SET a = 1; COMMIT");
        raw_db_run(other, plants[i].sql);
        uint8_t *file = folder_read(scene->path, &len), *said = folder_read(log, &log_len);
        raw_db_close(other);
        folder_write(scene->path, file, len);
        folder_write(log, said, log_len);
        assert_not_taken(scene, &plants[i]);
        uint8_t *after = folder_read(log, &len);
        assert_int_equal(len, log_len);
        assert_memory_equal(after, said, log_len);
        free(after);
        unlink(log);
        unlink(folder_path(scene->folder, "a.db-shm"));
        free(file);
        free(said);
    }
    free(log);
}

/* A backup may lay pages and definitions out anew, or come of another version's VACUUM. */
static void a_copy_laid_out_anew_is_taken(void **state)
{
    const struct db_scene *scene = *state;
    make(scene);
    raw_db(scene->path, "DROP TABLE other; CREATE TABLE other (id INTEGER PRIMARY KEY CHECK (id > "
                        "0), a); VACUUM");
    struct db *db = open_it(scene, DB_OPEN);
    assert_int_equal(count(db), 2);
    db_close(&db);
}

/* --- under an open connection --- */

static void nothing_runs_once_something_was_put_in(void **state)
{
    const struct db_scene *scene = *state;
    const struct db_value one = DB_V_INT(1);
    int64_t n = 0;
    for (size_t i = 0; i < PLANTS; i++) {
        make(scene);
        struct db *db = open_it(scene, DB_OPEN);
        assert_int_equal(count(db), 2);
        assert_int_equal(db_moved(db), 0);
        sqlite3 *other = raw_db_open(scene->path);
        raw_db_run(other, plants[i].sql);
        raw_db_run(other, "PRAGMA schema_version = 1000"); /* by hand, SQLite does not count */
        assert_int_equal(db_run(db, GET, &one, 1, NULL, NULL), ERROR_ALTERED);
        assert_int_equal(db_number(db, COUNT, NULL, 0, &n), ERROR_ALTERED);
        assert_int_equal(add(db, 3), ERROR_ALTERED);
        assert_int_equal(db_begin(db), ERROR_ALTERED);
        assert_int_equal(db_check(db), ERROR_ALTERED);
        assert_int_not_equal(db_moved(db), 0);
        raw_db_close(other);
        db_close(&db);
    }
}

/* What is put in without SQLite's count is not seen until the file is opened again, but not
   followed either. */
static void a_hidden_trigger_does_not_run(void **state)
{
    const struct db_scene *scene = *state;
    make(scene);
    struct db *db = open_it(scene, DB_OPEN), *again = NULL;
    sqlite3 *other = raw_db_open(scene->path);
    raw_db_run(other, "CREATE TRIGGER t AFTER INSERT ON thing BEGIN DELETE FROM thing; END");
    raw_db_run(other, "PRAGMA schema_version = 3");
    raw_db_close(other);
    assert_int_equal(add(db, 3), ERROR_NONE);
    assert_int_equal(count(db), 3);
    db_close(&db);
    assert_int_equal(db_open(scene->path, &schema, DB_OPEN, &again), ERROR_ALTERED);
}

/* --- the connection itself --- */

/* Should the comparison ever miss something, SQLite still runs none of it. */
static void every_connection_is_shut(void **state)
{
    static const struct {
        int option, value;
    } settings[] = {
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},  {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DEFENSIVE, 1},       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    const struct db_scene *scene = *state;
    for (int mode = DB_OPEN; mode <= DB_READ; mode++) {
        make(scene);
        assert_int_equal(sqlite3_auto_extension((void (*)(void))keep_newest), SQLITE_OK);
        struct db *db = open_it(scene, (enum db_mode)mode);
        sqlite3_reset_auto_extension();
        for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
            int value = -1;
            assert_int_equal(sqlite3_db_config(newest, settings[i].option, -1, &value), SQLITE_OK);
            assert_int_equal(value, settings[i].value);
        }
        assert_int_equal(sqlite3_limit(newest, SQLITE_LIMIT_ATTACHED, -1), 0);
        assert_int_equal(sqlite3_exec(newest, "ATTACH ':memory:' AS a", NULL, NULL, NULL),
                         SQLITE_ERROR);
        db_close(&db);
    }
}

/* Nobody is made to hold a row of a gigabyte. */
static void a_row_larger_than_any_of_ours_is_damage(void **state)
{
    const struct db_scene *scene = *state;
    const struct db_value one = DB_V_INT(1), two = DB_V_INT(2);
    make(scene);
    raw_db(scene->path, "UPDATE thing SET a = zeroblob(70000000) WHERE id = 1");
    struct db *db = open_it(scene, DB_OPEN);
    assert_int_equal(db_run(db, GET, &one, 1, NULL, NULL), ERROR_CORRUPT);
    assert_int_equal(db_run(db, GET, &two, 1, NULL, NULL), ERROR_NONE);
    db_close(&db);
}

/* --- how many rows are changed, and what stands there afterwards --- */

static void a_row_that_is_not_changed_is_an_error(void **state)
{
    static const char *const sql[] = {"UPDATE thing SET a = ?2 WHERE id >= ?1",
                                      "SELECT count(*) FROM thing WHERE a = 7"};
    const struct db_scene *scene = *state;
    struct db_schema as = schema;
    struct db *db = NULL;
    make(scene);
    as.statements = sql;
    as.statement_count = 2;
    assert_int_equal(db_open(scene->path, &as, DB_OPEN, &db), ERROR_NONE);
    for (int64_t id = 3; id >= 1; id--) {
        const struct db_value in[] = {DB_V_INT(id), DB_V_INT(7)};
        int64_t n = -1;
        assert_int_equal(db_put(db, 0, in, 2), id == 2 ? ERROR_NONE : ERROR_CORRUPT);
        assert_int_equal(db_number(db, 1, NULL, 0, &n), ERROR_NONE);
        assert_int_equal(n, id == 3 ? 0 : 1); /* what changed too many was rolled back */
    }
    db_close(&db);
}

static void what_is_expected_must_be_there(void **state)
{
    const struct db_scene *scene = *state;
    const struct db_value one = DB_V_INT(1), none = DB_V_INT(9);
    const struct db_value right[] = {DB_V_INT(1), DB_V_BLOB("letter", 6)};
    const struct db_value wrong[][2] = {
        {DB_V_INT(2), DB_V_BLOB("letter", 6)},
        {DB_V_INT(1), DB_V_BLOB("lettes", 6)},
        {DB_V_INT(1), DB_V_BLOB("lette", 5)},
        {DB_V_INT(1), DB_V_TEXT("letter", 6)},
        {DB_V_INT(1), DB_V_NULL},
    };
    make(scene);
    struct db *db = open_it(scene, DB_READ);
    assert_int_equal(db_expect(db, GET, &one, 1, right, 2), ERROR_NONE);
    assert_int_equal(db_expect(db, GET, &one, 1, right, 1), ERROR_CORRUPT);
    assert_int_equal(db_expect(db, GET, &none, 1, right, 2), ERROR_CORRUPT);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(db_expect(db, GET, &one, 1, wrong[i], 2), ERROR_CORRUPT);
    db_close(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(what_another_program_put_in_is_not_taken),
        DB_TEST(what_stands_in_the_log_alone_is_not_taken),
        DB_TEST(a_copy_laid_out_anew_is_taken),
        DB_TEST(nothing_runs_once_something_was_put_in),
        DB_TEST(a_hidden_trigger_does_not_run),
        DB_TEST(every_connection_is_shut),
        DB_TEST(a_row_larger_than_any_of_ours_is_damage),
        DB_TEST(a_row_that_is_not_changed_is_an_error),
        DB_TEST(what_is_expected_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
