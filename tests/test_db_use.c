/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store's file in use: values come back as they went in, what is rolled back is gone, and neither
   a full disk nor the lock of another process loses anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/db.h"
#include "store/db_sqlite.h"
#include "tests/lib/db_test.h"
#include "tests/lib/folder.h"

static enum error values_row(void *context, const struct db_value *columns, size_t n)
{
    int *rows = context;
    assert_int_equal(n, 3);
    assert_int_equal(columns[0].type, DB_INT);
    if (++*rows == 1) {
        assert_int_equal(columns[0].number, INT64_MIN);
        assert_int_equal(columns[1].type, DB_BLOB);
        assert_int_equal(columns[1].len, 3);
        assert_memory_equal(columns[1].data, "a\0b", 3);
        assert_int_equal(columns[2].type, DB_TEXT);
        assert_int_equal(columns[2].len, 2);
        assert_memory_equal(columns[2].data, "\xd2\x9b", 2);
    } else {
        assert_int_equal(columns[0].number, 7);
        assert_int_equal(columns[1].type, DB_BLOB);
        assert_int_equal(columns[1].len, 0);
        assert_int_equal(columns[2].type, DB_NULL);
    }
    return ERROR_NONE;
}

static void values_come_back_as_they_went_in(void **state)
{
    const struct db_scene *scene = *state;
    const struct db_value one[] = {DB_V_INT(INT64_MIN), DB_V_BLOB("a\0b", 3),
                                   DB_V_TEXT("\xd2\x9b", 2)};
    const struct db_value two[] = {DB_V_INT(7), DB_V_BLOB(NULL, 0), DB_V_NULL};
    int rows = 0;
    struct db *db = db_test_open(scene, DB_CREATE);
    assert_int_equal(db_run(db, DB_TEST_ADD, one, 3, NULL, NULL), ERROR_NONE);
    assert_int_equal(db_run(db, DB_TEST_ADD, two, 3, NULL, NULL), ERROR_NONE);
    assert_int_equal(db_run(db, DB_TEST_GET, NULL, 0, values_row, &rows), ERROR_NONE);
    assert_int_equal(rows, 2);
    db_close(&db);
}

static enum error stopping_row(void *context, const struct db_value *columns, size_t n)
{
    ++*(int *)context;
    return ERROR_FULL;
}

static void a_row_can_stop_the_run(void **state)
{
    const struct db_scene *scene = *state;
    int rows = 0;
    int64_t n = 5;
    db_test_make(scene, 3);
    struct db *db = db_test_open(scene, DB_OPEN);
    assert_int_equal(db_run(db, DB_TEST_GET, NULL, 0, stopping_row, &rows), ERROR_FULL);
    assert_int_equal(rows, 1);
    assert_int_equal(db_test_count(db), 3);
    assert_int_equal(db_test_add(db, 3, "x", 1), ERROR_EXISTS);
    assert_int_equal(db_number(db, DB_TEST_GET, NULL, 0, &n), ERROR_NONE);
    assert_int_equal(n, 1);
    db_close(&db);
}

static void no_row_and_null_are_no_number(void **state)
{
    const struct db_scene *scene = *state;
    int64_t n = 5;
    struct db *db = db_test_open(scene, DB_CREATE);
    assert_int_equal(db_number(db, DB_TEST_GET, NULL, 0, &n), ERROR_NO_ROW);
    assert_int_equal(n, 5);
    assert_int_equal(db_run(db, DB_TEST_GET, NULL, 0, NULL, NULL), ERROR_NONE);
    db_close(&db);
}

static void what_is_rolled_back_or_left_open_is_gone(void **state)
{
    const struct db_scene *scene = *state;
    struct db *db = db_test_open(scene, DB_CREATE);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_int_equal(db_test_add(db, 1, "x", 1), ERROR_NONE);
    db_rollback(db);
    db_rollback(db);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_int_equal(db_test_add(db, 2, "x", 1), ERROR_NONE);
    assert_int_equal(db_commit(db), ERROR_NONE);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_int_equal(db_test_add(db, 3, "x", 1), ERROR_NONE);
    db_close(&db);
    db = db_test_open(scene, DB_OPEN);
    assert_int_equal(db_test_count(db), 1);
    db_close(&db);
}

