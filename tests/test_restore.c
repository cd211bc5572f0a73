/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office that was put back from a backup: over all boards that it ever published, before and
   after, nothing tells what the backup lacked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "office/published.h"
#include "office/restored.h"
#include "tests/lib/audit_found.h"
#include "tests/lib/folder.h"
#include "tests/lib/raw_db.h"
#include "tests/lib/restore_test.h"

static void old_boards_beside_new_ones_tell_nothing(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    struct answer said;
    char *stick = restore_test_put_back(scene, &boards, &report);
    assert_int_equal(report.left, 1);
    assert_int_equal(report.next, 2 + 1 + PUBLISHED_LEAP);
    restore_test_clean(scene, true);
    restore_test_go_on(scene, &boards);
    restore_test_nothing_twice(&boards);
    for (char who = 'a'; who <= 'c'; who++)
        assert_int_equal(publish_test_arrivals(scene, who, 0), 1);
    assert_int_equal(publish_test_messages(scene, 'a'), 4);
    assert_int_equal(publish_test_messages(scene, 'b'), 2);
    assert_int_equal(publish_test_messages(scene, 'c'), 1);
    assert_int_equal(publish_test_message(scene, 'a', 4, &said), ERROR_NONE);
    assert_memory_equal(said.text, "another third", said.len);
    restore_test_clean(scene, true);
    free(boards.all);
    folder_remove(&stick);
}

/* As after a renewal, when what is no letter gets another tag than before: only letters would have
   their old ones. */
static void records_under_a_watermark_get_no_second_tag(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    char *stick = restore_test_put_back(scene, &boards, &report);
    raw_db(folder_path(scene->desk.dir, "journal.db"), "DELETE FROM seen WHERE kind = 1");
    restore_test_go_on(scene, &boards);
    restore_test_nothing_twice(&boards);
    free(boards.all);
    folder_remove(&stick);
}

/* One behind a gap is acknowledged by no watermark, and has its tag. */
static void records_behind_a_gap_get_no_second_tag(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    restore_test_back_up(scene, restore_test_kept(scene));
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    restore_test_keep(&boards, scene);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, NULL), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    restore_test_keep(&boards, scene);
    restore_test_nothing_twice(&boards);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    free(boards.all);
    folder_remove(&stick);
}

/* An image of the terminal is put back, and the office from its backup: what the terminal writes
   under the numbers of records that arrived once is acknowledged when it has tags, and not before.
 */
static void a_terminal_put_back_waits_no_longer_than_to_the_mark(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_report report;
    struct head_mark mark;
    uint8_t first[RECORD_HASH_LEN];
    publish_test_file(scene, 'a');
    memcpy(first, scene->kiosk.hash, sizeof first);
    restore_test_back_up(scene, restore_test_kept(scene));
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 2, 3, NULL), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                     ERROR_NONE);
    scene->kiosk.seq = 1;
    memcpy(scene->kiosk.hash, first, sizeof first);
    publish_test_file(scene, 'c');
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_true(mark.seq < 2);
    publish_test_file(scene, 'e');
    publish_test_run(scene, FAKE_DESK_DAY + 3);
    for (char who = 'a'; who <= 'e'; who += 2)
        assert_int_equal(publish_test_arrivals(scene, who, 0), 1);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 3);
    folder_remove(&stick);
}

/* Boards that were taken over have no act that says their day. */
static void no_wrong_day_takes_away_what_was_taken_over(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    char *stick = restore_test_put_back(scene, &boards, &report);
    raw_db(folder_path(scene->desk.dir, "journal.db"), "UPDATE board SET day = 1");
    publish_test_run(scene, FAKE_DESK_DAY + 500);
    restore_test_go_on(scene, &boards);
    for (char who = 'a'; who <= 'c'; who++)
        assert_int_equal(publish_test_arrivals(scene, who, 0), 1);
    free(boards.all);
    folder_remove(&stick);
}

/* With as many boards before and behind as have to agree on a day. */
static void a_wrong_clock_at_the_restore_takes_nothing_away(void **state)
{
    enum { BOARDS = 60 };
    struct publish_scene *scene = *state;
    struct restore_report report;
    for (uint32_t i = 0; i < BOARDS; i++)
        publish_test_run(scene, FAKE_DESK_DAY + i);
    restore_test_back_up(scene, restore_test_kept(scene));
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY + 800);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    assert_int_equal(restore_test_run_on(scene, FAKE_DESK_DAY - 900, folders, 1, &report),
                     ERROR_NONE);
    for (uint32_t i = 1; i <= BOARDS; i++) {
        publish_test_run(scene, FAKE_DESK_DAY + 800 + i);
        assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    }
    folder_remove(&stick);
}

static void a_row_laid_ahead_stops_no_restore(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_report report;
    publish_test_run(scene, FAKE_DESK_DAY);
    restore_test_back_up(scene, restore_test_kept(scene));
    raw_db(restore_test_kept(scene),
           "INSERT INTO board SELECT 2, day, charter, head, arrivals, answers FROM board");
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                     ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    folder_remove(&stick);
}

/* --- who may say that it was restored --- */

/* As a desk whose view had this act otherwise. */
static bool is_explained(struct publish_scene *scene, uint64_t act)
{
    struct history *history = &scene->desk.vault.history;
    history->lost = 3;
    history->parted = act;
    assert_int_equal(restored_explain(history), ERROR_NONE);
    const bool explained = history->lost == 0;
    history->lost = history->parted = 0;
    return explained;
}

static void only_root_explains_a_journal_that_goes_back(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_report report;
    publish_test_file(scene, 'a');
    restore_test_back_up(scene, restore_test_kept(scene));
    for (int honest = 1; honest >= 0; honest--) {
        const struct fake_office *office = &scene->desk.office;
        assert_int_equal(restore_test_run_as(scene, honest ? office->root_seed : office->board_seed,
                                             restore_test_kept(scene), &report),
                         ERROR_NONE);
        const uint64_t act = fold_last(scene->desk.vault.history.fold);
        assert_int_equal(is_explained(scene, act), honest);
        assert_false(is_explained(scene, act - 1));
        const struct audit_found found = audit_found_in(&scene->desk.vault);
        assert_int_equal(found.kinds[AUDIT_RESTORED], !honest);
        assert_int_equal(found.all, !honest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(old_boards_beside_new_ones_tell_nothing),
        PUBLISH_TEST(records_under_a_watermark_get_no_second_tag),
        PUBLISH_TEST(records_behind_a_gap_get_no_second_tag),
        PUBLISH_TEST(a_terminal_put_back_waits_no_longer_than_to_the_mark),
        PUBLISH_TEST(no_wrong_day_takes_away_what_was_taken_over),
        PUBLISH_TEST(a_wrong_clock_at_the_restore_takes_nothing_away),
        PUBLISH_TEST(a_row_laid_ahead_stops_no_restore),
        PUBLISH_TEST(only_root_explains_a_journal_that_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
