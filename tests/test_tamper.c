/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tampering is seen: a table of attacks by somebody who owns the building, the stick and the disk. Each
   attack is made on real files; then the honest protocol goes on. Each must be named at the side that can
   see it, and every honest letter must be at the office once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "courier/bundle.h"
#include "courier/exchange.h"
#include "courier/refusal.h"
#include "desk/trouble.h"
#include "store/outbox.h"
#include "tests/tamper.h"

enum { A, B, C };

#define RECORD_SQL(what, where) "UPDATE record SET " what " WHERE " where

static void insist_says(struct tamper *t, size_t k, const char *line, bool wanted)
{
    if (tamper_says(t, k, line) != wanted)
        fail_msg("kiosk %zu: %s: %s\n%s", k, wanted ? "not said" : "said", line, t->said);
}

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

/* Yesterday's disk is put back, and the next people write under numbers that the office has. */
static void state_restored_and_continued(struct tamper *t)
{
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
    SAYS(A, "FORK");
}

/* --- the table --- */

static struct tamper_case {
    const char *name;
    void (*run)(struct tamper *t);
} cases[] = {
    {"nobody tampers", clean_world},
    {"bundle replayed", bundle_replayed},
    {"bundles in the wrong order", bundles_in_the_wrong_order},
    {"bundle under another kiosk's name", bundle_under_another_kiosks_name},
    {"bundle relabelled as another kiosk's", bundle_relabelled},
    {"bundle of a stranger", bundle_of_a_stranger},
    {"bundle of another office", bundle_of_another_office},
    {"two bundles of one name", bundles_of_one_name},
    {"bundle cut or padded", bundle_cut_or_padded},
    {"bundle taken off the stick", bundle_lost_on_the_way},
    {"old board", old_board},
    {"charter and board of another office", charter_and_board_of_another_office},
    {"card of another office", card_of_another_office},
    {"old charter, old card", old_charter_and_card},
    {"state folder restored, then new letters", state_restored_and_continued},
};

static void run_case(void **state)
{
    static struct tamper t;
    const struct tamper_case *one = *state;
    tamper_open(&t);
    tamper_sum.cases++;
    one->run(&t);
    tamper_sum.detected++;
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
