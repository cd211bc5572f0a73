/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain as the office sees it: gaps, forks, setbacks, and records that come late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/envelope.h"
#include "office/fleet.h"
#include "protocol/bundle.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/import_test.h"

static void test_gap_is_named_and_filled(void **state)
{
    struct import_scene *scene = *state;
    for (int i = 0; i < 6; i++)
        import_test_send(scene, (char)i, "text");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, NULL), ERROR_NONE);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 5, 6, NULL), ERROR_NONE);
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal(row->gaps.n, 1);
    assert_int_equal(row->gaps.all[0].first, 3);
    assert_int_equal(row->gaps.all[0].last, 4);
    assert_int_equal(row->kiosk.tip_seq, 2);
    assert_int_equal(row->kiosk.last_seq, 6);
    assert_int_equal(row->silent, 28); /* its clock is ahead: since the day after the import */
    fleet_free(row, 1);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 6, NULL), ERROR_NONE);
    row = import_test_look(scene);
    assert_int_equal(row->gaps.n, 0);
    assert_int_equal(row->kiosk.tip_seq, 6);
    fleet_free(row, 1);
}

/* The kiosk's disk is set back to a copy, and it goes on from there: both chains are signed. */
static void test_fork_is_named_and_nothing_is_lost(void **state)
{
    struct import_scene *scene = *state;
    uint8_t hash[RECORD_HASH_LEN];
    import_test_send(scene, 'a', "one");
    memcpy(hash, scene->kiosk.hash, sizeof hash);
    import_test_send(scene, 'b', "two");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, NULL), ERROR_NONE);
    scene->kiosk.seq = 1;
    memcpy(scene->kiosk.hash, hash, sizeof hash);
    import_test_send(scene, 'c', "two again");
    import_test_send(scene, 'd', "three");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 3, NULL), ERROR_NONE);
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal(row->forks.n, 1);
    assert_int_equal(row->forks.all[0].first, 2);
    assert_int_equal(row->kiosk.tip_seq, 3); /* the longer chain, or its records would never go */
    fleet_free(row, 1);
    assert_int_equal(import_test_cases(scene), 4);
}

static void test_rollback_is_told_from_an_old_bundle(void **state)
{
    struct import_scene *scene = *state;
    struct import_report report;
    for (int i = 0; i < 4; i++)
        import_test_send(scene, (char)i, "text");
    scene->kiosk.board = 5;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 4, NULL), ERROR_NONE);
    scene->kiosk.board = 4;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, &report), ERROR_NONE);
    assert_int_equal(report.rollbacks, 0); /* an old bundle, come late */
    scene->kiosk.board = 6;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 3, &report), ERROR_NONE);
    assert_int_equal(report.rollbacks, 1); /* a newer board with fewer records */
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 3, &report), ERROR_NONE);
    assert_int_equal(report.rollbacks, 0); /* counted once */
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal(row->rollbacks.n, 1);
    assert_int_equal(row->rollbacks.all[0].was_seq, 4);
    assert_int_equal(row->rollbacks.all[0].was_board, 5);
    assert_int_equal(row->rollbacks.all[0].seq, 3);
    assert_int_equal(row->rollbacks.all[0].board, 6);
    fleet_free(row, 1);
}

/* What a kiosk tells of boards stays, whichever of its bundles comes when; each pair once. */
static void test_boards_that_do_not_fit_are_kept(void **state)
{
    static const struct misfit first = {{1, 2, {3}}, {1, 3, {4}}},
                               second = {{1, 3, {4}}, {1, 3, {5}}};
    struct import_scene *scene = *state;
    struct import_report report;
    import_test_send(scene, 'a', "text");
    scene->kiosk.misfits = (struct misfit_list){.n = 1, .all = {first}};
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misfits, 1);
    scene->kiosk.misfits = (struct misfit_list){.n = 2, .all = {first, second}};
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misfits, 1);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misfits, 0);
    scene->kiosk.misfits.n = 0;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, &report), ERROR_NONE);
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal(row->misfits.n, 2);
    assert_true(misfit_same(&row->misfits.all[0].misfit.came, &first.came));
    assert_true(misfit_same(&row->misfits.all[1].misfit.had, &second.had));
    assert_int_equal(row->misfits.all[0].day, row->contact.imported);
    fleet_free(row, 1);
}

static uint64_t count_rollbacks(struct import_scene *scene, uint64_t last, uint32_t board)
{
    struct import_report report;
    scene->kiosk.board = board;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, last, &report), ERROR_NONE);
    return report.rollbacks;
}

/* A kiosk that was set back and goes on is behind for a while: that is one setback. */
static void test_a_setback_is_noted_once(void **state)
{
    struct import_scene *scene = *state;
    for (int i = 0; i < 12; i++)
        fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    assert_int_equal(count_rollbacks(scene, 8, 5), 0);
    assert_int_equal(count_rollbacks(scene, 5, 6), 1);
    assert_int_equal(count_rollbacks(scene, 5, 7), 0);
    assert_int_equal(count_rollbacks(scene, 7, 8), 0);
    assert_int_equal(count_rollbacks(scene, 4, 9), 1); /* back once more */
    assert_int_equal(count_rollbacks(scene, 9, 10), 0);
    assert_int_equal(count_rollbacks(scene, 8, 11), 1); /* from another end */
    assert_int_equal(count_rollbacks(scene, 10, 11), 0);
    assert_int_equal(count_rollbacks(scene, 11, 3), 1); /* of the board alone */
    assert_int_equal(count_rollbacks(scene, 12, 3), 0);
}

