/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tampering is seen: a table of attacks by somebody who owns the building, the stick and the disk. Each
   attack is made on real files; then the honest protocol goes on. Each must be named at the side that can
   see it, and every honest letter must be at the office once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "courier/bundle.h"
#include "courier/exchange.h"
#include "courier/refusal.h"
#include "desk/triage.h"
#include "desk/trouble.h"
#include "store/outbox.h"
#include "tests/served.h"
#include "tests/tamper.h"

enum { A, B };
enum { RACE_STEP = 11 /* of the calls to the kernel every eleventh one */ };

#define RECORD_SQL(what, where) "UPDATE record SET " what " WHERE " where

static void insist_says(struct tamper *t, size_t k, const char *line, bool wanted)
{
    if (tamper_says(t, k, line) != wanted)
        fail_msg("kiosk %zu: %s: %s\n%s", k, wanted ? "not said" : "said", line, t->said);
}

/* Set by an attack that this user cannot make here: it is not counted. */
static bool impossible;

#define SAYS(k, line)     insist_says(t, k, line, true)
#define SAYS_NOT(k, line) insist_says(t, k, line, false)

/* The kiosk is whole in the eyes of the office. */
static void insist_well(struct tamper *t, size_t k)
{
    static const char *const bad[] = {"GAP", "FORK", "ROLLBACK", "SILENCE", "not well"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        SAYS_NOT(k, bad[i]);
}

static void insist_refused(struct tamper *t, const char *what)
{
    if (strstr(t->refused, what) == NULL)
        fail_msg("not refused: %s\nbut: %s", what, t->refused);
}

static void write_some(struct tamper *t, size_t k, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        tamper_write(t, k);
}

/* An exchange and an import, without the way back. */
static void bring(struct tamper *t, size_t k)
{
    tamper_exchange(t, k);
    tamper_import(t, t->stick);
}

static void snapshot(struct tamper *t, size_t k, char copy[2 * OFFICE_PATH_LEN])
{
    tamper_path(copy, t->under, "state");
    tamper_copy_folder(t->kiosks[k].dir, copy);
}

static void take_bundle(const struct tamper *t, size_t k, const char *as)
{
    char name[64], from[2 * OFFICE_PATH_LEN], to[2 * OFFICE_PATH_LEN];
    tamper_bundle_name(t, k, name);
    tamper_path(from, t->stick, name);
    tamper_path(to, t->under, as);
    tamper_copy(from, to);
}

static void put_kept(const struct tamper *t, const char *as, const char *name)
{
    char from[2 * OFFICE_PATH_LEN], to[2 * OFFICE_PATH_LEN];
    tamper_path(from, t->under, as);
    tamper_path(to, t->stick, name);
    tamper_copy(from, to);
}

static void keep(const struct tamper *t, const char *name)
{
    char from[2 * OFFICE_PATH_LEN], to[2 * OFFICE_PATH_LEN];
    tamper_path(from, t->stick, name);
    tamper_path(to, t->under, name);
    tamper_copy(from, to);
}

static void import_kept(struct tamper *t, const char *as)
{
    char path[2 * OFFICE_PATH_LEN];
    tamper_path(path, t->under, as);
    tamper_import(t, path);
}

/* --- the outbox --- */

static void insist_partly_sent(struct tamper *t, int refusal, int salvage, uint64_t saved)
{
    assert_int_equal(tamper_exchange(t, A), refusal);
    assert_int_equal(t->report.bundle, refusal);
    assert_true(t->report.salvaged);
    assert_int_equal(t->report.salvage, salvage);
    assert_int_equal(t->report.saved, saved);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.refused, 0);
    SAYS(A, "The disk is not well.");
}

static void insist_unusable(struct tamper *t, int refusal, uint64_t saved)
{
    insist_partly_sent(t, refusal, REFUSAL_NONE, saved);
}

static void insist_damaged(struct tamper *t, uint64_t saved)
{
    insist_unusable(t, REFUSAL_CORRUPT, saved);
}

static void record_deleted(struct tamper *t)
{
    struct tamper_letter *gone = NULL;
    write_some(t, A, 2);
    gone = tamper_write(t, A);
    write_some(t, A, 2);
    gone->destroyed = true;
    tamper_sql(t, A, "DELETE FROM record WHERE seq = 3");
    insist_damaged(t, 4);
    SAYS(A, "GAP, records missing: 3-3");
    SAYS_NOT(A, "ROLLBACK");
}

static void many_records_deleted(struct tamper *t)
{
    for (int i = 1; i <= 23; i++) {
        struct tamper_letter *one = tamper_write(t, A);
        one->destroyed = i % 2 == 0;
    }
    tamper_sql(t, A, "DELETE FROM record WHERE seq > 0 AND seq % 2 = 0");
    insist_damaged(t, 12);
    SAYS(A, "GAP, records missing: 2-2");
    SAYS(A, "GAP, records missing: 22-22");
    SAYS_NOT(A, "ROLLBACK");
    SAYS_NOT(A, "FORK");
}

/* The same, while a stick that went out before comes back: what it has is laid aside, not wiped out. */
static void record_deleted_that_the_stick_has(struct tamper *t)
{
    write_some(t, A, 3);
    tamper_exchange(t, A);
    tamper_sql(t, A, "DELETE FROM record WHERE seq = 2");
    insist_damaged(t, 2);
    assert_int_equal(t->report.kept, 1);
    assert_int_equal(t->taken.complaints, 3);
    SAYS_NOT(A, "GAP");
    for (int i = 0; i < 3; i++)
        insist_damaged(t, 2);
    assert_int_equal(t->report.kept, 0);
}

static void last_record_deleted(struct tamper *t)
{
    write_some(t, A, 3);
    tamper_write(t, A)->destroyed = true;
    tamper_sql(t, A, "DELETE FROM record WHERE seq = 4");
    insist_damaged(t, 3);
}

/* What is left is less than the office has, but it hears that the disk is not well. */
static void last_record_deleted_that_the_office_has(struct tamper *t)
{
    write_some(t, A, 4);
    bring(t, A);
    tamper_sql(t, A, "DELETE FROM record WHERE seq = 4");
    insist_damaged(t, 3);
    SAYS_NOT(A, "GAP");
}

static void records_swapped(struct tamper *t)
{
    write_some(t, A, 4);
    tamper_sql(t, A, "UPDATE record SET seq = 99 WHERE seq = 2");
    tamper_sql(t, A, "UPDATE record SET seq = 2 WHERE seq = 3");
    tamper_sql(t, A, "UPDATE record SET seq = 3 WHERE seq = 99");
    insist_damaged(t, 4);
    SAYS_NOT(A, "GAP");
    SAYS_NOT(A, "FORK");
}

static void record_emptied(struct tamper *t)
{
    write_some(t, A, 1);
    tamper_write(t, A)->destroyed = true;
    write_some(t, A, 1);
    tamper_sql(t, A, "UPDATE record SET bytes = zeroblob(16492) WHERE seq = 2");
    insist_damaged(t, 2);
    SAYS(A, "GAP, records missing: 2-2");
}

static void record_duplicated(struct tamper *t)
{
    write_some(t, A, 4);
    tamper_sql(t, A, "INSERT INTO record SELECT 5, day, hash, bytes FROM record WHERE seq = 2");
    insist_damaged(t, 4);
    SAYS_NOT(A, "GAP");
    SAYS_NOT(A, "FORK");
}

