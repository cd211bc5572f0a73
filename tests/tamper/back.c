/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is set back, doubled or put off: disks, keys, boards and clocks. */
#include "tests/tamper/cases.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "device/state.h"
#include "office/triage.h"
#include "protocol/names.h"
#include "store/outbox.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/tamper/insist.h"

static void state_restored(struct tamper *t)
{
    char copy[FOLDER_PATH];
    tamper_write_some(t, A, 3);
    tamper_snapshot(t, A, copy);
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_restore(copy, t->kiosks[A].dir);
    tamper_remove(t->stick, NAMES_BOARD);
    tamper_bring(t, A); /* nobody can know yet: it may be an old bundle */
    insist_says_not(t, A, "ROLLBACK");
    tamper_write_some(t, B, 1);
    tamper_bring(t, B);
    tamper_publish(t);
    assert_int_equal(tamper_exchange(t, A), ERROR_CHAIN);
    assert_int_equal(t->report.beyond, 5);
    assert_int_equal(t->report.tip, 3);
    tamper_import(t, t->stick);
    insist_says(
        t, A,
        "ROLLBACK, seen on 2026-11-23: from record 5 and board 0 back to record 3 and board 2");
}

/* Yesterday's disk is put back, and the next people write under numbers that the office has. */
static void state_restored_and_continued(struct tamper *t)
{
    uint64_t first = 0, last = 0;
    char copy[FOLDER_PATH];
    tamper_write_some(t, A, 3);
    tamper_snapshot(t, A, copy);
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_restore(copy, t->kiosks[A].dir);
    tamper_write_some(t, A, 4);
    assert_int_equal(tamper_exchange(t, A), ERROR_CHAIN);
    assert_true(t->report.fork);
    tamper_import(t, t->stick);
    insist_says(t, A, "FORK, two chains have these records: 4-5");
    /* The longer chain counts from now on: the kiosk's records are acknowledged again. */
    tamper_publish(t);
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    assert_int_equal(t->report.acknowledged, 7);
    kiosk_folder_held(t->kiosks[A].dir, &first, &last);
    assert_true(first == 1 && last == 7);
    insist_says(t, A, "FORK, two chains have these records: 4-5");
}

static void state_restored_again_and_again(struct tamper *t)
{
    char copy[FOLDER_PATH];
    tamper_write_some(t, A, 2);
    tamper_snapshot(t, A, copy);
    for (unsigned i = 1; i <= 4; i++) {
        tamper_restore(copy, t->kiosks[A].dir);
        tamper_write_some(t, A, i);
        tamper_round(t);
    }
    insist_says(t, A, "FORK, two chains have these records: 3-5");
}

/* What was on the disk went out on a stick, but has not come to the office when the disk is set
   back. */
static void trace_on_the_stick(struct tamper *t)
{
    char copy[FOLDER_PATH];
    tamper_write_some(t, A, 2);
    tamper_snapshot(t, A, copy);
    tamper_write_some(t, A, 2);
    tamper_exchange(t, A);
    tamper_restore(copy, t->kiosks[A].dir);
    assert_int_equal(tamper_exchange(t, A), ERROR_CHAIN);
    assert_int_equal(t->report.kept, 1);
    assert_int_equal(t->report.beyond, 4);
    assert_int_equal(t->report.tip, 2);
    tamper_write_some(t, A, 1);
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    tamper_import(t, t->stick);
    insist_says(t, A, "FORK, two chains have these records: 3-3");
}

/* The same, and the stick comes back when the office has so many new records, under its numbers,
   and so many days after that (0: at once). */
static void trace_that_comes_after(struct tamper *t, unsigned written, uint32_t days, int error,
                                   uint64_t kept)
{
    char copy[FOLDER_PATH], name[64];
    tamper_write_some(t, A, 2);
    tamper_snapshot(t, A, copy);
    tamper_write_some(t, A, 2);
    tamper_exchange(t, A);
    tamper_bundle_name(t, A, name);
    tamper_take_bundle(t, A, "late");
    tamper_remove(t->stick, name);
    tamper_restore(copy, t->kiosks[A].dir);
    tamper_write_some(t, A, written);
    tamper_round(t);
    if (days > 0) {
        t->today += days;
        tamper_write_some(t, A, 1);
        tamper_round(t);
    }
    tamper_put_kept(t, "late", name);
    assert_int_equal(tamper_exchange(t, A), error);
    assert_int_equal(t->report.kept, kept);
    tamper_import(t, t->stick);
    insist_says(t, A, "FORK, two chains have these records: 3-4");
}

