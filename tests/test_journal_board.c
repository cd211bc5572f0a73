/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the journal holds for boards: tags of records, answers that wait, and the boards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/lib/journal_test.h"

static const uint8_t kiosk_id[JOURNAL_KIOSK_LEN] = "kiosk-1";

static enum error add_record(struct journal_scene *scene, uint64_t seq, uint8_t tag)
{
    struct journal_record record = {.seq = seq, .day = 200, .act = 1};
    memcpy(record.kiosk, kiosk_id, sizeof kiosk_id);
    memset(record.hash, (int)seq, sizeof record.hash);
    memset(record.tag, tag, sizeof record.tag);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    enum error error = journal_add_kiosk(scene->journal, kiosk_id);
    if (error == ERROR_NONE)
        error = journal_add_record(scene->journal, &record, NULL, 0);
    return journal_finish(scene->journal, error);
}

struct text {
    char text[256];
};

static enum error see_record(void *context, const struct journal_record *record)
{
    struct text *text = context;
    const size_t len = strlen(text->text);
    snprintf(text->text + len, sizeof text->text - len, "%d:%x:%u ", (int)record->seq,
             (unsigned)record->tag[15], (unsigned)record->board);
    return ERROR_NONE;
}

static void test_tag_and_board_of_a_record_are_kept(void **state)
{
    struct journal_scene *scene = *state;
    struct text text = {""};
    struct journal_record record = {.seq = 2};
    uint8_t tag[JOURNAL_TAG_LEN];
    assert_int_equal(add_record(scene, 1, 0xa1), ERROR_NONE);
    assert_int_equal(add_record(scene, 2, 0xa2), ERROR_NONE);
    memcpy(record.kiosk, kiosk_id, sizeof kiosk_id);
    memset(record.hash, 2, sizeof record.hash);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_publish_record(scene->journal, &record, 7), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_each_record(scene->journal, 0, see_record, &text), ERROR_NONE);
    assert_string_equal(text.text, "1:a1:0 2:a2:7 ");
    memset(tag, 0xa2, sizeof tag);
    assert_int_equal(journal_has_tag(scene->journal, tag), ERROR_NONE);
    memset(tag, 0xa3, sizeof tag);
    assert_int_equal(journal_has_tag(scene->journal, tag), ERROR_NO_ROW);
}

static enum error see_queued(void *context, const struct journal_queued *queued)
{
    struct text *text = context;
    const size_t len = strlen(text->text);
    snprintf(text->text + len, sizeof text->text - len, "%d:%.*s:%d ", (int)queued->seq,
             (int)queued->len, (const char *)queued->sealed, queued->has_text);
    return ERROR_NONE;
}

/* Act 3 has a body, act 1 has none. */
static void add_answers(struct journal_scene *scene)
{
    struct journal_act act = journal_test_act(3, 1);
    memset(act.body_digest, 1, sizeof act.body_digest);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_act(scene->journal, &act), ERROR_NONE);
    assert_int_equal(journal_add_queued(scene->journal, 3, (const uint8_t *)"three", 5),
                     ERROR_NONE);
    assert_int_equal(journal_add_queued(scene->journal, 1, (const uint8_t *)"one", 3), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
}

static void test_answers_are_found_by_act_and_in_order(void **state)
{
    struct journal_scene *scene = *state;
    struct text one = {""}, all = {""};
    add_answers(scene);
    assert_int_equal(journal_queued(scene->journal, 3, see_queued, &one), ERROR_NONE);
    assert_int_equal(journal_queued(scene->journal, 2, see_queued, &one), ERROR_NO_ROW);
    assert_string_equal(one.text, "3:three:1 ");
    assert_int_equal(journal_each_queued(scene->journal, see_queued, &all), ERROR_NONE);
    assert_string_equal(all.text, "1:one:0 3:three:1 ");
}

static void test_answer_of_no_act_is_not_taken(void **state)
{
    struct journal_scene *scene = *state;
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_not_equal(journal_add_queued(scene->journal, 77, (const uint8_t *)"x", 1),
                         ERROR_NONE);
    journal_rollback(scene->journal);
}

