/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a board shows follows from how many records came and from the charter alone; and which
   messages it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "office/opening.h"
#include "office/publish.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/publish_test.h"

/* The segment of the last board, whose two stand last. */
static const struct segment *last_segment(struct publish_scene *scene, enum segment_kind kind)
{
    const uint32_t n = scene->board.segment_count;
    assert_true(n >= 2);
    const struct segment *segment = &scene->board.segments[kind == SEGMENT_ANSWERS ? n - 1 : n - 2];
    assert_int_equal(segment->number, scene->board.head.number);
    assert_int_equal(segment->kind, kind);
    return segment;
}

/* How many entries it has. */
static uint32_t last_count(struct publish_scene *scene, enum segment_kind kind)
{
    return last_segment(scene, kind)->count;
}

static void answer(struct publish_scene *scene, uint64_t case_id, const char *text)
{
    assert_int_equal(fake_desk_answer(&scene->desk, case_id, text, strlen(text), FAKE_DESK_DAY),
                     ERROR_NONE);
}

/* --- nothing shows what was written or answered --- */

static void every_board_has_the_same_number_of_answers(void **state)
{
    struct publish_scene *scene = *state;
    uint8_t padding[SEGMENT_ANSWER_LEN];
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(last_count(scene, SEGMENT_ANSWERS), FAKE_DESK_ANSWERS);
    memcpy(padding, last_segment(scene, SEGMENT_ANSWERS)->bodies, SEGMENT_BODY_LEN);
    for (char who = 'a'; who < 'a' + 25; who++)
        publish_test_file(scene, who);
    for (uint64_t id = 1; id <= 25; id++)
        answer(scene, id, "text");
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(last_count(scene, SEGMENT_ANSWERS), FAKE_DESK_ANSWERS);
    assert_int_equal(scene->report.sent, FAKE_DESK_ANSWERS);
    assert_int_equal(scene->report.forecast.waiting, 25 - FAKE_DESK_ANSWERS);
    assert_int_equal(scene->report.forecast.boards, 1);
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    assert_int_equal(last_count(scene, SEGMENT_ANSWERS), FAKE_DESK_ANSWERS);
    assert_int_equal(scene->report.sent, 25 - FAKE_DESK_ANSWERS);
    for (char who = 'a'; who < 'a' + 25; who++)
        assert_int_equal(publish_test_messages(scene, who), 1);
    assert_memory_equal(scene->board.segments[1].bodies, padding, SEGMENT_BODY_LEN);
}

/* The bytes of a record's kind. */
enum record_kind { COVER, UNREADABLE, COMPLAINT, FOLLOWUP, MISPLACED };

static void add_record(struct publish_scene *scene, enum record_kind kind)
{
    const struct charter *charter = &scene->desk.vault.charter;
    static uint8_t noise[ENVELOPE_LEN];
    struct letter letter =
        fake_kiosk_letter(&scene->kiosk, kind == MISPLACED ? 'm' : 'a', "some words");
    letter.kind = kind == FOLLOWUP ? LETTER_FOLLOWUP : LETTER_COMPLAINT;
    letter.arrival = kind == FOLLOWUP ? 5 : 0;
    letter.session += kind == MISPLACED;
    if (kind == COVER)
        fake_kiosk_cover(&scene->kiosk, charter);
    else if (kind == UNREADABLE)
        fake_kiosk_raw(&scene->kiosk, noise);
    else
        fake_kiosk_add(&scene->kiosk, charter, &letter);
    const uint64_t seq = scene->kiosk.seq;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, seq, seq, NULL), ERROR_NONE);
}

static void any_record_adds_the_same_bytes(void **state)
{
    struct publish_scene *scene = *state;
    size_t head = 0;
    publish_test_run(scene, FAKE_DESK_DAY);
    for (enum record_kind kind = COVER; kind <= MISPLACED; kind++) {
        head = scene->board.head_len;
        add_record(scene, kind);
        publish_test_run(scene, FAKE_DESK_DAY + 1 + kind);
        assert_int_equal(last_count(scene, SEGMENT_ARRIVALS), 1);
        assert_int_equal(last_count(scene, SEGMENT_ANSWERS), FAKE_DESK_ANSWERS);
        assert_int_equal(scene->board.head_len, head + 2 * (size_t)HEAD_SEGMENT_LEN);
    }
    publish_test_run(scene, FAKE_DESK_DAY + 9);
    assert_int_equal(last_count(scene, SEGMENT_ARRIVALS), 0);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    assert_int_equal(publish_test_arrivals(scene, 'a', 5), 1);
    assert_int_equal(publish_test_arrivals(scene, 'm', 0), 0);
}

