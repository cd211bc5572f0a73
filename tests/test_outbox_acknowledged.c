/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the office has: when it is dropped, when it stays, and what a drop leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/lib/outbox_test.h"
#include "tests/lib/process.h"
#include "tests/lib/raw_db.h"

static void what_was_acknowledged_is_dropped_and_the_tip_stays(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 6);
    assert_int_equal(outbox_holds(scene->outbox, 4, outbox_test_hash(4)), ERROR_NONE);
    assert_int_equal(outbox_holds(scene->outbox, 4, outbox_test_hash(5)), ERROR_NO_ROW);
    assert_int_equal(outbox_holds(scene->outbox, 7, outbox_test_hash(7)), ERROR_NO_ROW);
    outbox_test_holds(scene->outbox, 1, 6);
    assert_int_equal(outbox_test_drop(scene->outbox, 4, outbox_test_hash(4)), ERROR_NONE);
    assert_int_equal(folder_size(folder_path(scene->folder, "outbox.db-wal")), 0);
    outbox_test_holds(scene->outbox, 5, 6);
    outbox_test_tip(scene->outbox, 6);
    assert_int_equal(outbox_test_drop(scene->outbox, 6, outbox_test_hash(6)), ERROR_NONE);
    outbox_test_reopen(scene);
    outbox_test_holds(scene->outbox, 7, 6);
    outbox_test_tip(scene->outbox, 6);
    assert_int_equal(outbox_test_append(scene->outbox, 1), ERROR_CHAIN);
    outbox_test_append_all(scene->outbox, 7, 8);
    outbox_test_holds(scene->outbox, 7, 8);
}

static void acknowledge_for(const struct outbox_scene *scene, uint32_t day, uint64_t seq,
                            uint32_t keep)
{
    static const uint8_t zeros[OUTBOX_HASH_LEN];
    assert_int_equal(outbox_test_acknowledge(scene->outbox, day, seq,
                                             seq > 0 ? outbox_test_hash(seq) : zeros, keep),
                     ERROR_NONE);
}

static void acknowledge(const struct outbox_scene *scene, uint32_t day, uint64_t seq)
{
    acknowledge_for(scene, day, seq, OUTBOX_KEPT_DAYS);
}

static void what_was_acknowledged_stays_sixty_days(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 6);
    acknowledge(scene, 20000, 4);
    acknowledge(scene, 20059, 6);
    outbox_test_reopen(scene);
    outbox_test_holds(scene->outbox, 1, 6);
    acknowledge(scene, 20060, 6);
    outbox_test_holds(scene->outbox, 5, 6);
    acknowledge(scene, 20118, 6);
    outbox_test_holds(scene->outbox, 5, 6);
    acknowledge(scene, 20119, 6);
    outbox_test_holds(scene->outbox, 7, 6);
}

/* An office that was restored from a backup may fall more than once, and as far as it likes. */
static void what_was_taken_back_is_not_acknowledged(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 6);
    acknowledge(scene, 20000, 4);
    acknowledge(scene, 20000, 5); /* a board of the same day */
    acknowledge(scene, 20001, 6);
    acknowledge(scene, 19999, 5); /* the office's clock was set back */
    acknowledge(scene, 20030, 2);
    acknowledge(scene, 20060, 4);
    outbox_test_holds(scene->outbox, 1, 6);
    acknowledge(scene, 20061, 0);
    acknowledge(scene, 20120, 6);
    outbox_test_holds(scene->outbox, 1, 6);
    acknowledge(scene, 20179, 6);
    outbox_test_holds(scene->outbox, 1, 6);
    acknowledge(scene, 20180, 6);
    outbox_test_holds(scene->outbox, 7, 6);
}

static void what_an_earlier_board_acknowledged_may_go_sooner(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 6);
    acknowledge_for(scene, 20000, 4, 1);
    outbox_test_holds(scene->outbox, 1, 6);
    acknowledge_for(scene, 20001, 6, 1);
    outbox_test_holds(scene->outbox, 5, 6);
}

/* Another program says what a board said. */
static void no_more_goes_than_this_board_acknowledges(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 6);
    acknowledge(scene, 20100, 4);
    raw_db(scene->path, "INSERT INTO acknowledged VALUES (1, 6)");
    acknowledge(scene, 20100, 4);
    outbox_test_holds(scene->outbox, 5, 6);
}

