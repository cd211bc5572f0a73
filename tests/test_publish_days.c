/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a board comes out, how long what it adds stays, and that its files are written as often as
   it takes, but made once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "office/publish.h"
#include "protocol/names.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"
#include "tests/lib/process.h"
#include "tests/lib/publish_test.h"
#include "tests/lib/raw_db.h"

/* A Monday. */
enum { MONDAY = FAKE_DESK_DAY + 7 - (FAKE_DESK_DAY + 3) % 7 };

static void answer(struct publish_scene *scene)
{
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "text", 4, FAKE_DESK_DAY), ERROR_NONE);
}

/* --- days --- */

static void a_week_begins_on_monday(void **state)
{
    assert_int_equal(day_weekday(0), 3); /* 1970-01-01 was a Thursday */
    assert_int_equal(day_weekday(DAY_RELEASED), 0);
    assert_int_equal(day_weekday(MONDAY), 0);
    assert_int_equal(day_weekday(MONDAY + 6), 6);
}

static void a_day_has_one_board(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    publish_test_run(scene, MONDAY);
    assert_true(scene->report.made);
    const size_t len = scene->board.head_len;
    uint8_t *head = malloc(len);
    assert_non_null(head);
    memcpy(head, scene->board.head_bytes, len);
    answer(scene);
    publish_test_run(scene, MONDAY);
    assert_false(scene->report.made);
    assert_int_equal(scene->report.number, 1);
    assert_int_equal(scene->report.day, MONDAY);
    assert_int_equal(scene->report.forecast.due, MONDAY + 1);
    assert_int_equal(scene->report.forecast.waiting, 1);
    assert_int_equal(scene->board.head_len, len);
    assert_memory_equal(scene->board.head_bytes, head, len);
    free(head);
}

static void a_day_without_a_board_says_when_the_next_is_due(void **state)
{
    struct publish_scene *scene = *state;
    scene->desk.vault.charter.settings[CHARTER_BOARD_DAYS] = 1 | 8; /* Monday and Thursday */
    publish_test_run(scene, MONDAY + 1);                            /* the first: on any day */
    assert_true(scene->report.made);
    assert_int_equal(scene->report.forecast.due, MONDAY + 3);
    for (uint32_t day = MONDAY + 2; day < MONDAY + 14; day++) {
        const bool due = day == MONDAY + 3 || day == MONDAY + 7 || day == MONDAY + 10;
        struct publish_forecast forecast;
        assert_int_equal(publish_look(&scene->desk.vault, day * DAY_MINUTES, &forecast),
                         ERROR_NONE);
        assert_true((forecast.due == day) == due);
        publish_test_run(scene, day);
        assert_true(scene->report.made == due);
        assert_int_equal(scene->report.forecast.due, day < MONDAY + 3    ? MONDAY + 3
                                                     : day < MONDAY + 7  ? MONDAY + 7
                                                     : day < MONDAY + 10 ? MONDAY + 10
                                                                         : MONDAY + 14);
    }
    assert_int_equal(scene->report.number, 4);
}

static void what_waits_says_when_it_leaves(void **state)
{
    struct publish_scene *scene = *state;
    struct publish_forecast forecast;
    scene->desk.vault.charter.settings[CHARTER_BOARD_DAYS] = 1;
    publish_test_file(scene, 'a');
    publish_test_run(scene, MONDAY);
    for (int i = 0; i < 9; i++) /* of one case: 4, 4 and 1 */
        answer(scene);
    assert_int_equal(publish_look(&scene->desk.vault, MONDAY * DAY_MINUTES, &forecast), ERROR_NONE);
    assert_int_equal(forecast.waiting, 9);
    assert_int_equal(forecast.boards, 3);
    assert_int_equal(forecast.due, MONDAY + 7);
    assert_int_equal(forecast.leaves, MONDAY + 21);
}

/* --- how long it stays --- */

static void segments_leave_after_the_term(void **state)
{
    struct publish_scene *scene = *state;
    scene->desk.vault.charter.settings[CHARTER_TERM] = 90;
    publish_test_file(scene, 'a');
    answer(scene);
    publish_test_run(scene, MONDAY);
    publish_test_run(scene, MONDAY + 1);
    publish_test_run(scene, MONDAY + 89);
    assert_int_equal(scene->board.segment_count, 6);
    assert_int_equal(publish_test_messages(scene, 'a'), 1);
    publish_test_run(scene, MONDAY + 90);
    assert_int_equal(scene->board.segment_count, 6);
    assert_int_equal(scene->board.segments[0].number, 2);
    assert_int_equal(publish_test_messages(scene, 'a'), 0);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 0);
    publish_test_run(scene, MONDAY + 300);
    assert_int_equal(scene->board.segment_count, 2);
}

