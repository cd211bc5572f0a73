/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store's file when it is opened: made whole, refused untouched when it is not ours, and damage
   found by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/db.h"
#include "tests/lib/db_test.h"
#include "tests/lib/folder.h"

/* Opening in every mode gives the error and leaves bytes and folder as they were. */
static void assert_refused_untouched(const struct db_scene *scene, const struct db_schema *as,
                                     int error)
{
    static const enum db_mode modes[] = {DB_OPEN, DB_CREATE, DB_READ};
    size_t len = 0, len_after = 0;
    uint8_t *before = folder_read(scene->path, &len);
    char *names = strdup(folder_names(scene->folder));
    for (size_t i = 0; i < 3; i++) {
        struct db *db = NULL;
        assert_int_equal(db_open(scene->path, as, modes[i], &db), error);
        assert_null(db);
        uint8_t *after = folder_read(scene->path, &len_after);
        assert_int_equal(len_after, len);
        assert_memory_equal(after, before, len);
        assert_string_equal(folder_names(scene->folder), names);
        free(after);
    }
    free(names);
    free(before);
}

static void a_missing_file_is_not_made(void **state)
{
    const struct db_scene *scene = *state;
    struct db *db = NULL;
    assert_int_equal(db_open(scene->path, &db_test_schema, DB_OPEN, &db), ERROR_MISSING);
    assert_int_equal(db_open(scene->path, &db_test_schema, DB_READ, &db), ERROR_MISSING);
    assert_null(db);
    assert_string_equal(folder_names(scene->folder), "");
    db_close(&db);
}

static void a_new_file_is_private_and_alone_when_closed(void **state)
{
    const struct db_scene *scene = *state;
    struct stat st;
    db_test_make(scene, 3);
    assert_int_equal(stat(scene->path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_string_equal(folder_names(scene->folder), "a.db ");
    struct db *db = db_test_open(scene, DB_READ);
    assert_int_equal(db_test_count(db), 3);
    assert_int_equal(db_test_add(db, 4, "x", 1), ERROR_READONLY);
    db_close(&db);
    assert_null(db);
}

static enum error text_row(void *context, const struct db_value *columns, size_t n)
{
    char *mode = context;
    assert_int_equal(columns[0].type, DB_TEXT);
    memcpy(mode, columns[0].data, columns[0].len);
    return ERROR_NONE;
}

static void every_connection_has_the_house_settings(void **state)
{
    const struct db_scene *scene = *state;
    char mode[16] = "";
    db_test_make(scene, 0);
    struct db *db = db_test_open(scene, DB_OPEN);
    assert_int_equal(db_test_number(db, DB_TEST_SYNCHRONOUS), 2);
    assert_int_equal(db_test_number(db, DB_TEST_SECURE_DELETE), 1);
    assert_int_equal(db_test_number(db, DB_TEST_TEMP_STORE), 2);
    assert_int_equal(db_test_number(db, DB_TEST_FOREIGN_KEYS), 1);
    assert_int_equal(db_test_number(db, DB_TEST_TRUSTED_SCHEMA), 0);
    assert_int_equal(db_test_number(db, DB_TEST_BUSY_TIMEOUT), 5000);
    assert_int_equal(db_run(db, DB_TEST_JOURNAL_MODE, NULL, 0, text_row, mode), ERROR_NONE);
    assert_string_equal(mode, "wal");
    db_close(&db);
}

static void what_is_not_a_database_is_left_alone(void **state)
{
    const struct db_scene *scene = *state;
    uint8_t bytes[5000];
    memset(bytes, 'x', sizeof(bytes));
    folder_write(scene->path, "", 0);
    assert_refused_untouched(scene, &db_test_schema, ERROR_FOREIGN);
    folder_write(scene->path, "SQLite format 3", 16);
    assert_refused_untouched(scene, &db_test_schema, ERROR_FOREIGN);
    folder_write(scene->path, bytes, sizeof(bytes));
    assert_refused_untouched(scene, &db_test_schema, ERROR_FOREIGN);
}

static void another_programs_database_is_left_alone(void **state)
{
    const struct db_scene *scene = *state;
    struct db_schema other = db_test_schema;
    db_test_make(scene, 2);
    other.application_id = 0x0f000001;
    assert_refused_untouched(scene, &other, ERROR_FOREIGN);
}

static void a_newer_file_is_left_alone(void **state)
{
    const struct db_scene *scene = *state;
    struct db_schema newer = db_test_schema;
    struct db *db = NULL;
    newer.version = 7;
    assert_int_equal(db_open(scene->path, &newer, DB_CREATE, &db), ERROR_NONE);
    db_close(&db);
    assert_refused_untouched(scene, &db_test_schema, ERROR_NEWER);
}

static void an_older_file_is_left_alone(void **state)
{
    const struct db_scene *scene = *state;
    struct db_schema newer = db_test_schema;
    db_test_make(scene, 1);
    newer.version = 7;
    assert_refused_untouched(scene, &newer, ERROR_OLD_FORMAT);
}

/* A newer program died after its change of version went to the log and before it went to the
   file. */
static void a_newer_version_in_the_log_is_left_alone(void **state)
{
    const struct db_scene *scene = *state;
    size_t len = 0, log_len = 0, after_len = 0;
    struct db *db = db_test_open(scene, DB_CREATE);
    assert_int_equal(db_run(db, DB_TEST_NEXT_VERSION, NULL, 0, NULL, NULL), ERROR_NONE);
    uint8_t *file = folder_read(scene->path, &len);
    uint8_t *log = folder_read(folder_path(scene->folder, "a.db-wal"), &log_len);
    db_close(&db);
    folder_write(scene->path, file, len);
    folder_write(folder_path(scene->folder, "a.db-wal"), log, log_len);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_open(scene->path, &db_test_schema, i ? DB_READ : DB_OPEN, &db),
                         ERROR_NEWER);
        uint8_t *log_after = folder_read(folder_path(scene->folder, "a.db-wal"), &after_len);
        assert_int_equal(after_len, log_len);
        assert_memory_equal(log_after, log, log_len);
        free(log_after);
        uint8_t *file_after = folder_read(scene->path, &after_len);
        assert_int_equal(after_len, len);
        assert_memory_equal(file_after, file, len);
        free(file_after);
    }
    free(file);
    free(log);
}