static void trace_on_a_stick_that_comes_late(struct tamper *t)
{
    trace_that_comes_after(t, 5, 0, ERROR_CHAIN, 1);
}

/* Ours go further, and are dropped: of what it ends with nobody here can say whether it is ours, so
   it is kept without a word. */
static void trace_on_a_stick_that_comes_too_late(struct tamper *t)
{
    trace_that_comes_after(t, 5, OUTBOX_KEPT_DAYS, ERROR_NONE, 0);
}

/* Ours end with the same number, of which the hash is still here. */
static void trace_of_the_same_length_that_comes_late(struct tamper *t)
{
    trace_that_comes_after(t, 2, 0, ERROR_CHAIN, 1);
}

/* One folder, two machines, one stick; then a stick each. */
static void two_kiosks_with_one_key(struct tamper *t)
{
    char copy[FOLDER_PATH];
    struct exchange_report report;
    tamper_write_some(t, A, 2);
    tamper_snapshot(t, A, copy);
    for (int i = 0; i < 3; i++) {
        tamper_write(t, A);
        tamper_write_in(t, A, copy);
        tamper_exchange(t, A);
        exchange_run(copy, t->stick, t->today, &report);
        assert_true(i > 0 || report.kept == 1);
    }
    tamper_import(t, t->stick);
    insist_says(t, A, "FORK, two chains have these records: 3-5");
    tamper_publish(t);
    tamper_write_in(t, A, copy);
    exchange_run(copy, t->stick, t->today, &report);
    tamper_write(t, A);
    tamper_write(t, A);
}

/* With the key of B in it, kiosk A takes B's card from the stick and speaks as B. */
static void key_of_another_kiosk(struct tamper *t)
{
    char name[64];
    const char *mine = folder_path(t->kiosks[A].dir, "kiosk.key");
    const char *theirs = folder_path(t->kiosks[B].dir, "kiosk.key");
    const char *kept = folder_path(t->under, "kiosk.key");
    folder_copy(mine, kept);
    tamper_write_some(t, A, 2);
    tamper_write_some(t, B, 2);
    tamper_exchange(t, B);
    folder_copy(theirs, mine);
    for (size_t k = A; k <= B; k++) {
        snprintf(name, sizeof name, "%s" NAMES_CARD, t->kiosks[k].name);
        tamper_put_kept(t, name, name);
    }
    assert_int_equal(tamper_exchange(t, A), ERROR_OUTBOX);
    assert_int_equal(t->report.kept, 1);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 2);
    t->today = FAKE_DESK_DAY + 9;
    insist_says(t, A, "SILENCE for 9 days, after record: 0");
    t->today = FAKE_DESK_DAY;
    folder_copy(kept, mine);
}

static void old_board_in_the_state_folder(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_round(t);
    const char *board = folder_path(t->kiosks[A].dir, STATE_BOARD "/" NAMES_BOARD);
    const char *old = folder_path(t->under, "board");
    folder_copy(board, old);
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_write_some(t, A, 1);
    tamper_bring(t, A);
    folder_copy(old, board);
    tamper_remove(t->stick, NAMES_BOARD);
    tamper_write_some(t, A, 1);
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    assert_true(t->report.first == 3 && t->report.last == 6);
    tamper_import(t, t->stick);
    insist_says(
        t, A,
        "ROLLBACK, seen on 2026-11-23: from record 5 and board 2 back to record 6 and board 1");
}

/* While this is set, the disk cannot give out a file of this name. */
static const char *unread;

int openat(int dir, const char *name, int flags, ...)
{
    mode_t mode = 0;
    va_list more;
    va_start(more, flags);
    if ((flags & O_CREAT) != 0)
        mode = va_arg(more, mode_t);
    va_end(more);
    if (unread != NULL && strcmp(name, unread) == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_openat, dir, name, flags, mode);
}

