/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of a store's file have in common: a folder of their own for it, and a schema of
   one table. Everything fails the running test. */
#include "tests/lib/db_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/folder.h"

static const char *const statements[] = {
    [DB_TEST_ADD] = "INSERT INTO thing (id, a, b) VALUES (?1, ?2, ?3)",
    [DB_TEST_GET] = "SELECT id, a, b FROM thing ORDER BY id",
    [DB_TEST_COUNT] = "SELECT count(*) FROM thing",
    [DB_TEST_SYNCHRONOUS] = "PRAGMA synchronous",
    [DB_TEST_SECURE_DELETE] = "PRAGMA secure_delete",
    [DB_TEST_TEMP_STORE] = "PRAGMA temp_store",
    [DB_TEST_FOREIGN_KEYS] = "PRAGMA foreign_keys",
    [DB_TEST_TRUSTED_SCHEMA] = "PRAGMA trusted_schema",
    [DB_TEST_BUSY_TIMEOUT] = "PRAGMA busy_timeout",
    [DB_TEST_JOURNAL_MODE] = "PRAGMA journal_mode",
    [DB_TEST_NEXT_VERSION] = "PRAGMA user_version = 2",
};

const struct db_schema db_test_schema = {
    .application_id = 0xf0000001,
    .version = 1,
    .create = "CREATE TABLE thing (id INTEGER PRIMARY KEY, a, b);",
    .statements = statements,
    .statement_count = DB_TEST_STATEMENTS,
};

int db_test_setup(void **state)
{
    static struct db_scene scene;
    scene.folder = folder_make();
    strcpy(scene.path, folder_path(scene.folder, "a.db"));
    *state = &scene;
    return 0;
}

int db_test_teardown(void **state)
{
    struct db_scene *scene = *state;
    folder_remove(&scene->folder);
    return 0;
}

struct db *db_test_open(const struct db_scene *scene, enum db_mode mode)
{
    struct db *db = NULL;
    assert_int_equal(db_open(scene->path, &db_test_schema, mode, &db), ERROR_NONE);
    assert_non_null(db);
    return db;
}

enum error db_test_add(struct db *db, int64_t id, const void *bytes, size_t len)
{
    const struct db_value row[] = {DB_V_INT(id), DB_V_BLOB(bytes, len), DB_V_NULL};
    return db_run(db, DB_TEST_ADD, row, 3, NULL, NULL);
}

int64_t db_test_number(struct db *db, size_t statement)
{
    int64_t n = -1;
    assert_int_equal(db_number(db, statement, NULL, 0, &n), ERROR_NONE);
    return n;
}

int64_t db_test_count(struct db *db)
{
    return db_test_number(db, DB_TEST_COUNT);
}

void db_test_make(const struct db_scene *scene, int n)
{
    char bytes[1024];
    memset(bytes, 'x', sizeof(bytes));
    struct db *db = db_test_open(scene, DB_CREATE);
    for (int i = 1; i <= n; i++)
        assert_int_equal(db_test_add(db, i, bytes, sizeof(bytes)), ERROR_NONE);
    db_close(&db);
}

int db_test_in_child(const struct db_scene *scene, db_test_child_fn *function)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
            _exit(100);
        _exit(function(scene));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void db_test_hand_to_child(const struct db_scene *scene)
{
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(scene->folder, 65534, 65534), 0);
    if (access(scene->path, F_OK) == 0)
        assert_int_equal(chown(scene->path, 65534, 65534), 0);
}

int db_test_open_and_close(const struct db_scene *scene)
{
    struct db *db = NULL;
    enum error error = db_open(scene->path, &db_test_schema, DB_CREATE, &db);
    db_close(&db);
    return error;
}