static void links_folders_and_devices_are_refused(void **state)
{
    const struct db_scene *scene = *state;
    struct db *db = NULL;
    char *real = strdup(folder_path(scene->folder, "real.db"));
    db_test_make(scene, 1);
    assert_int_equal(rename(scene->path, real), 0);
    assert_int_equal(symlink(real, scene->path), 0);
    assert_refused_untouched(scene, &db_test_schema, ERROR_FOREIGN);
    assert_int_equal(unlink(scene->path), 0);
    assert_int_equal(symlink("nowhere", scene->path), 0);
    assert_int_equal(db_open(scene->path, &db_test_schema, DB_CREATE, &db), ERROR_FOREIGN);
    assert_int_equal(unlink(scene->path), 0);
    assert_int_equal(mkfifo(scene->path, 0600), 0);
    assert_int_equal(db_open(scene->path, &db_test_schema, DB_CREATE, &db), ERROR_FOREIGN);
    assert_int_equal(db_open(scene->folder, &db_test_schema, DB_CREATE, &db), ERROR_FOREIGN);
    assert_int_equal(db_open("/dev/null", &db_test_schema, DB_CREATE, &db), ERROR_FOREIGN);
    assert_int_equal(db_open(scene->path, &db_test_schema, DB_READ, &db), ERROR_FOREIGN);
    free(real);
}

static void a_file_cut_at_any_length_is_refused(void **state)
{
    const struct db_scene *scene = *state;
    size_t len = 0;
    struct db *db = NULL;
    db_test_make(scene, 40);
    uint8_t *bytes = folder_read(scene->path, &len);
    for (size_t cut = 0; cut < len; cut += 512) {
        folder_write(scene->path, bytes, cut);
        assert_int_equal(db_open(scene->path, &db_test_schema, DB_OPEN, &db),
                         cut < 100 ? ERROR_FOREIGN : ERROR_CORRUPT);
        assert_null(db);
    }
    free(bytes);
}

/* Makes the file's fourth page no page of a tree. */
static void damage(const char *file)
{
    size_t len = 0;
    uint8_t *bytes = folder_read(file, &len);
    memset(bytes + 3 * 4096, 0xa5, 64);
    folder_write(file, bytes, len);
    free(bytes);
}

