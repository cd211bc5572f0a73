/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the office puts on the board: answers, marks, numbers, and its padding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "crypto/answer.h"
#include "crypto/hash.h"
#include "desk/command.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "office/publish.h"
#include "office/published.h"
#include "office/triage.h"
#include "protocol/charter.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"
#include "tests/lib/publish_test.h"
#include "tests/lib/raw_db.h"
#include "tests/lib/short_memory.h"

static void test_answer_is_read_from_the_board(void **state)
{
    struct publish_scene *scene = *state;
    static const char text[] = "Мы получили ваше письмо. Врач придёт в понедельник.";
    struct answer answer;
    publish_test_file(scene, 'a');
    publish_test_file(scene, 'c');
    assert_int_equal(fake_desk_answer(&scene->desk, 1, text, sizeof text - 1, FAKE_DESK_DAY + 3),
                     ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY + 4);
    assert_int_equal(publish_test_message(scene, 'a', 1, &answer), ERROR_NONE);
    assert_int_equal(answer.state, TAXONOMY_ANSWERED);
    assert_int_equal(answer.day, FAKE_DESK_DAY + 3);
    assert_int_equal(answer.len, sizeof text - 1);
    assert_memory_equal(answer.text, text, answer.len);
    assert_int_equal(publish_test_messages(scene, 'a'), 1);
    assert_int_equal(publish_test_messages(scene, 'c'), 0);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    assert_int_equal(publish_test_arrivals(scene, 'c', 0), 1);
    assert_int_equal(publish_test_arrivals(scene, 'x', 0), 0);
}

static void test_marks_name_the_unbroken_chain(void **state)
{
    struct publish_scene *scene = *state;
    struct head_mark mark;
    publish_test_file(scene, 'a');
    publish_test_file(scene, 'b');
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(scene->board.head.kiosk_count, 1);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 2);
    assert_int_equal(mark.day, FAKE_DESK_DAY + 2);
    assert_memory_equal(mark.hash, scene->kiosk.hash, sizeof mark.hash);
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    publish_test_file(scene, 'c'); /* record 4; 3 is missing */
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 2);
    assert_int_equal(publish_test_arrivals(scene, 'c', 0), 1); /* it came, though */
}

static void test_heads_follow_one_another(void **state)
{
    struct publish_scene *scene = *state;
    struct journal_txn last;
    uint8_t hash[32], journal[32];
    publish_test_file(scene, 'a');
    assert_int_equal(journal_last_txn(scene->desk.vault.journal, &last), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(scene->board.head.number, 1);
    assert_memory_equal(scene->board.head.journal, last.hash, sizeof last.hash);
    const struct hash_part head = {scene->board.head_bytes, scene->board.head_len};
    assert_int_equal(hash_sha256(hash, &head, 1), 0);
    memcpy(journal, scene->board.head.journal, sizeof journal);
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(scene->board.head.number, 2);
    assert_int_equal(scene->board.head.day, FAKE_DESK_DAY + 1);
    assert_memory_equal(scene->board.head.before, hash, sizeof hash);
    assert_memory_not_equal(scene->board.head.journal, journal, sizeof journal);
    assert_int_equal(scene->board.segment_count, 4);
    assert_memory_equal(scene->board.segments[3].before, hash, sizeof hash);
}

static void test_status_is_told_when_people_see_it_change(void **state)
{
    struct publish_scene *scene = *state;
    struct answer answer;
    bool changed = false;
    publish_test_file(scene, 'a');
    assert_int_equal(
        fake_desk_set_status(&scene->desk, 1, taxonomy_status("closed"), FAKE_DESK_DAY, &changed),
        ERROR_NONE);
    assert_true(changed);
    assert_int_equal(
        fake_desk_set_status(&scene->desk, 1, taxonomy_status("closed"), FAKE_DESK_DAY, &changed),
        ERROR_NONE);
    assert_false(changed);
    assert_int_equal(fake_desk_set_status(&scene->desk, 1, taxonomy_status("closed-upheld"),
                                          FAKE_DESK_DAY, &changed),
                     ERROR_NONE);
    assert_true(changed);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(publish_test_message(scene, 'a', 1, &answer), ERROR_NONE);
    assert_int_equal(answer.state, TAXONOMY_CLOSED);
    assert_int_equal(answer.len, 0);
    assert_int_equal(publish_test_messages(scene, 'a'), 1);
    assert_int_equal(
        fake_desk_set_status(&scene->desk, 99, taxonomy_status("closed"), FAKE_DESK_DAY, &changed),
        ERROR_CASE);
}

static void test_answers_have_limits(void **state)
{
    struct publish_scene *scene = *state;
    struct answer answer;
    char text[ANSWER_TEXT_MAX + 1];
    memset(text, 'x', sizeof text);
    publish_test_file(scene, 'a');
    assert_int_equal(fake_desk_answer(&scene->desk, 1, text, sizeof text, FAKE_DESK_DAY),
                     ERROR_TEXT_LONG);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, text, 0, FAKE_DESK_DAY), ERROR_TEXT_EMPTY);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "\xFF", 1, FAKE_DESK_DAY), ERROR_TEXT_UTF8);
    assert_int_equal(fake_desk_answer(&scene->desk, 7, "text", 4, FAKE_DESK_DAY), ERROR_CASE);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, text, ANSWER_TEXT_MAX, FAKE_DESK_DAY),
                     ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(publish_test_message(scene, 'a', 1, &answer), ERROR_NONE);
    assert_int_equal(answer.len, ANSWER_TEXT_MAX);
    assert_int_equal(publish_test_messages(scene, 'a'), 1);
}

