/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publishing to a disk that is full, or to a folder that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "desk/command.h"
#include "office/publish.h"
#include "office/triage.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/full_disk.h"
#include "tests/lib/publish_test.h"

enum { SWEEP_STEP = 2048, SWEEP_END = 1024 * 1024 };

static void test_full_disk_halves_no_answer(void **state)
{
    struct publish_scene *scene = *state;
    int error = ERROR_FULL, refusals = 0;
    publish_test_file(scene, 'a');
    for (size_t len = 0; error != ERROR_NONE && len < SWEEP_END; len += SWEEP_STEP) {
        assert_int_equal(journal_checkpoint(scene->desk.vault.journal), ERROR_NONE);
        full_disk_begin(len);
        error = fake_desk_answer(&scene->desk, 1, "text", 4, FAKE_DESK_DAY);
        full_disk_end();
        const struct triage_case row = publish_test_look(scene);
        assert_int_equal(row.messages, error == ERROR_NONE ? 1 : 0);
        assert_int_equal(row.waits, error != ERROR_NONE);
        assert_true(error == ERROR_NONE || error == ERROR_FULL);
        refusals += error == ERROR_FULL;
    }
    assert_int_equal(error, ERROR_NONE);
    assert_true(refusals > 3);
}

static void test_full_disk_halves_no_status(void **state)
{
    struct publish_scene *scene = *state;
    int error = ERROR_FULL;
    publish_test_file(scene, 'a');
    for (size_t len = 0; error != ERROR_NONE && len < SWEEP_END; len += SWEEP_STEP) {
        assert_int_equal(journal_checkpoint(scene->desk.vault.journal), ERROR_NONE);
        full_disk_begin(len);
        error = publish_test_status(scene, "closed");
        full_disk_end();
        assert_int_equal(publish_test_look(scene).messages, error == ERROR_NONE ? 1 : 0);
        assert_true(error == ERROR_NONE || error == ERROR_FULL);
    }
    assert_int_equal(error, ERROR_NONE);
}

/* A board that was made while its files found no room is written by the next call. */
static void test_full_disk_publishes_nothing_twice(void **state)
{
    struct publish_scene *scene = *state;
    int error = ERROR_FULL, refusals = 0, made = 0;
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    publish_test_file(scene, 'b');
    assert_int_equal(fake_desk_answer(&scene->desk, 2, "text", 4, FAKE_DESK_DAY), ERROR_NONE);
    for (size_t len = 0; error != ERROR_NONE && len < SWEEP_END; len += SWEEP_STEP) {
        assert_int_equal(journal_checkpoint(scene->desk.vault.journal), ERROR_NONE);
        full_disk_begin(len);
        error =
            publish_run(&scene->desk.vault, scene->out, FAKE_DESK_NOW + 24 * 60, &scene->report);
        full_disk_end();
        made += scene->report.made;
        publish_test_read(scene);
        assert_int_equal(scene->board.head.number, error == ERROR_NONE ? 2 : 1);
        assert_true(error == ERROR_NONE || error == ERROR_FULL);
        refusals += error != ERROR_NONE;
    }
    assert_int_equal(error, ERROR_NONE);
    assert_int_equal(made, 1);
    assert_true(refusals > 3);
    assert_int_equal(scene->board.segment_count, 4);
    assert_int_equal(publish_test_messages(scene, 'b'), 1);
    assert_int_equal(publish_test_arrivals(scene, 'b', 0), 1);
}

static void test_folder_that_is_none(void **state)
{
    struct publish_scene *scene = *state;
    char path[FOLDER_PATH];
    snprintf(path, sizeof path, "%s/missing/folder", scene->out);
    assert_int_equal(publish_run(&scene->desk.vault, path, FAKE_DESK_NOW, &scene->report),
                     ERROR_MISSING);
    snprintf(path, sizeof path, "%s/file", scene->out);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(publish_run(&scene->desk.vault, path, FAKE_DESK_NOW, &scene->report),
                     ERROR_READONLY);
}

/* In libc's place: a medium without an inode left. */
static bool no_inode;

int mkdir(const char *path, mode_t mode)
{
    if (no_inode) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

static void test_a_full_medium_is_called_that(void **state)
{
    struct publish_scene *scene = *state;
    char path[FOLDER_PATH];
    snprintf(path, sizeof path, "%s/new", scene->out);
    no_inode = true;
    const enum error error = publish_run(&scene->desk.vault, path, FAKE_DESK_NOW, &scene->report);
    no_inode = false;
    assert_int_equal(error, ERROR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(test_full_disk_halves_no_answer),
        PUBLISH_TEST(test_full_disk_halves_no_status),
        PUBLISH_TEST(test_full_disk_publishes_nothing_twice),
        PUBLISH_TEST(test_folder_that_is_none),
        PUBLISH_TEST(test_a_full_medium_is_called_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
