/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosks' chains in the journal: records, gaps, forks, and the end of the unbroken chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/lib/journal_test.h"

static const uint8_t kiosk_id[JOURNAL_KIOSK_LEN] = "kiosk-1";
static const uint8_t other_id[JOURNAL_KIOSK_LEN] = "kiosk-0";

/* A record whose hash and previous hash are one repeated byte each; 0 is the start of a chain. */
static struct journal_record record_of(uint64_t seq, uint8_t hash, uint8_t previous)
{
    struct journal_record record = {.seq = seq, .day = 200 + (uint32_t)seq, .act = 1};
    memcpy(record.kiosk, kiosk_id, sizeof kiosk_id);
    memset(record.hash, hash, sizeof record.hash);
    memset(record.previous, previous, sizeof record.previous);
    return record;
}

/* Each in a transaction of its own. */
static enum error add(struct journal_scene *scene, const struct journal_record *record,
                      const char *envelope)
{
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    return journal_finish(scene->journal,
                          journal_add_record(scene->journal, record, (const uint8_t *)envelope,
                                             envelope != NULL ? strlen(envelope) : 0));
}

static enum error put(struct journal_scene *scene, uint64_t seq, uint8_t hash, uint8_t previous)
{
    const struct journal_record record = record_of(seq, hash, previous);
    return add(scene, &record, NULL);
}

/* Puts 1 to last, each behind the one before it. */
static void put_chain(struct journal_scene *scene, uint8_t last)
{
    for (uint8_t seq = 1; seq <= last; seq++)
        assert_int_equal(put(scene, seq, seq, seq - 1), ERROR_NONE);
}

static struct journal_kiosk look(struct journal_scene *scene)
{
    struct journal_kiosk kiosk;
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_advance(scene->journal, kiosk_id), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_kiosk(scene->journal, kiosk_id, &kiosk), ERROR_NONE);
    return kiosk;
}

static int setup(void **state)
{
    journal_test_setup(state);
    struct journal_scene *scene = *state;
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_kiosk(scene->journal, kiosk_id), ERROR_NONE);
    assert_int_equal(journal_add_kiosk(scene->journal, other_id), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    return 0;
}

struct text {
    char text[128];
};

static enum error add_range(void *context, uint64_t first, uint64_t last)
{
    struct text *ranges = context;
    const size_t len = strlen(ranges->text);
    snprintf(ranges->text + len, sizeof ranges->text - len, "%d-%d ", (int)first, (int)last);
    return ERROR_NONE;
}

static void assert_ranges(struct journal_scene *scene, const char *gaps, const char *forks)
{
    struct text gap = {""}, fork = {""};
    assert_int_equal(journal_each_gap(scene->journal, kiosk_id, add_range, &gap), ERROR_NONE);
    assert_int_equal(journal_each_fork(scene->journal, kiosk_id, add_range, &fork), ERROR_NONE);
    assert_string_equal(gap.text, gaps);
    assert_string_equal(fork.text, forks);
}

static void test_kiosk_that_is_not_known_is_said(void **state)
{
    struct journal_scene *scene = *state;
    const uint8_t unknown[JOURNAL_KIOSK_LEN] = "kiosk-9";
    struct journal_kiosk kiosk;
    assert_int_equal(journal_kiosk(scene->journal, unknown, &kiosk), ERROR_NO_ROW);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_advance(scene->journal, unknown), ERROR_NO_ROW);
    struct journal_record record = record_of(1, 1, 0);
    memcpy(record.kiosk, unknown, sizeof unknown);
    assert_int_not_equal(journal_add_record(scene->journal, &record, NULL, 0), ERROR_NONE);
    journal_rollback(scene->journal);
}

static enum error see_kiosk(void *context, const struct journal_kiosk *kiosk)
{
    struct text *text = context;
    const size_t len = strlen(text->text);
    snprintf(text->text + len, sizeof text->text - len, "%s:%d ", (const char *)kiosk->kiosk,
             (int)kiosk->tip_seq);
    return ERROR_NONE;
}