/* Who takes a record twice to the office learns nothing, and the letter's writer is told once. */
static void a_replay_gets_a_tag_of_its_own(void **state)
{
    struct publish_scene *scene = *state;
    const struct charter *charter = &scene->desk.vault.charter;
    uint8_t raw[LETTER_LEN], envelope[ENVELOPE_LEN];
    struct letter letter = fake_kiosk_letter(&scene->kiosk, 'a', "text");
    assert_int_equal(letter_encode(&letter, raw), ERROR_NONE);
    assert_int_equal(envelope_seal(charter->intake[0].key, raw, envelope), ERROR_NONE);
    for (int i = 0; i < 2; i++)
        fake_kiosk_raw(&scene->kiosk, envelope);
    letter.session = scene->kiosk.seq + 1; /* the same keys, as if nothing was written before */
    fake_kiosk_add(&scene->kiosk, charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 3, NULL), ERROR_NONE);
    letter.session = scene->kiosk.seq + 1;
    fake_kiosk_add(&scene->kiosk, charter, &letter); /* by another import */
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 4, NULL), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(last_count(scene, SEGMENT_ARRIVALS), 4);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    /* The envelope that came twice is one letter; those that were sealed anew are letters. */
    assert_int_equal(fold_case(scene->desk.vault.history.fold, 1)->letters, 3);
}

/* Whoever has the key of a kiosk signs its records anew, with the envelopes that they copied, when
   the office has another charter. */
static void a_replay_under_another_charter_adds_nothing(void **state)
{
    struct publish_scene *scene = *state;
    struct charter *charter = &scene->desk.vault.charter;
    struct fake_kiosk *kiosk = &scene->kiosk, thief = *kiosk;
    struct import_report report;
    uint8_t raw[LETTER_LEN], envelope[ENVELOPE_LEN];
    fake_kiosk_cover(kiosk, charter);
    struct letter letter = fake_kiosk_letter(kiosk, 'a', "text");
    assert_int_equal(letter_encode(&letter, raw), ERROR_NONE);
    assert_int_equal(envelope_seal(charter->intake[0].key, raw, envelope), ERROR_NONE);
    fake_kiosk_raw(kiosk, envelope);
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 2, NULL), ERROR_NONE);
    charter->number++;
    fake_kiosk_cover(&thief, charter); /* a fork from the first record on */
    fake_kiosk_raw(&thief, envelope);
    assert_int_equal(fake_desk_import(&scene->desk, &thief, 1, 2, &report), ERROR_NONE);
    free(thief.records);
    assert_int_equal(report.records, 2);
    assert_int_equal(report.replays, 1);
    assert_int_equal(fold_case(scene->desk.vault.history.fold, 1)->letters, 1);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(last_count(scene, SEGMENT_ARRIVALS), 4);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 0);
    charter->number--;
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
}

/* Nor does who brings a copy first, from a terminal of their own, spoil the letter: it counts where
   it was written, and a copy once. */
static void a_copy_from_elsewhere_is_not_the_letter(void **state)
{
    struct publish_scene *scene = *state;
    const struct charter *charter = &scene->desk.vault.charter;
    struct fake_kiosk *kiosk = &scene->kiosk, thief;
    struct import_report report;
    uint8_t raw[LETTER_LEN], envelope[ENVELOPE_LEN];
    const struct letter letter = fake_kiosk_letter(kiosk, 'a', "text");
    assert_int_equal(letter_encode(&letter, raw), ERROR_NONE);
    assert_int_equal(envelope_seal(charter->intake[0].key, raw, envelope), ERROR_NONE);
    fake_desk_enroll(&scene->desk, &thief, "PC-18");
    for (int i = 0; i < 2; i++)
        fake_kiosk_raw(&thief, envelope);
    fake_kiosk_raw(kiosk, envelope);
    assert_int_equal(fake_desk_import(&scene->desk, &thief, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misplaced, 1);
    assert_int_equal(report.replays, 0);
    assert_int_equal(fake_desk_import(&scene->desk, &thief, 2, 2, &report), ERROR_NONE);
    assert_int_equal(report.replays, 1);
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misplaced, 0);
    assert_int_equal(report.replays, 0);
    fake_kiosk_drop(&thief);
    assert_int_equal(fold_case(scene->desk.vault.history.fold, 1)->letters, 2);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
}

static void a_record_has_one_tag_for_ever(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(last_count(scene, SEGMENT_ARRIVALS), 0);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
}

