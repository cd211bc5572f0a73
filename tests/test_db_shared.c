/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store's file of several writers: open to a group whatever the umask, its log grows and is begun
   anew with a sync, what is undone leaves no trace, and each sees that another has written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"
#include "store/db_sqlite.h"
#include "tests/lib/db_test.h"
#include "tests/lib/folder.h"
#include "tests/lib/full_disk.h"

enum { LOG_HEADER = 32, LOG_PAGES = 8 };

static int syncs; /* of a log, since it was set to zero */

/* In libc's place: SQLite syncs this way. */
int fdatasync(int fd)
{
    char link[64], path[FOLDER_PATH] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t len = readlink(link, path, sizeof path - 1);
    syncs += len > 4 && strcmp(path + len - 4, "-wal") == 0;
    return fsync(fd);
}

static struct db_schema schema_with(unsigned mode, unsigned log_pages)
{
    struct db_schema schema = db_test_schema;
    schema.mode = mode;
    schema.log_pages = log_pages;
    return schema;
}

static struct db *open_as(const struct db_scene *scene, const struct db_schema *schema)
{
    struct db *db = NULL;
    assert_int_equal(db_open(scene->path, schema, DB_CREATE, &db), ERROR_NONE);
    return db;
}

static void assert_modes(const struct db_scene *scene, mode_t mode)
{
    static const char *const names[] = {"a.db", "a.db-wal", "a.db-shm"};
    for (size_t i = 0; i < 3; i++) {
        struct stat st;
        assert_int_equal(stat(folder_path(scene->folder, names[i]), &st), 0);
        assert_int_equal(st.st_mode & 07777, mode);
    }
}

static void the_mode_is_the_schemas_whatever_the_umask(void **state)
{
    static const struct {
        unsigned asked;
        mode_t umask, wanted;
    } cases[] = {{0, 0, 0600}, {0600, 0, 0600}, {0660, 077, 0660}, {0660, 0, 0660}};
    const struct db_scene *scene = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct db_schema schema = schema_with(cases[i].asked, 0);
        const mode_t was = umask(cases[i].umask);
        /* What a killed maker left is given the mode too. */
        folder_write(folder_path(scene->folder, "a.db.new"), "half", 4);
        struct db *db = open_as(scene, &schema);
        assert_int_equal(db_test_add(db, 1, "x", 1), ERROR_NONE);
        assert_modes(scene, cases[i].wanted);
        db_close(&db);
        /* Also a log and an index that are made anew. */
        db = open_as(scene, &schema);
        assert_int_equal(db_test_add(db, 2, "x", 1), ERROR_NONE);
        assert_modes(scene, cases[i].wanted);
        db_close(&db);
        umask(was);
        assert_int_equal(unlink(scene->path), 0);
    }
}

static int add_as_another(const struct db_scene *scene)
{
    struct db *db = NULL;
    enum error error = db_open(scene->path, &db_test_schema, DB_OPEN, &db);
    if (error == ERROR_NONE)
        error = db_test_add(db, 2, "x", 1);
    db_close(&db);
    return error;
}

/* Once while the log and the index are another's, once when it makes them itself. The child keeps
   our group. */
static void another_user_of_the_group_writes_too(void **state)
{
    const struct db_scene *scene = *state;
    const struct db_schema schema = schema_with(0660, 0);
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(scene->folder, 02770), 0);
    const mode_t was = umask(077);
    struct db *db = open_as(scene, &schema);
    assert_int_equal(db_test_add(db, 1, "x", 1), ERROR_NONE);
    assert_int_equal(db_test_in_child(scene, add_as_another), ERROR_NONE);
    assert_int_equal(db_test_count(db), 2);
    db_close(&db);
    assert_int_equal(db_test_in_child(scene, add_as_another), ERROR_EXISTS);
    umask(was);
}

static void the_log_grows_as_far_as_the_schema_says(void **state)
{
    const struct db_scene *scene = *state;
    const struct db_schema schema = schema_with(0, 256);
    const char *log = folder_path(scene->folder, "a.db-wal");
    db_test_make(scene, 0);
    const long size = folder_size(scene->path);
    struct db *db = open_as(scene, &schema);
    long before = 0;
    for (int i = 1; i <= 50; i++) {
        assert_int_equal(db_test_add(db, i, "x", 1), ERROR_NONE);
        assert_true(folder_size(log) > before);
        before = folder_size(log);
    }
    assert_int_equal(folder_size(scene->path), size);
    db_close(&db);
    assert_string_equal(folder_names(scene->folder), "a.db ");
}

static bool log_is_new(const char *path, uint8_t header[LOG_HEADER])
{
    size_t len = 0;
    uint8_t *log = folder_read(path, &len);
    assert_true(len >= LOG_HEADER);
    const bool is_new = memcmp(log, header, LOG_HEADER) != 0;
    memcpy(header, log, LOG_HEADER);
    free(log);
    return is_new;
}