/* The letters still go out; that no board is known is the disk's fault, and no setback. */
static void board_that_cannot_be_read(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_bring(t, A);
    tamper_write_some(t, A, 1);
    tamper_remove(t->stick, NAMES_BOARD);
    unread = NAMES_BOARD;
    assert_int_equal(tamper_exchange(t, A), ERROR_IO);
    unread = NULL;
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 1);
    insist_says(t, A, "The disk is not well.");
    insist_says_not(t, A, "ROLLBACK");
}

/* A bundle on the stick that the disk does not give out now may be the last trace: it is laid
   aside and not written over; but nobody is accused of what could not be read. */
static void trace_that_cannot_be_read(struct tamper *t)
{
    char name[64], aside[64], copy[FOLDER_PATH];
    tamper_snapshot(t, A, copy);
    tamper_write_some(t, A, 1);
    tamper_exchange(t, A);
    tamper_bundle_name(t, A, name);
    tamper_restore(copy, t->kiosks[A].dir);
    tamper_write_some(t, A, 1);
    unread = name;
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    unread = NULL;
    assert_int_equal(t->report.kept, 0);
    snprintf(aside, sizeof aside, "%s-0-1" NAMES_BUNDLE, t->kiosks[A].name);
    assert_int_equal(access(folder_path(t->stick, aside), F_OK), 0);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 2);
    insist_says(t, A, "FORK");
}

/* Who sets the disk back after every exchange fills the stick with traces, but each is kept
   once, and no more than so many. */
static void traces_fill_the_stick(struct tamper *t)
{
    enum { KEPT = 16 };
    char copy[FOLDER_PATH], name[64];
    tamper_snapshot(t, A, copy);
    tamper_bundle_name(t, A, name);
    for (int i = 0; i <= KEPT; i++) {
        tamper_restore(copy, t->kiosks[A].dir);
        tamper_write(t, A);
        assert_int_equal(tamper_exchange(t, A), i == 0 ? ERROR_NONE : ERROR_CHAIN);
        assert_int_equal(t->report.kept, i > 0);
        if (i == 3)
            tamper_take_bundle(t, A, "seen");
    }
    tamper_take_bundle(t, A, "last");
    tamper_put_kept(t, "seen", name); /* one that is kept comes back */
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    assert_int_equal(t->report.kept, 0);
    tamper_put_kept(t, "last", name);
    tamper_restore(copy, t->kiosks[A].dir);
    tamper_write(t, A);
    tamper_exchange(t, A);
    assert_int_equal(t->report.bundle, ERROR_EVIDENCE);
    assert_int_equal(t->report.kept, 0);
    tamper_import(t, t->stick);
    for (int i = 1; i <= KEPT; i++) {
        snprintf(name, sizeof name, "%s-0-%d" NAMES_BUNDLE, t->kiosks[A].name, i);
        tamper_remove(t->stick, name);
    }
}

static void board_acknowledges_what_was_never_sent(struct tamper *t)
{
    struct head_mark mark = {.seq = 99, .day = FAKE_DESK_DAY};
    memcpy(mark.kiosk, t->kiosks[A].id, sizeof mark.kiosk);
    tamper_write_some(t, A, 3);
    tamper_put_mark(t, 5, &mark);
    assert_int_equal(tamper_exchange(t, A), ERROR_CHAIN);
    assert_true(t->report.fork);
    assert_int_equal(t->report.beyond, 99);
    assert_int_equal(t->report.first, 1);
    assert_int_equal(t->report.last, 3);
    tamper_remove(t->stick, NAMES_BOARD); /* the office follows no board that it did not make */
}

static void board_acknowledges_another_chain(struct tamper *t)
{
    tamper_write_some(t, A, 3);
    struct head_mark mark = kiosk_folder_mark(t->kiosks[A].dir, 2);
    mark.hash[0] ^= 1;
    tamper_put_mark(t, 5, &mark);
    assert_int_equal(tamper_exchange(t, A), ERROR_CHAIN);
    assert_true(t->report.fork);
    assert_int_equal(t->report.acknowledged, 0);
    assert_int_equal(t->report.first, 1);
    tamper_remove(t->stick, NAMES_BOARD);
}

