/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox: a chain without holes, which grows by the same bytes whatever is put in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/db.h"
#include "store/outbox.h"
#include "store/outbox_raw.h"
#include "tests/lib/folder.h"
#include "tests/lib/outbox_test.h"

static void a_new_outbox_is_empty(void **state)
{
    struct outbox_scene *scene = *state;
    static const uint8_t zeros[OUTBOX_HASH_LEN];
    uint32_t day = 7;
    outbox_test_tip(scene->outbox, 0);
    outbox_test_holds(scene->outbox, 1, 0);
    assert_int_equal(outbox_exchanged(scene->outbox, &day), ERROR_NONE);
    assert_int_equal(day, 0);
    assert_int_equal(outbox_test_drop(scene->outbox, 0, zeros), ERROR_NONE);
    assert_int_equal(outbox_test_drop(scene->outbox, 0, outbox_test_hash(1)), ERROR_NO_ROW);
    assert_int_equal(outbox_test_drop(scene->outbox, 1, outbox_test_hash(1)), ERROR_NO_ROW);
    outbox_test_reopen(scene);
    outbox_test_tip(scene->outbox, 0);
}

static void a_missing_outbox_is_said(void **state)
{
    struct outbox_scene *scene = *state;
    struct outbox *none = NULL;
    assert_int_equal(outbox_open(folder_path(scene->folder, "none.db"), DB_OPEN, &none),
                     ERROR_OUTBOX);
    assert_null(none);
    outbox_close(&none);
}

static void records_come_back_in_order_after_reopening(void **state)
{
    struct outbox_scene *scene = *state;
    struct outbox_walk part = {.next = 3};
    outbox_test_append_all(scene->outbox, 1, 12);
    outbox_test_reopen(scene);
    outbox_test_tip(scene->outbox, 12);
    outbox_test_holds(scene->outbox, 1, 12);
    assert_int_equal(outbox_each(scene->outbox, 3, 5, outbox_test_walk, &part), ERROR_NONE);
    assert_int_equal(part.n, 3);
    outbox_test_append_all(scene->outbox, 13, 13);
    outbox_test_holds(scene->outbox, 1, 13);
}

static void each_stops_where_it_is_told(void **state)
{
    struct outbox_scene *scene = *state;
    struct outbox_walk walk = {.next = 1, .stop = 2};
    outbox_test_append_all(scene->outbox, 1, 4);
    assert_int_equal(outbox_each(scene->outbox, 1, 4, outbox_test_walk, &walk), ERROR_FULL);
    assert_int_equal(walk.n, 2);
    assert_int_equal(outbox_each(scene->outbox, UINT64_MAX, UINT64_MAX, outbox_test_walk, &walk),
                     ERROR_NONE);
    assert_int_equal(walk.n, 2);
}

static void only_the_next_number_is_taken(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 3);
    assert_int_equal(outbox_test_append(scene->outbox, 3), ERROR_CHAIN);
    assert_int_equal(outbox_test_append(scene->outbox, 5), ERROR_CHAIN);
    assert_int_equal(outbox_test_append(scene->outbox, 0), ERROR_CHAIN);
    outbox_test_tip(scene->outbox, 3);
    outbox_test_holds(scene->outbox, 1, 3);
    outbox_test_append_all(scene->outbox, 4, 4);
}

static void the_day_of_the_exchange_is_kept(void **state)
{
    struct outbox_scene *scene = *state;
    uint32_t day = 0;
    assert_int_equal(outbox_set_exchanged(scene->outbox, UINT32_MAX), ERROR_NONE);
    outbox_test_reopen(scene);
    assert_int_equal(outbox_exchanged(scene->outbox, &day), ERROR_NONE);
    assert_int_equal(day, UINT32_MAX);
    outbox_test_tip(scene->outbox, 0);
}

static void dropped_bytes_are_gone_from_the_files(void **state)
{
    struct outbox_scene *scene = *state;
    size_t len = 0;
    outbox_test_append_all(scene->outbox, 1, 3);
    assert_int_equal(outbox_test_drop(scene->outbox, 3, outbox_test_hash(3)), ERROR_NONE);
    outbox_close(&scene->outbox);
    uint8_t *bytes = folder_read(scene->path, &len);
    assert_null(memmem(bytes, len,
                       "\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2", 33));
    free(bytes);
}