static void record_truncated(struct tamper *t)
{
    write_some(t, A, 2);
    tamper_write(t, A)->destroyed = true;
    write_some(t, A, 1);
    tamper_sql(t, A, "UPDATE record SET bytes = substr(bytes, 1, 9000) WHERE seq = 3");
    insist_damaged(t, 3);
    SAYS(A, "GAP, records missing: 3-3");
}

/* Where record seq stands in the outbox's file. */
static size_t place_in_file(const struct tamper *t, size_t k, uint64_t seq)
{
    size_t len = 0;
    uint8_t *file = office_get(t->kiosks[k].dir, "outbox.db", &len);
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

static void record_edited_by_bytes(struct tamper *t)
{
    static const size_t at[] = {8, 41, RECORD_ENVELOPE + 5000, RECORD_LEN - 1};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        write_some(t, A, 1);
        tamper_write(t, A)->destroyed = true;
    }
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        tamper_flip(t->kiosks[A].dir, "outbox.db", place_in_file(t, A, 2 * i + 2) + at[i]);
    insist_damaged(t, 4);
    SAYS(A, "GAP, records missing: 2-2");
    SAYS(A, "GAP, records missing: 4-4");
    SAYS(A, "GAP, records missing: 6-6");
}

/* Only the signature of one in the middle: those after it still vouch for it. */
static void signature_edited(struct tamper *t)
{
    write_some(t, A, 3);
    tamper_flip(t->kiosks[A].dir, "outbox.db", place_in_file(t, A, 2) + RECORD_LEN - 1);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_NONE);
}

/* Records are thrown away as if the office had acknowledged them. */
static void records_dropped_unasked(struct tamper *t)
{
    tamper_round(t);
    tamper_write(t, A)->destroyed = true;
    tamper_write(t, A)->destroyed = true;
    write_some(t, A, 1);
    tamper_sql(t, A,
               "UPDATE ends SET dropped_seq = 2, "
               "dropped_hash = (SELECT hash FROM record WHERE seq = 2)");
    tamper_sql(t, A, "DELETE FROM record WHERE seq IN (1, 2)");
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CHAIN);
    assert_int_equal(t->report.unasked, 2);
    tamper_import(t, t->stick);
    SAYS(A, "GAP, records missing: 1-2");
}

/* The chain's end gets another hash, so that what follows hangs in the air. */
static void chain_broken_inside(struct tamper *t)
{
    write_some(t, A, 2);
    tamper_sql(t, A, "UPDATE record SET hash = zeroblob(32) WHERE seq = 2");
    tamper_sql(t, A, "UPDATE ends SET tip_hash = zeroblob(32)");
    write_some(t, A, 2);
    insist_damaged(t, 4);
    SAYS(A, "FORK, two chains have these records: 3-3");
}

static void outbox_deleted(struct tamper *t)
{
    write_some(t, A, 2);
    tamper_round(t);
    write_some(t, A, 2);
    bring(t, A);
    tamper_remove(t->kiosks[A].dir, "outbox.db");
    tamper_publish(t);
    insist_damaged(t, 0);
    assert_int_equal(t->report.kept, 1);
}

static void outbox_cut(struct tamper *t)
{
    size_t len = 0;
    write_some(t, A, 6);
    const size_t place = place_in_file(t, A, 4);
    uint8_t *file = office_get(t->kiosks[A].dir, "outbox.db", &len);
    office_put(t->kiosks[A].dir, "outbox.db", file, place + 100);
    free(file);
    for (size_t i = 3; i < 6; i++)
        t->letters[i].destroyed = true;
    insist_damaged(t, 3);
}

static void outbox_scribbled_over(struct tamper *t)
{
    static const char junk[100] = "no database any more";
    char path[2 * OFFICE_PATH_LEN];
    write_some(t, A, 3);
    tamper_path(path, t->kiosks[A].dir, "outbox.db");
    int fd = open(path, O_WRONLY);
    assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
    close(fd);
    insist_damaged(t, 3);
}

static int keep_record(void *context, uint64_t seq, const uint8_t *record, size_t len)
{
    (void)seq;
    assert_int_equal(len, RECORD_LEN);
    memcpy(context, record, len);
    return DB_OK;
}

/* The power is cut while somebody still looks at the receipt: the letter is nowhere but with the keeper.
   Then somebody spoils the outbox. */
static void letter_that_the_keeper_alone_has(struct tamper *t)
{
    enum { STEP = 20480 }; /* from one copy to the other */
    static uint8_t pending[2 * STEP];
    char copy[2 * OFFICE_PATH_LEN], path[2 * OFFICE_PATH_LEN];
    struct outbox *outbox = NULL;
    write_some(t, A, 2);
    snapshot(t, A, copy);
    tamper_write_in(t, A, copy);
    tamper_path(path, copy, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), DB_OK);
    assert_int_equal(outbox_each(outbox, 3, 3, keep_record, pending), DB_OK);
    outbox_close(&outbox);
    memcpy(pending + STEP, pending, RECORD_LEN);
    office_put(t->kiosks[A].dir, "pending", pending, sizeof pending);
    tamper_remove(t->kiosks[A].dir, "outbox.db");
    tamper_path(path, t->kiosks[A].dir, "lock");
    const int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    insist_damaged(t, 0); /* a keeper serves: the visit is not over */
    close(lock);
    insist_damaged(t, 1);
    tamper_restore(copy, t->kiosks[A].dir); /* once more, when the outbox has it as well */
    office_put(t->kiosks[A].dir, "pending", pending, sizeof pending);
    tamper_flip(t->kiosks[A].dir, "outbox.db", 0);
    insist_damaged(t, 3);
    SAYS_NOT(A, "GAP");
    SAYS_NOT(A, "FORK");
}

/* One bit says that a later version wrote the outbox. */
static void outbox_of_the_future(struct tamper *t)
{
    enum { USER_VERSION = 63 };
    write_some(t, A, 3);
    tamper_flip(t->kiosks[A].dir, "outbox.db", USER_VERSION);
    tamper_flip(t->kiosks[A].dir, "outbox.db", USER_VERSION - 1);
    insist_unusable(t, REFUSAL_NEWER, 3);
    insist_unusable(t, REFUSAL_NEWER, 3);
}

/* What was acknowledged cannot be dropped any more, and still the rest goes out. */
static void folder_where_the_index_goes(struct tamper *t)
{
    char path[2 * OFFICE_PATH_LEN];
    write_some(t, A, 1);
    tamper_round(t);
    write_some(t, A, 3);
    tamper_path(path, t->kiosks[A].dir, "outbox.db-shm");
    assert_int_equal(mkdir(path, 0700), 0);
    insist_unusable(t, REFUSAL_READONLY, 3);
    assert_int_equal(t->taken.complaints, 3);
    assert_int_equal(rmdir(path), 0);
}

static void outbox_that_cannot_be_written(struct tamper *t)
{
    char path[2 * OFFICE_PATH_LEN];
    write_some(t, A, 3);
    impossible = geteuid() == 0; /* who may write all */
    if (impossible)
        return;
    tamper_path(path, t->kiosks[A].dir, "outbox.db");
    assert_int_equal(chmod(path, 0400), 0);
    insist_unusable(t, REFUSAL_READONLY, 3);
    assert_int_equal(chmod(path, 0600), 0);
}

