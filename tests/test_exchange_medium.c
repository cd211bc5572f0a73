/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An exchange with media that are none, full, read-only, taken away; and one at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "courier/exchange.h"
#include "courier/medium_folder.h"
#include "device/state.h"
#include "protocol/bundle.h"
#include "protocol/names.h"
#include "store/outbox.h"
#include "tests/lib/db_wait.h"
#include "tests/lib/chance.h"
#include "tests/lib/exchange_test.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/lib/process.h"
#include "tests/lib/short_memory.h"
#include "tests/lib/raw_db.h"

enum { CUTS = 220 };

static unsigned temporary_files(const char *in)
{
    unsigned n = 0;
    DIR *d = opendir(in);

    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += strncmp(e->d_name, ".sandyq-", 8) == 0;
    closedir(d);
    return n;
}

static void special_files_on_the_medium_are_refused(void **state)
{
    char path[FOLDER_PATH];

    snprintf(path, sizeof path, "%s/" NAMES_CHARTER, exchange_media);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/x.card", exchange_media);
    assert_int_equal(symlink("/dev/zero", path), 0);
    snprintf(path, sizeof path, "%s/" NAMES_BOARD, exchange_media);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(ftruncate(fd, 8LL << 30), 0);
    close(fd);
    assert_int_equal(exchange_test_run(), ERROR_SPECIAL);
    assert_int_equal(exchange_told.card, ERROR_SPECIAL);
    assert_int_equal(exchange_told.charter, ERROR_SPECIAL);
    assert_int_equal(exchange_told.board, ERROR_LARGE);
    assert_int_equal(exchange_told.bundle, ERROR_NONE);
    snprintf(path, sizeof path, "%s/%s.bundle", exchange_media, exchange_id);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(exchange_test_run(), ERROR_SPECIAL);
    assert_int_equal(exchange_told.bundle, ERROR_SPECIAL);
}

static void folders_that_are_none(void **state)
{
    assert_int_equal(exchange_run(exchange_dir, "/nonexistent", FAKE_OFFICE_DAY, &exchange_told),
                     ERROR_MISSING);
    assert_int_equal(exchange_told.at, EXCHANGE_AT_MEDIA);
    assert_int_equal(exchange_run(exchange_dir, "/dev/null", FAKE_OFFICE_DAY, &exchange_told),
                     ERROR_NOT_FOLDER);
    assert_int_equal(chmod(exchange_dir, 0755), 0);
    assert_int_equal(exchange_test_run(), ERROR_OPEN);
    assert_int_equal(exchange_told.at, EXCHANGE_AT_STATE);
    assert_int_equal(chmod(exchange_dir, 0700), 0);
}

static void one_exchange_at_a_time(void **state)
{
    struct state *kiosk = NULL;
    int fd = -1;

    assert_int_equal(state_open(exchange_dir, &kiosk), ERROR_NONE);
    assert_int_equal(state_lock(kiosk, "courier.lock", &fd), ERROR_NONE);
    assert_int_equal(exchange_test_run(), ERROR_BUSY);
    close(fd);
    /* The keeper's lock is another: it serves meanwhile. */
    assert_int_equal(state_lock(kiosk, "lock", &fd), ERROR_NONE);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    close(fd);
    state_close(&kiosk);
}

static void bad_outbox_is_refused(void **state)
{
    static uint8_t junk[65536];

    kiosk_folder_fill(exchange_dir, 1);
    const char *path = folder_path(exchange_dir, "outbox.db");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(exchange_test_run(), ERROR_OUTBOX);
    assert_int_equal(exchange_told.bundle, ERROR_OUTBOX);
    assert_int_equal(access(path, F_OK), -1);
    memset(junk, 0xa5, sizeof junk);
    folder_write(folder_path(exchange_dir, "outbox.db"), junk, sizeof junk);
    assert_int_equal(exchange_test_run(), ERROR_OUTBOX);
}

/* The keeper writes for longer than we wait: the bundle is out all the same, and only the rest
   is told. */
static void outbox_that_is_busy_is_told_apart_from_the_bundle(void **state)
{
    db_wait_is(NULL); /* it is told at once */
    kiosk_folder_fill(exchange_dir, 5);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 3);
    exchange_put_board(1, &mark);
    sqlite3 *db = raw_db_open(folder_path(exchange_dir, "outbox.db"));
    raw_db_run(db, "BEGIN IMMEDIATE");
    assert_int_equal(exchange_test_run(), ERROR_BUSY);
    assert_int_equal(exchange_told.bundle, ERROR_NONE);
    assert_int_equal(exchange_told.outbox, ERROR_BUSY);
    assert_false(exchange_told.salvaged);
    assert_bundle(1, 5);
    raw_db_close(db);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(exchange_told.outbox, ERROR_NONE);
    assert_bundle(4, 5);
}

/* What the courier lacks for a moment says nothing about the outbox or what is on the medium. */
static void assert_only_lacks(enum error error)
{
    if (error != ERROR_NONE)
        assert_in_set(
            error, ((const LargestIntegralType[]){ERROR_DESCRIPTORS, ERROR_MEMORY, ERROR_IO}), 3);
    assert_false(exchange_told.salvaged);
    assert_false(exchange_told.fork);
    assert_int_equal(exchange_told.beyond, 0);
    assert_int_equal(exchange_told.kept, 0);
}

