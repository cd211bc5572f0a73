/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backups: a board comes after one, which has what it acknowledges, and the last ones stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "office/arrived.h"
#include "office/backup.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"
#include "tests/lib/publish_test.h"

/* A colleague imports while a backup is written: kiosks are not told to forget that. */
static void what_the_backup_lacks_is_not_acknowledged(void **state)
{
    struct publish_scene *scene = *state;
    struct vault *vault = &scene->desk.vault;
    struct backup backup;
    struct arrived arrived;
    struct told told;
    publish_test_file(scene, 'a');
    assert_int_equal(
        backup_write(vault, folder_path(scene->desk.backups, "kept"), FAKE_DESK_NOW, &backup),
        ERROR_NONE);
    publish_test_file(scene, 'b');
    const struct fold_kiosk *kiosk = fold_kiosk(vault->history.fold, 0);
    assert_int_equal(told_begin(&told, vault, NULL), ERROR_NONE);
    assert_int_equal(arrived_read(&told, kiosk, backup.act, 100, &arrived), ERROR_NONE);
    told_free(&told);
    assert_int_equal(arrived.kiosk.tip_seq, 1);
    assert_int_equal(arrived.n, 1);
    arrived_free(&arrived);
}

static size_t count_backups(const struct publish_scene *scene)
{
    char command[512], line[32] = "";
    snprintf(command, sizeof command, "ls %s | grep -c 'journal-.*backup$'", scene->desk.backups);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_non_null(fgets(line, sizeof line, pipe));
    pclose(pipe);
    return (size_t)strtoul(line, NULL, 10);
}

static void each_board_has_a_backup_and_the_last_ones_stay(void **state)
{
    struct publish_scene *scene = *state;
    for (uint32_t i = 0; i < BACKUP_KEPT + 2; i++) {
        publish_test_run(scene, FAKE_DESK_DAY + i);
        assert_int_equal(count_backups(scene), i + 1 < BACKUP_KEPT ? i + 1 : BACKUP_KEPT);
    }
    publish_test_run(scene, FAKE_DESK_DAY + BACKUP_KEPT + 1 + BACKUP_DAYS);
    assert_int_equal(count_backups(scene), 2); /* one is as old as it may be */
}

static bool has_backup_of(const struct publish_scene *scene, uint32_t day)
{
    char command[512], text[DAY_TEXT_LEN];
    day_text(day, text);
    snprintf(command, sizeof command, "ls %s | grep -q 'journal-%s-.*backup$'", scene->desk.backups,
             text);
    return system(command) == 0;
}

/* A clock that was ahead and is right again: what a board acknowledges is in a backup, and those
   that were written under wrong days make room. */
static void a_board_keeps_its_backup_whatever_the_clock_said(void **state)
{
    enum { AHEAD = 50 };
    struct publish_scene *scene = *state;
    for (uint32_t i = 0; i < BACKUP_KEPT; i++)
        publish_test_run(scene, FAKE_DESK_DAY + AHEAD + i);
    for (uint32_t i = 0; i < BACKUP_KEPT; i++) {
        publish_test_run(scene, FAKE_DESK_DAY + i);
        assert_int_equal(count_backups(scene), BACKUP_KEPT);
        for (uint32_t k = 0; k <= i; k++)
            assert_true(has_backup_of(scene, FAKE_DESK_DAY + k));
    }
    assert_false(has_backup_of(scene, FAKE_DESK_DAY + AHEAD + BACKUP_KEPT - 1));
}

static void without_a_backup_no_board_is_made(void **state)
{
    struct publish_scene *scene = *state;
    char *none = strdup(folder_path(scene->desk.backups, "no/folder"));
    scene->desk.vault.backups = none;
    assert_int_equal(publish_run(&scene->desk.vault, scene->out, FAKE_DESK_NOW, &scene->report),
                     ERROR_PARENT);
    assert_true(scene->report.unsaved);
    assert_false(scene->report.made);
    assert_int_not_equal(access(folder_path(scene->out, NAMES_BOARD), F_OK), 0);
    free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(what_the_backup_lacks_is_not_acknowledged),
        PUBLISH_TEST(each_board_has_a_backup_and_the_last_ones_stay),
        PUBLISH_TEST(a_board_keeps_its_backup_whatever_the_clock_said),
        PUBLISH_TEST(without_a_backup_no_board_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
