/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to the disk: records and the outbox that holds them. */
#include "tests/tamper/cases.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/tamper/insist.h"

/* One of five is destroyed; the others go out, and the office says which it was. */
static void lose_third(struct tamper *t, const char *sql)
{
    tamper_write_some(t, A, 2);
    tamper_write(t, A)->destroyed = true;
    tamper_write_some(t, A, 2);
    tamper_sql(t, A, sql);
    insist_damaged(t, 4);
    insist_says(t, A, "GAP, records missing: 3-3");
    insist_says_not(t, A, "ROLLBACK");
}

static void record_deleted(struct tamper *t)
{
    lose_third(t, "DELETE FROM record WHERE seq = 3");
}

static void record_emptied(struct tamper *t)
{
    lose_third(t, "UPDATE record SET bytes = zeroblob(16492) WHERE seq = 3");
}

static void record_truncated(struct tamper *t)
{
    lose_third(t, "UPDATE record SET bytes = substr(bytes, 1, 9000) WHERE seq = 3");
}

static void many_records_deleted(struct tamper *t)
{
    for (int i = 1; i <= 23; i++) {
        struct tamper_letter *one = tamper_write(t, A);
        one->destroyed = i % 2 == 0;
    }
    tamper_sql(t, A, "DELETE FROM record WHERE seq % 2 = 0");
    insist_damaged(t, 12);
    insist_says(t, A, "GAP, records missing: 2-2");
    insist_says(t, A, "GAP, records missing: 22-22");
    insist_says_not(t, A, "ROLLBACK");
    insist_says_not(t, A, "FORK");
}

/* The same, while a stick that went out before comes back: what it has is laid aside, not wiped
   out. */
static void record_deleted_that_the_stick_has(struct tamper *t)
{
    tamper_write_some(t, A, 3);
    tamper_exchange(t, A);
    tamper_sql(t, A, "DELETE FROM record WHERE seq = 2");
    insist_damaged(t, 2);
    assert_int_equal(t->report.kept, 1);
    assert_int_equal(t->taken.complaints, 3);
    insist_says_not(t, A, "GAP");
    for (int i = 0; i < 3; i++)
        insist_damaged(t, 2);
    assert_int_equal(t->report.kept, 0);
}

static void last_record_deleted(struct tamper *t)
{
    tamper_write_some(t, A, 3);
    tamper_write(t, A)->destroyed = true;
    tamper_sql(t, A, "DELETE FROM record WHERE seq = 4");
    insist_damaged(t, 3);
}

/* What is left is less than the office has, but it hears that the disk is not well. */
static void last_record_deleted_that_the_office_has(struct tamper *t)
{
    tamper_write_some(t, A, 4);
    tamper_bring(t, A);
    tamper_sql(t, A, "DELETE FROM record WHERE seq = 4");
    insist_damaged(t, 3);
    insist_says_not(t, A, "GAP");
}

static void records_swapped(struct tamper *t)
{
    tamper_write_some(t, A, 4);
    tamper_sql(t, A, "UPDATE record SET seq = 99 WHERE seq = 2");
    tamper_sql(t, A, "UPDATE record SET seq = 2 WHERE seq = 3");
    tamper_sql(t, A, "UPDATE record SET seq = 3 WHERE seq = 99");
    insist_damaged(t, 4);
    insist_says_not(t, A, "GAP");
    insist_says_not(t, A, "FORK");
}

static void record_duplicated(struct tamper *t)
{
    tamper_write_some(t, A, 4);
    tamper_sql(t, A,
               "INSERT INTO record SELECT 5, day, hash, bytes, room FROM record WHERE seq = 2");
    insist_damaged(t, 4);
    insist_says_not(t, A, "GAP");
    insist_says_not(t, A, "FORK");
}

/* Where record seq stands in the outbox's file. */
static size_t place_in_file(const struct tamper *t, size_t k, uint64_t seq)
{
    size_t len = 0;
    uint8_t *file = folder_read(folder_path(t->kiosks[k].dir, "outbox.db"), &len);
    uint8_t *at = file;
    uint64_t number = 0;
    for (;;) {
        at = memmem(at, len - (size_t)(at - file), "SANDYQE1", 8);
        assert_non_null(at);
        memcpy(&number, at - RECORD_ENVELOPE, sizeof number);
        if (number == seq)
            break;
        at++;
    }
    const size_t place = (size_t)(at - file) - RECORD_ENVELOPE;
    free(file);
    return place;
}

