/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the courier brings in from a medium: cards, charters, boards, and what it refuses of
   them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "courier/exchange.h"
#include "device/enroll.h"
#include "device/state.h"
#include "protocol/bundle.h"
#include "protocol/names.h"
#include "tests/lib/cut_listing.h"
#include "tests/lib/exchange_test.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/lib/short_memory.h"

static void request_goes_out_until_a_card_comes(void **state)
{
    char *fresh;
    char name[64];
    char fresh_id[CARD_KIOSK_TEXT_LEN];
    uint8_t card[CARD_FILE_LEN];
    uint8_t of[32];
    uint32_t day = 0;
    size_t len = 0;

    fresh = folder_make();
    assert_int_equal(exchange_run(fresh, exchange_media, FAKE_OFFICE_DAY, &exchange_told),
                     ERROR_MISSING);
    assert_int_equal(exchange_told.at, EXCHANGE_AT_STATE);
    assert_int_equal(enroll_kiosk(fresh, FAKE_OFFICE_DAY, fresh_id), ERROR_NONE);
    exchange_put_charter(1);
    exchange_put_board(1, NULL);
    assert_int_equal(exchange_run(fresh, exchange_media, FAKE_OFFICE_DAY, &exchange_told),
                     ERROR_NONE);
    assert_int_equal(exchange_told.bundle, ERROR_MISSING);
    assert_int_equal(exchange_told.charter, ERROR_MISSING);
    snprintf(name, sizeof name, "%s.request", fresh_id);
    uint8_t *request = folder_read(folder_path(exchange_media, name), &len);
    assert_int_equal(card_request_decode(request, len, of, &day), ERROR_NONE);
    free(request);
    fake_office_card(&exchange_office, exchange_key, 5, card); /* another kiosk's, passed over */
    folder_write(folder_path(exchange_media, "a.card"), card, sizeof card);
    fake_office_card(&exchange_office, of, 1, card);
    folder_write(folder_path(exchange_media, "b.card"), card, sizeof card);
    assert_int_equal(exchange_run(fresh, exchange_media, FAKE_OFFICE_DAY, &exchange_told),
                     ERROR_NONE);
    assert_int_equal(exchange_told.card, ERROR_NONE);
    assert_int_equal(exchange_told.charter, ERROR_NONE);
    assert_int_equal(exchange_told.board, ERROR_NONE);
    assert_int_equal(exchange_told.bundle, ERROR_NONE);
    assert_false(exchange_on_media(name)); /* the request has done its work */
    folder_remove(&fresh);
}

static void put_card(const struct fake_office *of, const char *name, const uint8_t of_key[32],
                     uint32_t number)
{
    uint8_t card[CARD_FILE_LEN];

    fake_office_card(of, of_key, number, card);
    folder_write(folder_path(exchange_media, name), card, sizeof card);
}

static void assert_card_held(const char *in, const struct fake_office *of, uint32_t number)
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

/* Somebody lays a card of his own office beside the true one, under a name that comes before or
   after it: the folder's order must not decide who hears of it. */