static void a_checkpoint_cuts_the_log(void **state)
{
    const struct db_scene *scene = *state;
    const char *log = folder_path(scene->folder, "a.db-wal");
    struct db *db = db_test_open(scene, DB_CREATE);
    assert_int_equal(db_test_add(db, 1, "x", 1), ERROR_NONE);
    assert_true(folder_size(log) > 0);
    assert_int_equal(db_checkpoint(db), ERROR_NONE);
    assert_int_equal(folder_size(log), 0);
    db_close(&db);
}

static void limit_files_to(rlim_t bytes)
{
    const struct rlimit limit = {bytes, bytes};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(101);
}

static int create_without_room(const struct db_scene *scene)
{
    limit_files_to(4096);
    return db_test_open_and_close(scene);
}

static void a_file_that_has_no_room_is_not_made(void **state)
{
    const struct db_scene *scene = *state;
    db_test_hand_to_child(scene);
    assert_int_equal(db_test_in_child(scene, create_without_room), ERROR_FULL);
    assert_string_equal(folder_names(scene->folder), "");
}

/* Adds rows until it fails; the error, when every row that was said to be there is. */
static int add_until_full(const struct db_scene *scene)
{
    char bytes[1024] = "";
    struct db *db = NULL;
    enum error error = db_open(scene->path, &db_test_schema, DB_OPEN, &db);
    int64_t rows = error == ERROR_NONE ? db_test_count(db) : 0;
    for (int64_t id = rows + 1; error == ERROR_NONE; id++) {
        error = db_begin(db);
        if (error == ERROR_NONE)
            error = db_test_add(db, id, bytes, sizeof(bytes));
        if (error == ERROR_NONE)
            error = db_commit(db);
        else
            db_rollback(db);
        rows += error == ERROR_NONE;
    }
    if (db != NULL && db_test_count(db) != rows)
        error = 102;
    db_close(&db);
    return error;
}

static int add_without_room(const struct db_scene *scene)
{
    limit_files_to(256 * 1024);
    return add_until_full(scene);
}

static void a_full_disk_keeps_what_it_had(void **state)
{
    const struct db_scene *scene = *state;
    db_test_make(scene, 5);
    db_test_hand_to_child(scene);
    assert_int_equal(db_test_in_child(scene, add_without_room), ERROR_FULL);
    struct db *db = db_test_open(scene, DB_OPEN);
    int64_t rows = db_test_count(db);
    assert_true(rows > 5);
    assert_int_equal(db_test_add(db, rows + 1, "x", 1), ERROR_NONE);
    db_close(&db);
}

static void a_full_file_system_keeps_what_it_had(void **state)
{
    const struct db_scene *scene = *state;
    if (geteuid() != 0 || mount("none", scene->folder, "tmpfs", 0, "size=256k") != 0)
        skip();
    db_test_make(scene, 5);
    enum error error = add_until_full(scene);
    struct db *db = NULL;
    int reopened = db_open(scene->path, &db_test_schema, DB_OPEN, &db);
    int64_t rows = reopened == ERROR_NONE ? db_test_count(db) : 0;
    db_close(&db);
    mount("none", scene->folder, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL);
    int read_only = db_open(scene->path, &db_test_schema, DB_OPEN, &db);
    umount(scene->folder);
    assert_int_equal(error, ERROR_FULL);
    assert_int_equal(reopened, ERROR_NONE);
    assert_true(rows > 5);
    assert_int_equal(read_only, ERROR_READONLY);
}

/* A child that holds the write lock from when this returns until its pipe is closed. */
static pid_t locker_start(const struct db_scene *scene, int *release)
{
    int held[2], stop[2];
    char byte = 0;
    assert_int_equal(pipe(held), 0);
    assert_int_equal(pipe(stop), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct db *db = NULL;
        close(stop[1]);
        enum error error = db_open(scene->path, &db_test_schema, DB_OPEN, &db);
        if (error == ERROR_NONE)
            error = db_begin(db);
        if (error == ERROR_NONE && write(held[1], "h", 1) == 1)
            (void)!read(stop[0], &byte, 1);
        db_close(&db);
        _exit(error);
    }
    close(held[1]);
    close(stop[0]);
    assert_int_equal(read(held[0], &byte, 1), 1);
    close(held[0]);
    *release = stop[1];
    return child;
}

