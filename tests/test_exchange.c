/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exchange: everything in and out, again and again, cut at any moment. */
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
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "courier/exchange.h"
#include "crypto/random.h"
#include "device/enroll.h"
#include "device/state.h"
#include "protocol/bundle.h"
#include "protocol/names.h"
#include "store/db.h"
#include "store/outbox.h"
#include "tests/office.h"
#include "tests/process.h"

enum { CUTS = 220 };

static struct office office;
static char dir[OFFICE_PATH_LEN];
static char media[OFFICE_PATH_LEN];
static uint8_t key[32];
static char id[CARD_KIOSK_TEXT_LEN];
static struct exchange_report report;

static int setup(void **state)
{
    struct state *kiosk = NULL;

    office_open(&office);
    office_scratch(dir);
    office_scratch(media);
    office_kiosk(&office, dir, "PC-17", 1);
    assert_int_equal(state_open(dir, &kiosk), ERROR_NONE);
    memcpy(key, kiosk->key, sizeof key);
    card_kiosk_text(kiosk->kiosk, id);
    state_close(&kiosk);
    return 0;
}

static int teardown(void **state)
{
    office_remove(dir);
    office_remove(media);
    office_close(&office);
    return 0;
}

static int run(void)
{
    return exchange_run(dir, media, OFFICE_DAY, &report);
}

static void put_charter(uint32_t number)
{
    office.charter.number = number;
    office_charter(&office);
    office_put(media, NAMES_CHARTER, office.charter_bytes, CHARTER_LEN);
}

static void put_board(uint32_t number, const struct board_mark *mark)
{
    size_t len = 0;
    uint8_t *board = office_board(&office, number, mark, mark == NULL ? 0 : 1, NULL, 3, &len);

    office_put(media, NAMES_BOARD, board, len);
    free(board);
}

/* Reads a bundle on the medium as the office would; the caller frees *data. */
static struct bundle get_bundle(int number, uint8_t **data)
{
    struct bundle bundle;
    char name[64];
    size_t len = 0;

    if (number == 1)
        snprintf(name, sizeof name, "%s.bundle", id);
    else
        snprintf(name, sizeof name, "%s-%d.bundle", id, number);
    *data = office_get(media, name, &len);
    assert_int_equal(bundle_decode(*data, len, key, office.charter.office, &bundle), ERROR_NONE);
    return bundle;
}

static void assert_numbered_bundle(int number, uint64_t first, uint64_t last)
{
    uint8_t *data = NULL;
    struct bundle bundle = get_bundle(number, &data);

    assert_true(bundle.first == first);
    assert_true(bundle.last == last);
    free(data);
}

static void assert_bundle(uint64_t first, uint64_t last)
{
    assert_numbered_bundle(1, first, last);
}

static void assert_held(uint64_t first, uint64_t last)
{
    uint64_t held_first = 0;
    uint64_t held_last = 0;

    office_held(dir, &held_first, &held_last);
    assert_true(held_first == first);
    assert_true(held_last == last);
}

static bool on_media(const char *name)
{
    char path[2 * OFFICE_PATH_LEN];

    snprintf(path, sizeof path, "%s/%s", media, name);
    return access(path, F_OK) == 0;
}

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

static void records_go_out(void **state)
{
    uint8_t *data = NULL;

    office_fill(dir, 3);
    assert_int_equal(run(), ERROR_NONE);
    assert_int_equal(report.card, ERROR_MISSING);
    assert_int_equal(report.charter, ERROR_MISSING);
    assert_int_equal(report.board, ERROR_MISSING);
    assert_int_equal(report.bundle, ERROR_NONE);
    assert_int_equal(report.first, 1);
    assert_int_equal(report.last, 3);
    struct bundle bundle = get_bundle(1, &data);
    assert_int_equal(bundle.last, 3);
    assert_int_equal(bundle.charter_number, 1);
    assert_int_equal(bundle.board_number, 0);
    assert_int_equal(bundle.exchange_age, 65535);
    assert_int_equal(bundle.health & BUNDLE_PRINTER_OK, BUNDLE_PRINTER_OK);
    assert_int_equal(bundle.health & BUNDLE_CLOCK_OK, BUNDLE_CLOCK_OK);
    free(data);
    assert_held(1, 3);
}