static void card_of_another_office_is_never_masked(void **state)
{
    static const char *const names[] = {"a.card", "m.card", "z.card"};
    char path[FOLDER_PATH];
    struct fake_office other;

    fake_office_open(&other);
    for (uint32_t i = 0; i < 3; i++) {
        put_card(&exchange_office, "k.card", exchange_key, 2 + i);
        put_card(&other, names[i], exchange_key, 99);
        assert_int_equal(exchange_test_run(), ERROR_OFFICE);
        assert_int_equal(exchange_told.card, ERROR_OFFICE);
        assert_int_equal(exchange_told.card_in, 1);
        assert_int_equal(exchange_told.card_rivals, 0);
        assert_memory_equal(exchange_told.office, exchange_office.charter.office,
                            sizeof exchange_told.office);
        assert_int_equal(exchange_told.bundle, ERROR_NONE);
        assert_card_held(exchange_dir, &exchange_office, 2 + i);
        snprintf(path, sizeof path, "%s/%s", exchange_media, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    fake_office_close(&other);
}

static void first_cards_of_two_offices_are_both_refused(void **state)
{
    char *fresh;
    char fresh_id[CARD_KIOSK_TEXT_LEN];
    struct state *kiosk = NULL;
    struct fake_office other;
    uint8_t of[32];

    fake_office_open(&other);
    fresh = folder_make();
    assert_int_equal(enroll_kiosk(fresh, FAKE_OFFICE_DAY, fresh_id), ERROR_NONE);
    assert_int_equal(state_open(fresh, &kiosk), ERROR_NONE);
    memcpy(of, kiosk->key, sizeof of);
    state_close(&kiosk);
    put_card(&exchange_office, "a.card", of, 1);
    put_card(&other, "b.card", of, 7);
    put_card(&exchange_office, "c.card", of, 8);
    put_card(&other, "d.card", exchange_key, 9); /* another kiosk's, passed over */
    assert_int_equal(exchange_run(fresh, exchange_media, FAKE_OFFICE_DAY, &exchange_told),
                     ERROR_OFFICE);
    assert_int_equal(exchange_told.card, ERROR_OFFICE);
    assert_int_equal(exchange_told.card_in, 0);
    assert_int_equal(exchange_told.card_rivals, 1);
    assert_int_equal(exchange_told.bundle, ERROR_MISSING); /* the request goes out all the same */
    assert_card_held(fresh, NULL, 0);
    const char *path = folder_path(exchange_media, "b.card");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(exchange_run(fresh, exchange_media, FAKE_OFFICE_DAY, &exchange_told),
                     ERROR_NONE);
    assert_int_equal(exchange_told.card_rivals, 0);
    assert_card_held(fresh, &exchange_office, 8);
    folder_remove(&fresh);
    fake_office_close(&other);
}

/* A card that is not seen, or that there is no memory to look at, may be another office's. */
static void first_card_is_taken_only_when_all_are_seen(void **state)
{
    enum { NAMES = 20, SIGNATURES = 4 };
    char fresh_id[CARD_KIOSK_TEXT_LEN];
    struct state *kiosk = NULL;
    struct fake_office other;
    uint8_t of[32];

    fake_office_open(&other);
    char *fresh = folder_make();
    assert_int_equal(enroll_kiosk(fresh, FAKE_OFFICE_DAY, fresh_id), ERROR_NONE);
    assert_int_equal(state_open(fresh, &kiosk), ERROR_NONE);
    memcpy(of, kiosk->key, sizeof of);
    state_close(&kiosk);
    put_card(&exchange_office, "a.card", of, 1);
    put_card(&other, "b.card", of, 7);
    for (size_t i = 0; i < NAMES + 2 * SIGNATURES; i++) {
        if (i < NAMES)
            cut_listing_begin(i);
        else if (i < NAMES + SIGNATURES)
            short_memory_begin(i - NAMES);
        else
            short_memory_moment(i - NAMES - SIGNATURES);
        const enum error error =
            exchange_run(fresh, exchange_media, FAKE_OFFICE_DAY, &exchange_told);
        cut_listing_end();
        short_memory_end();
        assert_true(error_is_machine(error) || error == ERROR_OFFICE);
        assert_card_held(fresh, NULL, 0);
    }
    folder_remove(&fresh);
    fake_office_close(&other);
}

/* Of several cards of the own office the highest counts, and a damaged one beside it does not. */
static void highest_card_is_taken_in_any_order(void **state)
{
    static const uint32_t numbers[][3] = {{4, 3, 2}, {5, 7, 6}, {8, 9, 10}};
    static const char junk[] = "not a card at all, though its name says so";

    folder_write(folder_path(exchange_media, "0.card"), junk, sizeof junk);
    folder_write(folder_path(exchange_media, "zz.card"), junk, sizeof junk);
    for (size_t i = 0; i < 3; i++) {
        put_card(&exchange_office, "a.card", exchange_key, numbers[i][0]);
        put_card(&exchange_office, "b.card", exchange_key, numbers[i][1]);
        put_card(&exchange_office, "c.card", exchange_key, numbers[i][2]);
        assert_int_equal(exchange_test_run(), ERROR_NONE);
        assert_int_equal(exchange_told.card, ERROR_NONE);
        assert_card_held(exchange_dir, &exchange_office, i == 0 ? 4 : i == 1 ? 7 : 10);
    }
}

/* The office changes its board key: new charter and new board lie on one stick. */
static void charter_comes_before_the_board(void **state)
{
    struct fake_office other;

    exchange_put_board(1, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    fake_office_open(&other);
    memcpy(exchange_office.board_seed, other.board_seed, 32);
    memcpy(exchange_office.charter.board, other.charter.board, 32);
    fake_office_close(&other);
    exchange_put_charter(2);
    exchange_put_board(2, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(exchange_told.charter, ERROR_NONE);
    assert_int_equal(exchange_told.board, ERROR_NONE);
}

static void refused_things_do_not_stop_the_rest(void **state)
{
    static const char junk[] = "this is not what the name says, whatever the name may be";
    struct fake_office other;
    uint8_t card[CARD_FILE_LEN];

    kiosk_folder_fill(exchange_dir, 2);
    fake_office_open(&other);
    fake_office_card(&other, exchange_key, 9, card);
    folder_write(folder_path(exchange_media, "x.card"), card, sizeof card);
    fake_office_close(&other);
    folder_write(folder_path(exchange_media, NAMES_CHARTER), junk, sizeof junk);
    struct head_mark mark = kiosk_folder_mark(exchange_dir, 1);
    exchange_put_board(1, &mark);
    assert_int_equal(exchange_test_run(), ERROR_OFFICE);
    assert_int_equal(exchange_told.card, ERROR_OFFICE);
    assert_int_equal(exchange_told.charter, ERROR_FOREIGN);
    assert_int_equal(exchange_told.board, ERROR_NONE);
    assert_int_equal(exchange_told.bundle, ERROR_NONE);
    assert_outbox_held(1, 2);
    assert_bundle(2, 2);
}

static void older_things_change_nothing(void **state)
{
    exchange_put_charter(5);
    exchange_put_board(5, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    exchange_put_charter(4);
    exchange_put_board(4, NULL);
    assert_int_equal(exchange_test_run(), ERROR_OLDER);
    assert_int_equal(exchange_told.charter, ERROR_OLDER);
    assert_int_equal(exchange_told.board, ERROR_OLDER);
    assert_int_equal(exchange_told.bundle, ERROR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXCHANGE_TEST(request_goes_out_until_a_card_comes),
        EXCHANGE_TEST(card_of_another_office_is_never_masked),
        EXCHANGE_TEST(first_cards_of_two_offices_are_both_refused),
        EXCHANGE_TEST(first_card_is_taken_only_when_all_are_seen),
        EXCHANGE_TEST(highest_card_is_taken_in_any_order),
        EXCHANGE_TEST(charter_comes_before_the_board),
        EXCHANGE_TEST(refused_things_do_not_stop_the_rest),
        EXCHANGE_TEST(older_things_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