static void another_process_that_holds_the_file_is_said(void **state)
{
    const struct db_scene *scene = *state;
    int release = -1, status = -1;
    db_test_make(scene, 2);
    pid_t child = locker_start(scene, &release);
    struct db *db = db_test_open(scene, DB_OPEN);
    assert_int_equal(db_test_count(db), 2);
    assert_int_equal(db_begin(db), ERROR_BUSY);
    close(release);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_int_equal(db_test_add(db, 3, "x", 1), ERROR_NONE);
    assert_int_equal(db_commit(db), ERROR_NONE);
    assert_int_equal(db_test_count(db), 3);
    db_close(&db);
}

/* Opens and closes the file in a fresh program: a mere fork would inherit what SQLite knows of our
   locks. */
static int open_in_another_program(const struct db_scene *scene)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execl("/proc/self/exe", "test_db_use", "open", scene->path, (char *)NULL);
        _exit(100);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Opening once more in one process must not cost the first connection its locks: else the other
   program would take itself for the last one, and remove the log under us. */
static void a_second_look_at_the_file_keeps_the_locks(void **state)
{
    const struct db_scene *scene = *state;
    struct db_schema other = db_test_schema;
    struct db *db = db_test_open(scene, DB_CREATE), *second = NULL;
    other.application_id = 1;
    assert_int_equal(db_test_add(db, 1, "x", 1), ERROR_NONE);
    assert_int_equal(db_open(scene->path, &other, DB_OPEN, &second), ERROR_FOREIGN);
    second = db_test_open(scene, DB_OPEN);
    db_close(&second);
    assert_int_equal(open_in_another_program(scene), ERROR_NONE);
    assert_string_equal(folder_names(scene->folder), "a.db a.db-shm a.db-wal ");
    db_close(&db);
    assert_int_equal(open_in_another_program(scene), ERROR_NONE);
    assert_string_equal(folder_names(scene->folder), "a.db ");
}

static void many_can_make_one_file_at_once(void **state)
{
    const struct db_scene *scene = *state;
    enum { MAKERS = 8 };
    pid_t children[MAKERS];
    fflush(NULL);
    for (int i = 0; i < MAKERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct db *db = NULL;
            enum error error = db_open(scene->path, &db_test_schema, DB_CREATE, &db);
            if (error == ERROR_NONE)
                error = db_test_add(db, i, "x", 1);
            db_close(&db);
            _exit(error);
        }
    }
    for (int i = 0; i < MAKERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    struct db *db = db_test_open(scene, DB_OPEN);
    assert_int_equal(db_test_count(db), MAKERS);
    db_close(&db);
    assert_string_equal(folder_names(scene->folder), "a.db ");
}

/* A lack of memory sends nobody to change the disk. */
static void too_little_memory_is_called_that(void **state)
{
    const struct db_scene *scene = *state;
    static char row[1 << 20];
    struct db *db = db_test_open(scene, DB_CREATE);
    sqlite3_hard_heap_limit64(sqlite3_memory_used() + (1 << 16));
    const enum error error = db_test_add(db, 1, row, sizeof row);
    sqlite3_hard_heap_limit64(0);
    db_close(&db);
    assert_int_equal(error, ERROR_MEMORY);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "open") == 0) {
        struct db_scene scene = {.folder = NULL};
        snprintf(scene.path, sizeof(scene.path), "%s", argv[2]);
        return db_test_open_and_close(&scene);
    }
    const struct CMUnitTest tests[] = {
        DB_TEST(values_come_back_as_they_went_in),
        DB_TEST(a_row_can_stop_the_run),
        DB_TEST(no_row_and_null_are_no_number),
        DB_TEST(what_is_rolled_back_or_left_open_is_gone),
        DB_TEST(a_checkpoint_cuts_the_log),
        DB_TEST(a_file_that_has_no_room_is_not_made),
        DB_TEST(a_full_disk_keeps_what_it_had),
        DB_TEST(a_full_file_system_keeps_what_it_had),
        DB_TEST(another_process_that_holds_the_file_is_said),
        DB_TEST(a_second_look_at_the_file_keeps_the_locks),
        DB_TEST(many_can_make_one_file_at_once),
        DB_TEST(too_little_memory_is_called_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