static void kiosk_without_records_still_shows_itself(void **state)
{
    assert_int_equal(run(), ERROR_NONE);
    assert_bundle(1, 0);
}

static void acknowledged_records_are_dropped(void **state)
{
    office_fill(dir, 5);
    assert_int_equal(run(), ERROR_NONE);
    struct board_mark mark = office_mark(dir, 3);
    put_board(1, &mark);
    assert_int_equal(run(), ERROR_NONE);
    assert_int_equal(report.board, ERROR_NONE);
    assert_int_equal(report.dropped_to, 3);
    assert_int_equal(report.fork, 0);
    assert_held(4, 5);
    assert_bundle(4, 5);
    mark = office_mark(dir, 5);
    put_board(2, &mark);
    assert_int_equal(run(), ERROR_NONE);
    assert_held(6, 5);
    assert_bundle(6, 5);
    office_fill(dir, 1);
    assert_int_equal(run(), ERROR_NONE);
    assert_bundle(6, 6);
}

static void again_changes_nothing(void **state)
{
    struct stat before;
    struct stat after;
    char path[2 * OFFICE_PATH_LEN];

    office_fill(dir, 2);
    struct board_mark mark = office_mark(dir, 1);
    put_charter(2);
    put_board(1, &mark);
    assert_int_equal(run(), ERROR_NONE);
    snprintf(path, sizeof path, "%s/board", dir);
    assert_int_equal(stat(path, &before), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(run(), ERROR_NONE);
        assert_int_equal(report.charter, ERROR_NONE);
        assert_int_equal(report.board, ERROR_NONE);
        assert_int_equal(report.dropped_to, 1);
        assert_held(2, 2);
        assert_bundle(2, 2);
    }
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino);
}

static void fork_drops_nothing_and_is_told(void **state)
{
    office_fill(dir, 3);
    struct board_mark mark = office_mark(dir, 2);
    mark.hash[31] ^= 1;
    put_board(1, &mark);
    assert_int_equal(run(), ERROR_CHAIN);
    assert_int_equal(report.fork, 1);
    assert_int_equal(report.dropped_to, 0);
    assert_int_equal(report.board, ERROR_NONE);
    assert_int_equal(report.bundle, ERROR_NONE);
    assert_held(1, 3);
    assert_bundle(1, 3);
}

/* The office has seen more of us than we know: an old disk was put back. */
static void mark_beyond_the_end_is_a_fork(void **state)
{
    office_fill(dir, 2);
    struct board_mark mark = office_mark(dir, 2);
    mark.seq = 9;
    put_board(1, &mark);
    assert_int_equal(run(), ERROR_CHAIN);
    assert_int_equal(report.fork, 1);
    assert_held(1, 2);
}

static void marks_of_other_kiosks_are_not_ours(void **state)
{
    office_fill(dir, 2);
    struct board_mark mark = office_mark(dir, 2);
    mark.kiosk[0] ^= 1;
    put_board(1, &mark);
    assert_int_equal(run(), ERROR_NONE);
    assert_held(1, 2);
}

