/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message is taken back until it has left on a board; afterwards it is refused with the board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "office/publish_parts.h"
#include "office/take_back.h"
#include "tests/lib/audit_found.h"
#include "tests/lib/folder.h"
#include "tests/lib/publish_test.h"
#include "tests/lib/raw_db.h"

static void answer(struct publish_scene *scene, uint64_t case_id, const char *text)
{
    assert_int_equal(fake_desk_answer(&scene->desk, case_id, text, strlen(text), FAKE_DESK_DAY),
                     ERROR_NONE);
}

static enum error take_back(struct publish_scene *scene, uint64_t n, struct published_message *left)
{
    return take_back_message(&scene->desk.vault, 1, n, FAKE_DESK_NOW, left);
}

/* The case has a letter and two answers; the second is taken back. */
static void a_message_that_waits_is_taken_back(void **state)
{
    struct publish_scene *scene = *state;
    struct published_message left;
    struct answer said;
    publish_test_file(scene, 'a');
    answer(scene, 1, "one");
    answer(scene, 1, "two");
    assert_int_equal(take_back(scene, 3, &left), ERROR_NO_MESSAGE);
    assert_int_equal(take_back(scene, 2, &left), ERROR_NONE);
    assert_int_equal(take_back(scene, 2, &left), ERROR_NO_MESSAGE);
    assert_int_equal(take_back_message(&scene->desk.vault, 7, 1, FAKE_DESK_NOW, &left), ERROR_CASE);
    answer(scene, 1, "three"); /* the next number */
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(scene->report.sent, 2);
    assert_int_equal(publish_test_message(scene, 'a', 1, &said), ERROR_NONE);
    assert_int_equal(publish_test_message(scene, 'a', 2, &said), ERROR_MISSING);
    assert_int_equal(publish_test_message(scene, 'a', 3, &said), ERROR_NONE);
    assert_memory_equal(said.text, "three", 5);
    assert_int_equal(audit_found_in(&scene->desk.vault).all, 0);
}

static void what_has_left_is_refused_with_its_board(void **state)
{
    struct publish_scene *scene = *state;
    struct published_message left = {.board = 0};
    publish_test_file(scene, 'a');
    answer(scene, 1, "one");
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    answer(scene, 1, "two");
    assert_int_equal(take_back(scene, 1, &left), ERROR_LEFT);
    assert_int_equal(left.board, 1);
    assert_int_equal(left.day, FAKE_DESK_DAY + 2);
    assert_int_equal(take_back(scene, 2, &left), ERROR_NONE);
}

static uint8_t told_of(const struct publish_scene *scene)
{
    return fold_case(scene->desk.vault.history.fold, 1)->told;
}

/* What was told before is told, and the letter waits for an answer again. */
static void the_case_is_as_if_it_had_not_been_said(void **state)
{
    struct publish_scene *scene = *state;
    struct published_message left;
    publish_test_file(scene, 'a');
    assert_true(publish_test_look(scene).waits);
    const uint8_t told = told_of(scene);
    answer(scene, 1, "one");
    assert_false(publish_test_look(scene).waits);
    assert_int_equal(take_back(scene, 1, &left), ERROR_NONE);
    assert_true(publish_test_look(scene).waits);
    assert_int_equal(told_of(scene), told);
    answer(scene, 1, "two");
    answer(scene, 1, "three");
    assert_int_equal(take_back(scene, 2, &left), ERROR_NONE);
    assert_false(publish_test_look(scene).waits); /* the third says it */
}

/* --- two desks at once --- */

/* Between the making of a board and its act. */
static void a_board_that_is_being_made_is_made_again(void **state)
{
    struct publish_scene *scene = *state;
    struct vault *vault = &scene->desk.vault;
    struct publish_last last;
    struct published_message left;
    struct backup backup;
    struct publish_board board = {
        .vault = vault, .last = &last, .backup = &backup, .day = FAKE_DESK_DAY, .notices = ""};
    publish_test_file(scene, 'a');
    answer(scene, 1, "one");
    assert_int_equal(backup_publish(vault, FAKE_DESK_NOW, &backup), ERROR_NONE);
    assert_int_equal(publish_files_last(vault, &last), ERROR_NONE);
    assert_int_equal(publish_board_make(&board), ERROR_NONE);
    assert_int_equal(board.queue.entry_count, 1);
    assert_int_equal(take_back(scene, 1, &left), ERROR_NONE);
    assert_int_equal(publish_board_add(&board, FAKE_DESK_NOW), ERROR_CHANGED);
    publish_board_free(&board);
    publish_files_free(&last);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(scene->board.head.number, 1);
    assert_int_equal(scene->report.sent, 0);
    assert_int_equal(audit_found_in(vault).all, 0);
}

/* --- a hand in the journal --- */

/* The entry of a message that was taken back is put back by who kept a copy of it. */
static void what_was_taken_back_is_not_published(void **state)
{
    struct publish_scene *scene = *state;
    struct published_message left;
    char sql[128];
    publish_test_file(scene, 'a');
    answer(scene, 1, "one");
    const uint64_t act = fake_desk_act(&scene->desk, 1, ACT_MESSAGE, 1);
    assert_int_equal(take_back(scene, 1, &left), ERROR_NONE);
    snprintf(sql, sizeof sql, "INSERT INTO queue VALUES(%llu, zeroblob(%d))",
             (unsigned long long)act, QUEUE_LEN);
    raw_db(folder_path(scene->desk.dir, "journal.db"), sql);
    assert_int_equal(audit_found_in(&scene->desk.vault).kinds[AUDIT_QUEUE], 1);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(scene->report.sent, 0);
    assert_int_equal(scene->report.forecast.waiting, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(a_message_that_waits_is_taken_back),
        PUBLISH_TEST(what_has_left_is_refused_with_its_board),
        PUBLISH_TEST(the_case_is_as_if_it_had_not_been_said),
        PUBLISH_TEST(a_board_that_is_being_made_is_made_again),
        PUBLISH_TEST(what_was_taken_back_is_not_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