static void boards_of_long_ago_are_forgotten(void **state)
{
    struct outbox_scene *scene = *state;
    sqlite3 *db = NULL;
    sqlite3_stmt *count = NULL;
    outbox_test_append_all(scene->outbox, 1, 6);
    for (uint32_t day = 20000; day < 20200; day++)
        acknowledge(scene, day, 6);
    db = raw_db_open(scene->path);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM acknowledged", -1, &count, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(count, 0), OUTBOX_KEPT_DAYS + 1);
    sqlite3_finalize(count);
    raw_db_close(db);
}

static void a_board_that_was_noted_is_not_written_again(void **state)
{
    struct outbox_scene *scene = *state;
    const char *log = folder_path(scene->folder, "outbox.db-wal");
    outbox_test_append_all(scene->outbox, 1, 3);
    acknowledge(scene, 20000, 2);
    size_t len = 0;
    uint8_t *before = folder_read(log, &len);
    acknowledge(scene, 20000, 2);
    size_t len_after = 0;
    uint8_t *after = folder_read(log, &len_after);
    assert_int_equal(len_after, len);
    assert_memory_equal(after, before, len);
    free(before);
    free(after);
}

/* A kiosk out of reach for months drops hundreds at once; its courier may have little memory. */
static void many_are_dropped_in_little_memory(void **state)
{
    enum { SO_MANY = 600, LITTLE = 6 * 1024 * 1024 };
    static const uint64_t upto[] = {127, 128, 256, 257, SO_MANY - 1};
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, SO_MANY);
    for (size_t i = 0; i < sizeof upto / sizeof *upto; i++) {
        outbox_test_reopen(scene);
        (void)sqlite3_memory_highwater(1);
        const sqlite3_int64 before = sqlite3_memory_used();
        assert_int_equal(outbox_test_drop(scene->outbox, upto[i], outbox_test_hash(upto[i])),
                         ERROR_NONE);
        assert_in_range(sqlite3_memory_highwater(0) - before, 1, LITTLE);
        outbox_test_holds(scene->outbox, upto[i] + 1, SO_MANY);
        outbox_test_tip(scene->outbox, SO_MANY);
    }
}

static void another_chains_hash_drops_nothing(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 6);
    assert_int_equal(outbox_test_drop(scene->outbox, 4, outbox_test_hash(5)), ERROR_NO_ROW);
    assert_int_equal(outbox_test_drop(scene->outbox, 7, outbox_test_hash(7)), ERROR_NO_ROW);
    assert_int_equal(outbox_test_drop(scene->outbox, UINT64_MAX, outbox_test_hash(6)),
                     ERROR_NO_ROW);
    outbox_test_holds(scene->outbox, 1, 6);
    assert_int_equal(outbox_test_drop(scene->outbox, 4, outbox_test_hash(4)), ERROR_NONE);
    assert_int_equal(outbox_test_drop(scene->outbox, 4, outbox_test_hash(3)), ERROR_NO_ROW);
    assert_int_equal(outbox_test_drop(scene->outbox, 4, outbox_test_hash(4)), ERROR_NONE);
    assert_int_equal(outbox_test_drop(scene->outbox, 2, outbox_test_hash(2)), ERROR_NONE);
    outbox_test_holds(scene->outbox, 5, 6);
}

enum { MANY = 300, UPTO = 290 };

static void drop_many(void *context)
{
    const struct outbox_scene *scene = context;
    struct outbox *mine = NULL;
    if (outbox_open(scene->path, DB_OPEN, &mine) == ERROR_NONE)
        (void)outbox_test_drop(mine, UPTO, outbox_test_hash(UPTO));
    outbox_close(&mine);
}

/* Returns the number of the last record that was dropped. */
static uint64_t check_dropped(struct outbox_scene *scene)
{
    uint64_t first = 0;
    outbox_test_reopen(scene);
    assert_int_equal(outbox_first(scene->outbox, &first), ERROR_NONE);
    outbox_test_holds(scene->outbox, first, MANY);
    if (first > 1) {
        assert_int_equal(outbox_holds(scene->outbox, first - 1, outbox_test_hash(first - 1)),
                         ERROR_NONE);
        assert_int_equal(outbox_holds(scene->outbox, first - 1, outbox_test_hash(first)),
                         ERROR_NO_ROW);
    }
    outbox_close(&scene->outbox);
    return first - 1;
}