static void a_wrong_clock_takes_nothing_away_for_good(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    answer(scene);
    publish_test_run(scene, MONDAY);
    publish_test_run(scene, MONDAY + 500);
    assert_int_equal(publish_test_messages(scene, 'a'), 0);
    publish_test_run(scene, MONDAY + 1);
    assert_int_equal(publish_test_messages(scene, 'a'), 1);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    publish_test_run(scene, MONDAY - 5000);
    publish_test_run(scene, MONDAY + 2);
    assert_int_equal(publish_test_messages(scene, 'a'), 1);
}

static enum error see_board(void *context, const struct journal_board *row)
{
    return ERROR_NONE;
}

static enum error has_board(struct publish_scene *scene, uint32_t number)
{
    return journal_board(scene->desk.vault.journal, number, see_board, NULL);
}

static void boards_leave_the_journal_when_many_days_agree(void **state)
{
    enum { TERM = 90, AGREE = 60 };
    struct publish_scene *scene = *state;
    scene->desk.vault.charter.settings[CHARTER_TERM] = TERM;
    publish_test_run(scene, MONDAY);
    for (uint32_t i = 0; i < AGREE; i++) {
        assert_int_equal(has_board(scene, 1), ERROR_NONE);
        raw_db(folder_path(scene->desk.dir, "journal.db"), /* what a row says is nothing */
               "UPDATE board SET day = 1 WHERE number = 2");
        publish_test_run(scene, MONDAY + TERM + i);
    }
    assert_int_equal(has_board(scene, 1), ERROR_NO_ROW);
    assert_int_equal(has_board(scene, 2), ERROR_NONE);
}

static void a_board_that_no_act_made_is_not_signed_for(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    publish_test_run(scene, MONDAY);
    scene->kiosk.board = 7;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    publish_test_run(scene, MONDAY + 1);
    assert_int_equal(scene->board.head.number, 8);
    raw_db(folder_path(scene->desk.dir, "journal.db"),
           "INSERT INTO board SELECT 3, day, charter, head, "
           "CAST(substr(arrivals, 1, 44) || x'03000000' || substr(arrivals, 49) AS BLOB), "
           "CAST(substr(answers, 1, 44) || x'03000000' || substr(answers, 49) AS BLOB) FROM board "
           "WHERE number = 1");
    publish_test_run(scene, MONDAY + 2);
    for (uint32_t i = 0; i < scene->board.segment_count; i++)
        assert_int_not_equal(scene->board.segments[i].number, 3);
    assert_int_equal(scene->board.segment_count, 6);
}

static void a_row_laid_ahead_stops_no_board(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    publish_test_run(scene, MONDAY);
    raw_db(folder_path(scene->desk.dir, "journal.db"),
           "INSERT INTO board SELECT 2, day, charter, head, arrivals, answers FROM board;"
           "INSERT INTO board SELECT 9, 1, charter, x'00', x'00', x'00' FROM board "
           "WHERE number = 1");
    publish_test_run(scene, MONDAY + 1);
    assert_int_equal(scene->board.head.number, 2);
    assert_int_equal(scene->board.segment_count, 4);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
}

