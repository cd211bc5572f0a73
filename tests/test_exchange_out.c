/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the courier takes out to a medium: records in bundles, and what is dropped once it is
   acknowledged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "courier/exchange.h"
#include "device/state.h"
#include "protocol/bundle.h"
#include "protocol/names.h"
#include "tests/lib/exchange_test.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"

static void records_go_out(void **state)
{
    uint8_t *data = NULL;

    kiosk_folder_fill(exchange_dir, 3);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(exchange_told.card, ERROR_MISSING);
    assert_int_equal(exchange_told.charter, ERROR_MISSING);
    assert_int_equal(exchange_told.board, ERROR_MISSING);
    assert_int_equal(exchange_told.bundle, ERROR_NONE);
    assert_int_equal(exchange_told.first, 1);
    assert_int_equal(exchange_told.last, 3);
    struct bundle bundle = exchange_get_bundle(1, &data);
    assert_int_equal(bundle.last, 3);
    assert_int_equal(bundle.charter_number, 1);
    assert_int_equal(bundle.board.number, 0);
    assert_int_equal(bundle.exchange_age, 65535);
    assert_int_equal(bundle.health & BUNDLE_PRINTER_OK, BUNDLE_PRINTER_OK);
    assert_int_equal(bundle.health & BUNDLE_CLOCK_OK, BUNDLE_CLOCK_OK);
    free(data);
    assert_outbox_held(1, 3);
}

static void kiosk_without_records_still_shows_itself(void **state)
{
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_bundle(1, 0);
}

static void acknowledged_records_are_not_sent_again_and_dropped_later(void **state)
{
    kiosk_folder_fill(exchange_dir, 5);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 3);
    exchange_put_board(1, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(exchange_told.board, ERROR_NONE);
    assert_int_equal(exchange_told.acknowledged, 3);
    assert_int_equal(exchange_told.fork, 0);
    assert_outbox_held(1, 5);
    assert_bundle(4, 5);
    mark = kiosk_folder_mark(exchange_dir, 5);
    exchange_put_board(2, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_outbox_held(4, 5);
    assert_bundle(6, 5);
    kiosk_folder_fill(exchange_dir, 1);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_bundle(6, 6);
}

static bool no_room;

int fstatvfs(int fd, struct statvfs *out)
{
    (void)fd;
    *out = (struct statvfs){.f_bavail = no_room ? 1 : 1U << 20, .f_frsize = 4096};
    return 0;
}

/* Whoever wants to write comes before an office that may be restored. */
static void a_disk_without_room_drops_what_an_earlier_board_acknowledged(void **state)
{
    exchange_office.board_days = 1;
    kiosk_folder_fill(exchange_dir, 5);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 3);
    exchange_put_board(1, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    mark = kiosk_folder_mark(exchange_dir, 5);
    exchange_put_board(2, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_outbox_held(1, 5);
    no_room = true;
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_outbox_held(4, 5);
    no_room = false;
}

/* An office that was restored from a backup. */
static void records_that_are_taken_back_go_out_again(void **state)
{
    kiosk_folder_fill(exchange_dir, 5);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 5);
    exchange_put_board(1, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_bundle(6, 5);
    mark = kiosk_folder_mark(exchange_dir, 2);
    exchange_put_board(2, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(exchange_told.acknowledged, 2);
    assert_int_equal(exchange_told.unasked, 0);
    assert_bundle(3, 5);
    exchange_put_board(3, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_bundle(1, 5);
    assert_outbox_held(1, 5);
}

static void again_changes_nothing(void **state)
{
    struct stat before;
    struct stat after;

    kiosk_folder_fill(exchange_dir, 2);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 1);
    exchange_put_charter(2);
    exchange_put_board(1, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    const char *path = folder_path(exchange_dir, STATE_BOARD "/" NAMES_BOARD);
    assert_int_equal(stat(path, &before), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(exchange_test_run(), ERROR_NONE);
        assert_int_equal(exchange_told.charter, ERROR_NONE);
        assert_int_equal(exchange_told.board, ERROR_NONE);
        assert_int_equal(exchange_told.acknowledged, 1);
        assert_outbox_held(1, 2);
        assert_bundle(2, 2);
    }
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino);
}

static void fork_drops_nothing_and_is_told(void **state)
{
    kiosk_folder_fill(exchange_dir, 3);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 2);
    mark.hash[31] ^= 1;
    exchange_put_board(1, &mark);
    assert_int_equal(exchange_test_run(), ERROR_CHAIN);
    assert_int_equal(exchange_told.fork, 1);
    assert_int_equal(exchange_told.acknowledged, 0);
    assert_int_equal(exchange_told.board, ERROR_NONE);
    assert_int_equal(exchange_told.bundle, ERROR_NONE);
    assert_outbox_held(1, 3);
    assert_bundle(1, 3);
}

/* The office has seen more of us than we know: an old disk was put back. */
static void mark_beyond_the_end_is_a_fork(void **state)
{
    kiosk_folder_fill(exchange_dir, 2);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 2);
    mark.seq = 9;
    exchange_put_board(1, &mark);
    assert_int_equal(exchange_test_run(), ERROR_CHAIN);
    assert_int_equal(exchange_told.fork, 1);
    assert_outbox_held(1, 2);
}

static void marks_of_other_kiosks_are_not_ours(void **state)
{
    kiosk_folder_fill(exchange_dir, 2);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 2);
    mark.kiosk[0] ^= 1;
    exchange_put_board(1, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_outbox_held(1, 2);
}

static void day_is_noted_when_the_bundle_is_out(void **state)
{
    uint8_t *data = NULL;

    assert_int_equal(exchange_run(exchange_dir, exchange_media, FAKE_OFFICE_DAY, &exchange_told),
                     ERROR_NONE);
    assert_int_equal(
        exchange_run(exchange_dir, exchange_media, FAKE_OFFICE_DAY + 12, &exchange_told),
        ERROR_NONE);
    struct bundle bundle = exchange_get_bundle(1, &data);
    assert_int_equal(bundle.exchange_age, 12);
    free(data);
    assert_int_equal(
        exchange_run(exchange_dir, exchange_media, FAKE_OFFICE_DAY - 1, &exchange_told),
        ERROR_NONE);
    bundle = exchange_get_bundle(1, &data);
    assert_int_equal(bundle.exchange_age, 0);
    assert_int_equal(bundle.health & BUNDLE_CLOCK_OK, 0);
    free(data);
}

/* The first bundle is full and the second is not: so the office sees that it has them all. */
static void more_than_a_bundle_goes_in_several(void **state)
{
    static const char *const others[] = {"0123456789abcdef-3.bundle", "-3.bundle", "3.bundle"};
    static const char *const tails[] = {
        "-1", "-02", "-+3", "-3x", "-", "-3-3", "-18446744073709551616"};
    char name[64];
    uint64_t cap = BUNDLE_RECORDS_MAX;

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        folder_write(folder_path(exchange_media, others[i]), "", 0);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        snprintf(name, sizeof name, "%s%s.bundle", exchange_id, tails[i]);
        folder_write(folder_path(exchange_media, name), "", 0);
    }
    kiosk_folder_fill(exchange_dir, BUNDLE_RECORDS_MAX + 3);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_true(exchange_told.first == 1 && exchange_told.last == cap + 3);
    assert_bundle(1, cap);
    assert_numbered_bundle(2, cap + 1, cap + 3);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 3);
    exchange_put_board(1, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_bundle(4, cap + 3);
    assert_numbered_bundle(2, cap + 4, cap + 3); /* none left for it */
    snprintf(name, sizeof name, "%s-3.bundle", exchange_id);
    folder_write(folder_path(exchange_media, name), "", 0);
    mark = kiosk_folder_mark(exchange_dir, cap);
    exchange_put_board(2, &mark);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_true(exchange_told.first == cap + 1 && exchange_told.last == cap + 3);
    assert_bundle(cap + 1, cap + 3);
    assert_false(exchange_on_media(name));
    snprintf(name, sizeof name, "%s-2.bundle", exchange_id);
    assert_false(exchange_on_media(name));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_true(exchange_on_media(others[i]));
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        snprintf(name, sizeof name, "%s%s.bundle", exchange_id, tails[i]);
        assert_true(exchange_on_media(name));
    }
}