/* The charter's limit: what comes later waits, and is not acknowledged before it is told. */
static void more_records_of_a_kiosk_wait_with_their_mark(void **state)
{
    struct publish_scene *scene = *state;
    struct head_mark mark;
    scene->desk.vault.charter.settings[CHARTER_ARRIVALS] = 16;
    for (int i = 0; i < 20; i++)
        fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    publish_test_file(scene, 'a');
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 21, NULL), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY); /* record 21 came before the others */
    assert_int_equal(last_count(scene, SEGMENT_ARRIVALS), 16);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 16);
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(last_count(scene, SEGMENT_ARRIVALS), 5);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 21);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
}

/* Whoever copied the kiosk's key makes records of their own after the second one. */
struct thief {
    struct fake_kiosk kiosk;
    uint8_t second[RECORD_HASH_LEN];
};

static void steal(struct publish_scene *scene, struct thief *thief)
{
    struct fake_kiosk *kiosk = &scene->kiosk;
    scene->desk.vault.charter.settings[CHARTER_ARRIVALS] = 16;
    for (int i = 0; i < 5; i++) {
        fake_kiosk_cover(kiosk, &scene->desk.vault.charter);
        if (kiosk->seq == 2)
            memcpy(thief->second, kiosk->hash, sizeof thief->second);
    }
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 5, NULL), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY);
    thief->kiosk = *kiosk;
    thief->kiosk.room = 3;
    thief->kiosk.records = malloc(thief->kiosk.room * RECORD_LEN);
    assert_non_null(thief->kiosk.records);
    memcpy(thief->kiosk.records, kiosk->records, (size_t)2 * RECORD_LEN);
    thief->kiosk.seq = 2;
    memcpy(thief->kiosk.hash, thief->second, sizeof thief->second);
}

static void letter_is_told(struct publish_scene *scene)
{
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(last_count(scene, SEGMENT_ARRIVALS), 16);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
}

static void junk_keeps_no_letter_waiting(void **state)
{
    struct publish_scene *scene = *state;
    struct thief thief;
    struct head_mark mark;
    steal(scene, &thief);
    for (int i = 0; i < 40; i++) {
        thief.kiosk.seq = 2;
        memcpy(thief.kiosk.hash, thief.second, sizeof thief.second);
        fake_kiosk_cover(&thief.kiosk, &scene->desk.vault.charter);
        assert_int_equal(fake_desk_import(&scene->desk, &thief.kiosk, 3, 3, NULL), ERROR_NONE);
    }
    free(thief.kiosk.records);
    letter_is_told(scene);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 6);
}

static void a_longer_chain_keeps_no_letter_waiting(void **state)
{
    struct publish_scene *scene = *state;
    struct thief thief;
    steal(scene, &thief);
    for (int i = 0; i < 40; i++)
        fake_kiosk_cover(&thief.kiosk, &scene->desk.vault.charter);
    assert_int_equal(fake_desk_import(&scene->desk, &thief.kiosk, 3, 42, NULL), ERROR_NONE);
    free(thief.kiosk.records);
    letter_is_told(scene);
}

/* Nor do records that follow none, of a number that one of the chain has, and those behind them. */
static void records_that_follow_none_stop_no_board(void **state)
{
    struct publish_scene *scene = *state;
    struct thief thief;
    struct head_mark mark;
    steal(scene, &thief);
    for (int i = 3; i >= 0; i--) {
        thief.kiosk.seq = 1;
        memset(thief.kiosk.hash, i << 5, sizeof thief.kiosk.hash);
        fake_kiosk_cover(&thief.kiosk, &scene->desk.vault.charter);
        assert_int_equal(fake_desk_import(&scene->desk, &thief.kiosk, 2, 2, NULL), ERROR_NONE);
    }
    while (thief.kiosk.seq < 9)
        fake_kiosk_cover(&thief.kiosk, &scene->desk.vault.charter);
    assert_int_equal(fake_desk_import(&scene->desk, &thief.kiosk, 3, 9, NULL), ERROR_NONE);
    free(thief.kiosk.records);
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(last_count(scene, SEGMENT_ARRIVALS), 4 + 7 + 1);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 6);
}

/* An office that was restored imports the same records again: its boards and the old ones beside
   them tell no letter from a cover. */
static void what_is_no_letter_has_the_same_tag_again(void **state)
{
    struct publish_scene *scene = *state;
    struct card card = {.kiosk = {1}};
    struct record record = {.seq = 7}, other = {.seq = 8};
    const struct item_source one = {&card, &record, 0, 1}, two = {&card, &other, 1, 2},
                             renewed = {&card, &record, 0, 2};
    struct opening first, again, next, anew;
    const struct keyset *keys = scene->desk.vault.keys;
    assert_int_equal(opening_none(keys, &one, &first), ERROR_NONE);
    assert_int_equal(opening_none(keys, &one, &again), ERROR_NONE);
    assert_int_equal(opening_none(keys, &two, &next), ERROR_NONE);
    assert_memory_equal(first.tag, again.tag, sizeof first.tag);
    assert_memory_not_equal(first.tag, next.tag, sizeof first.tag);
    /* A letter has another one under another charter; so has this. */
    assert_int_equal(opening_none(keys, &renewed, &anew), ERROR_NONE);
    assert_memory_not_equal(first.tag, anew.tag, sizeof first.tag);
}