/* A kiosk that was set back has gone on, but not yet to where it was, and is set back again. */
static void test_a_setback_within_a_setback_is_noted(void **state)
{
    struct import_scene *scene = *state;
    for (int i = 0; i < 10; i++)
        fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    assert_int_equal(count_rollbacks(scene, 10, 5), 0);
    assert_int_equal(count_rollbacks(scene, 5, 6), 1);
    assert_int_equal(count_rollbacks(scene, 10, 5), 0); /* from before, come late */
    assert_int_equal(count_rollbacks(scene, 8, 7), 0);
    assert_int_equal(count_rollbacks(scene, 6, 8), 1);
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal(row->rollbacks.all[1].was_seq, 8);
    assert_int_equal(row->rollbacks.all[1].seq, 6);
    fleet_free(row, 1);
}

static void import_sick(struct import_scene *scene, uint64_t first, uint64_t last, uint16_t age)
{
    struct import import = {.vault = &scene->desk.vault, .now = FAKE_DESK_NOW + 9 * DAY_MINUTES};
    struct bundle bundle;
    size_t len = 0;
    uint8_t *data = fake_kiosk_bundle(&scene->kiosk, first, last, &len);
    assert_int_equal(bundle_decode(data, len, scene->kiosk.key, scene->kiosk.office, &bundle),
                     ERROR_NONE);
    bundle.health = 0;
    bundle.exchange_age = age;
    assert_int_equal(bundle_seal(&bundle, scene->kiosk.seed, data), ERROR_NONE);
    assert_int_equal(import_bundle(&import, "test", data, len), ERROR_NONE);
    free(data);
}

static void assert_disk(struct import_scene *scene, bool well)
{
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal((row->contact.health & BUNDLE_DISK_OK) != 0, well);
    assert_int_equal(row->contact.imported, FAKE_DESK_DAY + 1);
    fleet_free(row, 1);
}

/* An old bundle that somebody lays there again says nothing of today; also not that all is well. */
static void test_a_disk_that_was_not_well_once(void **state)
{
    struct import_scene *scene = *state;
    for (int i = 0; i < 5; i++)
        fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 3, 5, NULL), ERROR_NONE);
    import_sick(scene, 3, 4, 7);
    assert_disk(scene, true);
    import_sick(scene, 3, 4, UINT16_MAX); /* what is left of an outbox */
    assert_disk(scene, false);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 3, 5, NULL), ERROR_NONE);
    assert_disk(scene, false);
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 3, 6, NULL), ERROR_NONE);
    assert_disk(scene, true);
    import_sick(scene, 1, 2, 7); /* not heard before */
    assert_disk(scene, false);
}

static void assert_unbroken(struct import_scene *scene, uint64_t tip)
{
    struct fleet_row *row = import_test_look(scene);
    assert_true(row->kiosk.tip_seq == tip);
    assert_int_equal(row->gaps.n + row->forks.n + row->contact.rollbacks, 0);
    fleet_free(row, 1);
}

/* A kiosk with more records than a bundle takes sends several; they come in any order. Then the
   same records come again under a newer board, and of the exchange before a bundle turns up
   late. */
static void test_bundles_of_one_exchange_come_in_any_order(void **state)
{
    struct import_scene *scene = *state;
    struct fake_kiosk *kiosk = &scene->kiosk;
    static uint8_t noise[ENVELOPE_LEN];
    const uint64_t cap = BUNDLE_RECORDS_MAX;
    for (uint64_t i = 0; i < cap + 3; i++)
        fake_kiosk_raw(kiosk, noise);
    kiosk->board = 5;
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, cap + 1, cap + 2, NULL), ERROR_NONE);
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, cap, NULL), ERROR_NONE);
    assert_unbroken(scene, cap + 2);
    kiosk->board = 6;
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, cap, NULL), ERROR_NONE);
    kiosk->board = 5;
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, cap + 1, cap + 2, NULL), ERROR_NONE);
    kiosk->board = 6;
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, cap + 1, cap + 3, NULL), ERROR_NONE);
    assert_unbroken(scene, cap + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(test_gap_is_named_and_filled),
        IMPORT_TEST(test_fork_is_named_and_nothing_is_lost),
        IMPORT_TEST(test_rollback_is_told_from_an_old_bundle),
        IMPORT_TEST(test_boards_that_do_not_fit_are_kept),
        IMPORT_TEST(test_a_setback_is_noted_once),
        IMPORT_TEST(test_a_setback_within_a_setback_is_noted),
        IMPORT_TEST(test_a_disk_that_was_not_well_once),
        IMPORT_TEST(test_bundles_of_one_exchange_come_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