static enum error keep_record(void *context, uint64_t seq, const uint8_t *record, size_t len)
{
    (void)seq;
    assert_int_equal(len, RECORD_LEN);
    memcpy(context, record, len);
    return ERROR_NONE;
}

/* Where byte number `byte` of a record stands. In the record's first page the bytes follow one
   another; after that it is looked for by the eight bytes that end with it. */
static size_t place_of_byte(struct tamper *t, size_t k, uint64_t seq, size_t byte)
{
    enum { FIRST_PAGE = 300, ENOUGH = 8 };
    uint8_t record[RECORD_LEN];
    struct outbox *outbox = NULL;
    size_t len = 0;
    if (byte < FIRST_PAGE)
        return place_in_file(t, k, seq) + byte;
    const char *path = folder_path(t->kiosks[k].dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_each(outbox, seq, seq, keep_record, record), ERROR_NONE);
    outbox_close(&outbox);
    uint8_t *file = folder_read(path, &len);
    const uint8_t *at = memmem(file, len, record + byte + 1 - ENOUGH, ENOUGH);
    assert_non_null(at);
    const size_t place = (size_t)(at - file) + ENOUGH - 1;
    free(file);
    return place;
}

static void flip_byte(struct tamper *t, uint64_t seq, size_t byte)
{
    folder_flip(folder_path(t->kiosks[A].dir, "outbox.db"), place_of_byte(t, A, seq, byte));
}

static void record_edited_by_bytes(struct tamper *t)
{
    static const size_t at[] = {8, 41, RECORD_ENVELOPE + 5000, RECORD_LEN - 1};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        tamper_write_some(t, A, 1);
        tamper_write(t, A)->destroyed = true;
    }
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        flip_byte(t, 2 * i + 2, at[i]);
    insist_damaged(t, 4);
    insist_says(t, A, "GAP, records missing: 2-2");
    insist_says(t, A, "GAP, records missing: 4-4");
    insist_says(t, A, "GAP, records missing: 6-6");
}

/* Only the signature of one in the middle: those after it still vouch for it. */
static void signature_edited(struct tamper *t)
{
    tamper_write_some(t, A, 3);
    flip_byte(t, 2, RECORD_LEN - 1);
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
}

/* Records are thrown away as if the office had acknowledged them. */
static void records_dropped_unasked(struct tamper *t)
{
    tamper_round(t);
    tamper_write(t, A)->destroyed = true;
    tamper_write(t, A)->destroyed = true;
    tamper_write_some(t, A, 1);
    tamper_sql(t, A,
               "UPDATE ends SET dropped_seq = 2, "
               "dropped_hash = (SELECT hash FROM record WHERE seq = 2)");
    tamper_sql(t, A, "DELETE FROM record WHERE seq IN (1, 2)");
    assert_int_equal(tamper_exchange(t, A), ERROR_CHAIN);
    assert_int_equal(t->report.unasked, 2);
    tamper_import(t, t->stick);
    insist_says(t, A, "GAP, records missing: 1-2");
}

/* The chain's end gets another hash, so that what follows hangs in the air. */
static void chain_broken_inside(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_sql(t, A, "UPDATE record SET hash = zeroblob(32) WHERE seq = 2");
    tamper_sql(t, A, "UPDATE ends SET tip_hash = zeroblob(32)");
    tamper_write_some(t, A, 2);
    insist_damaged(t, 4);
    insist_says(t, A, "FORK, two chains have these records: 3-3");
}

static void outbox_deleted(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_write_some(t, A, 2);
    tamper_bring(t, A);
    tamper_remove(t->kiosks[A].dir, "outbox.db");
    tamper_publish(t);
    insist_damaged(t, 0);
    assert_int_equal(t->report.kept, 1);
}

static void outbox_cut(struct tamper *t)
{
    size_t len = 0;
    tamper_write_some(t, A, 6);
    const size_t place = place_in_file(t, A, 4);
    uint8_t *file = folder_read(folder_path(t->kiosks[A].dir, "outbox.db"), &len);
    folder_write(folder_path(t->kiosks[A].dir, "outbox.db"), file, place + 100);
    free(file);
    for (size_t i = 3; i < 6; i++)
        t->letters[i].destroyed = true;
    insist_damaged(t, 3);
}

static void outbox_scribbled_over(struct tamper *t)
{
    static const char junk[100] = "no database any more";
    tamper_write_some(t, A, 3);
    const char *path = folder_path(t->kiosks[A].dir, "outbox.db");
    int fd = open(path, O_WRONLY);
    assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
    close(fd);
    insist_damaged(t, 3);
}

