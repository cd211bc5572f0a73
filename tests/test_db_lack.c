/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store's file on a machine that just lacks something: memory, or one read of the disk. That is
   said, and the file is called neither damaged nor another's; afterwards it opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/db.h"
#include "tests/lib/db_test.h"
#include "tests/lib/folder.h"

/* Counts calls down to the one that fails; 0: none does. */
static int until_read, until_stat;

static bool is_refused(int *until)
{
    return *until > 0 && --*until == 0;
}

/* In libc's place, for SQLite. */
ssize_t pread64(int fd, void *out, size_t len, off64_t at)
{
    ssize_t (*real)(int, void *, size_t, off64_t) = NULL;
    void *found = dlsym(RTLD_NEXT, "pread64");
    memcpy(&real, &found, sizeof real);
    if (!is_refused(&until_read))
        return real(fd, out, len, at);
    errno = EIO;
    return -1;
}

/* In libc's place, for us. */
int stat(const char *path, struct stat *about)
{
    if (!is_refused(&until_stat))
        return fstatat(AT_FDCWD, path, about, 0);
    errno = ENOMEM;
    return -1;
}

/* The log of a database that was not closed in order stands beside the file. */
static void make_unclean(const struct db_scene *scene)
{
    size_t file_len = 0, log_len = 0;
    char log[sizeof scene->path + sizeof "-wal"];
    snprintf(log, sizeof log, "%s-wal", scene->path);
    unlink(log);
    unlink(scene->path);
    db_test_make(scene, 40);
    struct db *db = db_test_open(scene, DB_OPEN);
    assert_int_equal(db_test_add(db, 41, "x", 1), ERROR_NONE);
    uint8_t *file = folder_read(scene->path, &file_len);
    uint8_t *bytes = folder_read(log, &log_len);
    db_close(&db);
    folder_write(scene->path, file, file_len);
    folder_write(log, bytes, log_len);
    free(bytes);
    free(file);
}

/* Opens the file and reads all of it. */
static enum error use(const struct db_scene *scene)
{
    struct db *db = NULL;
    enum error error = db_open(scene->path, &db_test_schema, DB_OPEN, &db);
    if (error == ERROR_NONE)
        error = db_check(db);
    db_close(&db);
    return error;
}

static void one_read_that_fails_is_no_damage(void **state)
{
    const struct db_scene *scene = *state;
    enum error error = ERROR_IO;
    int calls = 0;
    for (; error != ERROR_NONE || until_read == 0; calls++) {
        make_unclean(scene);
        until_read = calls + 1;
        error = use(scene);
        if (error != ERROR_NONE)
            assert_int_equal(error, ERROR_IO);
    }
    until_read = 0;
    assert_true(calls > 10);
}

static void short_memory_is_no_damage(void **state)
{
    const struct db_scene *scene = *state;
    enum error error = ERROR_MEMORY;
    int tries = 0;
    for (sqlite3_int64 limit = 4096; error != ERROR_NONE; limit += 1500, tries++) {
        make_unclean(scene);
        sqlite3_hard_heap_limit64(sqlite3_memory_used() + limit);
        error = use(scene);
        sqlite3_hard_heap_limit64(0);
        if (error != ERROR_NONE)
            assert_int_equal(error, ERROR_MEMORY);
    }
    assert_true(tries > 10);
}

/* A log that cannot be looked at may have bytes in it: then the file may rightly be short. */
static void a_log_that_cannot_be_looked_at_counts_as_one(void **state)
{
    const struct db_scene *scene = *state;
    struct db *db = NULL;
    db_test_make(scene, 3);
    until_stat = 1;
    assert_int_equal(db_open(scene->path, &db_test_schema, DB_OPEN, &db), ERROR_NONE);
    until_stat = 0;
    assert_true(db_unclean(db));
    db_close(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(one_read_that_fails_is_no_damage),
        DB_TEST(short_memory_is_no_damage),
        DB_TEST(a_log_that_cannot_be_looked_at_counts_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