/* What the last head left out is written nowhere but in the journal. */
static void a_board_comes_back_as_it_was_or_not_at_all(void **state)
{
    enum { SPOILT = 9 };
    struct publish_scene *scene = *state;
    struct vault *vault = &scene->desk.vault;
    vault->charter.settings[CHARTER_BOARD_DAYS] = 127;
    for (uint32_t i = 0; i <= SPOILT; i++) {
        publish_test_file(scene, 'a');
        publish_test_run(scene, MONDAY + i);
    }
    publish_test_run(scene, MONDAY + 500);
    raw_db(folder_path(scene->desk.dir, "journal.db"),
           "UPDATE board SET answers = CAST(substr(answers, 1, length(answers) - 1) || x'00' "
           "AS BLOB) WHERE number = 1;"
           "UPDATE board SET arrivals = x'00' WHERE number = 2;"
           "UPDATE board SET head = x'00' WHERE number = 3;"
           "UPDATE board SET arrivals = (SELECT CAST(substr(arrivals, 1, 44) || x'04000000' || "
           "substr(arrivals, 49) AS BLOB) FROM board WHERE number = 10) WHERE number = 4;"
           "UPDATE board SET day = -1 WHERE number = 5;"
           "UPDATE board SET charter = -1 WHERE number = 6;"
           "UPDATE board SET head = 'x' WHERE number = 7;"
           "UPDATE board SET arrivals = 7 WHERE number = 8;"
           "UPDATE board SET answers = 7 WHERE number = 9");
    vault->damage_count = 0;
    assert_int_equal(
        publish_run(vault, scene->out, (MONDAY + SPOILT + 1) * DAY_MINUTES, &scene->report),
        ERROR_JOURNAL_ROW);
    assert_true(scene->report.made);
    assert_int_equal(vault->damage_count, SPOILT);
    publish_test_read(scene);
    assert_int_equal(scene->board.segments[0].number, SPOILT + 1);
    assert_int_equal(scene->board.segment_count, 2 * 3);
}

/* Adds bytes in hexadecimal to a statement. */
static size_t add_hex(char *sql, size_t at, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        at += (size_t)sprintf(sql + at, "%02x", bytes[i]);
    return at;
}

/* A head that names other segments is easily written: nobody here looks at its signature. */
static void a_board_comes_back_as_its_act_says(void **state)
{
    enum { HASH_AT = HEAD_HEADER_LEN + HEAD_MARK_LEN + 12 }; /* of the first segment */
    struct publish_scene *scene = *state;
    char name[NAMES_LEN], sql[1024] = "UPDATE board SET arrivals = x'";
    uint8_t *bytes = NULL, hash[HASH_LEN];
    size_t len = 0;
    publish_test_file(scene, 'a');
    publish_test_run(scene, MONDAY);
    const struct head_segment named = head_segment(&scene->board.head, 0);
    assert_true(names_segment(&named, name));
    assert_int_equal(file_read(AT_FDCWD, folder_path(scene->out, name), SEGMENT_MAX, &bytes, &len),
                     ERROR_NONE);
    assert_true(len > 0);
    bytes[len - 1] ^= 1;
    const struct hash_part part = {bytes, len};
    assert_int_equal(hash_sha256(hash, &part, 1), 0);
    publish_test_run(scene, MONDAY + 500);
    size_t at = add_hex(sql, strlen(sql), bytes, len);
    at += (size_t)sprintf(sql + at, "', head = CAST(substr(head, 1, %d) || x'", HASH_AT);
    at = add_hex(sql, at, hash, sizeof hash);
    sprintf(sql + at, "' || substr(head, %d) AS BLOB) WHERE number = 1", HASH_AT + HASH_LEN + 1);
    raw_db(folder_path(scene->desk.dir, "journal.db"), sql);
    free(bytes);
    assert_int_equal(
        publish_run(&scene->desk.vault, scene->out, (MONDAY + 1) * DAY_MINUTES, &scene->report),
        ERROR_JOURNAL_ROW);
    publish_test_read(scene);
    assert_int_equal(scene->board.segments[0].number, 2);
}

/* A medium has room for a board of the size that the charter names. */
static void the_oldest_leave_where_a_board_would_be_too_large(void **state)
{
    enum { EACH = 1024 }; /* 4 MiB */
    struct publish_scene *scene = *state;
    scene->desk.vault.charter.settings[CHARTER_ANSWERS] = EACH;
    scene->desk.vault.charter.settings[CHARTER_SIZE] = 16;
    for (uint32_t i = 0; i < 5; i++) {
        uint64_t sum = 0;
        publish_test_run(scene, MONDAY + i);
        for (uint32_t k = 0; k < scene->board.segment_count; k++)
            sum += segment_len(scene->board.segments[k].kind, scene->board.segments[k].count);
        assert_true(sum <= 16u << 20);
        assert_int_equal(scene->board.segments[scene->board.segment_count - 1].number, i + 1);
    }
    assert_int_equal(scene->board.segments[0].number, 3); /* 12 MiB, and what is beside them */
}

/* --- the files --- */

static void remove_file(struct publish_scene *scene, const char *name)
{
    assert_int_equal(unlink(folder_path(scene->out, name)), 0);
}