static void request_goes_out_until_a_card_comes(void **state)
{
    char fresh[OFFICE_PATH_LEN];
    char name[64];
    char fresh_id[CARD_KIOSK_TEXT_LEN];
    uint8_t card[CARD_FILE_LEN];
    uint8_t of[32];
    uint32_t day = 0;
    size_t len = 0;

    office_scratch(fresh);
    assert_int_equal(exchange_run(fresh, media, OFFICE_DAY, &report), ERROR_MISSING);
    assert_int_equal(report.at, EXCHANGE_AT_STATE);
    assert_int_equal(enroll_kiosk(fresh, OFFICE_DAY, fresh_id), ERROR_NONE);
    put_charter(1);
    put_board(1, NULL);
    assert_int_equal(exchange_run(fresh, media, OFFICE_DAY, &report), ERROR_NONE);
    assert_int_equal(report.bundle, ERROR_MISSING);
    assert_int_equal(report.charter, ERROR_MISSING);
    snprintf(name, sizeof name, "%s.request", fresh_id);
    uint8_t *request = office_get(media, name, &len);
    assert_int_equal(card_request_decode(request, len, of, &day), ERROR_NONE);
    free(request);
    office_card(&office, key, 5, card); /* another kiosk's, passed over */
    office_put(media, "a.card", card, sizeof card);
    office_card(&office, of, 1, card);
    office_put(media, "b.card", card, sizeof card);
    assert_int_equal(exchange_run(fresh, media, OFFICE_DAY, &report), ERROR_NONE);
    assert_int_equal(report.card, ERROR_NONE);
    assert_int_equal(report.charter, ERROR_NONE);
    assert_int_equal(report.board, ERROR_NONE);
    assert_int_equal(report.bundle, ERROR_NONE);
    assert_false(on_media(name)); /* the request has done its work */
    office_remove(fresh);
}

static void put_card(const struct office *of, const char *name, const uint8_t of_key[32],
                     uint32_t number)
{
    uint8_t card[CARD_FILE_LEN];

    office_card(of, of_key, number, card);
    office_put(media, name, card, sizeof card);
}

static void assert_card_held(const char *in, const struct office *of, uint32_t number)
{
    struct state *kiosk = NULL;

    assert_int_equal(state_open(in, &kiosk), ERROR_NONE);
    assert_int_equal(kiosk->has_card, number > 0);
    if (number > 0) {
        assert_int_equal(kiosk->card.number, number);
        assert_memory_equal(kiosk->card.office, of->charter.office, sizeof kiosk->card.office);
    }
    state_close(&kiosk);
}

/* Somebody lays a card of his own office beside the true one, under a name that comes before or after
   it: the folder's order must not decide who hears of it. */
