/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain as the keeper writes it: what is held, what is taken up, and what may not be taken
   for nothing. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/error.h"
#include "device/pending.h"
#include "device/state.h"
#include "kiosk/chain.h"
#include "protocol/record.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"

struct place {
    struct kiosk_process kiosk;
    struct state *state;
    struct chain *chain;
};

static void open_chain(struct place *place)
{
    assert_int_equal(chain_open(place->state, &place->chain), ERROR_NONE);
}

static int setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    assert_non_null(place);
    kiosk_make(&place->kiosk);
    assert_int_equal(state_open(place->kiosk.dir, &place->state), ERROR_NONE);
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;

    chain_close(&place->chain);
    state_close(&place->state);
    kiosk_free(&place->kiosk);
    free(place);
    return 0;
}

/* A visit that was cut off: its record is pending. */
static void cut_off_a_visit(struct place *place, uint8_t filling)
{
    uint8_t envelope[ENVELOPE_LEN];

    memset(envelope, filling, sizeof envelope);
    assert_int_equal(chain_write(place->chain, envelope, day_today()), ERROR_NONE);
    chain_close(&place->chain);
}

static uint64_t tip(struct place *place)
{
    struct outbox_tip at;

    assert_int_equal(chain_tip(place->chain, &at), ERROR_NONE);
    return at.seq;
}

static int cover(struct place *place)
{
    return chain_cover(place->chain, &place->state->charter, &place->state->card);
}

static void run_in(const struct place *place, const char *command)
{
    char line[3 * FOLDER_PATH];

    snprintf(line, sizeof line, "cd '%s' && %s", place->kiosk.dir, command);
    assert_int_equal(system(line), 0);
}

static void test_a_visit_from_its_cover_to_the_outbox(void **state)
{
    struct place *place = *state;
    uint8_t envelope[ENVELOPE_LEN];
    uint32_t day = 0;

    open_chain(place);
    assert_false(chain_holding(place->chain));
    assert_false(chain_keep(place->chain)); /* of nothing */
    assert_int_equal(cover(place), ERROR_NONE);
    assert_int_equal(
        chain_begin(place->chain, &place->state->charter, &place->state->card, envelope, &day),
        ERROR_NONE);
    assert_int_equal(day, day_today());
    assert_int_equal(chain_write(place->chain, envelope, day), ERROR_NONE);
    assert_int_equal(tip(place), 1);
    assert_true(chain_keep(place->chain));
    assert_true(chain_holding(place->chain));
    /* Nothing may take its number. */
    assert_int_equal(cover(place), ERROR_BUSY);
    assert_int_equal(chain_write(place->chain, envelope, day), ERROR_BUSY);
    assert_int_equal(chain_deliver(place->chain), ERROR_NONE);
    assert_false(chain_holding(place->chain));
    assert_false(chain_keep(place->chain)); /* not the same once more */
    assert_int_equal(chain_deliver(place->chain), ERROR_NONE);
    assert_int_equal(kiosk_check(&place->kiosk), 2);
}

static void test_what_was_cut_off_is_taken_up_once(void **state)
{
    struct place *place = *state;

    open_chain(place);
    cut_off_a_visit(place, 'a');
    open_chain(place);
    assert_true(chain_holding(place->chain));
    assert_int_equal(chain_deliver(place->chain), ERROR_NONE);
    assert_int_equal(tip(place), 1);
    chain_close(&place->chain);
    open_chain(place);
    assert_false(chain_holding(place->chain));
    assert_int_equal(kiosk_check(&place->kiosk), 1);
}

/* A disk that does not give it now may give it later: until then nothing takes its number. */
static void test_what_cannot_be_read_is_no_nothing(void **state)
{
    struct place *place = *state;

    open_chain(place);
    cut_off_a_visit(place, 'a');
    run_in(place, "cp pending kept && rm pending && mkdir -p pending");
    assert_int_not_equal(chain_open(place->state, &place->chain), ERROR_NONE);
    assert_null(place->chain);
    run_in(place, "rmdir pending && mv kept pending");
    open_chain(place);
    assert_true(chain_holding(place->chain));
}

/* Yesterday's outbox was put back: what a visit was told is no longer its next record, and is
   not thrown away. */
static void test_what_belongs_to_another_outbox_is_laid_aside(void **state)
{
    struct place *place = *state;
    struct stat st;

    open_chain(place);
    chain_close(&place->chain);
    run_in(place, "cp outbox.db yesterday");
    open_chain(place);
    assert_int_equal(cover(place), ERROR_NONE);
    cut_off_a_visit(place, 'a');
    run_in(place, "mv yesterday outbox.db; rm -f outbox.db-wal outbox.db-shm");
    open_chain(place);
    assert_false(chain_holding(place->chain));
    assert_int_equal(cover(place), ERROR_NONE);
    const char *path = folder_path(place->kiosk.dir, "pending.old-1");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, PENDING_LEN);
}

/* What was refused is not what the visit comes to: the person was told that it was not sent. */
static void test_what_was_refused_is_not_kept(void **state)
{
    struct place *place = *state;
    uint8_t cover[ENVELOPE_LEN] = {1}, letter[ENVELOPE_LEN] = {2};
    uint8_t *held = NULL;
    size_t len = 0;

    open_chain(place);
    assert_int_equal(chain_write(place->chain, cover, day_today()), ERROR_NONE);
    run_in(place, "mv pending away");
    assert_int_equal(chain_write(place->chain, letter, day_today()), ERROR_MISSING);
    run_in(place, "mv away pending");
    assert_true(chain_keep(place->chain));
    assert_int_equal(chain_deliver(place->chain), ERROR_NONE);
    chain_close(&place->chain);
    held = folder_read(folder_path(place->kiosk.dir, "pending"), &len);
    assert_int_equal(held[RECORD_ENVELOPE], 1);
    free(held);
    assert_int_equal(kiosk_check(&place->kiosk), 1);
}

static void test_an_outbox_that_goes_acknowledges_nothing(void **state)
{
    struct place *place = *state;
    uint8_t envelope[ENVELOPE_LEN] = {1};

    open_chain(place);
    assert_false(chain_moved(place->chain));
    run_in(place, "rm -f outbox.db outbox.db-wal");
    assert_int_equal(chain_write(place->chain, envelope, day_today()), ERROR_MISSING);
    assert_true(chain_moved(place->chain));
}

#define CHAIN_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHAIN_TEST(test_a_visit_from_its_cover_to_the_outbox),
        CHAIN_TEST(test_what_was_cut_off_is_taken_up_once),
        CHAIN_TEST(test_what_cannot_be_read_is_no_nothing),
        CHAIN_TEST(test_what_belongs_to_another_outbox_is_laid_aside),
        CHAIN_TEST(test_what_was_refused_is_not_kept),
        CHAIN_TEST(test_an_outbox_that_goes_acknowledges_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