static void what_is_missing_or_damaged_is_written_again(void **state)
{
    struct publish_scene *scene = *state;
    char name[NAMES_LEN];
    publish_test_file(scene, 'a');
    publish_test_run(scene, MONDAY);
    publish_test_run(scene, MONDAY + 1);
    struct head_segment segment = head_segment(&scene->board.head, 0);
    assert_true(names_segment(&segment, name));
    remove_file(scene, name);
    segment = head_segment(&scene->board.head, 3);
    assert_true(names_segment(&segment, name));
    folder_write(folder_path(scene->out, name), "x", 1);
    remove_file(scene, "sandyq.board");
    folder_write(folder_path(scene->out, "sandyq-1-00000000.answers"), "old", 3);
    publish_test_run(scene, MONDAY + 1);
    assert_false(scene->report.made);
    assert_int_equal(scene->board.segment_count, 4);
    assert_int_not_equal(access(folder_path(scene->out, "sandyq-1-00000000.answers"), F_OK), 0);
}

static void a_board_that_was_changed_in_the_journal_is_not_handed_out(void **state)
{
    struct publish_scene *scene = *state;
    struct vault *vault = &scene->desk.vault;
    publish_test_run(scene, MONDAY);
    raw_db(folder_path(scene->desk.dir, "journal.db"), "UPDATE board SET answers = x'00'");
    assert_int_equal(publish_run(vault, scene->out, MONDAY * DAY_MINUTES, &scene->report),
                     ERROR_NONE); /* which has them already */
    char *other = folder_make();
    assert_int_equal(publish_run(vault, other, MONDAY * DAY_MINUTES, &scene->report),
                     ERROR_JOURNAL_CORRUPT);
    folder_remove(&other);
    raw_db(folder_path(scene->desk.dir, "journal.db"), "UPDATE board SET head = x'00'");
    assert_int_equal(publish_run(vault, scene->out, (MONDAY + 1) * DAY_MINUTES, &scene->report),
                     ERROR_JOURNAL_CORRUPT);
    assert_false(scene->report.made);
}

static void a_board_that_was_taken_out_is_damage(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_run(scene, MONDAY);
    publish_test_run(scene, MONDAY + 1);
    raw_db(folder_path(scene->desk.dir, "journal.db"), "DELETE FROM board WHERE number = 1");
    assert_int_equal(
        publish_run(&scene->desk.vault, scene->out, (MONDAY + 2) * DAY_MINUTES, &scene->report),
        ERROR_JOURNAL_CORRUPT);
    publish_test_read(scene);
    assert_int_equal(scene->board.segment_count, 4);
}

static void a_file_that_was_taken_out_is_damage(void **state)
{
    static const char *const hands[] = {"UPDATE board SET answers = x'' WHERE number = 1",
                                        "UPDATE board SET arrivals = x'' WHERE number = 1"};
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++) {
        struct publish_scene *scene = NULL;
        assert_int_equal(publish_test_setup(state), 0);
        scene = *state;
        publish_test_run(scene, MONDAY);
        publish_test_run(scene, MONDAY + 1);
        raw_db(folder_path(scene->desk.dir, "journal.db"), hands[i]);
        assert_int_equal(
            publish_run(&scene->desk.vault, scene->out, (MONDAY + 2) * DAY_MINUTES, &scene->report),
            ERROR_JOURNAL_CORRUPT);
        publish_test_teardown(state);
    }
}

/* A row out of the range of numbers and days is none. */
static void a_row_that_can_be_no_board_stops_none(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_run(scene, MONDAY);
    publish_test_run(scene, MONDAY + 1);
    raw_db(folder_path(scene->desk.dir, "journal.db"),
           "INSERT INTO board SELECT 5000000000, day, charter, head, arrivals, answers FROM board "
           "WHERE number = 1;"
           "INSERT INTO board SELECT -5, day, charter, head, arrivals, answers FROM board "
           "WHERE number = 1;"
           "UPDATE board SET day = -1, charter = -1 WHERE number IN (1, 2);"
           "UPDATE board SET arrivals = 7 WHERE number = 2");
    publish_test_run(scene, MONDAY + 2);
    assert_int_equal(scene->board.segment_count, 6);
}