static void card_of_another_office_is_never_masked(void **state)
{
    static const char *const names[] = {"a.card", "m.card", "z.card"};
    char path[2 * OFFICE_PATH_LEN];
    struct office other;

    office_open(&other);
    for (uint32_t i = 0; i < 3; i++) {
        put_card(&office, "k.card", key, 2 + i);
        put_card(&other, names[i], key, 99);
        assert_int_equal(run(), ERROR_OFFICE);
        assert_int_equal(report.card, ERROR_OFFICE);
        assert_int_equal(report.card_in, 1);
        assert_int_equal(report.card_rivals, 0);
        assert_memory_equal(report.office, office.charter.office, sizeof report.office);
        assert_int_equal(report.bundle, ERROR_NONE);
        assert_card_held(dir, &office, 2 + i);
        snprintf(path, sizeof path, "%s/%s", media, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(run(), ERROR_NONE);
    office_close(&other);
}

static void first_cards_of_two_offices_are_both_refused(void **state)
{
    char fresh[OFFICE_PATH_LEN];
    char path[2 * OFFICE_PATH_LEN];
    char fresh_id[CARD_KIOSK_TEXT_LEN];
    struct state *kiosk = NULL;
    struct office other;
    uint8_t of[32];

    office_open(&other);
    office_scratch(fresh);
    assert_int_equal(enroll_kiosk(fresh, OFFICE_DAY, fresh_id), ERROR_NONE);
    assert_int_equal(state_open(fresh, &kiosk), ERROR_NONE);
    memcpy(of, kiosk->key, sizeof of);
    state_close(&kiosk);
    put_card(&office, "a.card", of, 1);
    put_card(&other, "b.card", of, 7);
    put_card(&office, "c.card", of, 8);
    put_card(&other, "d.card", key, 9); /* another kiosk's, passed over */
    assert_int_equal(exchange_run(fresh, media, OFFICE_DAY, &report), ERROR_OFFICE);
    assert_int_equal(report.card, ERROR_OFFICE);
    assert_int_equal(report.card_in, 0);
    assert_int_equal(report.card_rivals, 1);
    assert_int_equal(report.bundle, ERROR_MISSING); /* the request goes out all the same */
    assert_card_held(fresh, NULL, 0);
    snprintf(path, sizeof path, "%s/b.card", media);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(exchange_run(fresh, media, OFFICE_DAY, &report), ERROR_NONE);
    assert_int_equal(report.card_rivals, 0);
    assert_card_held(fresh, &office, 8);
    office_remove(fresh);
    office_close(&other);
}

/* Of several cards of the own office the highest counts, and a damaged one beside it does not. */
static void highest_card_is_taken_in_any_order(void **state)
{
    static const uint32_t numbers[][3] = {{4, 3, 2}, {5, 7, 6}, {8, 9, 10}};
    static const char junk[] = "not a card at all, though its name says so";

    office_put(media, "0.card", junk, sizeof junk);
    office_put(media, "zz.card", junk, sizeof junk);
    for (size_t i = 0; i < 3; i++) {
        put_card(&office, "a.card", key, numbers[i][0]);
        put_card(&office, "b.card", key, numbers[i][1]);
        put_card(&office, "c.card", key, numbers[i][2]);
        assert_int_equal(run(), ERROR_NONE);
        assert_int_equal(report.card, ERROR_NONE);
        assert_card_held(dir, &office, i == 0 ? 4 : i == 1 ? 7 : 10);
    }
}

/* The office changes its board key: new charter and new board lie on one stick. */
static void charter_comes_before_the_board(void **state)
{
    struct office other;

    put_board(1, NULL);
    assert_int_equal(run(), ERROR_NONE);
    office_open(&other);
    memcpy(office.board_seed, other.board_seed, 32);
    memcpy(office.charter.board, other.charter.board, 32);
    office_close(&other);
    put_charter(2);
    put_board(2, NULL);
    assert_int_equal(run(), ERROR_NONE);
    assert_int_equal(report.charter, ERROR_NONE);
    assert_int_equal(report.board, ERROR_NONE);
}

static void refused_things_do_not_stop_the_rest(void **state)
{
    static const char junk[] = "this is not what the name says, whatever the name may be";
    struct office other;
    uint8_t card[CARD_FILE_LEN];

    office_fill(dir, 2);
    office_open(&other);
    office_card(&other, key, 9, card);
    office_put(media, "x.card", card, sizeof card);
    office_close(&other);
    office_put(media, NAMES_CHARTER, junk, sizeof junk);
    struct board_mark mark = office_mark(dir, 1);
    put_board(1, &mark);
    assert_int_equal(run(), ERROR_OFFICE);
    assert_int_equal(report.card, ERROR_OFFICE);
    assert_int_equal(report.charter, ERROR_FOREIGN);
    assert_int_equal(report.board, ERROR_NONE);
    assert_int_equal(report.bundle, ERROR_NONE);
    assert_held(2, 2);
    assert_bundle(2, 2);
}

static void older_things_change_nothing(void **state)
{
    put_charter(5);
    put_board(5, NULL);
    assert_int_equal(run(), ERROR_NONE);
    put_charter(4);
    put_board(4, NULL);
    assert_int_equal(run(), ERROR_OLDER);
    assert_int_equal(report.charter, ERROR_OLDER);
    assert_int_equal(report.board, ERROR_OLDER);
    assert_int_equal(report.bundle, ERROR_NONE);
}

static void special_files_on_the_medium_are_refused(void **state)
{
    char path[2 * OFFICE_PATH_LEN];

    snprintf(path, sizeof path, "%s/" NAMES_CHARTER, media);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/x.card", media);
    assert_int_equal(symlink("/dev/zero", path), 0);
    snprintf(path, sizeof path, "%s/" NAMES_BOARD, media);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(ftruncate(fd, 8LL << 30), 0);
    close(fd);
    assert_int_equal(run(), ERROR_SPECIAL);
    assert_int_equal(report.card, ERROR_SPECIAL);
    assert_int_equal(report.charter, ERROR_SPECIAL);
    assert_int_equal(report.board, ERROR_LARGE);
    assert_int_equal(report.bundle, ERROR_NONE);
    snprintf(path, sizeof path, "%s/%s.bundle", media, id);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(run(), ERROR_SPECIAL);
    assert_int_equal(report.bundle, ERROR_SPECIAL);
}

static void folders_that_are_none(void **state)
{
    assert_int_equal(exchange_run(dir, "/nonexistent", OFFICE_DAY, &report), ERROR_MISSING);
    assert_int_equal(report.at, EXCHANGE_AT_MEDIA);
    assert_int_equal(exchange_run(dir, "/dev/null", OFFICE_DAY, &report), ERROR_SPECIAL);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(run(), ERROR_OPEN);
    assert_int_equal(report.at, EXCHANGE_AT_STATE);
    assert_int_equal(chmod(dir, 0700), 0);
}

static void one_exchange_at_a_time(void **state)
{
    struct state *kiosk = NULL;
    int fd = -1;

    assert_int_equal(state_open(dir, &kiosk), ERROR_NONE);
    assert_int_equal(state_lock(kiosk, "courier.lock", &fd), ERROR_NONE);
    assert_int_equal(run(), ERROR_BUSY);
    close(fd);
    /* The keeper's lock is another: it serves meanwhile. */
    assert_int_equal(state_lock(kiosk, "lock", &fd), ERROR_NONE);
    assert_int_equal(run(), ERROR_NONE);
    close(fd);
    state_close(&kiosk);
}

static void bad_outbox_is_refused(void **state)
{
    char path[2 * OFFICE_PATH_LEN];
    static uint8_t junk[65536];

    office_fill(dir, 1);
    snprintf(path, sizeof path, "%s/outbox.db", dir);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(run(), ERROR_OUTBOX);
    assert_int_equal(report.bundle, ERROR_OUTBOX);
    assert_int_equal(access(path, F_OK), -1);
    memset(junk, 0xa5, sizeof junk);
    office_put(dir, "outbox.db", junk, sizeof junk);
    assert_int_equal(run(), ERROR_OUTBOX);
}

static void day_is_noted_when_the_bundle_is_out(void **state)
{
    uint8_t *data = NULL;

    assert_int_equal(exchange_run(dir, media, OFFICE_DAY, &report), ERROR_NONE);
    assert_int_equal(exchange_run(dir, media, OFFICE_DAY + 12, &report), ERROR_NONE);
    struct bundle bundle = get_bundle(1, &data);
    assert_int_equal(bundle.exchange_age, 12);
    free(data);
    assert_int_equal(exchange_run(dir, media, OFFICE_DAY - 1, &report), ERROR_NONE);
    bundle = get_bundle(1, &data);
    assert_int_equal(bundle.exchange_age, 0);
    assert_int_equal(bundle.health & BUNDLE_CLOCK_OK, 0);
    free(data);
}

/* In libc's place: SQLite waits for the other one this way, and has no time to. */
int usleep(useconds_t us)
{
    (void)us;
    return 0;
}

/* The keeper writes for longer than we wait: the bundle is out all the same, and only the rest is told. */
static void outbox_that_is_busy_is_told_apart_from_the_bundle(void **state)
{
    static const char *const statements[] = {"SELECT 1"};
    const struct db_schema schema = {
        .application_id = 0x53514f42, .version = 1, .statements = statements, .statement_count = 1};
    char path[2 * OFFICE_PATH_LEN];
    struct db *db = NULL;

    office_fill(dir, 5);
    struct board_mark mark = office_mark(dir, 3);
    put_board(1, &mark);
    snprintf(path, sizeof path, "%s/outbox.db", dir);
    assert_int_equal(db_open(path, &schema, DB_OPEN, &db), ERROR_NONE);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_int_equal(run(), ERROR_BUSY);
    assert_int_equal(report.bundle, ERROR_NONE);
    assert_int_equal(report.outbox, ERROR_BUSY);
    assert_false(report.salvaged);
    assert_bundle(1, 5);
    db_rollback(db);
    db_close(&db);
    assert_int_equal(run(), ERROR_NONE);
    assert_int_equal(report.outbox, ERROR_NONE);
    assert_bundle(4, 5);
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
        office_put(media, others[i], "", 0);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        snprintf(name, sizeof name, "%s%s.bundle", id, tails[i]);
        office_put(media, name, "", 0);
    }
    office_fill(dir, BUNDLE_RECORDS_MAX + 3);
    assert_int_equal(run(), ERROR_NONE);
    assert_true(report.first == 1 && report.last == cap + 3);
    assert_bundle(1, cap);
    assert_numbered_bundle(2, cap + 1, cap + 3);
    struct board_mark mark = office_mark(dir, 3);
    put_board(1, &mark);
    assert_int_equal(run(), ERROR_NONE);
    assert_bundle(4, cap + 3);
    assert_numbered_bundle(2, cap + 4, cap + 3); /* none left for it */
    snprintf(name, sizeof name, "%s-3.bundle", id);
    office_put(media, name, "", 0);
    mark = office_mark(dir, cap);
    put_board(2, &mark);
    assert_int_equal(run(), ERROR_NONE);
    assert_true(report.first == cap + 1 && report.last == cap + 3);
    assert_bundle(cap + 1, cap + 3);
    assert_false(on_media(name));
    snprintf(name, sizeof name, "%s-2.bundle", id);
    assert_false(on_media(name));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_true(on_media(others[i]));
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        snprintf(name, sizeof name, "%s%s.bundle", id, tails[i]);
        assert_true(on_media(name));
    }
}

