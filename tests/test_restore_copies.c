/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of boards that a restored office is given: none, old ones, and some that lack something.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/day.h"
#include "base/error.h"
#include "office/published.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"
#include "tests/lib/restore_test.h"

/* --- copies that lack something --- */

static void without_a_copy_nothing_is_published(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    restore_test_live(scene, &boards);
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), NULL, 0, &report),
                     ERROR_NONE);
    assert_true(report.unseen);
    assert_int_equal(publish_run(&scene->desk.vault, scene->out, (FAKE_DESK_DAY + 2) * DAY_MINUTES,
                                 &scene->report),
                     ERROR_RENEWAL_FIRST);
    restore_test_clean(scene, true);
    /* A stick is found. */
    char *folders[] = {scene->out};
    restore_test_back_up(scene, folder_path(scene->desk.backups, "again"));
    assert_int_equal(
        restore_test_run(scene, folder_path(scene->desk.backups, "again"), folders, 1, &report),
        ERROR_NONE);
    restore_test_go_on(scene, &boards);
    restore_test_clean(scene, true);
    restore_test_nothing_twice(&boards);
    free(boards.all);
}

static void a_charter_that_was_renewed_goes_on_without_a_copy(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_report report;
    publish_test_file(scene, 'a');
    restore_test_back_up(scene, restore_test_kept(scene));
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), NULL, 0, &report),
                     ERROR_NONE);
    scene->desk.vault.charter.number++;
    fake_desk_charter(&scene->desk.vault, scene->desk.office.root_seed);
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    assert_int_equal(scene->board.head.number, report.next);
}

/* What a copy lacks, kiosks must not be told that they have. */
static void a_letter_whose_segment_is_missing_gets_a_tag_again(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    restore_test_live(scene, &boards);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    restore_test_remove(stick, &scene->board, SEGMENT_ARRIVALS);
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(report.missing, 1);
    assert_int_equal(report.next, 2 + 1 + PUBLISHED_LEAP);
    restore_test_go_on(scene, &boards);
    assert_int_equal(scene->board.head.number, report.next + 1);
    assert_int_equal(publish_test_arrivals(scene, 'b', 0),
                     1); /* whose tag was on what is missing */
    restore_test_clean(scene, true);
    free(boards.all);
    folder_remove(&stick);
}

static void another_copy_has_what_one_lacks(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    char *sticks[2];
    restore_test_live(scene, &boards);
    restore_test_two_copies(scene, sticks);
    restore_test_remove(sticks[0], &scene->board, SEGMENT_ARRIVALS);
    restore_test_remove(sticks[1], &scene->board, SEGMENT_ANSWERS);
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), sticks, 2, &report),
                     ERROR_NONE);
    assert_int_equal(report.missing, 0);
    restore_test_go_on(scene, &boards);
    restore_test_nothing_twice(&boards);
    free(boards.all);
    folder_remove(&sticks[0]);
    folder_remove(&sticks[1]);
}

/* A stick on which the board is older, or none: kiosks left theirs. */
static void a_head_that_a_kiosk_left_is_a_copy(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    char name[NAMES_LEN];
    restore_test_live(scene, &boards);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    names_head(scene->kiosk.id, name);
    assert_int_equal(rename(folder_path(stick, NAMES_BOARD), folder_path(stick, name)), 0);
    folder_write(folder_path(stick, "0123456789abcdef.head"), "no head", 7);
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(report.missing, 0);
    restore_test_go_on(scene, &boards);
    restore_test_nothing_twice(&boards);
    free(boards.all);
    folder_remove(&stick);
}

static void a_copy_that_is_none_is_refused(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_report report;
    char *empty = folder_make(), *folders[] = {empty};
    publish_test_file(scene, 'a');
    restore_test_back_up(scene, restore_test_kept(scene));
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                     ERROR_MISSING);
    assert_string_equal(report.blamed, empty);
    restore_test_clean(scene, false);
    folder_remove(&empty);
}

/* A copy that is not newer tells nothing of what was published since, and so does none. */
static void an_older_copy_is_none(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    publish_test_run(scene, FAKE_DESK_DAY - 1);
    char *first = restore_test_carry(scene), *folders[] = {first, NULL};
    restore_test_live(scene, &boards);
    assert_int_equal(scene->board.head.number, 3);
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                     ERROR_NONE);
    assert_true(report.unseen);
    assert_true(report.older);
    assert_int_equal(report.board, 2); /* the backup's own */
    assert_true(report.next > scene->board.head.number);
    assert_int_equal(
        publish_run(&scene->desk.vault, first, (FAKE_DESK_DAY + 2) * DAY_MINUTES, &scene->report),
        ERROR_RENEWAL_FIRST);
    restore_test_clean(scene, true);
    free(boards.all);
    folder_remove(&first);
}