static void a_damaged_page_is_found_when_touched_or_checked(void **state)
{
    const struct db_scene *scene = *state;
    db_test_make(scene, 40);
    struct db *db = db_test_open(scene, DB_OPEN);
    assert_int_equal(db_check(db), ERROR_NONE);
    db_close(&db);
    damage(scene->path);
    db = db_test_open(scene, DB_OPEN);
    assert_false(db_unclean(db));
    assert_int_equal(db_check(db), ERROR_CORRUPT);
    assert_int_equal(db_run(db, DB_TEST_GET, NULL, 0, NULL, NULL), ERROR_CORRUPT);
    db_close(&db);
}

/* A process dies with the file open. */
static void die_with_it_open(const struct db_scene *scene, int64_t id)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct db *db = NULL;
        if (db_open(scene->path, &db_test_schema, DB_OPEN, &db) == ERROR_NONE)
            _exit(db_test_add(db, id, "x", 1));
        _exit(100);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void after_an_unclean_end_a_damaged_page_is_found_at_opening(void **state)
{
    const struct db_scene *scene = *state;
    struct db *db = NULL;
    db_test_make(scene, 40);
    die_with_it_open(scene, 1000);
    db = db_test_open(scene, DB_OPEN);
    assert_true(db_unclean(db));
    assert_int_equal(db_test_count(db), 41);
    db_close(&db);
    db = db_test_open(scene, DB_OPEN);
    assert_false(db_unclean(db));
    db_close(&db);
    die_with_it_open(scene, 1001);
    damage(scene->path);
    /* Also when it was found already: the refusal leaves what it was found by. */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(db_open(scene->path, &db_test_schema, DB_OPEN, &db), ERROR_CORRUPT);
        assert_null(db);
    }
}

static void a_file_without_its_tables_is_not_taken(void **state)
{
    const struct db_scene *scene = *state;
    struct db_schema bare = db_test_schema;
    struct db *db = NULL;
    bare.create = "CREATE TABLE other (id);";
    bare.statement_count = 0;
    assert_int_equal(db_open(scene->path, &bare, DB_CREATE, &db), ERROR_NONE);
    db_close(&db);
    assert_int_equal(db_open(scene->path, &db_test_schema, DB_OPEN, &db), ERROR_ALTERED);
}

static void what_a_killed_maker_left_is_taken_over(void **state)
{
    const struct db_scene *scene = *state;
    folder_write(folder_path(scene->folder, "a.db.new"), "half", 4);
    db_test_make(scene, 1);
    assert_string_equal(folder_names(scene->folder), "a.db ");
}

static void a_read_only_folder_or_file_is_said(void **state)
{
    const struct db_scene *scene = *state;
    db_test_hand_to_child(scene);
    assert_int_equal(chmod(scene->folder, 0500), 0);
    assert_int_equal(db_test_in_child(scene, db_test_open_and_close), ERROR_READONLY);
    assert_int_equal(chmod(scene->folder, 0700), 0);
    db_test_make(scene, 1);
    db_test_hand_to_child(scene);
    assert_int_equal(chmod(scene->folder, 0500), 0);
    assert_int_equal(db_test_in_child(scene, db_test_open_and_close), ERROR_READONLY);
    assert_int_equal(chmod(scene->folder, 0700), 0);
    assert_int_equal(chmod(scene->path, 0400), 0);
    assert_int_equal(db_test_in_child(scene, db_test_open_and_close), ERROR_READONLY);
    assert_int_equal(chmod(scene->path, 0600), 0);
    assert_int_equal(db_test_in_child(scene, db_test_open_and_close), ERROR_NONE);
    assert_string_equal(folder_names(scene->folder), "a.db ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(a_missing_file_is_not_made),
        DB_TEST(a_new_file_is_private_and_alone_when_closed),
        DB_TEST(every_connection_has_the_house_settings),
        DB_TEST(what_is_not_a_database_is_left_alone),
        DB_TEST(another_programs_database_is_left_alone),
        DB_TEST(a_newer_file_is_left_alone),
        DB_TEST(an_older_file_is_left_alone),
        DB_TEST(a_newer_version_in_the_log_is_left_alone),
        DB_TEST(links_folders_and_devices_are_refused),
        DB_TEST(a_file_cut_at_any_length_is_refused),
        DB_TEST(a_damaged_page_is_found_when_touched_or_checked),
        DB_TEST(after_an_unclean_end_a_damaged_page_is_found_at_opening),
        DB_TEST(a_file_without_its_tables_is_not_taken),
        DB_TEST(what_a_killed_maker_left_is_taken_over),
        DB_TEST(a_read_only_folder_or_file_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