/* The first bundle goes out, the second cannot: that is no exchange yet. */
static void second_bundle_that_fails_is_told(void **state)
{
    char path[2 * OFFICE_PATH_LEN];
    uint64_t cap = BUNDLE_RECORDS_MAX;
    uint8_t *data = NULL;

    office_fill(dir, BUNDLE_RECORDS_MAX + 1);
    snprintf(path, sizeof path, "%s/%s-2.bundle", media, id);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(run(), ERROR_SPECIAL);
    assert_int_equal(report.bundle, ERROR_SPECIAL);
    assert_true(report.first == 1 && report.last == cap);
    assert_held(1, cap + 1);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(run(), ERROR_NONE);
    assert_true(report.first == 1 && report.last == cap + 1);
    assert_numbered_bundle(2, cap + 1, cap + 1);
    struct bundle bundle = get_bundle(1, &data);
    assert_int_equal(bundle.exchange_age, 65535);
    free(data);
}

static int mount_media(const char *options, unsigned long flags)
{
    return geteuid() == 0 ? mount("tmpfs", media, "tmpfs", flags, options) : -1;
}

static void full_medium_loses_nothing(void **state)
{
    office_fill(dir, 20);
    if (mount_media("size=128k", 0) != 0)
        skip();
    struct board_mark mark = office_mark(dir, 2);
    put_board(1, &mark);
    int error = run();
    struct exchange_report got = report;
    unsigned left = temporary_files(media);
    assert_int_equal(umount(media), 0);
    assert_int_equal(error, ERROR_FULL);
    assert_int_equal(got.board, ERROR_NONE);
    assert_int_equal(got.bundle, ERROR_FULL);
    assert_int_equal(left, 0);
    assert_held(3, 20);
    assert_int_equal(run(), ERROR_NONE);
    assert_bundle(3, 20);
}