static void test_kiosk_added_twice_keeps_its_tip(void **state)
{
    struct journal_scene *scene = *state;
    struct text text = {""};
    assert_int_equal(put(scene, 1, 1, 0), ERROR_NONE);
    assert_int_equal(look(scene).tip_seq, 1);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_kiosk(scene->journal, kiosk_id), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_each_kiosk(scene->journal, see_kiosk, &text), ERROR_NONE);
    assert_string_equal(text.text, "kiosk-0:0 kiosk-1:1 ");
}

static void test_unbroken_chain_moves_the_tip(void **state)
{
    struct journal_scene *scene = *state;
    for (uint8_t i = 1; i <= 5; i++)
        assert_int_equal(put(scene, i, i, i - 1), ERROR_NONE);
    struct journal_kiosk kiosk = look(scene);
    assert_int_equal(kiosk.tip_seq, 5);
    assert_int_equal(kiosk.tip_hash[7], 5);
    assert_int_equal(kiosk.tip_day, 205);
    assert_int_equal(put(scene, 3, 3, 2), ERROR_EXISTS);
    assert_ranges(scene, "", "");
    assert_int_equal(journal_kiosk(scene->journal, other_id, &kiosk), ERROR_NONE);
    assert_int_equal(kiosk.tip_seq + kiosk.last_seq + kiosk.last_day, 0);
}

static void test_gap_holds_the_tip_until_it_is_filled(void **state)
{
    struct journal_scene *scene = *state;
    put(scene, 1, 1, 0);
    put(scene, 4, 4, 3);
    put(scene, 5, 5, 4);
    put(scene, 9, 9, 8);
    struct journal_kiosk kiosk = look(scene);
    assert_int_equal(kiosk.tip_seq, 1);
    assert_int_equal(kiosk.last_seq, 9);
    assert_int_equal(kiosk.last_day, 209);
    assert_ranges(scene, "2-3 6-8 ", "");
    put(scene, 2, 2, 1);
    put(scene, 3, 3, 2);
    assert_int_equal(look(scene).tip_seq, 5);
    assert_ranges(scene, "6-8 ", "");
}

static void test_missing_start_is_a_gap(void **state)
{
    struct journal_scene *scene = *state;
    put(scene, 3, 3, 2);
    assert_int_equal(look(scene).tip_seq, 0);
    assert_ranges(scene, "1-2 ", "");
}

static void test_forks(void **state)
{
    struct journal_scene *scene = *state;
    put_chain(scene, 3);
    assert_ranges(scene, "", "");
    assert_int_equal(put(scene, 2, 77, 1), ERROR_NONE); /* the same number again */
    assert_int_equal(put(scene, 4, 4, 99), ERROR_NONE); /* follows nothing that is held */
    assert_int_equal(look(scene).tip_seq, 3);
    assert_ranges(scene, "", "2-2 4-4 ");
}

static void test_start_that_follows_something_is_a_fork(void **state)
{
    struct journal_scene *scene = *state;
    put(scene, 1, 1, 50);
    assert_int_equal(look(scene).tip_seq, 0);
    assert_ranges(scene, "", "1-1 ");
}

/* A kiosk was set back to record 2 and went on from there. */
static void test_longer_chain_takes_over(void **state)
{
    struct journal_scene *scene = *state;
    put_chain(scene, 4);
    assert_int_equal(look(scene).tip_seq, 4);
    put(scene, 3, 103, 2);
    put(scene, 4, 104, 103);
    assert_int_equal(look(scene).tip_hash[0], 4);
    put(scene, 5, 105, 104);
    struct journal_kiosk kiosk = look(scene);
    assert_int_equal(kiosk.tip_seq, 5);
    assert_int_equal(kiosk.tip_hash[0], 105);
}