static void what_is_lacking_is_no_damage(void **state)
{
    enum { LIMIT = 24, CALLS = 16 };
    struct rlimit was;
    enum error error = ERROR_NONE;

    kiosk_folder_fill(exchange_dir, 5);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 3);
    exchange_put_board(1, &mark);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    for (rlim_t limit = 3; limit <= LIMIT; limit++) {
        const struct rlimit few = {limit, was.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        error = exchange_test_run();
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
        assert_only_lacks(error);
    }
    assert_int_equal(error, ERROR_NONE);
    for (size_t calls = 0; calls <= CALLS; calls++) {
        short_memory_begin(calls);
        error = exchange_test_run();
        short_memory_end();
        assert_only_lacks(error);
    }
    assert_int_equal(error, ERROR_NONE);
    assert_bundle(4, 5);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
}

/* Evidence would be renamed over what stands there. */
static void a_name_that_cannot_be_looked_at_is_taken(void **state)
{
    char name[300];
    struct medium medium;

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(medium_folder_open(exchange_media, &medium), ERROR_NONE);
    assert_true(medium_has(&medium, name));
    assert_false(medium_has(&medium, "x"));
    medium_close(&medium);
}

static int mount_media(const char *options, unsigned long flags)
{
    return geteuid() == 0 ? mount("tmpfs", exchange_media, "tmpfs", flags, options) : -1;
}

static void full_medium_loses_nothing(void **state)
{
    kiosk_folder_fill(exchange_dir, 20);
    if (mount_media("size=128k", 0) != 0)
        skip();
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 2);
    exchange_put_board(1, &mark);
    int error = exchange_test_run();
    struct exchange_report got = exchange_told;
    unsigned left = temporary_files(exchange_media);
    assert_int_equal(umount(exchange_media), 0);
    assert_int_equal(error, ERROR_FULL);
    assert_int_equal(got.board, ERROR_NONE);
    assert_int_equal(got.bundle, ERROR_FULL);
    assert_int_equal(left, 0);
    assert_outbox_held(1, 20);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_bundle(3, 20);
}

static void read_only_medium_still_brings_in(void **state)
{
    bool root = geteuid() == 0;

    if (root && mount_media("size=1m", 0) != 0)
        skip();
    exchange_put_board(1, NULL);
    if (root)
        assert_int_equal(mount("tmpfs", exchange_media, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0);
    else
        assert_int_equal(chmod(exchange_media, 0500), 0);
    int error = exchange_test_run();
    struct exchange_report got = exchange_told;
    assert_int_equal(root ? umount(exchange_media) : chmod(exchange_media, 0700), 0);
    assert_int_equal(error, ERROR_READONLY);
    assert_int_equal(got.board, ERROR_NONE);
    assert_int_equal(got.bundle, ERROR_READONLY);
}

static void run_apart(void *context)
{
    (void)context;
    exchange_test_run();
}

/* After a cut: whatever is there is whole, and every record the office has not acknowledged is
   there. */
static void assert_whole(uint32_t round, uint64_t acknowledged, uint64_t tip)
{
    uint64_t first = 0;
    uint64_t last = 0;
    struct state *kiosk = NULL;

    assert_int_equal(state_open(exchange_dir, &kiosk), ERROR_NONE);
    assert_true(kiosk->has_card);
    assert_true(kiosk->charter.number == round || kiosk->charter.number == round - 1);
    assert_true(kiosk->card.number == round || kiosk->card.number == round - 1);
    assert_true(kiosk->board_number == round || kiosk->board_number == round - 1);
    state_close(&kiosk);
    kiosk_folder_held(exchange_dir, &first, &last);
    assert_true(first <= acknowledged); /* this board is not 60 days old */
    assert_true(last == tip);
}

/* Every round: a new card, a new charter, a new board that acknowledges one more record, and a new
   record; an exchange that is cut, then one that is not. */
static void cut_at_any_moment_and_run_again(void **state)
{
    uint8_t card[CARD_FILE_LEN];
    uint8_t *data = NULL;
    unsigned stops = 0;

    chance_start();
    kiosk_folder_fill(exchange_dir, 4);
    exchange_put_board(1, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    for (uint32_t round = 2; round < 2 + CUTS; round++) {
        uint64_t acknowledged = round - 1;
        uint64_t tip = kiosk_folder_fill(exchange_dir, 1);
        struct head_mark mark = kiosk_folder_mark(exchange_dir, acknowledged);
        exchange_put_charter(round);
        fake_office_card(&exchange_office, exchange_key, round, card);
        folder_write(folder_path(exchange_media, "ours.card"), card, sizeof card);
        exchange_put_board(round, &mark);
        if (round == 2)
            stops = process_cut(run_apart, NULL, UINT_MAX); /* not cut: how many are there? */
        else
            process_cut(run_apart, NULL, 1 + chance_below(stops));
        assert_whole(round, acknowledged, tip);
        assert_int_equal(exchange_test_run(), ERROR_NONE);
        assert_outbox_held(acknowledged, tip);
        struct bundle bundle = exchange_get_bundle(1, &data);
        assert_true(bundle.first == acknowledged + 1 && bundle.last == tip);
        assert_int_equal(bundle.board.number, round);
        assert_int_equal(bundle.charter_number, round);
        free(data);
        assert_int_equal(temporary_files(exchange_dir) + temporary_files(exchange_media), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXCHANGE_TEST(special_files_on_the_medium_are_refused),
        EXCHANGE_TEST(folders_that_are_none),
        EXCHANGE_TEST(one_exchange_at_a_time),
        EXCHANGE_TEST(bad_outbox_is_refused),
        EXCHANGE_TEST(outbox_that_is_busy_is_told_apart_from_the_bundle),
        EXCHANGE_TEST(what_is_lacking_is_no_damage),
        EXCHANGE_TEST(a_name_that_cannot_be_looked_at_is_taken),
        EXCHANGE_TEST(full_medium_loses_nothing),
        EXCHANGE_TEST(read_only_medium_still_brings_in),
        EXCHANGE_TEST(cut_at_any_moment_and_run_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
