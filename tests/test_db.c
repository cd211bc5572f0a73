/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store's file: made whole, refused untouched when it is not ours, and every failure of the disk
 * by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/db.h"
#include "store/db_sqlite.h"
#include "tests/lib/folder.h"

enum {
    ADD,
    GET,
    COUNT,
    SYNCHRONOUS,
    SECURE_DELETE,
    TEMP_STORE,
    FOREIGN_KEYS,
    TRUSTED_SCHEMA,
    BUSY_TIMEOUT,
    JOURNAL_MODE,
    NEXT_VERSION,
    STATEMENT_COUNT,
};

static const char *const statements[] = {
    [ADD] = "INSERT INTO thing (id, a, b) VALUES (?1, ?2, ?3)",
    [GET] = "SELECT id, a, b FROM thing ORDER BY id",
    [COUNT] = "SELECT count(*) FROM thing",
    [SYNCHRONOUS] = "PRAGMA synchronous",
    [SECURE_DELETE] = "PRAGMA secure_delete",
    [TEMP_STORE] = "PRAGMA temp_store",
    [FOREIGN_KEYS] = "PRAGMA foreign_keys",
    [TRUSTED_SCHEMA] = "PRAGMA trusted_schema",
    [BUSY_TIMEOUT] = "PRAGMA busy_timeout",
    [JOURNAL_MODE] = "PRAGMA journal_mode",
    [NEXT_VERSION] = "PRAGMA user_version = 2",
};

static const struct db_schema schema = {
    .application_id = 0xf0000001,
    .version = 1,
    .create = "CREATE TABLE thing (id INTEGER PRIMARY KEY, a, b);",
    .statements = statements,
    .statement_count = STATEMENT_COUNT,
};

static char *folder;
static const char *path;
static char path_bytes[4096];

static int setup(void **state)
{
    folder = folder_make();
    path = strcpy(path_bytes, folder_path(folder, "a.db"));
    return 0;
}

static int teardown(void **state)
{
    folder_remove(&folder);
    return 0;
}

static struct db *must_open(enum db_mode mode)
{
    struct db *db = NULL;
    assert_int_equal(db_open(path, &schema, mode, &db), ERROR_NONE);
    assert_non_null(db);
    return db;
}

static int add_blob(struct db *db, int64_t id, const void *bytes, size_t len)
{
    const struct db_value row[] = {DB_V_INT(id), DB_V_BLOB(bytes, len), DB_V_NULL};
    return db_run(db, ADD, row, 3, NULL, NULL);
}

static int64_t count_of(struct db *db)
{
    int64_t n = -1;
    assert_int_equal(db_number(db, COUNT, NULL, 0, &n), ERROR_NONE);
    return n;
}

static int64_t number_of(struct db *db, size_t statement)
{
    int64_t n = -1;
    assert_int_equal(db_number(db, statement, NULL, 0, &n), ERROR_NONE);
    return n;
}

/* A file with n rows of a kilobyte, closed. */
static void make_with(int n)
{
    char bytes[1024];
    memset(bytes, 'x', sizeof(bytes));
    struct db *db = must_open(DB_CREATE);
    for (int i = 1; i <= n; i++)
        assert_int_equal(add_blob(db, i, bytes, sizeof(bytes)), ERROR_NONE);
    db_close(&db);
}

/* Opening in every mode gives the error and leaves bytes and folder as they were. */
static void assert_refused_untouched(const struct db_schema *as, int error)
{
    static const enum db_mode modes[] = {DB_OPEN, DB_CREATE, DB_READ};
    size_t len = 0, len_after = 0;
    uint8_t *before = folder_read(path, &len);
    char *names = strdup(folder_names(folder));
    for (size_t i = 0; i < 3; i++) {
        struct db *db = NULL;
        assert_int_equal(db_open(path, as, modes[i], &db), error);
        assert_null(db);
        uint8_t *after = folder_read(path, &len_after);
        assert_int_equal(len_after, len);
        assert_memory_equal(after, before, len);
        assert_string_equal(folder_names(folder), names);
        free(after);
    }
    free(names);
    free(before);
}

static void a_missing_file_is_not_made(void **state)
{
    struct db *db = NULL;
    assert_int_equal(db_open(path, &schema, DB_OPEN, &db), ERROR_MISSING);
    assert_int_equal(db_open(path, &schema, DB_READ, &db), ERROR_MISSING);
    assert_null(db);
    assert_string_equal(folder_names(folder), "");
    db_close(&db);
}