static enum error see_board(void *context, const struct journal_board *board)
{
    struct text *text = context;
    const size_t len = strlen(text->text);
    snprintf(text->text + len, sizeof text->text - len, "%u:%u:%u:%.*s:%.*s:%.*s ", board->number,
             board->day, board->charter, (int)board->head.len, (const char *)board->head.bytes,
             (int)board->arrivals.len, (const char *)board->arrivals.bytes, (int)board->answers.len,
             (const char *)board->answers.bytes);
    return ERROR_NONE;
}

static struct journal_file file_of(const char *word)
{
    return (struct journal_file){(const uint8_t *)word, strlen(word)};
}

static enum error add_board(struct journal_scene *scene, uint32_t number, uint32_t day)
{
    const struct journal_board board = {number,        day,           3,
                                        file_of("hd"), file_of("ar"), file_of("an")};
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    return journal_finish(scene->journal, journal_add_board(scene->journal, &board));
}

static void test_boards_are_kept_as_they_were_published(void **state)
{
    struct journal_scene *scene = *state;
    struct text one = {""}, all = {""};
    assert_int_equal(add_board(scene, 1, 100), ERROR_NONE);
    assert_int_equal(add_board(scene, 2, 101), ERROR_NONE);
    assert_int_equal(add_board(scene, 2, 102), ERROR_EXISTS);
    assert_int_equal(journal_board(scene->journal, 2, see_board, &one), ERROR_NONE);
    assert_string_equal(one.text, "2:101:3:hd:ar:an ");
    assert_int_equal(journal_board(scene->journal, 3, see_board, &one), ERROR_NO_ROW);
    assert_int_equal(journal_each_board(scene->journal, see_board, &all), ERROR_NONE);
    assert_string_equal(all.text, "1:0:0::: 2:0:0::: ");
}

static void test_a_board_is_dropped_by_its_number(void **state)
{
    struct journal_scene *scene = *state;
    struct text all = {""};
    for (uint32_t number = 1; number <= 3; number++)
        assert_int_equal(add_board(scene, number, 100), ERROR_NONE);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_drop_board(scene->journal, 2), ERROR_NONE);
    assert_int_equal(journal_drop_board(scene->journal, 7), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_each_board(scene->journal, see_board, &all), ERROR_NONE);
    assert_string_equal(all.text, "1:0:0::: 3:0:0::: ");
}

static enum error see_nothing(void *context, const struct journal_queued *queued)
{
    return ERROR_NONE;
}

static enum error see_no_board(void *context, const struct journal_board *board)
{
    return ERROR_NONE;
}

/* What somebody writes in the place of bytes must not pass for their length. */
static void test_a_number_in_the_place_of_bytes_is_damage(void **state)
{
    struct journal_scene *scene = *state;
    const struct journal_board board = {.number = 1,
                                        .day = 200,
                                        .head = {(const uint8_t *)"h", 1},
                                        .arrivals = {(const uint8_t *)"a", 1},
                                        .answers = {(const uint8_t *)"b", 1}};
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_queued(scene->journal, 1, (const uint8_t *)"one", 3), ERROR_NONE);
    assert_int_equal(journal_add_board(scene->journal, &board), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_board(scene->journal, 1, see_no_board, NULL), ERROR_NONE);
    journal_test_sql(scene, "UPDATE queue SET sealed = 4160; UPDATE board SET answers = 4160;");
    assert_int_equal(journal_each_queued(scene->journal, see_nothing, NULL), ERROR_JOURNAL_CORRUPT);
    assert_int_equal(journal_board(scene->journal, 1, see_no_board, NULL), ERROR_JOURNAL_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_tag_and_board_of_a_record_are_kept),
        JOURNAL_TEST(test_answers_are_found_by_act_and_in_order),
        JOURNAL_TEST(test_answer_of_no_act_is_not_taken),
        JOURNAL_TEST(test_boards_are_kept_as_they_were_published),
        JOURNAL_TEST(test_a_board_is_dropped_by_its_number),
        JOURNAL_TEST(test_a_number_in_the_place_of_bytes_is_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