static void outbox_is_no_file(struct tamper *t)
{
    char path[2 * OFFICE_PATH_LEN], away[2 * OFFICE_PATH_LEN];
    write_some(t, A, 2);
    tamper_path(path, t->kiosks[A].dir, "outbox.db");
    tamper_path(away, t->under, "outbox.db");
    tamper_copy(path, away);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    insist_partly_sent(t, REFUSAL_CORRUPT, REFUSAL_SPECIAL, 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    insist_partly_sent(t, REFUSAL_CORRUPT, REFUSAL_SPECIAL, 0);
    assert_int_equal(unlink(path), 0);
    tamper_copy(away, path);
}

static void outbox_of_another_kiosk(struct tamper *t)
{
    char mine[2 * OFFICE_PATH_LEN], theirs[2 * OFFICE_PATH_LEN];
    write_some(t, A, 2);
    tamper_round(t);
    tamper_write(t, A)->destroyed = true;
    write_some(t, B, 2);
    tamper_path(mine, t->kiosks[A].dir, "outbox.db");
    tamper_path(theirs, t->kiosks[B].dir, "outbox.db");
    tamper_copy(theirs, mine);
    insist_damaged(t, 0);
    assert_true(access(mine, F_OK) == 0);
}

/* The copy of the outbox is put back, the rest of the folder stays. */
static void outbox_of_yesterday(struct tamper *t)
{
    char mine[2 * OFFICE_PATH_LEN], old[2 * OFFICE_PATH_LEN];
    write_some(t, A, 3);
    tamper_path(mine, t->kiosks[A].dir, "outbox.db");
    tamper_path(old, t->under, "outbox.db");
    tamper_copy(mine, old);
    write_some(t, A, 2);
    tamper_round(t);
    tamper_copy(old, mine);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CHAIN);
    assert_int_equal(t->report.beyond, 5);
    assert_int_equal(t->report.tip, 3);
    write_some(t, A, 2);
    bring(t, A);
    SAYS(A, "FORK, two chains have these records: 4-5");
}

/* The power is cut; before it is back, somebody takes the log away: all is in the file. */
static void log_removed(struct tamper *t)
{
    struct outbox *other = NULL;
    char path[2 * OFFICE_PATH_LEN], state[2 * OFFICE_PATH_LEN];
    tamper_path(path, t->kiosks[A].dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &other), DB_OK);
    write_some(t, A, 4);
    snapshot(t, A, state); /* as a power cut leaves it, log and all */
    outbox_close(&other);
    tamper_restore(state, t->kiosks[A].dir);
    tamper_remove(t->kiosks[A].dir, "outbox.db-wal");
    tamper_remove(t->kiosks[A].dir, "outbox.db-shm");
    assert_int_equal(tamper_exchange(t, A), REFUSAL_NONE);
    assert_int_equal(t->report.tip, 4);
}

/* What is taken away is the file: the log still has the last record. */
static void outbox_deleted_but_its_log(struct tamper *t)
{
    struct outbox *other = NULL;
    char path[2 * OFFICE_PATH_LEN], state[2 * OFFICE_PATH_LEN];
    tamper_path(path, t->kiosks[A].dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &other), DB_OK);
    write_some(t, A, 4);
    for (size_t i = 0; i < 3; i++)
        t->letters[i].destroyed = true;
    snapshot(t, A, state);
    outbox_close(&other);
    tamper_restore(state, t->kiosks[A].dir);
    tamper_remove(t->kiosks[A].dir, "outbox.db");
    insist_damaged(t, 1);
}

/* An empty outbox, as of a new kiosk, under the old key. */
static void outbox_begun_anew(struct tamper *t)
{
    char path[2 * OFFICE_PATH_LEN];
    struct outbox *outbox = NULL;
    write_some(t, A, 2);
    tamper_round(t);
    tamper_remove(t->kiosks[A].dir, "outbox.db");
    tamper_path(path, t->kiosks[A].dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_CREATE, &outbox), DB_OK);
    outbox_close(&outbox);
    write_some(t, A, 2);
    bring(t, A);
    assert_true(t->report.fork);
    SAYS(A, "FORK, two chains have these records: 1-2");
    write_some(t, A, 1);
    tamper_round(t);
    assert_int_equal(t->taken.refused, 0);
}

static void clean_world(struct tamper *t)
{
    write_some(t, A, 3);
    tamper_cover(t, B);
    write_some(t, B, 1);
    tamper_round(t);
    insist_well(t, A);
    insist_well(t, B);
    assert_int_equal(t->report.dropped_to, 2);
}

/* --- bundles --- */

static void bundle_replayed(struct tamper *t)
{
    write_some(t, A, 2);
    bring(t, A);
    take_bundle(t, A, "old");
    write_some(t, A, 2);
    tamper_round(t);
    for (int i = 0; i < 3; i++) {
        import_kept(t, "old");
        assert_int_equal(t->taken.records, 0);
        assert_int_equal(t->taken.held, 2);
    }
    insist_well(t, A);
}

static void bundles_in_the_wrong_order(struct tamper *t)
{
    write_some(t, A, 2);
    tamper_exchange(t, A);
    take_bundle(t, A, "old");
    write_some(t, A, 2);
    bring(t, A);
    import_kept(t, "old");
    assert_int_equal(t->taken.held, 2);
    insist_well(t, A);
}

static void bundle_under_another_kiosks_name(struct tamper *t)
{
    char name[64];
    write_some(t, A, 1);
    write_some(t, B, 2);
    tamper_exchange(t, A);
    tamper_exchange(t, B);
    take_bundle(t, B, "b");
    tamper_bundle_name(t, A, name);
    put_kept(t, "b", name);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 2);
    assert_int_equal(t->taken.held, 2);
    insist_well(t, A);
}

/* Changes the bundle of kiosk k on the stick and insists on the refusal. */
static void spoil_bundle(struct tamper *t, size_t k, size_t at, const void *bytes, size_t n)
{
    char name[64];
    size_t len = 0;
    tamper_bundle_name(t, k, name);
    uint8_t *bundle = office_get(t->stick, name, &len);
    memcpy(bundle + at, bytes, n);
    office_put(t->stick, name, bundle, len);
    free(bundle);
    tamper_import(t, t->stick);
}

static void insist_bundle(struct tamper *t, size_t k, int trouble)
{
    char what[128], name[64];
    tamper_bundle_name(t, k, name);
    snprintf(what, sizeof what, "%s=%d ", name, trouble);
    insist_refused(t, what);
}

static void bundle_relabelled(struct tamper *t)
{
    write_some(t, A, 1);
    write_some(t, B, 1);
    tamper_exchange(t, A);
    tamper_exchange(t, B);
    spoil_bundle(t, B, 8, t->kiosks[A].id, CARD_KIOSK_LEN);
    insist_bundle(t, B, REFUSAL_FORGED);
    assert_int_equal(t->taken.complaints, 1);
}

static void bundle_of_a_stranger(struct tamper *t)
{
    static const uint8_t stranger[CARD_KIOSK_LEN] = {1, 2, 3};
    write_some(t, B, 1);
    tamper_exchange(t, B);
    spoil_bundle(t, B, 8, stranger, sizeof stranger);
    insist_bundle(t, B, TROUBLE_KIOSK);
}

/* The kiosk's own bundle, sealed for another office by the kiosk's own key. */
static void bundle_of_another_office(struct tamper *t)
{
    struct state *state = NULL;
    struct bundle bundle = {.first = 1, .last = 0};
    uint8_t file[BUNDLE_HEADER_LEN + 64];
    char name[64];
    write_some(t, A, 2);
    assert_int_equal(state_open(t->kiosks[A].dir, &state), REFUSAL_NONE);
    memcpy(bundle.kiosk, state->kiosk, sizeof bundle.kiosk);
    memset(bundle.office, 7, sizeof bundle.office);
    assert_int_equal(bundle_seal(&bundle, state->seed, file), REFUSAL_NONE);
    state_close(&state);
    tamper_bundle_name(t, A, name);
    office_put(t->stick, name, file, sizeof file);
    tamper_import(t, t->stick);
    insist_bundle(t, A, REFUSAL_OFFICE);
}