/* --- clocks and silence --- */

static void clock_years_ahead(struct tamper *t)
{
    struct triage_case *rows = NULL;
    size_t n = 0;
    tamper_write_some(t, A, 1);
    t->today = FAKE_DESK_DAY + 3650;
    tamper_write_some(t, A, 2);
    tamper_exchange(t, A);
    t->today = FAKE_DESK_DAY;
    tamper_import(t, t->stick);
    insist_says(t, A, "The clock is not well.");
    t->today = FAKE_DESK_DAY + 21;
    insist_says(t, A, "SILENCE for 20 days, after record: 3");
    t->today = FAKE_DESK_DAY;
    /* And nobody waits at the end of the list for it. */
    assert_int_equal(triage_list(&t->desk.vault, &rows, &n), ERROR_NONE);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(rows[i].day, FAKE_DESK_DAY);
    free(rows);
}

/* The charter is over there: no board goes in, but the letters go out. */
static void clock_beyond_the_charter(struct tamper *t)
{
    tamper_write_some(t, A, 1);
    tamper_round(t);
    tamper_write_some(t, A, 1);
    tamper_bring(t, A);
    tamper_publish(t);
    t->today = FAKE_DESK_DAY + 36500;
    assert_int_equal(tamper_exchange(t, A), ERROR_EXPIRED);
    assert_int_equal(t->report.board, ERROR_EXPIRED);
    assert_int_equal(t->report.bundle, ERROR_NONE);
    t->today = FAKE_DESK_DAY;
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
}

static void clock_years_back(struct tamper *t)
{
    tamper_write_some(t, A, 1);
    t->today = FAKE_DESK_DAY - 3650;
    tamper_write_some(t, A, 1);
    tamper_exchange(t, A);
    t->today = FAKE_DESK_DAY;
    tamper_import(t, t->stick);
    insist_says(t, A, "The clock is not well.");
}

static void silence(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_write_some(t, B, 1);
    tamper_round(t);
    t->today = FAKE_DESK_DAY + 9;
    tamper_write(t, B);
    tamper_bring(t, B);
    t->today = FAKE_DESK_DAY + 12;
    insist_says(t, A, "SILENCE for 12 days, after record: 2");
    insist_says_not(t, B, "SILENCE");
}

static void silence_behind_replays(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_bring(t, A);
    tamper_take_bundle(t, A, "newest");
    for (uint32_t day = 1; day <= 12; day++) {
        t->today = FAKE_DESK_DAY + day;
        tamper_import_kept(t, "newest");
    }
    insist_says(t, A, "SILENCE for 12 days, after record: 2");
}

struct tamper_case back_cases[] = {
    {"state folder restored", state_restored},
    {"state folder restored, then new letters", state_restored_and_continued},
    {"state folder restored again and again", state_restored_again_and_again},
    {"set back while the stick has more", trace_on_the_stick},
    {"trace on a stick that comes late", trace_on_a_stick_that_comes_late},
    {"trace on a stick that comes too late", trace_on_a_stick_that_comes_too_late},
    {"trace of the same length on a stick that comes late",
     trace_of_the_same_length_that_comes_late},
    {"set back again and again, one stick", traces_fill_the_stick},
    {"trace on the stick that cannot be read", trace_that_cannot_be_read},
    {"board that cannot be read", board_that_cannot_be_read},
    {"two kiosks with one key", two_kiosks_with_one_key},
    {"key of another kiosk", key_of_another_kiosk},
    {"old board in the state folder", old_board_in_the_state_folder},
    {"board that acknowledges what was never sent", board_acknowledges_what_was_never_sent},
    {"board that acknowledges another chain", board_acknowledges_another_chain},
    {"clock years ahead", clock_years_ahead},
    {"clock beyond the charter", clock_beyond_the_charter},
    {"clock years back", clock_years_back},
    {"silence", silence},
    {"silence behind replays", silence_behind_replays},
    {NULL},
};