/* A log that held more than one commit is begun anew with a sync of its header, which parts the old
   from the new; the commit is the other sync. */
static void a_log_that_grew_is_begun_anew_with_a_sync(void **state)
{
    const struct db_scene *scene = *state;
    const struct db_schema schema = schema_with(0, LOG_PAGES);
    const char *log = folder_path(scene->folder, "a.db-wal");
    for (int writers = 1; writers <= 2; writers++) {
        struct db *db[2] = {open_as(scene, &schema), writers == 2 ? open_as(scene, &schema) : NULL};
        uint8_t header[LOG_HEADER] = {0};
        int begun = 0;
        for (int i = 0; i < 60; i++) {
            syncs = 0;
            assert_int_equal(db_test_add(db[i % writers], 100 * writers + i, "x", 1), ERROR_NONE);
            const bool anew = log_is_new(log, header);
            begun += anew;
            assert_int_equal(syncs, anew ? 2 : 1);
        }
        assert_in_range(begun, 3, 30);
        db_close(&db[0]);
        db_close(&db[1]);
    }
}

/* Alone, a commit costs one sync of the log; after somebody else's the header has its own. A big
   one fills the log, so that the next begins it anew: every fourth comes after b's. */
static void only_a_log_of_one_own_commit_saves_a_sync(void **state)
{
    static const uint8_t big[20 * 4096];
    const struct db_scene *scene = *state;
    const struct db_schema schema = schema_with(0, LOG_PAGES);
    const char *log = folder_path(scene->folder, "a.db-wal");
    struct db *a = open_as(scene, &schema), *b = open_as(scene, &schema);
    uint8_t header[LOG_HEADER] = {0};
    assert_int_equal(db_test_add(a, 1, big, sizeof big), ERROR_NONE);
    log_is_new(log, header);
    for (int i = 2; i < 40; i += 2) {
        const bool others = i % 4 == 0;
        syncs = 0;
        assert_int_equal(db_test_add(a, i, big, others ? 1 : sizeof big), ERROR_NONE);
        assert_true(log_is_new(log, header));
        assert_int_equal(syncs, i > 2 && i % 4 == 2 ? 2 : 1);
        if (others)
            assert_int_equal(db_test_add(b, i + 1, big, sizeof big), ERROR_NONE);
    }
    db_close(&a);
    db_close(&b);
}

/* What a transaction would write stays in memory until its commit: nothing of one that is undone is
   left behind that could be written over a colleague's later. */
static void a_large_transaction_undone_leaves_no_trace(void **state)
{
    static uint8_t large[3 * 1024 * 1024];
    const struct db_scene *scene = *state;
    const struct db_schema schema = schema_with(0, 256);
    const char *log = folder_path(scene->folder, "a.db-wal");
    memset(large, 0x5A, sizeof large);
    struct db *a = open_as(scene, &schema), *b = open_as(scene, &schema);
    assert_int_equal(db_begin(a), ERROR_NONE);
    assert_int_equal(db_test_add(a, 1, large, sizeof large), ERROR_NONE);
    assert_true(folder_size(log) <= 0);
    db_rollback(a);
    for (int i = 2; i < 30; i++)
        assert_int_equal(db_test_add(b, i, large, 13 * 1024), ERROR_NONE);
    assert_int_equal(db_test_count(a), 28);
    assert_int_equal(db_test_add(a, 30, large, 1), ERROR_NONE);
    assert_int_equal(db_test_count(b), 29);
    assert_int_equal(db_check(b), ERROR_NONE);
    db_close(&a);
    assert_int_equal(db_check(b), ERROR_NONE);
    db_close(&b);
}

/* A disk that is full for a moment: for files that grow, or only for the index of the log, which is
   made longer by single bytes once the log is as long as a commit of MANY_PAGES. */
enum { MANY_PAGES = 4200, PAGE = 4096 };

static bool no_index;

/* In libc's place: SQLite makes its index longer this way. */
ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    ssize_t (*real)(int, const void *, size_t, off_t) = NULL;
    void *found = dlsym(RTLD_NEXT, "pwrite64");
    memcpy(&real, &found, sizeof real);
    if (no_index && len == 1) {
        errno = ENOSPC;
        return -1;
    }
    return real(fd, bytes, len, at);
}

static enum error add_without_room(struct db *db, int id)
{
    static const uint8_t large[900 * 1024];
    full_disk_begin(1);
    const enum error error = db_test_add(db, id, large, sizeof large);
    full_disk_end();
    return error;
}

static enum error add_without_index(struct db *db, int id)
{
    static const uint8_t huge[MANY_PAGES / 2 * PAGE];
    no_index = true;
    enum error error = db_begin(db);
    for (int i = 0; i < 2 && error == ERROR_NONE; i++)
        error = db_test_add(db, id + i, huge, sizeof huge);
    if (error == ERROR_NONE)
        error = db_commit(db);
    no_index = false;
    return error;
}

