/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done on the way: bundles one way, boards, charters and cards the other. */
#include "device/state.h"
#include "tests/tamper/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "protocol/bundle.h"
#include "protocol/names.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/tamper/insist.h"

static void clean_world(struct tamper *t)
{
    tamper_write_some(t, A, 3);
    tamper_cover(t, B);
    tamper_write_some(t, B, 1);
    tamper_round(t);
    insist_well(t, A);
    insist_well(t, B);
    assert_int_equal(t->report.acknowledged, 2);
}

/* --- bundles --- */

static void bundle_replayed(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_bring(t, A);
    tamper_take_bundle(t, A, "old");
    tamper_write_some(t, A, 2);
    tamper_round(t);
    for (int i = 0; i < 3; i++) {
        tamper_import_kept(t, "old");
        assert_int_equal(t->taken.records, 0);
        assert_int_equal(t->taken.held, 2);
    }
    insist_well(t, A);
}

static void bundles_in_the_wrong_order(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_exchange(t, A);
    tamper_take_bundle(t, A, "old");
    tamper_write_some(t, A, 2);
    tamper_bring(t, A);
    tamper_import_kept(t, "old");
    assert_int_equal(t->taken.held, 2);
    insist_well(t, A);
}

static void bundle_under_another_kiosks_name(struct tamper *t)
{
    char name[64];
    tamper_write_some(t, A, 1);
    tamper_write_some(t, B, 2);
    tamper_exchange(t, A);
    tamper_exchange(t, B);
    tamper_take_bundle(t, B, "b");
    tamper_bundle_name(t, A, name);
    tamper_put_kept(t, "b", name);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 2);
    assert_int_equal(t->taken.held, 2);
    insist_well(t, A);
}

/* Changes the bundle of kiosk k on the stick and insists on the error. */
static void spoil_bundle(struct tamper *t, size_t k, size_t at, const void *bytes, size_t n)
{
    char name[64];
    size_t len = 0;
    tamper_bundle_name(t, k, name);
    uint8_t *bundle = folder_read(folder_path(t->stick, name), &len);
    memcpy(bundle + at, bytes, n);
    folder_write(folder_path(t->stick, name), bundle, len);
    free(bundle);
    tamper_import(t, t->stick);
}

static void insist_bundle(struct tamper *t, size_t k, int error)
{
    char what[128], name[64];
    tamper_bundle_name(t, k, name);
    snprintf(what, sizeof what, "%s=%d ", name, error);
    insist_refused(t, what);
}

static void bundle_relabelled(struct tamper *t)
{
    tamper_write_some(t, A, 1);
    tamper_write_some(t, B, 1);
    tamper_exchange(t, A);
    tamper_exchange(t, B);
    spoil_bundle(t, B, 8, t->kiosks[A].id, CARD_KIOSK_LEN);
    insist_bundle(t, B, ERROR_FORGED);
    assert_int_equal(t->taken.complaints, 1);
}

static void bundle_of_a_stranger(struct tamper *t)
{
    static const uint8_t stranger[CARD_KIOSK_LEN] = {1, 2, 3};
    tamper_write_some(t, B, 1);
    tamper_exchange(t, B);
    spoil_bundle(t, B, 8, stranger, sizeof stranger);
    insist_bundle(t, B, ERROR_NOT_ENROLLED);
}

/* The kiosk's own bundle, sealed for another office by the kiosk's own key. */
static void bundle_of_another_office(struct tamper *t)
{
    struct state *state = NULL;
    struct bundle bundle = {.first = 1, .last = 0};
    uint8_t file[BUNDLE_HEADER_LEN + 64];
    char name[64];
    tamper_write_some(t, A, 2);
    assert_int_equal(state_open(t->kiosks[A].dir, &state), ERROR_NONE);
    memcpy(bundle.kiosk, state->kiosk, sizeof bundle.kiosk);
    memset(bundle.office, 7, sizeof bundle.office);
    assert_int_equal(bundle_seal(&bundle, state->seed, file), ERROR_NONE);
    state_close(&state);
    tamper_bundle_name(t, A, name);
    folder_write(folder_path(t->stick, name), file, sizeof file);
    tamper_import(t, t->stick);
    insist_bundle(t, A, ERROR_OFFICE);
}

static void bundles_of_one_name(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_exchange(t, A);
    tamper_take_bundle(t, A, "two");
    tamper_write_some(t, A, 2);
    tamper_exchange(t, A);
    tamper_take_bundle(t, A, "four");
    for (int i = 0; i < 2; i++) {
        tamper_import_kept(t, "four");
        tamper_import_kept(t, "two");
    }
    assert_int_equal(t->taken.held, 2);
    insist_well(t, A);
}