static void keeper_and_courier_work_side_by_side(void **state)
{
    struct outbox_scene *scene = *state;
    struct outbox *courier = NULL;
    outbox_test_append_all(scene->outbox, 1, 3);
    assert_int_equal(outbox_open(scene->path, DB_OPEN, &courier), ERROR_NONE);
    outbox_test_holds(courier, 1, 3);
    outbox_test_append_all(scene->outbox, 4, 4);
    outbox_test_tip(courier, 4);
    assert_int_equal(outbox_test_drop(courier, 2, outbox_test_hash(2)), ERROR_NONE);
    outbox_test_holds(scene->outbox, 3, 4);
    outbox_test_append_all(scene->outbox, 5, 5);
    outbox_test_holds(courier, 3, 5);
    outbox_close(&courier);
    outbox_test_append_all(scene->outbox, 6, 6);
    outbox_test_reopen(scene);
    outbox_test_holds(scene->outbox, 3, 6);
}

/* Appends a record of other bytes than outbox_test_append would. */
static void append_other(struct outbox *to, uint64_t seq)
{
    uint8_t record[OUTBOX_TEST_RECORD];
    struct outbox_tip tip = {.seq = seq, .day = (uint32_t)(20000 + seq)};
    memcpy(tip.hash, outbox_test_hash(seq + 1000), sizeof(tip.hash));
    for (size_t i = 0; i < sizeof(record); i++)
        record[i] = (uint8_t)(seq * 31 + i * i % 251);
    assert_int_equal(outbox_append(to, &tip, record, sizeof(record)), ERROR_NONE);
}

static void assert_same_size(const struct outbox_scene *scene, const char *one, const char *other)
{
    char *first = strdup(folder_path(scene->folder, one));
    assert_int_equal(folder_size(first), folder_size(folder_path(scene->folder, other)));
    free(first);
}

/* Promise 2: the files tell how many came, not what they did. And they are hardly larger than
   that. */
static void files_grow_by_the_number_of_records_alone(void **state)
{
    struct outbox_scene *scene = *state;
    struct outbox *other = NULL;
    char *other_path = strdup(folder_path(scene->folder, "other.db"));
    assert_int_equal(outbox_open(other_path, DB_CREATE, &other), ERROR_NONE);
    for (uint64_t seq = 1; seq <= 200; seq++) {
        const long before = folder_size(scene->path),
                   log = folder_size(folder_path(scene->folder, "outbox.db-wal"));
        outbox_test_append_all(scene->outbox, seq, seq);
        append_other(other, seq);
        assert_in_range(folder_size(scene->path) - before, 17 * OUTBOX_RAW_PAGE,
                        (seq < 100 ? 17 : 19) * OUTBOX_RAW_PAGE);
        if (seq > 1 && seq < 100 && seq % 40 != 1) /* the one that makes the log is past */
            assert_int_equal(folder_size(folder_path(scene->folder, "outbox.db-wal")), log);
        assert_same_size(scene, "outbox.db", "other.db");
        assert_same_size(scene, "outbox.db-wal", "other.db-wal");
        assert_true(folder_size(folder_path(scene->folder, "outbox.db-wal")) <
                    4 * OUTBOX_TEST_RECORD);
        if (seq % 40 == 0) {
            outbox_test_reopen(scene);
            outbox_close(&other);
            assert_int_equal(outbox_open(other_path, DB_OPEN, &other), ERROR_NONE);
        }
    }
    outbox_close(&other);
    assert_true(folder_size(scene->path) < 200 * OUTBOX_TEST_RECORD * 107 / 100);
    free(other_path);
}

/* Where in a file the record begins that has this number: its hash stands before it, and in the row
   of the ends as well, but not before such bytes. */
static off_t begin_of(const char *name, uint64_t seq)
{
    size_t len = 0;
    uint8_t *bytes = folder_read(name, &len), wanted[OUTBOX_HASH_LEN + 8];
    memcpy(wanted, outbox_test_hash(seq), OUTBOX_HASH_LEN);
    memset(wanted + OUTBOX_HASH_LEN, (int)seq, 8);
    const uint8_t *at = memmem(bytes, len, wanted, sizeof(wanted));
    const off_t begin = at == NULL ? -1 : at - bytes + OUTBOX_HASH_LEN;
    free(bytes);
    return begin;
}