static void bundles_of_one_name(struct tamper *t)
{
    write_some(t, A, 2);
    tamper_exchange(t, A);
    take_bundle(t, A, "two");
    write_some(t, A, 2);
    tamper_exchange(t, A);
    take_bundle(t, A, "four");
    for (int i = 0; i < 2; i++) {
        import_kept(t, "four");
        import_kept(t, "two");
    }
    assert_int_equal(t->taken.held, 2);
    insist_well(t, A);
}

static void resize_bundle(struct tamper *t, size_t k, long by)
{
    char name[64];
    size_t len = 0;
    tamper_bundle_name(t, k, name);
    uint8_t *bundle = office_get(t->stick, name, &len);
    uint8_t *other = calloc(1, len + 65536);
    assert_non_null(other);
    memcpy(other, bundle, len);
    office_put(t->stick, name, other, (size_t)((long)len + by));
    free(bundle);
    free(other);
    tamper_import(t, t->stick);
    insist_bundle(t, k, REFUSAL_TRUNCATED);
}

static void bundle_cut_or_padded(struct tamper *t)
{
    static const long sizes[] = {-1, -64, -RECORD_LEN, 1, 64, RECORD_LEN, 65536};
    write_some(t, A, 3);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        tamper_exchange(t, A);
        resize_bundle(t, A, sizes[i]);
    }
}

/* One is dropped from a bundle on its way: the others say which. */
static void bundle_lost_on_the_way(struct tamper *t)
{
    char name[64];
    write_some(t, A, 2);
    tamper_round(t);
    write_some(t, A, 2);
    tamper_exchange(t, A);
    tamper_bundle_name(t, A, name);
    tamper_remove(t->stick, name);
    write_some(t, A, 1);
    tamper_import(t, t->stick);
    bring(t, A);
    assert_int_equal(t->taken.complaints, 3);
    insist_well(t, A);
}

/* --- boards, charters, cards --- */

static void old_board(struct tamper *t)
{
    write_some(t, A, 2);
    tamper_round(t);
    keep(t, EXCHANGE_BOARD);
    write_some(t, A, 2);
    tamper_round(t);
    put_kept(t, EXCHANGE_BOARD, EXCHANGE_BOARD);
    write_some(t, A, 1);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_OLDER);
    assert_int_equal(t->report.board, REFUSAL_OLDER);
    assert_int_equal(t->report.bundle, REFUSAL_NONE);
    assert_true(t->report.first == 5 && t->report.last == 5);
}

static void other_office(struct tamper *t, struct office *other)
{
    office_open(other);
    office_put(t->stick, EXCHANGE_CHARTER, other->charter_bytes, CHARTER_LEN);
}

static void charter_and_board_of_another_office(struct tamper *t)
{
    struct office other;
    size_t len = 0;
    write_some(t, A, 2);
    other_office(t, &other);
    uint8_t *board = office_board(&other, 999, NULL, 0, NULL, 32, &len);
    office_put(t->stick, EXCHANGE_BOARD, board, len);
    free(board);
    office_close(&other);
    tamper_exchange(t, A);
    assert_int_equal(t->report.charter, REFUSAL_OFFICE);
    assert_int_equal(t->report.board, REFUSAL_OFFICE);
    assert_int_equal(t->report.bundle, REFUSAL_NONE);
}

static void card_of_another_office(struct tamper *t)
{
    struct office other;
    uint8_t card[CARD_FILE_LEN];
    write_some(t, A, 2);
    office_open(&other);
    office_card(&other, t->kiosks[A].key, 99, card);
    office_put(t->stick, "0.card", card, sizeof card);
    office_close(&other);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_OFFICE);
    assert_int_equal(t->report.card, REFUSAL_OFFICE);
    assert_int_equal(t->report.bundle, REFUSAL_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 2);
    tamper_remove(t->stick, "0.card");
}

/* A charter and a card of our own office, from before. */
static void put_signed(struct tamper *t, uint32_t number)
{
    struct charter charter = t->ward.vault.charter;
    uint8_t bytes[CHARTER_LEN], file[CARD_FILE_LEN];
    char name[64];
    struct card card = {
        .number = number, .issued = WARD_DAY, .expires = WARD_DAY + 1000, .type = 1};
    charter.number = number;
    assert_int_equal(charter_encode(&charter, t->ward.root, bytes), REFUSAL_NONE);
    office_put(t->stick, EXCHANGE_CHARTER, bytes, sizeof bytes);
    memcpy(card.key, t->kiosks[A].key, sizeof card.key);
    memcpy(card.facility, t->kiosks[A].facility, sizeof card.facility);
    assert_int_equal(card_encode(&card, bytes, t->ward.root, file), REFUSAL_NONE);
    snprintf(name, sizeof name, "%s.card", t->kiosks[A].name);
    office_put(t->stick, name, file, sizeof file);
}

static void old_charter_and_card(struct tamper *t)
{
    write_some(t, A, 2);
    put_signed(t, 7);
    tamper_exchange(t, A);
    assert_int_equal(t->report.charter, REFUSAL_NONE);
    put_signed(t, 6);
    tamper_exchange(t, A);
    assert_int_equal(t->report.charter, REFUSAL_OLDER);
    assert_int_equal(t->report.card, REFUSAL_OLDER);
    assert_int_equal(t->report.bundle, REFUSAL_NONE);
    put_signed(t, 7);
}

/* --- going back --- */

static void state_restored(struct tamper *t)
{
    char copy[2 * OFFICE_PATH_LEN];
    write_some(t, A, 3);
    snapshot(t, A, copy);
    write_some(t, A, 2);
    tamper_round(t);
    tamper_restore(copy, t->kiosks[A].dir);
    tamper_remove(t->stick, EXCHANGE_BOARD);
    bring(t, A); /* nobody can know yet: it may be an old bundle */
    SAYS_NOT(A, "ROLLBACK");
    write_some(t, B, 1);
    bring(t, B);
    tamper_publish(t);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CHAIN);
    assert_int_equal(t->report.beyond, 5);
    assert_int_equal(t->report.tip, 3);
    tamper_import(t, t->stick);
    SAYS(A, "ROLLBACK, seen on 2026-11-22: from record 5 and board 0 back to record 3 and board 2");
}

/* Yesterday's disk is put back, and the next people write under numbers that the office has. */
static void state_restored_and_continued(struct tamper *t)
{
    uint64_t first = 0, last = 0;
    char copy[2 * OFFICE_PATH_LEN];
    write_some(t, A, 3);
    snapshot(t, A, copy);
    write_some(t, A, 2);
    tamper_round(t);
    tamper_restore(copy, t->kiosks[A].dir);
    write_some(t, A, 4);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CHAIN);
    assert_true(t->report.fork);
    tamper_import(t, t->stick);
    SAYS(A, "FORK, two chains have these records: 4-5");
    /* The longer chain counts from now on: the kiosk's records are acknowledged again. */
    tamper_publish(t);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_NONE);
    assert_int_equal(t->report.dropped_to, 7);
    office_held(t->kiosks[A].dir, &first, &last);
    assert_true(first == 8 && last == 7);
    SAYS(A, "FORK, two chains have these records: 4-5");
}

static void state_restored_again_and_again(struct tamper *t)
{
    char copy[2 * OFFICE_PATH_LEN];
    write_some(t, A, 2);
    snapshot(t, A, copy);
    for (unsigned i = 1; i <= 4; i++) {
        tamper_restore(copy, t->kiosks[A].dir);
        write_some(t, A, i);
        tamper_round(t);
    }
    SAYS(A, "FORK, two chains have these records: 3-5");
}