static void resize_bundle(struct tamper *t, size_t k, long by)
{
    char name[64];
    size_t len = 0;
    tamper_bundle_name(t, k, name);
    uint8_t *bundle = folder_read(folder_path(t->stick, name), &len);
    uint8_t *other = calloc(1, len + 65536);
    assert_non_null(other);
    memcpy(other, bundle, len);
    folder_write(folder_path(t->stick, name), other, (size_t)((long)len + by));
    free(bundle);
    free(other);
    tamper_import(t, t->stick);
    insist_bundle(t, k, ERROR_TRUNCATED);
}

static void bundle_cut_or_padded(struct tamper *t)
{
    static const long sizes[] = {-1, -64, -RECORD_LEN, 1, 64, RECORD_LEN, 65536};
    tamper_write_some(t, A, 3);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        tamper_exchange(t, A);
        resize_bundle(t, A, sizes[i]);
    }
}

/* One is dropped from a bundle on its way: the others say which. */
static void bundle_lost_on_the_way(struct tamper *t)
{
    char name[64];
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_write_some(t, A, 2);
    tamper_exchange(t, A);
    tamper_bundle_name(t, A, name);
    tamper_remove(t->stick, name);
    tamper_write_some(t, A, 1);
    tamper_import(t, t->stick);
    tamper_bring(t, A);
    assert_int_equal(t->taken.complaints, 3);
    insist_well(t, A);
}

/* --- boards, charters, cards --- */

static void old_board(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_keep(t, NAMES_BOARD);
    tamper_write_some(t, A, 2);
    tamper_round(t);
    tamper_put_kept(t, NAMES_BOARD, NAMES_BOARD);
    tamper_write_some(t, A, 1);
    assert_int_equal(tamper_exchange(t, A), ERROR_OLDER);
    assert_int_equal(t->report.board, ERROR_OLDER);
    assert_int_equal(t->report.bundle, ERROR_NONE);
    assert_true(t->report.first == 5 && t->report.last == 5);
}

static void other_office(struct tamper *t, struct fake_office *other)
{
    fake_office_open(other);
    folder_write(folder_path(t->stick, NAMES_CHARTER), other->charter_bytes, CHARTER_LEN);
}

static void charter_and_board_of_another_office(struct tamper *t)
{
    struct fake_office other;
    tamper_write_some(t, A, 2);
    other_office(t, &other);
    fake_office_board(&other, &(struct fake_board){.number = 999, .answer_count = 32}, t->stick);
    fake_office_close(&other);
    tamper_exchange(t, A);
    assert_int_equal(t->report.charter, ERROR_OFFICE);
    assert_int_equal(t->report.board, ERROR_OFFICE);
    assert_int_equal(t->report.bundle, ERROR_NONE);
}

static void card_of_another_office(struct tamper *t)
{
    struct fake_office other;
    uint8_t card[CARD_FILE_LEN];
    tamper_write_some(t, A, 2);
    fake_office_open(&other);
    fake_office_card(&other, t->kiosks[A].key, 99, card);
    folder_write(folder_path(t->stick, "0.card"), card, sizeof card);
    fake_office_close(&other);
    assert_int_equal(tamper_exchange(t, A), ERROR_OFFICE);
    assert_int_equal(t->report.card, ERROR_OFFICE);
    assert_int_equal(t->report.bundle, ERROR_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 2);
    tamper_remove(t->stick, "0.card");
}

/* A charter and a card of our own office, from before. */
static void put_signed(struct tamper *t, uint32_t number)
{
    struct charter charter = t->desk.vault.charter;
    uint8_t bytes[CHARTER_LEN], file[CARD_FILE_LEN];
    char name[64];
    struct card card = {
        .number = number, .issued = FAKE_DESK_DAY, .expires = FAKE_DESK_DAY + 1000, .type = 1};
    charter.number = number;
    assert_int_equal(charter_encode(&charter, t->desk.office.root_seed, bytes), ERROR_NONE);
    folder_write(folder_path(t->stick, NAMES_CHARTER), bytes, sizeof bytes);
    memcpy(card.key, t->kiosks[A].key, sizeof card.key);
    memcpy(card.facility, t->kiosks[A].facility, sizeof card.facility);
    assert_int_equal(card_encode(&card, bytes, t->desk.office.root_seed, file), ERROR_NONE);
    snprintf(name, sizeof name, "%s.card", t->kiosks[A].name);
    folder_write(folder_path(t->stick, name), file, sizeof file);
}

static void old_charter_and_card(struct tamper *t)
{
    tamper_write_some(t, A, 2);
    put_signed(t, 7);
    tamper_exchange(t, A);
    assert_int_equal(t->report.charter, ERROR_NONE);
    put_signed(t, 6);
    tamper_exchange(t, A);
    assert_int_equal(t->report.charter, ERROR_OLDER);
    assert_int_equal(t->report.card, ERROR_OLDER);
    assert_int_equal(t->report.bundle, ERROR_NONE);
    put_signed(t, 7);
}

struct tamper_case way_cases[] = {
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
    {NULL},
};