/* Of a fork at the end the same is taken by everybody, in whatever order the records came. */
static void test_of_two_ends_the_lower_hash_counts(void **state)
{
    struct journal_scene *scene = *state;
    put(scene, 1, 1, 0);
    put(scene, 2, 9, 1);
    put(scene, 2, 8, 1);
    assert_int_equal(look(scene).tip_hash[0], 8);
}

static void test_flags_are_counted(void **state)
{
    struct journal_scene *scene = *state;
    for (uint8_t i = 1; i <= 4; i++) {
        struct journal_record record = record_of(i, i, i - 1);
        record.flags = (uint8_t)(i - 1); /* none, misplaced, unreadable, both */
        assert_int_equal(add(scene, &record, (record.flags & 2) != 0 ? "kept" : NULL), ERROR_NONE);
        assert_int_equal(journal_has_record(scene->journal, &record), ERROR_NONE);
        record.hash[0] ^= 1;
        assert_int_equal(journal_has_record(scene->journal, &record), ERROR_NO_ROW);
    }
    assert_int_equal(look(scene).misplaced, 2);
    assert_int_equal(look(scene).unreadable, 2);
}

static enum error see_record(void *context, const struct journal_record *record)
{
    struct text *text = context;
    const size_t len = strlen(text->text);
    snprintf(text->text + len, sizeof text->text - len, "%d:%d:%d ", (int)record->act,
             (int)record->seq, record->hash[0]);
    return ERROR_NONE;
}

static void test_records_are_found_by_the_act_that_took_them(void **state)
{
    struct journal_scene *scene = *state;
    static const struct {
        uint64_t seq, act;
        uint8_t hash;
    } taken[] = {{3, 1, 3}, {1, 2, 9}, {1, 2, 1}, {2, 1, 2}};
    struct text one = {""}, two = {""}, all = {""};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        struct journal_record record = record_of(taken[i].seq, taken[i].hash, 0);
        record.act = taken[i].act;
        assert_int_equal(add(scene, &record, NULL), ERROR_NONE);
    }
    assert_int_equal(journal_each_record(scene->journal, 1, see_record, &one), ERROR_NONE);
    assert_int_equal(journal_each_record(scene->journal, 2, see_record, &two), ERROR_NONE);
    assert_int_equal(journal_each_record(scene->journal, 0, see_record, &all), ERROR_NONE);
    assert_string_equal(one.text, "1:2:2 1:3:3 ");
    assert_string_equal(two.text, "2:1:1 2:1:9 ");
    assert_string_equal(all.text, "1:2:2 1:3:3 2:1:1 2:1:9 ");
}

/* The body of an import act counts the records that it took. */
static void test_act_may_come_after_its_records_but_must(void **state)
{
    struct journal_scene *scene = *state;
    struct journal_record record = record_of(1, 1, 0);
    const struct journal_act act = journal_test_act(3, 1);
    record.act = 3;
    assert_int_not_equal(add(scene, &record, NULL), ERROR_NONE);
    assert_int_equal(journal_has_record(scene->journal, &record), ERROR_NO_ROW);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_record(scene->journal, &record, NULL, 0), ERROR_NONE);
    assert_int_equal(journal_add_act(scene->journal, &act), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_has_record(scene->journal, &record), ERROR_NONE);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, journal_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_kiosk_that_is_not_known_is_said),
        EACH(test_kiosk_added_twice_keeps_its_tip),
        EACH(test_unbroken_chain_moves_the_tip),
        EACH(test_gap_holds_the_tip_until_it_is_filled),
        EACH(test_missing_start_is_a_gap),
        EACH(test_forks),
        EACH(test_start_that_follows_something_is_a_fork),
        EACH(test_longer_chain_takes_over),
        EACH(test_of_two_ends_the_lower_hash_counts),
        EACH(test_flags_are_counted),
        EACH(test_records_are_found_by_the_act_that_took_them),
        EACH(test_act_may_come_after_its_records_but_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