static void a_new_file_is_private_and_alone_when_closed(void **state)
{
    struct stat st;
    make_with(3);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_string_equal(folder_names(folder), "a.db ");
    struct db *db = must_open(DB_READ);
    assert_int_equal(count_of(db), 3);
    assert_int_equal(add_blob(db, 4, "x", 1), ERROR_READONLY);
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
    char mode[16] = "";
    make_with(0);
    struct db *db = must_open(DB_OPEN);
    assert_int_equal(number_of(db, SYNCHRONOUS), 2);
    assert_int_equal(number_of(db, SECURE_DELETE), 1);
    assert_int_equal(number_of(db, TEMP_STORE), 2);
    assert_int_equal(number_of(db, FOREIGN_KEYS), 1);
    assert_int_equal(number_of(db, TRUSTED_SCHEMA), 0);
    assert_int_equal(number_of(db, BUSY_TIMEOUT), 5000);
    assert_int_equal(db_run(db, JOURNAL_MODE, NULL, 0, text_row, mode), ERROR_NONE);
    assert_string_equal(mode, "wal");
    db_close(&db);
}

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
    const struct db_value one[] = {DB_V_INT(INT64_MIN), DB_V_BLOB("a\0b", 3),
                                   DB_V_TEXT("\xd2\x9b", 2)};
    const struct db_value two[] = {DB_V_INT(7), DB_V_BLOB(NULL, 0), DB_V_NULL};
    int rows = 0;
    struct db *db = must_open(DB_CREATE);
    assert_int_equal(db_run(db, ADD, one, 3, NULL, NULL), ERROR_NONE);
    assert_int_equal(db_run(db, ADD, two, 3, NULL, NULL), ERROR_NONE);
    assert_int_equal(db_last_id(db), 7);
    assert_int_equal(db_run(db, GET, NULL, 0, values_row, &rows), ERROR_NONE);
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
    int rows = 0;
    int64_t n = 5;
    make_with(3);
    struct db *db = must_open(DB_OPEN);
    assert_int_equal(db_run(db, GET, NULL, 0, stopping_row, &rows), ERROR_FULL);
    assert_int_equal(rows, 1);
    assert_int_equal(count_of(db), 3);
    assert_int_equal(add_blob(db, 3, "x", 1), ERROR_EXISTS);
    assert_int_equal(db_number(db, GET, NULL, 0, &n), ERROR_NONE);
    assert_int_equal(n, 1);
    db_close(&db);
}

static void no_row_and_null_are_no_number(void **state)
{
    int64_t n = 5;
    struct db *db = must_open(DB_CREATE);
    assert_int_equal(db_number(db, GET, NULL, 0, &n), ERROR_NO_ROW);
    assert_int_equal(n, 5);
    assert_int_equal(db_run(db, GET, NULL, 0, NULL, NULL), ERROR_NONE);
    db_close(&db);
}

static void what_is_rolled_back_or_left_open_is_gone(void **state)
{
    struct db *db = must_open(DB_CREATE);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_int_equal(add_blob(db, 1, "x", 1), ERROR_NONE);
    db_rollback(db);
    db_rollback(db);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_int_equal(add_blob(db, 2, "x", 1), ERROR_NONE);
    assert_int_equal(db_commit(db), ERROR_NONE);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_int_equal(add_blob(db, 3, "x", 1), ERROR_NONE);
    db_close(&db);
    db = must_open(DB_OPEN);
    assert_int_equal(count_of(db), 1);
    db_close(&db);
}

static void a_checkpoint_cuts_the_log(void **state)
{
    const char *log = folder_path(folder, "a.db-wal");
    struct db *db = must_open(DB_CREATE);
    assert_int_equal(add_blob(db, 1, "x", 1), ERROR_NONE);
    assert_true(folder_size(log) > 0);
    assert_int_equal(db_checkpoint(db), ERROR_NONE);
    assert_int_equal(folder_size(log), 0);
    db_close(&db);
}

static void what_is_not_a_database_is_left_alone(void **state)
{
    uint8_t bytes[5000];
    memset(bytes, 'x', sizeof(bytes));
    folder_write(path, "", 0);
    assert_refused_untouched(&schema, ERROR_FOREIGN);
    folder_write(path, "SQLite format 3", 16);
    assert_refused_untouched(&schema, ERROR_FOREIGN);
    folder_write(path, bytes, sizeof(bytes));
    assert_refused_untouched(&schema, ERROR_FOREIGN);
}