/* The power is cut while somebody still looks at the receipt: the letter is nowhere but with the
   keeper. Then somebody spoils the outbox. */
static void letter_that_the_keeper_alone_has(struct tamper *t)
{
    enum { STEP = 20480 }; /* from one copy to the other */
    static uint8_t pending[2 * STEP];
    char copy[FOLDER_PATH];
    struct outbox *outbox = NULL;
    tamper_write_some(t, A, 2);
    tamper_snapshot(t, A, copy);
    tamper_write_in(t, A, copy);
    assert_int_equal(outbox_open(folder_path(copy, "outbox.db"), DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_each(outbox, 3, 3, keep_record, pending), ERROR_NONE);
    outbox_close(&outbox);
    memcpy(pending + STEP, pending, RECORD_LEN);
    folder_write(folder_path(t->kiosks[A].dir, "pending"), pending, sizeof pending);
    tamper_remove(t->kiosks[A].dir, "outbox.db");
    const int lock =
        open(folder_path(t->kiosks[A].dir, "lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    insist_damaged(t, 0); /* a keeper serves: the visit is not over */
    close(lock);
    insist_damaged(t, 1);
    tamper_restore(copy, t->kiosks[A].dir); /* once more, when the outbox has it as well */
    folder_write(folder_path(t->kiosks[A].dir, "pending"), pending, sizeof pending);
    folder_flip(folder_path(t->kiosks[A].dir, "outbox.db"), 0);
    insist_damaged(t, 3);
    insist_says_not(t, A, "GAP");
    insist_says_not(t, A, "FORK");
}

/* One bit says that a later version wrote the outbox. */
static void outbox_of_the_future(struct tamper *t)
{
    enum { USER_VERSION = 63 };
    tamper_write_some(t, A, 3);
    folder_flip(folder_path(t->kiosks[A].dir, "outbox.db"), USER_VERSION);
    folder_flip(folder_path(t->kiosks[A].dir, "outbox.db"), USER_VERSION - 1);
    insist_unusable(t, ERROR_NEWER, 3);
    insist_unusable(t, ERROR_NEWER, 3);
}

/* It would erase each record as it comes. None comes any more, and what is there goes out. */
static void outbox_with_a_trigger(struct tamper *t)
{
    tamper_write_some(t, A, 3);
    tamper_sql(t, A,
               "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM record WHERE seq = "
               "new.seq; END");
    insist_unusable(t, ERROR_OUTBOX_ALTERED, 3);
    insist_unusable(t, ERROR_OUTBOX_ALTERED, 3);
}

/* What was acknowledged cannot be noted any more, and all that is held goes out. */
static void folder_where_the_index_goes(struct tamper *t)
{
    tamper_write_some(t, A, 1);
    tamper_round(t);
    tamper_write_some(t, A, 3);
    const char *path = folder_path(t->kiosks[A].dir, "outbox.db-shm");
    assert_int_equal(mkdir(path, 0700), 0);
    insist_unusable(t, ERROR_READONLY, 4);
    assert_int_equal(t->taken.complaints, 3);
    assert_int_equal(rmdir(path), 0);
}

static void outbox_that_cannot_be_written(struct tamper *t)
{
    tamper_write_some(t, A, 3);
    t->impossible = geteuid() == 0; /* who may write all */
    if (t->impossible)
        return;
    const char *path = folder_path(t->kiosks[A].dir, "outbox.db");
    assert_int_equal(chmod(path, 0400), 0);
    insist_unusable(t, ERROR_READONLY, 3);
    assert_int_equal(chmod(path, 0600), 0);
}

static void outbox_is_no_file(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    const char *path = folder_path(t->kiosks[A].dir, "outbox.db");
    const char *away = folder_path(t->under, "outbox.db");
    folder_copy(path, away);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    insist_partly_sent(t, ERROR_OUTBOX, ERROR_SPECIAL, 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    insist_partly_sent(t, ERROR_OUTBOX, ERROR_SPECIAL, 0);
    assert_int_equal(unlink(path), 0);
    folder_copy(away, path);
}

static void outbox_of_another_kiosk(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_write(t, A)->destroyed = true;
    tamper_write_some(t, B, 2);
    const char *mine = folder_path(t->kiosks[A].dir, "outbox.db");
    const char *theirs = folder_path(t->kiosks[B].dir, "outbox.db");
    folder_copy(theirs, mine);
    insist_damaged(t, 0);
    assert_true(access(mine, F_OK) == 0);
}

/* The copy of the outbox is put back, the rest of the folder stays. */
static void outbox_of_yesterday(struct tamper *t)
{
    tamper_write_some(t, A, 3);
    const char *mine = folder_path(t->kiosks[A].dir, "outbox.db");
    const char *old = folder_path(t->under, "outbox.db");
    folder_copy(mine, old);
    tamper_write_some(t, A, 2);
    tamper_round(t);
    folder_copy(old, mine);
    assert_int_equal(tamper_exchange(t, A), ERROR_CHAIN);
    assert_int_equal(t->report.beyond, 5);
    assert_int_equal(t->report.tip, 3);
    tamper_write_some(t, A, 2);
    tamper_bring(t, A);
    insist_says(t, A, "FORK, two chains have these records: 4-5");
}

/* The power is cut; before it is back, somebody takes the log away: all is in the file. */
static void log_removed(struct tamper *t)
{
    struct outbox *other = NULL;
    char state[FOLDER_PATH];
    const char *path = folder_path(t->kiosks[A].dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &other), ERROR_NONE);
    tamper_write_some(t, A, 4);
    tamper_snapshot(t, A, state); /* as a power cut leaves it, log and all */
    outbox_close(&other);
    tamper_restore(state, t->kiosks[A].dir);
    tamper_remove(t->kiosks[A].dir, "outbox.db-wal");
    tamper_remove(t->kiosks[A].dir, "outbox.db-shm");
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    assert_int_equal(t->report.tip, 4);
}

/* What is taken away is the file: the log still has the last record. */
static void outbox_deleted_but_its_log(struct tamper *t)
{
    struct outbox *other = NULL;
    char state[FOLDER_PATH];
    const char *path = folder_path(t->kiosks[A].dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &other), ERROR_NONE);
    tamper_write_some(t, A, 4);
    for (size_t i = 0; i < 3; i++)
        t->letters[i].destroyed = true;
    tamper_snapshot(t, A, state);
    outbox_close(&other);
    tamper_restore(state, t->kiosks[A].dir);
    tamper_remove(t->kiosks[A].dir, "outbox.db");
    insist_damaged(t, 1);
}

/* An empty outbox, as of a new kiosk, under the old key. */
static void outbox_begun_anew(struct tamper *t)
{
    struct outbox *outbox = NULL;
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_remove(t->kiosks[A].dir, "outbox.db");
    const char *path = folder_path(t->kiosks[A].dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_CREATE, &outbox), ERROR_NONE);
    outbox_close(&outbox);
    tamper_write_some(t, A, 2);
    tamper_bring(t, A);
    assert_true(t->report.fork);
    insist_says(t, A, "FORK, two chains have these records: 1-2");
    tamper_write_some(t, A, 1);
    tamper_round(t);
    assert_int_equal(t->taken.refused, 0);
}

struct tamper_case disk_cases[] = {
    {"record deleted", record_deleted},
    {"every second record deleted", many_records_deleted},
    {"record deleted that the stick has", record_deleted_that_the_stick_has},
    {"last record deleted", last_record_deleted},
    {"last record deleted, which the office has", last_record_deleted_that_the_office_has},
    {"records swapped", records_swapped},
    {"record emptied", record_emptied},
    {"record duplicated", record_duplicated},
    {"record truncated", record_truncated},
    {"records edited byte by byte", record_edited_by_bytes},
    {"signature in the middle edited", signature_edited, .calm = true},
    {"records dropped as if acknowledged", records_dropped_unasked},
    {"chain broken inside", chain_broken_inside},
    {"outbox deleted", outbox_deleted},
    {"outbox cut in half", outbox_cut},
    {"outbox scribbled over", outbox_scribbled_over},
    {"outbox a symlink, then a pipe", outbox_is_no_file},
    {"letter that the keeper alone has, outbox deleted", letter_that_the_keeper_alone_has},
    {"outbox of a later version", outbox_of_the_future},
    {"outbox with a trigger", outbox_with_a_trigger},
    {"folder where the outbox's index goes", folder_where_the_index_goes},
    {"outbox that cannot be written", outbox_that_cannot_be_written},
    {"outbox of another kiosk", outbox_of_another_kiosk},
    {"outbox of yesterday", outbox_of_yesterday},
    {"log of the outbox removed", log_removed, .calm = true},
    {"outbox deleted, but for its log", outbox_deleted_but_its_log},
    {"outbox begun anew", outbox_begun_anew},
    {NULL},
};