static bool is_raw(const char *name, enum outbox_raw form, off_t at, uint64_t seq)
{
    uint8_t record[OUTBOX_TEST_RECORD];
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    const bool read = outbox_raw_read(fd, form, at, record, sizeof(record));
    close(fd);
    for (size_t i = 0; read && i < sizeof(record); i++)
        assert_int_equal(record[i], (uint8_t)seq);
    return read;
}

/* What salvage relies on, should the file not open any more. */
static void records_are_found_in_the_raw_files(void **state)
{
    struct outbox_scene *scene = *state;
    char *log = strdup(folder_path(scene->folder, "outbox.db-wal"));
    outbox_test_append_all(scene->outbox, 1, 150);
    for (uint64_t seq = 2; seq < 150; seq++)
        assert_true(is_raw(scene->path, OUTBOX_RAW_FILE, begin_of(scene->path, seq), seq));
    assert_true(is_raw(log, OUTBOX_RAW_LOG, begin_of(log, 150), 150));
    assert_false(is_raw(log, OUTBOX_RAW_FILE, begin_of(log, 150), 150));
    assert_false(is_raw(scene->path, OUTBOX_RAW_LOG, begin_of(scene->path, 2), 2));
    assert_false(is_raw(scene->path, OUTBOX_RAW_FILE, begin_of(scene->path, 2) + 1, 2));
    assert_false(is_raw(scene->path, OUTBOX_RAW_FILE, 3, 2));
    assert_int_equal(truncate(scene->path, begin_of(scene->path, 2) + 500), 0);
    assert_false(is_raw(scene->path, OUTBOX_RAW_FILE, begin_of(scene->path, 2), 2));
    free(log);
}

/* A page that goes bad costs no more than one record. */
static void no_two_records_share_a_page(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 60);
    for (uint64_t seq = 3; seq <= 60; seq++)
        assert_int_not_equal(begin_of(scene->path, seq) / OUTBOX_RAW_PAGE,
                             begin_of(scene->path, seq - 1) / OUTBOX_RAW_PAGE);
}

static enum error append_while_reading(void *context, uint64_t seq, const uint8_t *record,
                                       size_t len)
{
    outbox_test_append_all(context, seq + 3, seq + 8);
    return ERROR_NONE;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A courier that reads keeps no keeper waiting: an append takes as long as the disk does. */
static void a_reader_keeps_nobody_waiting(void **state)
{
    struct outbox_scene *scene = *state;
    struct outbox *reader = NULL;
    double start, alone, read_beside;
    assert_int_equal(outbox_open(scene->path, DB_OPEN, &reader), ERROR_NONE);
    start = now();
    outbox_test_append_all(scene->outbox, 1, 3);
    alone = now() - start;
    start = now();
    assert_int_equal(outbox_each(reader, 1, 1, append_while_reading, scene->outbox), ERROR_NONE);
    read_beside = now() - start;
    assert_true(read_beside < 2 * alone + 5); /* 5: as long as one waits for another */
    outbox_close(&reader);
    outbox_test_holds(scene->outbox, 1, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(a_new_outbox_is_empty),
        OUTBOX_TEST(a_missing_outbox_is_said),
        OUTBOX_TEST(records_come_back_in_order_after_reopening),
        OUTBOX_TEST(each_stops_where_it_is_told),
        OUTBOX_TEST(only_the_next_number_is_taken),
        OUTBOX_TEST(the_day_of_the_exchange_is_kept),
        OUTBOX_TEST(dropped_bytes_are_gone_from_the_files),
        OUTBOX_TEST(keeper_and_courier_work_side_by_side),
        OUTBOX_TEST(files_grow_by_the_number_of_records_alone),
        OUTBOX_TEST(records_are_found_in_the_raw_files),
        OUTBOX_TEST(no_two_records_share_a_page),
        OUTBOX_TEST(a_reader_keeps_nobody_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