static void another_programs_database_is_left_alone(void **state)
{
    struct db_schema other = schema;
    make_with(2);
    other.application_id = 0x0f000001;
    assert_refused_untouched(&other, ERROR_FOREIGN);
}

static void a_newer_file_is_left_alone(void **state)
{
    struct db_schema newer = schema;
    struct db *db = NULL;
    newer.version = 7;
    assert_int_equal(db_open(path, &newer, DB_CREATE, &db), ERROR_NONE);
    db_close(&db);
    assert_refused_untouched(&schema, ERROR_NEWER);
}

static void an_older_file_is_left_alone(void **state)
{
    struct db_schema newer = schema;
    make_with(1);
    newer.version = 7;
    assert_refused_untouched(&newer, ERROR_OLD_FORMAT);
}

/* A newer program died after its change of version went to the log and before it went to the file.
 */
static void a_newer_version_in_the_log_is_left_alone(void **state)
{
    size_t len = 0, log_len = 0, after_len = 0;
    struct db *db = must_open(DB_CREATE);
    assert_int_equal(db_run(db, NEXT_VERSION, NULL, 0, NULL, NULL), ERROR_NONE);
    uint8_t *file = folder_read(path, &len);
    uint8_t *log = folder_read(folder_path(folder, "a.db-wal"), &log_len);
    db_close(&db);
    folder_write(path, file, len);
    folder_write(folder_path(folder, "a.db-wal"), log, log_len);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_open(path, &schema, i ? DB_READ : DB_OPEN, &db), ERROR_NEWER);
        uint8_t *log_after = folder_read(folder_path(folder, "a.db-wal"), &after_len);
        assert_int_equal(after_len, log_len);
        assert_memory_equal(log_after, log, log_len);
        free(log_after);
        uint8_t *file_after = folder_read(path, &after_len);
        assert_int_equal(after_len, len);
        assert_memory_equal(file_after, file, len);
        free(file_after);
    }
    free(file);
    free(log);
}

static void links_folders_and_devices_are_refused(void **state)
{
    struct db *db = NULL;
    char *real = strdup(folder_path(folder, "real.db"));
    make_with(1);
    assert_int_equal(rename(path, real), 0);
    assert_int_equal(symlink(real, path), 0);
    assert_refused_untouched(&schema, ERROR_FOREIGN);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(db_open(path, &schema, DB_CREATE, &db), ERROR_FOREIGN);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(db_open(path, &schema, DB_CREATE, &db), ERROR_FOREIGN);
    assert_int_equal(db_open(folder, &schema, DB_CREATE, &db), ERROR_FOREIGN);
    assert_int_equal(db_open("/dev/null", &schema, DB_CREATE, &db), ERROR_FOREIGN);
    assert_int_equal(db_open(path, &schema, DB_READ, &db), ERROR_FOREIGN);
    free(real);
}