/* What was on the disk went out on a stick, but has not come to the office when the disk is set back. */
static void trace_on_the_stick(struct tamper *t)
{
    char copy[2 * OFFICE_PATH_LEN];
    write_some(t, A, 2);
    snapshot(t, A, copy);
    write_some(t, A, 2);
    tamper_exchange(t, A);
    tamper_restore(copy, t->kiosks[A].dir);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CHAIN);
    assert_int_equal(t->report.kept, 1);
    assert_int_equal(t->report.beyond, 4);
    assert_int_equal(t->report.tip, 2);
    write_some(t, A, 1);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_NONE);
    tamper_import(t, t->stick);
    SAYS(A, "FORK, two chains have these records: 3-3");
}

/* One folder, two machines, one stick; then a stick each. */
static void two_kiosks_with_one_key(struct tamper *t)
{
    char copy[2 * OFFICE_PATH_LEN];
    struct exchange_report report;
    write_some(t, A, 2);
    snapshot(t, A, copy);
    for (int i = 0; i < 3; i++) {
        tamper_write(t, A);
        tamper_write_in(t, A, copy);
        tamper_exchange(t, A);
        exchange_run(copy, t->stick, t->today, &report);
        assert_true(i > 0 || report.kept == 1);
    }
    tamper_import(t, t->stick);
    SAYS(A, "FORK, two chains have these records: 3-5");
    tamper_publish(t);
    tamper_write_in(t, A, copy);
    exchange_run(copy, t->stick, t->today, &report);
    tamper_write(t, A);
    tamper_write(t, A);
}

/* With the key of B in it, kiosk A takes B's card from the stick and speaks as B. */
static void key_of_another_kiosk(struct tamper *t)
{
    char mine[2 * OFFICE_PATH_LEN], theirs[2 * OFFICE_PATH_LEN], kept[2 * OFFICE_PATH_LEN];
    char name[64];
    tamper_path(mine, t->kiosks[A].dir, "kiosk.key");
    tamper_path(theirs, t->kiosks[B].dir, "kiosk.key");
    tamper_path(kept, t->under, "kiosk.key");
    tamper_copy(mine, kept);
    write_some(t, A, 2);
    write_some(t, B, 2);
    tamper_exchange(t, B);
    tamper_copy(theirs, mine);
    for (size_t k = A; k <= B; k++) {
        snprintf(name, sizeof name, "%s" EXCHANGE_CARD, t->kiosks[k].name);
        put_kept(t, name, name);
    }
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CORRUPT);
    assert_int_equal(t->report.kept, 1);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 2);
    t->today = WARD_DAY + 9;
    SAYS(A, "SILENCE for 9 days, after record: 0");
    t->today = WARD_DAY;
    tamper_copy(kept, mine);
}

static void old_board_in_the_state_folder(struct tamper *t)
{
    char board[2 * OFFICE_PATH_LEN], old[2 * OFFICE_PATH_LEN];
    write_some(t, A, 2);
    tamper_round(t);
    tamper_path(board, t->kiosks[A].dir, "board");
    tamper_path(old, t->under, "board");
    tamper_copy(board, old);
    write_some(t, A, 2);
    tamper_round(t);
    write_some(t, A, 1);
    bring(t, A);
    tamper_copy(old, board);
    tamper_remove(t->stick, EXCHANGE_BOARD);
    write_some(t, A, 1);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CHAIN);
    assert_int_equal(t->report.unasked, 4);
    tamper_import(t, t->stick);
    SAYS(A, "ROLLBACK, seen on 2026-11-22: from record 5 and board 2 back to record 6 and board 1");
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
    write_some(t, A, 2);
    tamper_round(t);
    bring(t, A);
    write_some(t, A, 1);
    tamper_remove(t->stick, EXCHANGE_BOARD);
    unread = "board";
    assert_int_equal(tamper_exchange(t, A), REFUSAL_IO);
    unread = NULL;
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 1);
    SAYS(A, "The disk is not well.");
    SAYS_NOT(A, "ROLLBACK");
}

/* A bundle on the stick that the disk does not give out now may be the last trace: it is not written over. */
static void trace_that_cannot_be_read(struct tamper *t)
{
    char name[64];
    write_some(t, A, 1);
    tamper_exchange(t, A);
    tamper_bundle_name(t, A, name);
    unread = name;
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CHAIN);
    unread = NULL;
    assert_int_equal(t->report.kept, 1);
}

/* Who sets the disk back after every exchange fills the stick with traces, but each is kept once, and no
   more than so many. */
static void traces_fill_the_stick(struct tamper *t)
{
    enum { KEPT = 16 };
    char copy[2 * OFFICE_PATH_LEN], name[64];
    snapshot(t, A, copy);
    tamper_bundle_name(t, A, name);
    for (int i = 0; i <= KEPT; i++) {
        tamper_restore(copy, t->kiosks[A].dir);
        tamper_write(t, A);
        assert_int_equal(tamper_exchange(t, A), i == 0 ? REFUSAL_NONE : REFUSAL_CHAIN);
        assert_int_equal(t->report.kept, i > 0);
        if (i == 3)
            take_bundle(t, A, "seen");
    }
    take_bundle(t, A, "last");
    put_kept(t, "seen", name); /* one that is kept comes back */
    assert_int_equal(tamper_exchange(t, A), REFUSAL_NONE);
    assert_int_equal(t->report.kept, 0);
    put_kept(t, "last", name);
    tamper_restore(copy, t->kiosks[A].dir);
    tamper_write(t, A);
    tamper_exchange(t, A);
    assert_int_equal(t->report.bundle, REFUSAL_FULL);
    assert_int_equal(t->report.kept, 0);
    tamper_import(t, t->stick);
    for (int i = 1; i <= KEPT; i++) {
        snprintf(name, sizeof name, "%s-0-%d" EXCHANGE_BUNDLE, t->kiosks[A].name, i);
        tamper_remove(t->stick, name);
    }
}

/* A board that our own office signed, with this mark of kiosk A. */
static void put_mark(struct tamper *t, uint32_t number, const struct board_mark *mark)
{
    struct board board = {.number = number, .day = WARD_DAY, .kiosk_count = 1};
    uint8_t *out = NULL;
    size_t len = 0;
    memcpy(board.office, t->ward.vault.charter.office, sizeof board.office);
    assert_int_equal(board_encode(&board, mark, t->ward.vault.keys->board, &out, &len),
                     REFUSAL_NONE);
    office_put(t->stick, EXCHANGE_BOARD, out, len);
    free(out);
}

static void board_acknowledges_what_was_never_sent(struct tamper *t)
{
    struct board_mark mark = {.seq = 99, .day = WARD_DAY};
    memcpy(mark.kiosk, t->kiosks[A].id, sizeof mark.kiosk);
    write_some(t, A, 3);
    put_mark(t, 5, &mark);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CHAIN);
    assert_true(t->report.fork);
    assert_int_equal(t->report.beyond, 99);
    assert_int_equal(t->report.first, 1);
    assert_int_equal(t->report.last, 3);
}

static void board_acknowledges_another_chain(struct tamper *t)
{
    write_some(t, A, 3);
    struct board_mark mark = office_mark(t->kiosks[A].dir, 2);
    mark.hash[0] ^= 1;
    put_mark(t, 5, &mark);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CHAIN);
    assert_true(t->report.fork);
    assert_int_equal(t->report.dropped_to, 0);
    assert_int_equal(t->report.first, 1);
}