/* Many are dropped in parts, and each is dropped or there. */
static void a_drop_of_many_may_be_cut_off(void **state)
{
    struct outbox_scene *scene = *state;
    bool between = false;
    outbox_test_append_all(scene->outbox, 1, MANY);
    outbox_close(&scene->outbox);
    for (unsigned n = 100; process_cut(drop_many, scene, n) >= n; n += 60) {
        const uint64_t dropped = check_dropped(scene);
        between = between || (dropped > 0 && dropped < UPTO);
    }
    assert_true(between);
    assert_int_equal(check_dropped(scene), UPTO);
}

/* A record that somebody took out keeps none of the others. */
static void what_is_missing_does_not_stop_a_drop(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, MANY);
    outbox_close(&scene->outbox);
    raw_db(scene->path, "DELETE FROM record WHERE seq IN (5, 128, 129, 256)");
    outbox_test_reopen(scene);
    assert_int_equal(outbox_test_drop(scene->outbox, UPTO, outbox_test_hash(UPTO)), ERROR_NONE);
    outbox_test_holds(scene->outbox, UPTO + 1, MANY);
}

/* Of a file system of 8 MB, which is full but for 64 KB: the log has no room for many records. */
static void a_full_disk_drops_one_by_one(void **state)
{
    char *dir = folder_make(), path[4096];
    struct outbox *full = NULL;
    static uint8_t ballast[64 * 1024];
    uint64_t first = 0, last = 0;
    (void)state;
    if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", dir, "tmpfs", 0, "size=8m") != 0) {
        folder_remove(&dir);
        skip();
    }
    snprintf(path, sizeof path, "%s", folder_path(dir, "outbox.db"));
    folder_write(folder_path(dir, "ballast"), ballast, sizeof ballast);
    assert_int_equal(outbox_open(path, DB_CREATE, &full), ERROR_NONE);
    outbox_test_append_all(full, 1, MANY);
    assert_int_equal(outbox_test_acknowledge(full, 20000, MANY, outbox_test_hash(MANY), 1),
                     ERROR_NONE);
    for (last = MANY; outbox_test_append(full, last + 1) == ERROR_NONE; last++)
        continue;
    assert_int_equal(unlink(folder_path(dir, "ballast")), 0);
    assert_int_equal(outbox_test_acknowledge(full, 20001, MANY, outbox_test_hash(MANY), 1),
                     ERROR_NONE);
    assert_int_equal(outbox_first(full, &first), ERROR_NONE);
    assert_int_equal(first, MANY + 1);
    outbox_test_holds(full, MANY + 1, last);
    assert_int_equal(outbox_test_append(full, last + 1), ERROR_NONE);
    outbox_close(&full);
    assert_int_equal(umount(dir), 0);
    folder_remove(&dir);
}

/* Another program says that more was dropped than ever was acknowledged. */
static void a_drop_ends_whatever_the_ends_say(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 6);
    raw_db(scene->path, "UPDATE ends SET dropped_seq = 6");
    assert_int_equal(outbox_test_drop(scene->outbox, 3, outbox_test_hash(3)), ERROR_NONE);
    raw_db(scene->path, "UPDATE ends SET dropped_seq = -1");
    assert_int_not_equal(outbox_test_drop(scene->outbox, 9, outbox_test_hash(9)), ERROR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(what_was_acknowledged_is_dropped_and_the_tip_stays),
        OUTBOX_TEST(what_was_acknowledged_stays_sixty_days),
        OUTBOX_TEST(what_was_taken_back_is_not_acknowledged),
        OUTBOX_TEST(what_an_earlier_board_acknowledged_may_go_sooner),
        OUTBOX_TEST(no_more_goes_than_this_board_acknowledges),
        OUTBOX_TEST(boards_of_long_ago_are_forgotten),
        OUTBOX_TEST(a_board_that_was_noted_is_not_written_again),
        OUTBOX_TEST(many_are_dropped_in_little_memory),
        OUTBOX_TEST(another_chains_hash_drops_nothing),
        OUTBOX_TEST(a_drop_of_many_may_be_cut_off),
        OUTBOX_TEST(what_is_missing_does_not_stop_a_drop),
        cmocka_unit_test(a_full_disk_drops_one_by_one),
        OUTBOX_TEST(a_drop_ends_whatever_the_ends_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