/* --- which messages a board takes --- */

static void many_statuses_do_not_crowd_out_answers(void **state)
{
    enum { CASES = 200 };
    struct publish_scene *scene = *state;
    for (int i = 1; i <= CASES; i++) {
        struct letter letter = fake_kiosk_letter(&scene->kiosk, 'a', "text");
        memset(letter.tag_key, i, sizeof letter.tag_key);
        letter.tag_key[0] = (uint8_t)(i >> 1);
        fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    }
    publish_test_file(scene, 'b');
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, CASES, NULL), ERROR_NONE);
    for (uint64_t id = 2; id <= CASES + 1; id++) {
        bool changed = false;
        assert_int_equal(fake_desk_set_status(&scene->desk, id, taxonomy_status("opened"),
                                              FAKE_DESK_DAY, &changed),
                         ERROR_NONE);
    }
    answer(scene, 1, "text");
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(publish_test_messages(scene, 'b'), 1);
    assert_int_equal(scene->report.sent, FAKE_DESK_ANSWERS / 4 + 1);
    assert_int_equal(scene->report.forecast.waiting, CASES - FAKE_DESK_ANSWERS / 4);
    assert_int_equal(scene->report.forecast.boards, CASES / (FAKE_DESK_ANSWERS / 4) - 1);
}

static void the_fifth_answer_of_a_case_waits(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    publish_test_file(scene, 'c');
    for (int i = 0; i < 5; i++)
        answer(scene, 1, "text");
    answer(scene, 2, "text");
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(publish_test_messages(scene, 'a'), SEGMENT_CASE_MAX);
    assert_int_equal(publish_test_messages(scene, 'c'), 1);
    assert_int_equal(scene->report.forecast.waiting, 1);
    assert_int_equal(scene->report.forecast.leaves, FAKE_DESK_DAY + 1);
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(publish_test_messages(scene, 'a'), 5);
}

/* What was said later is not read before what was said earlier. */
static void messages_of_a_case_leave_in_order(void **state)
{
    struct publish_scene *scene = *state;
    struct answer said;
    for (char who = 'a'; who < 'a' + FAKE_DESK_ANSWERS / 4 + 1; who++) {
        publish_test_file(scene, who);
        bool changed = false;
        assert_int_equal(fake_desk_set_status(&scene->desk, (uint64_t)(who - 'a') + 1,
                                              taxonomy_status("opened"), FAKE_DESK_DAY, &changed),
                         ERROR_NONE);
    }
    answer(scene, FAKE_DESK_ANSWERS / 4 + 1, "text"); /* whose status has no place left */
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(scene->report.sent, FAKE_DESK_ANSWERS / 4);
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(publish_test_message(scene, 'a' + FAKE_DESK_ANSWERS / 4, 1, &said),
                     ERROR_NONE);
    assert_int_equal(said.state, TAXONOMY_LOOKING);
    assert_int_equal(publish_test_message(scene, 'a' + FAKE_DESK_ANSWERS / 4, 2, &said),
                     ERROR_NONE);
    assert_int_equal(said.state, TAXONOMY_ANSWERED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(every_board_has_the_same_number_of_answers),
        PUBLISH_TEST(any_record_adds_the_same_bytes),
        PUBLISH_TEST(a_replay_gets_a_tag_of_its_own),
        PUBLISH_TEST(a_replay_under_another_charter_adds_nothing),
        PUBLISH_TEST(a_copy_from_elsewhere_is_not_the_letter),
        PUBLISH_TEST(a_record_has_one_tag_for_ever),
        PUBLISH_TEST(more_records_of_a_kiosk_wait_with_their_mark),
        PUBLISH_TEST(junk_keeps_no_letter_waiting),
        PUBLISH_TEST(a_longer_chain_keeps_no_letter_waiting),
        PUBLISH_TEST(records_that_follow_none_stop_no_board),
        PUBLISH_TEST(what_is_no_letter_has_the_same_tag_again),
        PUBLISH_TEST(many_statuses_do_not_crowd_out_answers),
        PUBLISH_TEST(the_fifth_answer_of_a_case_waits),
        PUBLISH_TEST(messages_of_a_case_leave_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