/* --- clocks and silence --- */

static void clock_years_ahead(struct tamper *t)
{
    struct triage_case *rows = NULL;
    size_t n = 0;
    write_some(t, A, 1);
    t->today = WARD_DAY + 3650;
    write_some(t, A, 2);
    tamper_exchange(t, A);
    t->today = WARD_DAY;
    tamper_import(t, t->stick);
    SAYS(A, "The clock is not well.");
    t->today = WARD_DAY + 21;
    SAYS(A, "SILENCE for 20 days, after record: 3");
    t->today = WARD_DAY;
    /* And nobody waits at the end of the list for it. */
    assert_int_equal(triage_list(&t->ward.vault, 0, &rows, &n), TROUBLE_NONE);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(rows[i].day, WARD_DAY);
    free(rows);
}

/* The charter is over there: no board goes in, but the letters go out. */
static void clock_beyond_the_charter(struct tamper *t)
{
    write_some(t, A, 1);
    tamper_round(t);
    write_some(t, A, 1);
    bring(t, A);
    tamper_publish(t);
    t->today = WARD_DAY + 36500;
    assert_int_equal(tamper_exchange(t, A), REFUSAL_EXPIRED);
    assert_int_equal(t->report.board, REFUSAL_EXPIRED);
    assert_int_equal(t->report.bundle, REFUSAL_NONE);
    t->today = WARD_DAY;
    assert_int_equal(tamper_exchange(t, A), REFUSAL_NONE);
}

static void clock_years_back(struct tamper *t)
{
    write_some(t, A, 1);
    t->today = WARD_DAY - 3650;
    write_some(t, A, 1);
    tamper_exchange(t, A);
    t->today = WARD_DAY;
    tamper_import(t, t->stick);
    SAYS(A, "The clock is not well.");
}

static void silence(struct tamper *t)
{
    write_some(t, A, 2);
    write_some(t, B, 1);
    tamper_round(t);
    t->today = WARD_DAY + 9;
    tamper_write(t, B);
    bring(t, B);
    t->today = WARD_DAY + 12;
    SAYS(A, "SILENCE for 12 days, after record: 2");
    SAYS_NOT(B, "SILENCE");
}

static void silence_behind_replays(struct tamper *t)
{
    write_some(t, A, 2);
    bring(t, A);
    take_bundle(t, A, "newest");
    for (uint32_t day = 1; day <= 12; day++) {
        t->today = WARD_DAY + day;
        import_kept(t, "newest");
    }
    SAYS(A, "SILENCE for 12 days, after record: 2");
}

/* --- the stick --- */

static void on_stick(const struct tamper *t, const char *name, char path[2 * OFFICE_PATH_LEN])
{
    tamper_path(path, t->stick, name);
    remove(path);
}

/* What the courier reads, and what the desk reads. */
static void expected_names(char names[4][64])
{
    snprintf(names[0], 64, "%s", EXCHANGE_CHARTER);
    snprintf(names[1], 64, "%s", EXCHANGE_BOARD);
    snprintf(names[2], 64, "x%s", EXCHANGE_CARD);
    snprintf(names[3], 64, "x%s", EXCHANGE_BUNDLE);
}

/* The exchange refuses card, charter and board with this and still writes its bundle; the desk refuses
   the bundle with the same, and takes that of the kiosk. */
static void insist_both_refuse(struct tamper *t, int refusal)
{
    char what[64];
    assert_int_equal(tamper_exchange(t, A), refusal);
    assert_int_equal(t->report.card, refusal);
    assert_int_equal(t->report.charter, refusal);
    assert_int_equal(t->report.board, refusal);
    assert_int_equal(t->report.bundle, REFUSAL_NONE);
    tamper_import(t, t->stick);
    snprintf(what, sizeof what, "x%s=%d ", EXCHANGE_BUNDLE, refusal);
    insist_refused(t, what);
    assert_int_equal(t->taken.refused, 1);
    assert_int_equal(t->taken.bundles, 2); /* of both kiosks */
}

static void clear_names(struct tamper *t)
{
    char names[4][64], path[2 * OFFICE_PATH_LEN];
    expected_names(names);
    for (int i = 0; i < 4; i++)
        on_stick(t, names[i], path);
}

static void links_on_the_stick(struct tamper *t)
{
    char names[4][64], path[2 * OFFICE_PATH_LEN], key[2 * OFFICE_PATH_LEN];
    tamper_path(key, t->kiosks[A].dir, "kiosk.key");
    const char *const targets[] = {"/etc/passwd", key, "/nowhere", t->kiosks[A].dir, NULL};
    expected_names(names);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        write_some(t, A, 1);
        for (int n = 0; n < 4; n++) {
            on_stick(t, names[n], path);
            assert_int_equal(symlink(targets[i] != NULL ? targets[i] : names[n], path), 0);
        }
        insist_both_refuse(t, REFUSAL_SPECIAL);
    }
    clear_names(t);
}

static void folders_pipes_and_sockets(struct tamper *t)
{
    char names[4][64], path[2 * OFFICE_PATH_LEN];
    expected_names(names);
    for (int kind = 0; kind < 3; kind++) {
        write_some(t, A, 1);
        for (int n = 0; n < 4; n++) {
            on_stick(t, names[n], path);
            if (kind == 0)
                assert_int_equal(mkdir(path, 0700), 0);
            else if (kind == 1)
                assert_int_equal(mkfifo(path, 0600), 0);
            else
                assert_int_equal(mknod(path, S_IFSOCK | 0600, 0), 0);
        }
        insist_both_refuse(t, REFUSAL_SPECIAL);
    }
    clear_names(t);
}

/* Only root makes devices; the others have those of the system. */
static void devices(struct tamper *t)
{
    char names[4][64], path[2 * OFFICE_PATH_LEN];
    write_some(t, A, 1);
    tamper_import(t, "/dev/zero");
    insist_refused(t, "/dev/zero=2 ");
    expected_names(names);
    for (int n = 0; n < 4; n++) {
        on_stick(t, names[n], path);
        if (mknod(path, S_IFCHR | 0600, makedev(1, 5)) != 0)
            return; /* those of the system have been refused */
    }
    insist_both_refuse(t, REFUSAL_SPECIAL);
    clear_names(t);
}

static void sparse_files(struct tamper *t)
{
    char names[4][64], path[2 * OFFICE_PATH_LEN];
    write_some(t, A, 1);
    expected_names(names);
    for (int n = 0; n < 4; n++) {
        on_stick(t, names[n], path);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        assert_int_equal(ftruncate(fd, 100LL << 30), 0);
        close(fd);
    }
    insist_both_refuse(t, REFUSAL_LARGE);
    clear_names(t);
}

static void name_one_of_many(int i, char name[64])
{
    static const char *const ends[] = {EXCHANGE_CARD, EXCHANGE_BUNDLE, ".txt", ".board", ""};
    snprintf(name, 64, "%05d%s", i, ends[i % 5]);
}

static void ten_thousand_files(struct tamper *t)
{
    enum { MANY = 10000 };
    char name[64];
    uint8_t card[CARD_FILE_LEN] = "SANDYQK1";
    write_some(t, A, 1);
    memcpy(card + 52, t->kiosks[A].key, 32);
    for (int i = 0; i < MANY; i++) {
        name_one_of_many(i, name);
        office_put(t->stick, name, card, i % 2 == 0 ? sizeof card : 0);
    }
    tamper_exchange(t, A);
    assert_true(t->report.card == REFUSAL_FOREIGN ||
                t->report.card == REFUSAL_TRUNCATED); /* which comes first */
    assert_int_equal(t->report.bundle, REFUSAL_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.refused, MANY / 5);
    assert_int_equal(t->taken.complaints, 1);
    for (int i = 0; i < MANY; i++) {
        name_one_of_many(i, name);
        tamper_remove(t->stick, name);
    }
}

