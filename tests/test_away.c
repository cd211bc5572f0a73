/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk to which no courier came for months: the next one brings all that it lacks, and people
   find what is still there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "courier/exchange.h"
#include "device/enroll.h"
#include "device/state.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/publish_test.h"

/* A board a week, from a Monday on, with the usual term. */
enum { MONDAY = FAKE_DESK_DAY + 7 - (FAKE_DESK_DAY + 3) % 7, WEEK = 7, TERM = 400 };

static char *kiosk; /* its folder */
static uint32_t published;

static int setup(void **state)
{
    char id[CARD_KIOSK_TEXT_LEN];
    uint8_t card[CARD_FILE_LEN];
    struct state *device = NULL;
    const int result = publish_test_setup(state);
    struct publish_scene *scene = *state;
    kiosk = folder_make();
    published = MONDAY - WEEK;
    assert_int_equal(scene->desk.vault.charter.settings[CHARTER_TERM], TERM);
    assert_int_equal(enroll_kiosk(kiosk, FAKE_DESK_DAY, id), ERROR_NONE);
    assert_int_equal(state_open(kiosk, &device), ERROR_NONE);
    fake_desk_card(&scene->desk, device->key, "PC-18", 1, card);
    assert_int_equal(state_install_card(device, card, sizeof card), ERROR_NONE);
    state_close(&device);
    return result;
}

static int teardown(void **state)
{
    folder_remove(&kiosk);
    return publish_test_teardown(state);
}

/* A board each week up to this day. */
static void publish_until(struct publish_scene *scene, uint32_t day)
{
    for (; published + WEEK <= day; published += WEEK)
        assert_int_equal(publish_run(&scene->desk.vault, scene->out,
                                     (published + WEEK) * DAY_MINUTES, &scene->report),
                         ERROR_NONE);
}

/* A letter comes and is answered. */
static void write_and_answer(struct publish_scene *scene, char who, uint64_t case_number)
{
    publish_test_file(scene, who);
    assert_int_equal(fake_desk_answer(&scene->desk, case_number, "text", 4, FAKE_DESK_DAY),
                     ERROR_NONE);
}

/* A courier comes; then the board that people read is the kiosk's. Returns how many segments it
   has. */
static uint32_t bring(struct publish_scene *scene, uint32_t today)
{
    struct exchange_report report;
    assert_int_equal(exchange_run(kiosk, scene->out, today, &report), ERROR_NONE);
    assert_int_equal(report.board, ERROR_NONE);
    assert_false(report.misfit);
    char *medium = scene->out;
    char board[FOLDER_PATH];
    snprintf(board, sizeof board, "%s", folder_path(kiosk, STATE_BOARD));
    scene->out = board;
    publish_test_read(scene);
    scene->out = medium;
    return scene->board.segment_count;
}

static void assert_finds(struct publish_scene *scene, char who, unsigned n)
{
    assert_int_equal(publish_test_messages(scene, who), n);
    assert_int_equal(publish_test_arrivals(scene, who, 0), n);
}

static unsigned files_of_the_board(void)
{
    unsigned n = 0;
    for (const char *at = folder_names(folder_path(kiosk, STATE_BOARD)); *at != '\0'; at++)
        n += *at == ' ';
    return n;
}

/* After 200 days all of it is there; after 400 more what was there then has left, with its files,
   one exchange later. */
static void kiosk_that_comes_back_has_what_there_is(void **state)
{
    struct publish_scene *scene = *state;
    write_and_answer(scene, 'a', 1);
    publish_until(scene, MONDAY);
    assert_int_equal(bring(scene, MONDAY), 2);
    assert_finds(scene, 'a', 1);
    publish_until(scene, MONDAY + 10 * WEEK);
    write_and_answer(scene, 'b', 2);
    publish_until(scene, MONDAY + 203);
    assert_int_equal(bring(scene, MONDAY + 203), 2 * 30);
    assert_finds(scene, 'a', 1);
    assert_finds(scene, 'b', 1);
    publish_until(scene, MONDAY + 315);
    write_and_answer(scene, 'c', 3);
    publish_until(scene, MONDAY + 644);
    const uint32_t held = bring(scene, MONDAY + 644);
    assert_int_equal(held, 2 * (TERM / WEEK + 1));
    assert_finds(scene, 'a', 0);
    assert_finds(scene, 'b', 0);
    assert_finds(scene, 'c', 1);
    publish_until(scene, MONDAY + 651);
    assert_int_equal(bring(scene, MONDAY + 651), held);
    assert_int_equal(files_of_the_board(), 1 + held + 2); /* those of the head before stay */
}

/* Nothing that the kiosk has is named any more. */
static void kiosk_that_was_away_beyond_the_term_begins_anew(void **state)
{
    struct publish_scene *scene = *state;
    write_and_answer(scene, 'a', 1);
    publish_until(scene, MONDAY);
    assert_int_equal(bring(scene, MONDAY), 2);
    publish_until(scene, MONDAY + 7 * WEEK);
    write_and_answer(scene, 'b', 2);
    publish_until(scene, MONDAY + 434);
    assert_int_equal(bring(scene, MONDAY + 434), 2 * (TERM / WEEK + 1));
    assert_finds(scene, 'a', 0);
    assert_finds(scene, 'b', 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kiosk_that_comes_back_has_what_there_is, setup, teardown),
        cmocka_unit_test_setup_teardown(kiosk_that_was_away_beyond_the_term_begins_anew, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