/* As many boards as there were days; what left on them is on the stick that nobody found. */
static void no_number_is_used_again(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    restore_test_live(scene, &boards);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    for (uint32_t day = 2; day < 2 + 2 * PUBLISHED_LEAP; day++)
        publish_test_run(scene, FAKE_DESK_DAY + day);
    const uint32_t last = scene->board.head.number;
    assert_int_equal(
        restore_test_run_on(scene, FAKE_DESK_DAY + 2 + 2 * PUBLISHED_LEAP, folders, 1, &report),
        ERROR_NONE);
    assert_int_equal(report.board, 2);
    assert_true(report.next > last);
    free(boards.all);
    folder_remove(&stick);
}

/* Whoever has a kiosk's key claims the most that is followed, before each board that is lost: other
   kiosks hold those boards, and would not give them up for lower numbers. */
static void numbers_that_a_kiosk_drove_on_are_passed(void **state)
{
    enum { DAYS = 20 };
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    restore_test_live(scene, &boards);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    for (uint32_t day = 2; day < DAYS; day++) {
        scene->kiosk.board = scene->board.head.number + published_claim(0, 1);
        assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
        publish_test_run(scene, FAKE_DESK_DAY + day);
        assert_int_equal(scene->board.head.number, scene->kiosk.board + 1);
    }
    const uint32_t last = scene->board.head.number;
    assert_int_equal(restore_test_run_on(scene, FAKE_DESK_DAY + DAYS, folders, 1, &report),
                     ERROR_NONE);
    assert_true(report.next > last);
    free(boards.all);
    folder_remove(&stick);
}

/* Nothing of the last board is there but its head, and boards come out all the same. */
static void a_board_of_which_only_the_head_is_left(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    restore_test_live(scene, &boards);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    restore_test_remove(stick, &scene->board, SEGMENT_ARRIVALS);
    restore_test_remove(stick, &scene->board, SEGMENT_ANSWERS);
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(report.missing, 2);
    for (uint32_t day = 2; day <= 4; day++)
        publish_test_run(scene, FAKE_DESK_DAY + day);
    assert_int_equal(scene->board.head.number, report.next + 2);
    restore_test_clean(scene, true);
    free(boards.all);
    folder_remove(&stick);
}

/* A kiosk came away with a board that nobody else has: it would not give that up for an older one.
 */
static void a_kiosk_that_holds_more_is_passed_and_named(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    char *stick = restore_test_put_back(scene, &boards, &report);
    scene->kiosk.board = report.next + 9;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 3, 4, NULL), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    assert_int_equal(scene->report.ahead, scene->kiosk.board);
    assert_memory_equal(scene->report.ahead_kiosk, scene->kiosk.id, CARD_KIOSK_LEN);
    assert_int_equal(scene->board.head.number, scene->kiosk.board + 1);
    free(boards.all);
    folder_remove(&stick);
}

static void kiosks_that_the_backup_lacks_are_counted(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_report report;
    restore_test_back_up(scene, restore_test_kept(scene));
    for (int i = 0; i < RESTORE_KIOSKS_MAX + 2; i++) {
        struct fake_kiosk kiosk;
        fake_desk_enroll(&scene->desk, &kiosk, "PC-18");
        fake_kiosk_drop(&kiosk);
    }
    publish_test_run(scene, FAKE_DESK_DAY);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(report.kiosk_count, RESTORE_KIOSKS_MAX);
    assert_int_equal(report.more_kiosks, 2);
    folder_remove(&stick);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(without_a_copy_nothing_is_published),
        PUBLISH_TEST(an_older_copy_is_none),
        PUBLISH_TEST(no_number_is_used_again),
        PUBLISH_TEST(numbers_that_a_kiosk_drove_on_are_passed),
        PUBLISH_TEST(a_board_of_which_only_the_head_is_left),
        PUBLISH_TEST(a_kiosk_that_holds_more_is_passed_and_named),
        PUBLISH_TEST(a_charter_that_was_renewed_goes_on_without_a_copy),
        PUBLISH_TEST(a_letter_whose_segment_is_missing_gets_a_tag_again),
        PUBLISH_TEST(another_copy_has_what_one_lacks),
        PUBLISH_TEST(a_head_that_a_kiosk_left_is_a_copy),
        PUBLISH_TEST(a_copy_that_is_none_is_refused),
        PUBLISH_TEST(kiosks_that_the_backup_lacks_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