static void a_file_cut_at_any_length_is_refused(void **state)
{
    size_t len = 0;
    struct db *db = NULL;
    make_with(40);
    uint8_t *bytes = folder_read(path, &len);
    for (size_t cut = 0; cut < len; cut += 512) {
        folder_write(path, bytes, cut);
        assert_int_equal(db_open(path, &schema, DB_OPEN, &db),
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
    make_with(40);
    struct db *db = must_open(DB_OPEN);
    assert_int_equal(db_check(db), ERROR_NONE);
    db_close(&db);
    damage(path);
    db = must_open(DB_OPEN);
    assert_false(db_unclean(db));
    assert_int_equal(db_check(db), ERROR_CORRUPT);
    assert_int_equal(db_run(db, GET, NULL, 0, NULL, NULL), ERROR_CORRUPT);
    db_close(&db);
}

/* A process dies with the file open. */
static void die_with_it_open(int64_t id)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct db *db = NULL;
        if (db_open(path, &schema, DB_OPEN, &db) == ERROR_NONE)
            _exit(add_blob(db, id, "x", 1));
        _exit(100);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void after_an_unclean_end_a_damaged_page_is_found_at_opening(void **state)
{
    struct db *db = NULL;
    make_with(40);
    die_with_it_open(1000);
    db = must_open(DB_OPEN);
    assert_true(db_unclean(db));
    assert_int_equal(count_of(db), 41);
    db_close(&db);
    db = must_open(DB_OPEN);
    assert_false(db_unclean(db));
    db_close(&db);
    die_with_it_open(1001);
    damage(path);
    assert_int_equal(db_open(path, &schema, DB_OPEN, &db), ERROR_CORRUPT);
    assert_null(db);
}

static void a_file_without_its_tables_is_damaged(void **state)
{
    struct db_schema bare = schema;
    struct db *db = NULL;
    bare.create = "CREATE TABLE other (id);";
    bare.statement_count = 0;
    assert_int_equal(db_open(path, &bare, DB_CREATE, &db), ERROR_NONE);
    db_close(&db);
    assert_int_equal(db_open(path, &schema, DB_OPEN, &db), ERROR_CORRUPT);
}

static void what_a_killed_maker_left_is_taken_over(void **state)
{
    folder_write(folder_path(folder, "a.db.new"), "half", 4);
    make_with(1);
    assert_string_equal(folder_names(folder), "a.db ");
}

/* Runs the function in a child, as an ordinary user whatever we are; returns its exit status. */
static int in_child(int (*function)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
            _exit(100);
        _exit(function());
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Gives what is in the folder to the user of in_child. */
static void hand_to_child(void)
{
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(folder, 65534, 65534), 0);
    if (access(path, F_OK) == 0)
        assert_int_equal(chown(path, 65534, 65534), 0);
}

static int open_and_close(void)
{
    struct db *db = NULL;
    enum error error = db_open(path, &schema, DB_CREATE, &db);
    db_close(&db);
    return error;
}

static void a_read_only_folder_or_file_is_said(void **state)
{
    hand_to_child();
    assert_int_equal(chmod(folder, 0500), 0);
    assert_int_equal(in_child(open_and_close), ERROR_READONLY);
    assert_int_equal(chmod(folder, 0700), 0);
    make_with(1);
    hand_to_child();
    assert_int_equal(chmod(folder, 0500), 0);
    assert_int_equal(in_child(open_and_close), ERROR_READONLY);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(in_child(open_and_close), ERROR_READONLY);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(in_child(open_and_close), ERROR_NONE);
    assert_string_equal(folder_names(folder), "a.db ");
}

static void limit_files_to(rlim_t bytes)
{
    const struct rlimit limit = {bytes, bytes};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(101);
}

static int create_without_room(void)
{
    limit_files_to(4096);
    return open_and_close();
}

static void a_file_that_has_no_room_is_not_made(void **state)
{
    hand_to_child();
    assert_int_equal(in_child(create_without_room), ERROR_FULL);
    assert_string_equal(folder_names(folder), "");
}

/* Adds rows until it fails; the error, when every row that was said to be there is. */
static int add_until_full(void)
{
    char bytes[1024] = "";
    struct db *db = NULL;
    enum error error = db_open(path, &schema, DB_OPEN, &db);
    int64_t rows = error == ERROR_NONE ? count_of(db) : 0;
    for (int64_t id = rows + 1; error == ERROR_NONE; id++) {
        error = db_begin(db);
        if (error == ERROR_NONE)
            error = add_blob(db, id, bytes, sizeof(bytes));
        if (error == ERROR_NONE)
            error = db_commit(db);
        else
            db_rollback(db);
        rows += error == ERROR_NONE;
    }
    if (db != NULL && count_of(db) != rows)
        error = 102;
    db_close(&db);
    return error;
}

static int add_without_room(void)
{
    limit_files_to(256 * 1024);
    return add_until_full();
}

static void a_full_disk_keeps_what_it_had(void **state)
{
    make_with(5);
    hand_to_child();
    assert_int_equal(in_child(add_without_room), ERROR_FULL);
    struct db *db = must_open(DB_OPEN);
    int64_t rows = count_of(db);
    assert_true(rows > 5);
    assert_int_equal(add_blob(db, rows + 1, "x", 1), ERROR_NONE);
    db_close(&db);
}

static void a_full_file_system_keeps_what_it_had(void **state)
{
    if (geteuid() != 0 || mount("none", folder, "tmpfs", 0, "size=256k") != 0)
        skip();
    make_with(5);
    enum error error = add_until_full();
    struct db *db = NULL;
    int reopened = db_open(path, &schema, DB_OPEN, &db);
    int64_t rows = reopened == ERROR_NONE ? count_of(db) : 0;
    db_close(&db);
    mount("none", folder, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL);
    int read_only = db_open(path, &schema, DB_OPEN, &db);
    umount(folder);
    assert_int_equal(error, ERROR_FULL);
    assert_int_equal(reopened, ERROR_NONE);
    assert_true(rows > 5);
    assert_int_equal(read_only, ERROR_READONLY);
}

/* A child that holds the write lock from when this returns until its pipe is closed. */
static pid_t locker_start(int *release)
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
        enum error error = db_open(path, &schema, DB_OPEN, &db);
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
    int release = -1, status = -1;
    make_with(2);
    pid_t child = locker_start(&release);
    struct db *db = must_open(DB_OPEN);
    assert_int_equal(count_of(db), 2);
    assert_int_equal(db_begin(db), ERROR_BUSY);
    close(release);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_int_equal(add_blob(db, 3, "x", 1), ERROR_NONE);
    assert_int_equal(db_commit(db), ERROR_NONE);
    assert_int_equal(count_of(db), 3);
    db_close(&db);
}

/* Opens and closes the file in a fresh program: a mere fork would inherit what SQLite knows of our
 * locks. */
static int open_in_another_program(void)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execl("/proc/self/exe", "test_db", "open", path, (char *)NULL);
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
    struct db_schema other = schema;
    struct db *db = must_open(DB_CREATE), *second = NULL;
    other.application_id = 1;
    assert_int_equal(add_blob(db, 1, "x", 1), ERROR_NONE);
    assert_int_equal(db_open(path, &other, DB_OPEN, &second), ERROR_FOREIGN);
    second = must_open(DB_OPEN);
    db_close(&second);
    assert_int_equal(open_in_another_program(), ERROR_NONE);
    assert_string_equal(folder_names(folder), "a.db a.db-shm a.db-wal ");
    db_close(&db);
    assert_int_equal(open_in_another_program(), ERROR_NONE);
    assert_string_equal(folder_names(folder), "a.db ");
}