static void test_the_last_number_is_kept_for_the_closing(void **state)
{
    struct publish_scene *scene = *state;
    struct answer answer;
    publish_test_file(scene, 'a');
    for (uint32_t n = 1; n < ANSWER_COUNT_MAX; n++)
        assert_int_equal(fake_desk_answer(&scene->desk, 1, "x", 1, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "x", 1, FAKE_DESK_DAY), ERROR_MESSAGES);
    assert_int_equal(publish_test_status(scene, "opened"), ERROR_NONE); /* nothing is told */
    assert_int_equal(publish_test_look(scene).messages, ANSWER_COUNT_MAX - 1);
    assert_string_equal(taxonomy_status_numbered(publish_test_look(scene).status)->code, "opened");
    assert_int_equal(publish_test_status(scene, "closed"), ERROR_NONE);
    for (uint32_t day = 0; day < ANSWER_COUNT_MAX / SEGMENT_CASE_MAX; day++)
        publish_test_run(scene, FAKE_DESK_DAY + day);
    assert_int_equal(publish_test_messages(scene, 'a'), ANSWER_COUNT_MAX);
    assert_int_equal(publish_test_message(scene, 'a', ANSWER_COUNT_MAX, &answer), ERROR_NONE);
    assert_int_equal(answer.state, TAXONOMY_CLOSED);
    assert_int_equal(publish_test_status(scene, "opened"), ERROR_NONE);
    assert_int_equal(publish_test_look(scene).messages, ANSWER_COUNT_MAX);
}

static void test_a_status_promises_no_answer_that_is_not_there(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    assert_int_equal(publish_test_status(scene, "answered"), ERROR_NO_ANSWER);
    assert_int_equal(publish_test_status(scene, "need-info"), ERROR_NO_ANSWER);
    assert_int_equal(publish_test_look(scene).messages, 0);
    assert_int_equal(publish_test_status(scene, "opened"), ERROR_NONE);
    assert_int_equal(publish_test_look(scene).messages, 1);
    assert_true(publish_test_look(scene).waits);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, " \n\t\xC2\xA0 ", 6, FAKE_DESK_DAY),
                     ERROR_TEXT_EMPTY);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "Which desk?", 11, FAKE_DESK_DAY),
                     ERROR_NONE);
    assert_false(publish_test_look(scene).waits);
    assert_int_equal(publish_test_status(scene, "need-info"), ERROR_NONE);
    publish_test_file(scene, 'a'); /* the person writes again */
    assert_int_equal(publish_test_status(scene, "answered"), ERROR_NO_ANSWER);
}

/* A kiosk keeps a newer board: whoever puts back a backup must come out above it. */
static void test_number_passes_what_a_kiosk_holds(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(scene->report.ahead, 0);
    scene->kiosk.board = 7;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(scene->board.head.number, 8);
    assert_int_equal(scene->report.ahead, 7);
    assert_memory_equal(scene->report.ahead_kiosk, scene->kiosk.id, CARD_KIOSK_LEN);
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    assert_int_equal(scene->report.ahead, 0);
}