/* What was published after the backup that the journal was put back from. */
static void a_newer_board_is_not_written_over(void **state)
{
    struct publish_scene *scene = *state;
    const struct fake_board newer = {.number = 9, .day = MONDAY, .answer_count = 1};
    publish_test_run(scene, MONDAY);
    char *other = folder_make();
    fake_office_board(&scene->desk.office, &newer, other);
    assert_int_equal(
        publish_run(&scene->desk.vault, other, (MONDAY + 1) * DAY_MINUTES, &scene->report),
        ERROR_BOARD_NEWER);
    assert_false(scene->report.made);
    publish_test_run(scene, MONDAY + 1); /* elsewhere */
    assert_true(scene->report.made);
    fake_office_forget(&scene->desk.office);
    folder_remove(&other);
}

/* Whoever copies the journal's one file after a board has what that board acknowledges. */
static void what_a_board_acknowledges_is_in_the_journals_file(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    publish_test_run(scene, MONDAY);
    folder_copy(folder_path(scene->desk.dir, "journal.db"), folder_path(scene->out, "copy.db"));
    raw_db(folder_path(scene->out, "copy.db"), "CREATE TEMP TABLE counted(n CHECK(n = 1));"
                                               "INSERT INTO counted SELECT count(*) FROM record");
}

/* --- cut off --- */

static void publish_apart(void *context)
{
    struct publish_scene *scene = context;
    if (fake_desk_reopen(&scene->desk) == ERROR_NONE)
        (void)publish_run(&scene->desk.vault, scene->out, (MONDAY + 1) * DAY_MINUTES,
                          &scene->report);
}

/* Cut off at its n-th stop, then done again: what waited is out once, whichever call made it. */
static unsigned cut_and_publish(struct publish_scene *scene, unsigned n)
{
    publish_test_file(scene, 'a');
    publish_test_file(scene, 'c');
    answer(scene);
    publish_test_run(scene, MONDAY);
    answer(scene);
    publish_test_file(scene, 'e');
    fake_desk_shut(&scene->desk);
    const unsigned stops = process_cut(publish_apart, scene, n);
    assert_int_equal(fake_desk_reopen(&scene->desk), ERROR_NONE);
    publish_test_run(scene, (MONDAY + 1));
    assert_int_equal(scene->board.head.number, 2);
    assert_int_equal(scene->board.segment_count, 4);
    assert_int_equal(publish_test_messages(scene, 'a'), 2);
    assert_int_equal(publish_test_arrivals(scene, 'e', 0), 1);
    assert_int_equal(scene->board.segments[0].count, 2);
    assert_int_equal(scene->board.segments[2].count, 1);
    return stops;
}

static void a_cut_publishes_nothing_twice(void **state)
{
    struct publish_scene *scene = *state;
    const unsigned stops = cut_and_publish(scene, UINT_MAX);
    assert_true(stops > 100);
    publish_test_teardown(state);
    for (unsigned i = 0; i < 24; i++) {
        publish_test_setup(state);
        scene = *state;
        cut_and_publish(scene, 1 + i * stops / 24);
        if (i + 1 < 24)
            publish_test_teardown(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week_begins_on_monday),
        PUBLISH_TEST(a_day_has_one_board),
        PUBLISH_TEST(a_day_without_a_board_says_when_the_next_is_due),
        PUBLISH_TEST(what_waits_says_when_it_leaves),
        PUBLISH_TEST(segments_leave_after_the_term),
        PUBLISH_TEST(a_wrong_clock_takes_nothing_away_for_good),
        PUBLISH_TEST(a_board_that_was_taken_out_is_damage),
        cmocka_unit_test(a_file_that_was_taken_out_is_damage),
        PUBLISH_TEST(a_row_that_can_be_no_board_stops_none),
        PUBLISH_TEST(a_newer_board_is_not_written_over),
        PUBLISH_TEST(boards_leave_the_journal_when_many_days_agree),
        PUBLISH_TEST(a_board_that_no_act_made_is_not_signed_for),
        PUBLISH_TEST(a_row_laid_ahead_stops_no_board),
        PUBLISH_TEST(a_board_comes_back_as_it_was_or_not_at_all),
        PUBLISH_TEST(a_board_comes_back_as_its_act_says),
        PUBLISH_TEST(the_oldest_leave_where_a_board_would_be_too_large),
        PUBLISH_TEST(what_is_missing_or_damaged_is_written_again),
        PUBLISH_TEST(a_board_that_was_changed_in_the_journal_is_not_handed_out),
        PUBLISH_TEST(what_a_board_acknowledges_is_in_the_journals_file),
        PUBLISH_TEST(a_cut_publishes_nothing_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