/* The courier must not write through a link that waits under its name, nor take its own secrets in. */
static void links_to_our_own_files(struct tamper *t)
{
    static const char *const ours[] = {"kiosk.key", "outbox.db", "card"};
    char from[2 * OFFICE_PATH_LEN], to[2 * OFFICE_PATH_LEN], bundle[64];
    size_t len = 0, now = 0;
    tamper_bundle_name(t, A, bundle);
    for (size_t i = 0; i < 6; i++) {
        write_some(t, A, 1);
        tamper_path(from, t->kiosks[A].dir, ours[i % 3]);
        uint8_t *before = office_get(t->kiosks[A].dir, ours[i % 3], &len);
        on_stick(t, EXCHANGE_BOARD, to);
        assert_int_equal(link(from, to), 0);
        on_stick(t, bundle, to);
        assert_int_equal(i < 3 ? link(from, to) : symlink(from, to), 0);
        assert_true(tamper_exchange(t, A) != REFUSAL_NONE);
        assert_true(t->report.board != REFUSAL_NONE);
        assert_int_equal(t->report.bundle, REFUSAL_NONE);
        uint8_t *after = office_get(t->kiosks[A].dir, ours[i % 3], &now);
        assert_int_equal(len, now);
        if (i % 3 != 1)
            assert_memory_equal(before, after, len);
        free(before);
        free(after);
        tamper_import(t, t->stick);
        assert_int_equal(t->taken.complaints, 1);
        tamper_remove(t->stick, EXCHANGE_BOARD);
    }
}

static void names_with_escapes(struct tamper *t)
{
    write_some(t, A, 1);
    tamper_hostile(t->stick);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_FOREIGN);
    assert_int_equal(t->report.card, REFUSAL_FOREIGN);
    assert_int_equal(t->report.bundle, REFUSAL_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.refused, TAMPER_HOSTILE);
    assert_int_equal(t->taken.complaints, 1);
}

static void unreadable_files(struct tamper *t)
{
    char names[4][64], path[2 * OFFICE_PATH_LEN];
    write_some(t, A, 1);
    expected_names(names);
    for (int n = 0; n < 4; n++) {
        on_stick(t, names[n], path);
        int fd = open(path, O_WRONLY | O_CREAT, 0);
        close(fd);
    }
    impossible = geteuid() == 0; /* who may read all */
    insist_both_refuse(t, impossible ? REFUSAL_TRUNCATED : REFUSAL_IO);
    clear_names(t);
}

static void stick_that_cannot_be_written(struct tamper *t)
{
    const bool root = geteuid() == 0;
    write_some(t, A, 2);
    impossible = root && mount("tmpfs", t->stick, "tmpfs", MS_RDONLY, "size=1m") != 0;
    if (impossible)
        return;
    if (!root)
        assert_int_equal(chmod(t->stick, 0500), 0);
    const int refusal = tamper_exchange(t, A);
    assert_int_equal(root ? umount(t->stick) : chmod(t->stick, 0700), 0);
    assert_int_equal(refusal, REFUSAL_READONLY);
    assert_int_equal(t->report.bundle, REFUSAL_READONLY);
}

static void stick_that_is_full(struct tamper *t)
{
    write_some(t, A, 5);
    impossible = geteuid() != 0 || mount("tmpfs", t->stick, "tmpfs", 0, "size=64k") != 0;
    if (impossible)
        return;
    const int refusal = tamper_exchange(t, A);
    assert_int_equal(umount(t->stick), 0);
    assert_int_equal(refusal, REFUSAL_FULL);
    assert_int_equal(t->report.bundle, REFUSAL_FULL);
}

/* The sticks of two kiosks are taken for one another. */
static void sticks_swapped(struct tamper *t)
{
    char other[2 * OFFICE_PATH_LEN], mine[OFFICE_PATH_LEN];
    tamper_path(other, t->under, "stick");
    tamper_copy_folder(t->stick, other);
    write_some(t, A, 2);
    write_some(t, B, 2);
    tamper_exchange(t, A);
    memcpy(mine, t->stick, sizeof mine);
    memcpy(t->stick, other, sizeof mine);
    assert_int_equal(tamper_exchange(t, B), REFUSAL_NONE);
    write_some(t, A, 1);
    write_some(t, B, 1);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 5);
    memcpy(t->stick, mine, sizeof mine);
    assert_int_equal(tamper_exchange(t, B), REFUSAL_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 1);
    insist_well(t, A);
    insist_well(t, B);
}

/* --- a stick that changes while it is read --- */

static void change_stick(struct tamper *t, unsigned way)
{
    char path[2 * OFFICE_PATH_LEN];
    tamper_path(path, t->stick, EXCHANGE_BOARD);
    if (way == 0)
        put_kept(t, EXCHANGE_BOARD, EXCHANGE_BOARD); /* an older one, written over */
    else if (way == 1)
        assert_int_equal(truncate(path, 100), 0);
    else
        assert_true(remove(path) == 0 && symlink("/etc/passwd", path) == 0);
}

/* At call n to the kernel, or return from it, the exchange stands still and the stick becomes another.
   Returns how many there were. */
static unsigned race_once(struct tamper *t, unsigned n, unsigned way)
{
    int status = 0;
    unsigned calls = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
            raise(SIGSTOP);
        tamper_exchange(t, A);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    while (WIFSTOPPED(status)) {
        if (++calls == n)
            change_stick(t, way);
        assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return calls;
}

static uint32_t board_held(const struct tamper *t, size_t k)
{
    struct state *state = NULL;
    assert_int_equal(state_open(t->kiosks[k].dir, &state), REFUSAL_NONE);
    const uint32_t number = state->board_number;
    state_close(&state);
    return number;
}

/* Whatever comes at whatever moment: the board held is whole, and never an older one. */
static void stick_changes_while_read(struct tamper *t)
{
    struct board_mark mark = {.seq = 0};
    char board[2 * OFFICE_PATH_LEN];
    unsigned calls = 1;
    memcpy(mark.kiosk, t->kiosks[A].id, sizeof mark.kiosk);
    write_some(t, A, 1);
    put_mark(t, 1, &mark);
    keep(t, EXCHANGE_BOARD);
    tamper_exchange(t, A);
    tamper_path(board, t->stick, EXCHANGE_BOARD);
    uint32_t held = board_held(t, A);
    unsigned taken = 0;
    for (unsigned n = 1; n <= calls; n += RACE_STEP) {
        remove(board);
        put_mark(t, held + 1, &mark);
        calls = race_once(t, n, n / RACE_STEP % 3);
        const uint32_t now = board_held(t, A);
        assert_true(now == held || now == held + 1);
        taken += now > held;
        held = now;
    }
    assert_true(taken > 5 && calls > 20 * RACE_STEP);
    tamper_remove(t->stick, EXCHANGE_BOARD);
}

/* --- what stands on a terminal --- */

/* Runs a line of the shell; what it says goes to t->said, and nothing in it may move a terminal. */
static int say(struct tamper *t, const char *line)
{
    char command[8192];
    free(t->said);
    snprintf(command, sizeof command,
             "{ %s ; } >'%s/said' 2>&1 </dev/null && exit 0; exit $(($? == 127 ? 127 : 1))", line,
             t->under);
    const int status = system(command);
    t->said = (char *)office_get(t->under, "said", &t->said_len);
    t->said[t->said_len] = '\0';
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 127);
    if (tamper_controls(t->said, t->said_len) != 0)
        fail_msg("not plain: %s", t->said);
    return WEXITSTATUS(status);
}