/* Nor does it make them leap behind every backup. */
static void test_a_kiosk_that_lies_uses_no_numbers_up(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    const uint32_t first = scene->board.head.number;
    const uint32_t claims[] = {first + PUBLISHED_LEAP + 6, first + FOLD_LEAP_MAX - 2, UINT32_MAX};
    for (uint32_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        scene->kiosk.board = claims[i];
        assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
        publish_test_run(scene, FAKE_DESK_DAY + 1 + i);
        assert_int_equal(scene->board.head.number, first + 1 + i);
        assert_true(scene->report.ahead == claims[i]);
    }
}

static void damage_queued(struct publish_scene *scene, uint64_t act)
{
    char sql[128];
    snprintf(sql, sizeof sql, "UPDATE queue SET sealed = zeroblob(length(sealed)) WHERE seq = %llu",
             (unsigned long long)act);
    raw_db(folder_path(scene->desk.dir, "journal.db"), sql);
}

static void test_a_damaged_row_keeps_no_other_from_the_board(void **state)
{
    struct publish_scene *scene = *state;
    struct vault *vault = &scene->desk.vault;
    struct answer answer;
    publish_test_file(scene, 'a');
    publish_test_file(scene, 'c');
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "lost", 4, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "text", 4, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(fake_desk_answer(&scene->desk, 2, "text", 4, FAKE_DESK_DAY), ERROR_NONE);
    damage_queued(scene, fake_desk_act(&scene->desk, 1, ACT_MESSAGE, 1));
    vault->damage_count = 0;
    assert_int_equal(publish_run(vault, scene->out, FAKE_DESK_NOW, &scene->report),
                     ERROR_JOURNAL_ROW);
    assert_int_equal(vault->damage_count, 1);
    assert_int_equal(vault->damage[0].case_id, 1);
    assert_int_equal(vault->damage[0].message, 1);
    publish_test_read(scene);
    assert_int_equal(publish_test_message(scene, 'a', 2, &answer), ERROR_NONE);
    assert_int_equal(publish_test_message(scene, 'c', 1, &answer), ERROR_NONE);
}

/* What could not be opened for want of memory is neither damaged nor left out. */
static void no_memory_leaves_no_answer_out(void **state)
{
    struct publish_scene *scene = *state;
    struct vault *vault = &scene->desk.vault;
    enum error error = ERROR_MEMORY;
    size_t calls = 0;
    publish_test_file(scene, 'a');
    publish_test_file(scene, 'c');
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "text", 4, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(publish_test_status(scene, "closed"), ERROR_NONE);
    for (; error != ERROR_NONE; calls++) {
        short_memory_begin(calls);
        error = publish_run(vault, scene->out, FAKE_DESK_NOW, &scene->report);
        short_memory_end();
        assert_true(error == ERROR_NONE || error == ERROR_MEMORY);
        assert_int_equal(vault->damage_count, 0);
    }
    assert_true(calls > 4);
    publish_test_read(scene);
    assert_int_equal(scene->board.head.number, 1);
    assert_int_equal(publish_test_messages(scene, 'a'), 2);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    assert_int_equal(publish_test_arrivals(scene, 'c', 0), 1);
}

/* Whoever has the board's key makes a board for one kiosk under a number that is taken. */
static void another_board_of_a_number_is_named(void **state)
{
    struct publish_scene *scene = *state;
    struct fake_kiosk *kiosk = &scene->kiosk;
    const struct vault *vault = &scene->desk.vault;
    struct import_report report;
    struct fleet_row *rows = NULL;
    size_t n = 0;
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    const struct hash_part head = {scene->board.head_bytes, scene->board.head_len};
    assert_int_equal(hash_sha256(kiosk->board_hash, &head, 1), 0);
    kiosk->board = 1;
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misfits, 0);
    kiosk->board_hash[0] ^= 1;
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misfits, 1);
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misfits, 0);                                          /* it is known */
    for (kiosk->misfits.n = 0; kiosk->misfits.n < MISFIT_MAX; kiosk->misfits.n++) /* made up */
        kiosk->misfits.all[kiosk->misfits.n] =
            (struct misfit){{1, 7, {(uint8_t)kiosk->misfits.n}}, {1, 7, {9}}};
    kiosk->board_hash[0] ^= 2;
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misfits, 1);
    kiosk->misfits.n = 0;
    kiosk->board_hash[0] ^= 2;
    kiosk->board = 2; /* of which the office knows nothing */
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.misfits, 0);
    assert_int_equal(fleet_list(&scene->desk.vault, FAKE_DESK_NOW, &rows, &n), ERROR_NONE);
    assert_int_equal(n, 1);
    assert_int_equal(rows->misfits.n, 1 + MISFIT_MAX);
    const struct misfit *misfit = &rows->misfits.all[MISFIT_MAX].misfit;
    assert_int_equal(misfit->had.hash[0], kiosk->board_hash[0] ^ 2); /* in the last place */
    misfit = &rows->misfits.all[0].misfit;
    assert_int_equal(misfit->had.number, 1);
    assert_memory_equal(misfit->had.hash, kiosk->board_hash, sizeof kiosk->board_hash);
    assert_int_equal(misfit->came.charter, vault->charter.number);
    assert_int_equal(misfit->came.hash[0], kiosk->board_hash[0] ^ 1);
    fleet_free(rows, n);
}