static void many_can_make_one_file_at_once(void **state)
{
    enum { MAKERS = 8 };
    pid_t children[MAKERS];
    fflush(NULL);
    for (int i = 0; i < MAKERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct db *db = NULL;
            enum error error = db_open(path, &schema, DB_CREATE, &db);
            if (error == ERROR_NONE)
                error = add_blob(db, i, "x", 1);
            db_close(&db);
            _exit(error);
        }
    }
    for (int i = 0; i < MAKERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    struct db *db = must_open(DB_OPEN);
    assert_int_equal(count_of(db), MAKERS);
    db_close(&db);
    assert_string_equal(folder_names(folder), "a.db ");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "open") == 0) {
        path = argv[2];
        return open_and_close();
    }
    const struct CMUnitTest tests[] = {
        TEST(a_missing_file_is_not_made),
        TEST(a_new_file_is_private_and_alone_when_closed),
        TEST(every_connection_has_the_house_settings),
        TEST(values_come_back_as_they_went_in),
        TEST(a_row_can_stop_the_run),
        TEST(no_row_and_null_are_no_number),
        TEST(what_is_rolled_back_or_left_open_is_gone),
        TEST(a_checkpoint_cuts_the_log),
        TEST(what_is_not_a_database_is_left_alone),
        TEST(another_programs_database_is_left_alone),
        TEST(a_newer_file_is_left_alone),
        TEST(an_older_file_is_left_alone),
        TEST(a_newer_version_in_the_log_is_left_alone),
        TEST(links_folders_and_devices_are_refused),
        TEST(a_file_cut_at_any_length_is_refused),
        TEST(a_damaged_page_is_found_when_touched_or_checked),
        TEST(after_an_unclean_end_a_damaged_page_is_found_at_opening),
        TEST(a_file_without_its_tables_is_damaged),
        TEST(what_a_killed_maker_left_is_taken_over),
        TEST(a_read_only_folder_or_file_is_said),
        TEST(a_file_that_has_no_room_is_not_made),
        TEST(a_full_disk_keeps_what_it_had),
        TEST(a_full_file_system_keeps_what_it_had),
        TEST(another_process_that_holds_the_file_is_said),
        TEST(a_second_look_at_the_file_keeps_the_locks),
        TEST(many_can_make_one_file_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