/* The first bundle goes out, the second cannot: that is no exchange yet. */
static void second_bundle_that_fails_is_told(void **state)
{
    char path[FOLDER_PATH];
    uint64_t cap = BUNDLE_RECORDS_MAX;
    uint8_t *data = NULL;

    kiosk_folder_fill(exchange_dir, BUNDLE_RECORDS_MAX + 1);
    snprintf(path, sizeof path, "%s/%s-2.bundle", exchange_media, exchange_id);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(exchange_test_run(), ERROR_SPECIAL);
    assert_int_equal(exchange_told.bundle, ERROR_SPECIAL);
    assert_true(exchange_told.first == 1 && exchange_told.last == cap);
    assert_outbox_held(1, cap + 1);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_true(exchange_told.first == 1 && exchange_told.last == cap + 1);
    assert_numbered_bundle(2, cap + 1, cap + 1);
    struct bundle bundle = exchange_get_bundle(1, &data);
    assert_int_equal(bundle.exchange_age, 65535);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXCHANGE_TEST(records_go_out),
        EXCHANGE_TEST(kiosk_without_records_still_shows_itself),
        EXCHANGE_TEST(acknowledged_records_are_not_sent_again_and_dropped_later),
        EXCHANGE_TEST(a_disk_without_room_drops_what_an_earlier_board_acknowledged),
        EXCHANGE_TEST(records_that_are_taken_back_go_out_again),
        EXCHANGE_TEST(again_changes_nothing),
        EXCHANGE_TEST(fork_drops_nothing_and_is_told),
        EXCHANGE_TEST(mark_beyond_the_end_is_a_fork),
        EXCHANGE_TEST(marks_of_other_kiosks_are_not_ours),
        EXCHANGE_TEST(day_is_noted_when_the_bundle_is_out),
        EXCHANGE_TEST(more_than_a_bundle_goes_in_several),
        EXCHANGE_TEST(second_bundle_that_fails_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