/* What the journal says of its own board is what was signed, not what stands in the row: whoever
   has the database while a bundle is imported makes no other board fit, and none that is the
   office's own misfit. */
static void a_row_in_the_journal_makes_no_board_fit(void **state)
{
    static const char *const hands[] = {
        "UPDATE board SET head = zeroblob(length(head))",
        "UPDATE board SET charter = -1",
        "UPDATE board SET charter = 'x'",
        "UPDATE board SET charter = 1, day = -1",
        "UPDATE board SET day = 1, head = 'text'",
        "DELETE FROM board",
    };
    struct publish_scene *scene = *state;
    struct fake_kiosk *kiosk = &scene->kiosk;
    struct import_report report;
    const uint8_t zeros[2048] = {0};
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    const struct hash_part head = {scene->board.head_bytes, scene->board.head_len};
    const struct hash_part other = {zeros, scene->board.head_len};
    assert_true(other.len <= sizeof zeros);
    kiosk->board = 1;
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++) {
        raw_db(folder_path(scene->desk.dir, "journal.db"), hands[i]);
        assert_int_equal(hash_sha256(kiosk->board_hash, &head, 1), 0);
        assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 1, &report), ERROR_NONE);
        assert_int_equal(report.misfits, 0);
        assert_int_equal(hash_sha256(kiosk->board_hash, &other, 1), 0);
        kiosk->board_hash[0] ^= (uint8_t)i; /* the first was told */
        assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 1, &report), ERROR_NONE);
        assert_int_equal(report.misfits, 1);
    }
}

/* Who spoils the act hides no board unnoticed: the import names the act. */
static void a_board_act_that_does_not_open_is_named(void **state)
{
    char hand[160];
    struct publish_scene *scene = *state;
    struct fake_kiosk *kiosk = &scene->kiosk;
    struct vault *vault = &scene->desk.vault;
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    const uint64_t act = fold_board_act(vault->history.fold, 1);
    snprintf(hand, sizeof hand, "UPDATE body SET sealed = zeroblob(64) WHERE seq = %llu",
             (unsigned long long)act);
    raw_db(folder_path(scene->desk.dir, "journal.db"), hand);
    kiosk->board = 1;
    kiosk->board_hash[0] ^= 1;
    assert_int_equal(vault->damage_count, 0);
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 1, NULL), ERROR_NONE);
    assert_int_equal(vault->damage_count, 1);
    assert_int_equal(vault->damage[0].seq, act);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(test_answer_is_read_from_the_board),
        PUBLISH_TEST(test_marks_name_the_unbroken_chain),
        PUBLISH_TEST(test_heads_follow_one_another),
        PUBLISH_TEST(test_status_is_told_when_people_see_it_change),
        PUBLISH_TEST(test_answers_have_limits),
        PUBLISH_TEST(test_the_last_number_is_kept_for_the_closing),
        PUBLISH_TEST(test_a_status_promises_no_answer_that_is_not_there),
        PUBLISH_TEST(test_number_passes_what_a_kiosk_holds),
        PUBLISH_TEST(test_a_kiosk_that_lies_uses_no_numbers_up),
        PUBLISH_TEST(test_a_damaged_row_keeps_no_other_from_the_board),
        PUBLISH_TEST(no_memory_leaves_no_answer_out),
        PUBLISH_TEST(another_board_of_a_number_is_named),
        PUBLISH_TEST(a_row_in_the_journal_makes_no_board_fit),
        PUBLISH_TEST(a_board_act_that_does_not_open_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