/* Connections that began as many logs write the same header. So a commit that failed may leave ours
   over commits of a colleague, and its own end behind them. */
static void a_commit_that_failed_leaves_no_log_of_ours(void **state)
{
    static const uint8_t large[900 * 1024];
    static enum error (*const fail[])(struct db *, int) = {add_without_room, add_without_index};
    const struct db_scene *scene = *state;
    const struct db_schema schema = schema_with(0, 256);
    const char *log = folder_path(scene->folder, "a.db-wal");
    const size_t more_than_a_log = sizeof large, a_third = 300 * 1024;
    uint8_t header[LOG_HEADER] = {0};
    int id = 1;
    for (size_t round = 0; round < 2; round++) {
        struct db *a = open_as(scene, &schema), *b = open_as(scene, &schema);
        struct db *const begins[] = {a, b, b, a};
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(db_test_add(begins[i], id++, large, more_than_a_log), ERROR_NONE);
            assert_int_equal(db_test_add(begins[i], id++, large, a_third), ERROR_NONE);
        }
        assert_int_not_equal(fail[round](a, id), ERROR_NONE);
        log_is_new(log, header);
        assert_int_equal(db_test_add(b, id++, large, a_third), ERROR_NONE);
        assert_true(log_is_new(log, header) == (round == 0)); /* else it is the failed one's */
        assert_int_equal(db_test_add(round == 0 ? a : b, id++, large, more_than_a_log), ERROR_NONE);
        assert_false(log_is_new(log, header));
        syncs = 0;
        assert_int_equal(db_test_add(a, id++, large, 1), ERROR_NONE);
        assert_true(log_is_new(log, header));
        assert_int_equal(syncs, 2);
        db_close(&a);
        db_close(&b);
    }
}

static int64_t version_of(struct db *db)
{
    int64_t version = 0;
    assert_int_equal(db_version(db, &version), ERROR_NONE);
    return version;
}

static void the_version_changes_when_another_has_written(void **state)
{
    const struct db_scene *scene = *state;
    struct db *a = db_test_open(scene, DB_CREATE), *b = db_test_open(scene, DB_OPEN);
    const int64_t before = version_of(a), other = version_of(b);
    assert_int_equal(version_of(a), before);
    assert_int_equal(db_test_add(a, 1, "x", 1), ERROR_NONE);
    assert_int_equal(version_of(a), before);
    assert_int_not_equal(version_of(b), other);
    assert_int_equal(db_begin(b), ERROR_NONE);
    assert_int_equal(db_test_add(b, 2, "x", 1), ERROR_NONE);
    assert_int_equal(version_of(a), before);
    assert_int_equal(db_commit(b), ERROR_NONE);
    assert_int_not_equal(version_of(a), before);
    db_close(&a);
    db_close(&b);
}

static int is_unclean_for_another(const struct db_scene *scene)
{
    struct db *db = NULL;
    if (db_open(scene->path, &db_test_schema, DB_OPEN, &db) != ERROR_NONE)
        return -1;
    const int unclean = db_unclean(db);
    db_close(&db);
    return unclean;
}

/* Or each opening would read the whole file while a colleague is at work. */
static void a_log_that_others_have_open_is_no_unclean_end(void **state)
{
    const struct db_scene *scene = *state;
    struct db *db = db_test_open(scene, DB_CREATE);
    db_test_hand_to_child(scene);
    assert_int_equal(db_test_add(db, 1, "x", 1), ERROR_NONE);
    assert_true(folder_size(folder_path(scene->folder, "a.db-wal")) > 0);
    for (int i = 0; i < 2; i++) {
        struct db *beside = db_test_open(scene, DB_OPEN);
        assert_false(db_unclean(beside));
        db_close(&beside);
        assert_int_equal(db_test_in_child(scene, is_unclean_for_another), 0);
    }
    /* It took nobody's lock with it. */
    assert_int_equal(db_test_add(db, 2, "x", 1), ERROR_NONE);
    db_close(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(the_mode_is_the_schemas_whatever_the_umask),
        DB_TEST(another_user_of_the_group_writes_too),
        DB_TEST(the_log_grows_as_far_as_the_schema_says),
        DB_TEST(a_log_that_grew_is_begun_anew_with_a_sync),
        DB_TEST(only_a_log_of_one_own_commit_saves_a_sync),
        DB_TEST(a_large_transaction_undone_leaves_no_trace),
        DB_TEST(a_commit_that_failed_leaves_no_log_of_ours),
        DB_TEST(the_version_changes_when_another_has_written),
        DB_TEST(a_log_that_others_have_open_is_no_unclean_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