static void insist_said(const struct tamper *t, const char *text)
{
    if (strstr(t->said, text) == NULL)
        fail_msg("not said: %s\nbut: %s", text, t->said);
}

/* The real courier, and a medium whose very name is hostile. */
static void hostile_name_of_the_medium(struct tamper *t)
{
    char media[2 * OFFICE_PATH_LEN], line[4096];
    tamper_path(media, t->under, "\033[2J\xE2\x80\xAE\xC2\x9B\nstick");
    write_some(t, A, 1);
    tamper_exchange(t, A);
    snprintf(line, sizeof line, "LANGUAGE=en %s exchange --state '%s' --media '%s'",
             served_program("sandyq-courier"), t->kiosks[A].dir, media);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "?[2J");
    assert_int_equal(mkdir(media, 0700), 0);
    tamper_hostile(media);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "card: refused. ");
    insist_said(t, "bundle: out, records 1 to 1\n");
}

/* The same of what the exchange finds out about the past, in its own words. */
static void courier_says_what_it_saw(struct tamper *t)
{
    char copy[2 * OFFICE_PATH_LEN], line[4096];
    snprintf(line, sizeof line, "LANGUAGE=en %s exchange --state '%s' --media '%s'",
             served_program("sandyq-courier"), t->kiosks[A].dir, t->stick);
    write_some(t, A, 2);
    snapshot(t, A, copy);
    write_some(t, A, 3);
    tamper_exchange(t, A);
    tamper_restore(copy, t->kiosks[A].dir);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "outbox: set back. Record 5 was sent once, but this disk ends at 2.\n");
    insist_said(t, "records that this disk never had, kept on the medium: 1\n");
    insist_said(t, "bundle: out, records 1 to 2\n");
    insist_said(t, "sandyq-courier: outbox: The records do not follow one another");
    tamper_sql(t, A, "UPDATE record SET bytes = zeroblob(16492) WHERE seq = 1");
    assert_int_equal(say(t, line), 1);
    insist_said(t, "bundle: out, with the 1 records that are whole\n");
    insist_said(t, "sandyq-courier: outbox: The outbox is damaged or gone");
    tamper_flip(t->kiosks[A].dir, "outbox.db", 62);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "bundle: out, with the 1 records that are whole\n");
    insist_said(t, "sandyq-courier: outbox: A newer version of Sandyq wrote this");
}

/* Where one bundle of a damaged outbox cannot be written, the others still can. */
static void damaged_outbox_and_a_name_taken(struct tamper *t)
{
    char name[64], path[2 * OFFICE_PATH_LEN], line[4096];
    write_some(t, A, 5);
    t->letters[1].destroyed = t->letters[3].destroyed = true;
    tamper_sql(t, A, "DELETE FROM record WHERE seq IN (2, 4)");
    snprintf(name, sizeof name, "%s-2" EXCHANGE_BUNDLE, t->kiosks[A].name);
    tamper_path(path, t->stick, name);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(tamper_exchange(t, A), REFUSAL_CORRUPT);
    assert_int_equal(t->report.salvage, REFUSAL_SPECIAL);
    assert_int_equal(t->report.saved, 2);
    snprintf(line, sizeof line, "LANGUAGE=en %s exchange --state '%s' --media '%s'",
             served_program("sandyq-courier"), t->kiosks[A].dir, t->stick);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "bundle: out, with the 2 records that are whole\n");
    insist_said(t, "bundle: not all that is whole could be written. ");
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 2);
    assert_int_equal(rmdir(path), 0);
    insist_damaged(t, 3);
    assert_int_equal(t->taken.complaints, 1);
}

/* --- the table --- */

static struct tamper_case {
    const char *name;
    void (*run)(struct tamper *t);
    bool calm; /* changes nothing, and nothing is said: not counted as detected */
} cases[] = {
    {"nobody tampers", clean_world, .calm = true},
    {"bundle replayed", bundle_replayed, .calm = true},
    {"bundles in the wrong order", bundles_in_the_wrong_order, .calm = true},
    {"bundle under another kiosk's name", bundle_under_another_kiosks_name, .calm = true},
    {"bundle relabelled as another kiosk's", bundle_relabelled},
    {"bundle of a stranger", bundle_of_a_stranger},
    {"bundle of another office", bundle_of_another_office},
    {"two bundles of one name", bundles_of_one_name, .calm = true},
    {"bundle cut or padded", bundle_cut_or_padded},
    {"bundle taken off the stick", bundle_lost_on_the_way, .calm = true},
    {"old board", old_board},
    {"charter and board of another office", charter_and_board_of_another_office},
    {"card of another office", card_of_another_office},
    {"old charter, old card", old_charter_and_card},
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
    {"folder where the outbox's index goes", folder_where_the_index_goes},
    {"outbox that cannot be written", outbox_that_cannot_be_written},
    {"outbox damaged and a bundle's name taken", damaged_outbox_and_a_name_taken},
    {"outbox of another kiosk", outbox_of_another_kiosk},
    {"outbox of yesterday", outbox_of_yesterday},
    {"log of the outbox removed", log_removed, .calm = true},
    {"outbox deleted, but for its log", outbox_deleted_but_its_log},
    {"outbox begun anew", outbox_begun_anew},
    {"state folder restored", state_restored},
    {"state folder restored, then new letters", state_restored_and_continued},
    {"state folder restored again and again", state_restored_again_and_again},
    {"set back while the stick has more", trace_on_the_stick},
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
    {"symlinks on the stick", links_on_the_stick},
    {"folders, pipes and sockets on the stick", folders_pipes_and_sockets},
    {"devices on the stick", devices},
    {"files of 100 GB on the stick", sparse_files},
    {"10,000 files on the stick", ten_thousand_files},
    {"links to our own files on the stick", links_to_our_own_files},
    {"names with escapes on the stick", names_with_escapes},
    {"files that cannot be read", unreadable_files},
    {"stick that cannot be written", stick_that_cannot_be_written},
    {"stick that is full", stick_that_is_full},
    {"sticks swapped", sticks_swapped, .calm = true},
    {"stick that changes while it is read", stick_changes_while_read},
    {"hostile name of the medium", hostile_name_of_the_medium},
    {"courier says what it saw", courier_says_what_it_saw},
    {"silence", silence},
    {"silence behind replays", silence_behind_replays},
};

static void run_case(void **state)
{
    static struct tamper t;
    const struct tamper_case *one = *state;
    tamper_open(&t);
    tamper_sum.cases += !one->calm;
    impossible = false;
    one->run(&t);
    tamper_sum.cases -= impossible;
    tamper_sum.detected += !one->calm && !impossible;
    tamper_settle(&t);
    tamper_close(&t);
}

int main(void)
{
    enum { N = sizeof cases / sizeof *cases };
    static struct CMUnitTest tests[N];
    char under[OFFICE_PATH_LEN];
    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){
            .name = cases[i].name, .test_func = run_case, .initial_state = &cases[i]};
    office_scratch(under);
    setenv("TMPDIR", under, 1);
    const int failed = cmocka_run_group_tests_name("tamper", tests, NULL, NULL);
    office_remove(under);
    printf("tamper: %u cases, %u detected, %u honest letters, %u arrived\n", tamper_sum.cases,
           tamper_sum.detected, tamper_sum.letters, tamper_sum.arrived);
    return failed;
}
