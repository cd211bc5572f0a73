/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a restored office knows of messages that left on boards that it took over; and offices that
   are restored more than once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "office/officer.h"
#include "office/published.h"
#include "office/restored.h"
#include "office/take_back.h"
#include "tests/lib/folder.h"
#include "tests/lib/restore_test.h"

static void restore_from(struct publish_scene *scene, const char *path, char *stick)
{
    struct restore_report report;
    char *folders[] = {stick};
    assert_int_equal(restore_test_run(scene, path, folders, 1, &report), ERROR_NONE);
    assert_false(report.unseen);
    assert_int_equal(report.missing, 0);
}

static uint64_t next_restored(const struct publish_scene *scene, uint64_t behind)
{
    const struct fold *fold = scene->desk.vault.history.fold;
    for (uint64_t seq = behind + 1; seq <= fold_last(fold); seq++)
        if (fold_act(fold, seq)->kind == ACT_RESTORED)
            return seq;
    return 0;
}

/* --- messages that left --- */

static void the_act_names_what_left(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    struct published_message gone;
    struct restored_left *left = NULL;
    size_t n = 0;
    restore_test_live(scene, &boards);
    char *stick = restore_test_carry(scene);
    restore_from(scene, restore_test_kept(scene), stick);
    assert_int_equal(
        restored_messages(&scene->desk.vault.history, next_restored(scene, 0), &left, &n),
        ERROR_NONE);
    assert_int_equal(n, 1);
    assert_int_equal(left[0].act, fake_desk_act(&scene->desk, 1, ACT_MESSAGE, 2));
    assert_int_equal(left[0].board, 2);
    assert_int_equal(left[0].day, FAKE_DESK_DAY + 1);
    for (uint64_t message = 1; message <= 2; message++) {
        assert_int_equal(take_back_message(&scene->desk.vault, 1, message, FAKE_DESK_NOW, &gone),
                         ERROR_LEFT);
        assert_int_equal(gone.board, message);
        assert_int_equal(gone.day, FAKE_DESK_DAY + message - 1);
    }
    restore_test_clean(scene, true);
    free(left);
    free(boards.all);
    folder_remove(&stick);
}

/* Of more than one act names, another names the rest. */
static void more_left_than_an_act_names(void **state)
{
    enum { CASES = 17, EACH = 59, ALL = CASES * EACH, DAYS = EACH / SEGMENT_CASE_MAX + 1 };
    struct publish_scene *scene = *state;
    struct published published;
    struct restore_report report;
    scene->desk.vault.charter.settings[CHARTER_ANSWERS] = CASES * SEGMENT_CASE_MAX;
    fake_desk_charter(&scene->desk.vault, scene->desk.office.root_seed);
    for (char who = 'a'; who < 'a' + CASES; who++)
        publish_test_file(scene, who);
    for (uint64_t i = 0; i < ALL; i++)
        restore_test_answer(scene, i % CASES + 1, "words");
    restore_test_back_up(scene, restore_test_kept(scene));
    for (uint32_t day = 0; day < DAYS; day++)
        publish_test_run(scene, FAKE_DESK_DAY + day);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    assert_int_equal(restore_test_run_on(scene, FAKE_DESK_DAY + DAYS, folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(report.left, ALL);
    const uint64_t first = next_restored(scene, 0), second = next_restored(scene, first);
    assert_true(second > first);
    assert_int_equal(next_restored(scene, second), 0);
    assert_int_equal(published_read(&scene->desk.vault.history, &published), ERROR_NONE);
    assert_int_equal(published.n, ALL);
    assert_int_equal(published.all[RESTORED_LEFT_MAX - 1].by, first);
    assert_int_equal(published.all[RESTORED_LEFT_MAX].by, second);
    published_free(&published);
    publish_test_run(scene, FAKE_DESK_DAY + DAYS);
    assert_int_equal(scene->report.sent, 0);
    restore_test_clean(scene, true);
    folder_remove(&stick);
}

/* --- more than once --- */

static void a_restored_journal_is_restored(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_test_boards boards = {.all = NULL};
    restore_test_live(scene, &boards);
    char *first = restore_test_carry(scene);
    restore_from(scene, restore_test_kept(scene), first);
    char *again = strdup(folder_path(scene->desk.backups, "again"));
    restore_test_back_up(scene, again);
    restore_test_go_on(scene, &boards);
    char *second = restore_test_carry(scene);
    restore_from(scene, again, second); /* it goes on behind the boards of its first life */
    restore_test_clean(scene, true);
    restore_test_answer(scene, 1, "once more");
    publish_test_run(scene, FAKE_DESK_DAY + 4);
    restore_test_keep(&boards, scene);
    char *third = restore_test_carry(scene);
    restore_from(scene, restore_test_kept(scene), third); /* knows of neither */
    restore_test_clean(scene, true);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 3, scene->kiosk.seq, NULL),
                     ERROR_NONE);
    restore_test_answer(scene, 1, "and again");
    publish_test_run(scene, FAKE_DESK_DAY + 5);
    restore_test_keep(&boards, scene);
    restore_test_nothing_twice(&boards);
    restore_test_clean(scene, true);
    free(again);
    free(boards.all);
    folder_remove(&first);
    folder_remove(&second);
    folder_remove(&third);
}

static void add_second(struct publish_scene *scene)
{
    static const struct passphrase passphrase = {11, "twelve four"};
    char print[NAMING_FINGERPRINT_LEN], name[NAMING_NAME_MAX + 1];
    const struct officer_order order = {print, ACT_OFFICER_ROLE, FAKE_DESK_NOW};
    struct vault *second = NULL;
    uint32_t no = 0;
    folder_write(folder_path(scene->desk.dir, "charter"), scene->desk.vault.charter_bytes,
                 CHARTER_LEN);
    assert_int_equal(vault_open(scene->desk.dir, &second), ERROR_NONE);
    assert_int_equal(
        officer_join(second, folder_path(scene->desk.dir, "second"), "Second", &passphrase, print),
        ERROR_NONE);
    assert_int_equal(officer_add(&scene->desk.vault, &order, &no, name), ERROR_NONE);
    assert_int_equal(no, 2);
    vault_close(&second);
}

/* Whoever was removed has no right again, however often the office is restored. */
static void an_officer_is_removed_again(void **state)
{
    struct publish_scene *scene = *state;
    struct vault *vault = &scene->desk.vault;
    struct restore_test_boards boards = {.all = NULL};
    struct restore_report report;
    add_second(scene);
    restore_test_live(scene, &boards);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    assert_int_equal(officer_remove(vault, 2, FAKE_DESK_NOW), ERROR_NONE);
    for (int times = 0; times < 2; times++) {
        vault->view.removed[0] = 2;
        vault->view.removed_count = 1;
        assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, &report),
                         ERROR_NONE);
        assert_int_equal(report.removed_count, 1);
        assert_int_equal(report.removed[0], 2);
        assert_int_equal(fold_officer(vault->history.fold, 2)->role, ACT_NOBODY);
        restore_test_clean(scene, true);
    }
    restore_test_go_on(scene, &boards);
    restore_test_nothing_twice(&boards);
    restore_test_clean(scene, true);
    free(boards.all);
    folder_remove(&stick);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(the_act_names_what_left),
        PUBLISH_TEST(more_left_than_an_act_names),
        PUBLISH_TEST(a_restored_journal_is_restored),
        PUBLISH_TEST(an_officer_is_removed_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