static void read_only_medium_still_brings_in(void **state)
{
    bool root = geteuid() == 0;

    if (root && mount_media("size=1m", 0) != 0)
        skip();
    put_board(1, NULL);
    if (root)
        assert_int_equal(mount("tmpfs", media, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0);
    else
        assert_int_equal(chmod(media, 0500), 0);
    int error = run();
    struct exchange_report got = report;
    assert_int_equal(root ? umount(media) : chmod(media, 0700), 0);
    assert_int_equal(error, ERROR_READONLY);
    assert_int_equal(got.board, ERROR_NONE);
    assert_int_equal(got.bundle, ERROR_READONLY);
}

static void run_apart(void *context)
{
    (void)context;
    run();
}

/* After a cut: whatever is there is whole, and every record the office has not acknowledged is there. */
static void assert_whole(uint32_t round, uint64_t acknowledged, uint64_t tip)
{
    uint64_t first = 0;
    uint64_t last = 0;
    struct state *kiosk = NULL;

    assert_int_equal(state_open(dir, &kiosk), ERROR_NONE);
    assert_true(kiosk->has_card);
    assert_true(kiosk->charter.number == round || kiosk->charter.number == round - 1);
    assert_true(kiosk->card.number == round || kiosk->card.number == round - 1);
    assert_true(kiosk->board_number == round || kiosk->board_number == round - 1);
    state_close(&kiosk);
    office_held(dir, &first, &last);
    assert_true(first <= acknowledged + 1);
    assert_true(last == tip);
}

/* Every round: a new card, a new charter, a new board that acknowledges one more record, and a new
   record; an exchange that is cut, then one that is not. */
static void cut_at_any_moment_and_run_again(void **state)
{
    uint32_t seed = 0;
    uint8_t card[CARD_FILE_LEN];
    uint8_t *data = NULL;
    unsigned stops = 0;
    unsigned short dice[3] = {0x330e, 0, 0};

    random_bytes(&seed, sizeof seed);
    if (getenv("SANDYQ_SEED") != NULL)
        seed = (uint32_t)strtoul(getenv("SANDYQ_SEED"), NULL, 10);
    printf("SANDYQ_SEED=%u\n", seed);
    memcpy(dice + 1, &seed, sizeof seed);
    office_fill(dir, 4);
    put_board(1, NULL);
    assert_int_equal(run(), ERROR_NONE);
    for (uint32_t round = 2; round < 2 + CUTS; round++) {
        uint64_t acknowledged = round - 1;
        uint64_t tip = office_fill(dir, 1);
        struct board_mark mark = office_mark(dir, acknowledged);
        put_charter(round);
        office_card(&office, key, round, card);
        office_put(media, "ours.card", card, sizeof card);
        put_board(round, &mark);
        if (round == 2)
            stops = process_cut(run_apart, NULL, UINT_MAX); /* not cut: how many are there? */
        else
            process_cut(run_apart, NULL, 1 + (unsigned)(erand48(dice) * stops));
        assert_whole(round, acknowledged, tip);
        assert_int_equal(run(), ERROR_NONE);
        assert_held(acknowledged + 1, tip);
        struct bundle bundle = get_bundle(1, &data);
        assert_true(bundle.first == acknowledged + 1 && bundle.last == tip);
        assert_int_equal(bundle.board_number, round);
        assert_int_equal(bundle.charter_number, round);
        free(data);
        assert_int_equal(temporary_files(dir) + temporary_files(media), 0);
    }
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(records_go_out),
        CASE(kiosk_without_records_still_shows_itself),
        CASE(acknowledged_records_are_dropped),
        CASE(again_changes_nothing),
        CASE(fork_drops_nothing_and_is_told),
        CASE(mark_beyond_the_end_is_a_fork),
        CASE(marks_of_other_kiosks_are_not_ours),
        CASE(request_goes_out_until_a_card_comes),
        CASE(card_of_another_office_is_never_masked),
        CASE(first_cards_of_two_offices_are_both_refused),
        CASE(highest_card_is_taken_in_any_order),
        CASE(charter_comes_before_the_board),
        CASE(refused_things_do_not_stop_the_rest),
        CASE(older_things_change_nothing),
        CASE(special_files_on_the_medium_are_refused),
        CASE(folders_that_are_none),
        CASE(one_exchange_at_a_time),
        CASE(bad_outbox_is_refused),
        CASE(day_is_noted_when_the_bundle_is_out),
        CASE(outbox_that_is_busy_is_told_apart_from_the_bundle),
        CASE(more_than_a_bundle_goes_in_several),
        CASE(second_bundle_that_fails_is_told),
        CASE(full_medium_loses_nothing),
        CASE(read_only_medium_still_brings_in),
        CASE(cut_at_any_moment_and_run_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
