/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The casebook file: ids, chains, gaps, forks, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "store/caseload.h"
#include "tests/lib/folder.h"

static const uint8_t mark[CASELOAD_LINK_LEN] = "an office's mark";
static const uint8_t kiosk_id[CASELOAD_KIOSK_LEN] = "kiosk-1";

struct scene {
    char *dir;
    char path[FOLDER_PATH];
    struct caseload *caseload;
};

static int setup(void **state)
{
    static struct scene scene;
    scene.dir = folder_make();
    snprintf(scene.path, sizeof scene.path, "%s/casebook.db", scene.dir);
    assert_int_equal(caseload_make(scene.path, mark), ERROR_NONE);
    assert_int_equal(caseload_open(scene.path, DB_OPEN, &scene.caseload), ERROR_NONE);
    struct caseload_kiosk kiosk = {.row = 1, .card = "card", .card_len = 4, .enrolled = 100};
    memcpy(kiosk.kiosk, kiosk_id, sizeof kiosk_id);
    assert_int_equal(caseload_put_card(scene.caseload, &kiosk), ERROR_NONE);
    *state = &scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    caseload_close(&scene->caseload);
    folder_remove(&scene->dir);
    return 0;
}

/* A record whose hash and previous hash are one repeated byte each; 0 is the start of a chain. */
static int put(struct scene *scene, uint64_t seq, uint8_t hash, uint8_t previous)
{
    struct caseload_record record = {.seq = seq, .day = 200 + (uint32_t)seq};
    memcpy(record.kiosk, kiosk_id, sizeof kiosk_id);
    memset(record.hash, hash, sizeof record.hash);
    memset(record.previous, previous, sizeof record.previous);
    return caseload_add_record(scene->caseload, &record, NULL, 0);
}

static struct caseload_kiosk look(struct scene *scene)
{
    struct caseload_kiosk kiosk;
    assert_int_equal(caseload_advance(scene->caseload, kiosk_id), ERROR_NONE);
    assert_int_equal(caseload_kiosk(scene->caseload, kiosk_id, &kiosk), ERROR_NONE);
    return kiosk;
}

struct ranges {
    char text[128];
};

static enum error add(void *context, uint64_t first, uint64_t last)
{
    struct ranges *ranges = context;
    const size_t len = strlen(ranges->text);
    snprintf(ranges->text + len, sizeof ranges->text - len, "%d-%d ", (int)first, (int)last);
    return ERROR_NONE;
}

static void test_mark_is_kept(void **state)
{
    struct scene *scene = *state;
    uint8_t held[CASELOAD_LINK_LEN];
    assert_int_equal(caseload_mark(scene->caseload, held), ERROR_NONE);
    assert_memory_equal(held, mark, sizeof mark);
    assert_int_equal(caseload_make(scene->path, mark), ERROR_EXISTS);
}

static void test_ids_never_come_twice(void **state)
{
    struct scene *scene = *state;
    uint64_t first = 0, second = 0, third = 0;
    assert_int_equal(caseload_next_id(scene->caseload, &first), ERROR_NONE);
    assert_int_equal(caseload_next_id(scene->caseload, &second), ERROR_NONE);
    assert_true(second > first);
    caseload_close(&scene->caseload);
    assert_int_equal(caseload_open(scene->path, DB_OPEN, &scene->caseload), ERROR_NONE);
    assert_int_equal(caseload_next_id(scene->caseload, &third), ERROR_NONE);
    assert_true(third > second);
}

static void test_unbroken_chain_moves_the_tip(void **state)
{
    struct scene *scene = *state;
    for (uint8_t i = 1; i <= 5; i++)
        assert_int_equal(put(scene, i, i, i - 1), ERROR_NONE);
    struct caseload_kiosk kiosk = look(scene);
    assert_int_equal(kiosk.tip_seq, 5);
    assert_int_equal(kiosk.tip_hash[7], 5);
    assert_int_equal(kiosk.tip_day, 205);
    assert_int_equal(put(scene, 3, 3, 2), ERROR_EXISTS);
}

static void test_gap_holds_the_tip_until_it_is_filled(void **state)
{
    struct scene *scene = *state;
    struct ranges gaps = {""};
    put(scene, 1, 1, 0);
    put(scene, 4, 4, 3);
    put(scene, 5, 5, 4);
    struct caseload_kiosk kiosk = look(scene);
    assert_int_equal(kiosk.tip_seq, 1);
    assert_int_equal(kiosk.last_seq, 5);
    assert_int_equal(kiosk.last_day, 205);
    assert_int_equal(caseload_each_gap(scene->caseload, kiosk_id, add, &gaps), ERROR_NONE);
    assert_string_equal(gaps.text, "2-3 ");
    put(scene, 2, 2, 1);
    put(scene, 3, 3, 2);
    assert_int_equal(look(scene).tip_seq, 5);
    gaps.text[0] = '\0';
    assert_int_equal(caseload_each_gap(scene->caseload, kiosk_id, add, &gaps), ERROR_NONE);
    assert_string_equal(gaps.text, "");
}

static void test_missing_start_is_a_gap(void **state)
{
    struct scene *scene = *state;
    struct ranges gaps = {""};
    put(scene, 3, 3, 2);
    assert_int_equal(look(scene).tip_seq, 0);
    assert_int_equal(caseload_each_gap(scene->caseload, kiosk_id, add, &gaps), ERROR_NONE);
    assert_string_equal(gaps.text, "1-2 ");
}

static void test_forks(void **state)
{
    struct scene *scene = *state;
    struct ranges forks = {""};
    put(scene, 1, 1, 0);
    put(scene, 2, 2, 1);
    put(scene, 3, 3, 2);
    assert_int_equal(caseload_each_fork(scene->caseload, kiosk_id, add, &forks), ERROR_NONE);
    assert_string_equal(forks.text, "");
    assert_int_equal(put(scene, 2, 77, 1), ERROR_NONE); /* the same number again */
    assert_int_equal(put(scene, 4, 4, 99), ERROR_NONE); /* follows nothing that is held */
    assert_int_equal(look(scene).tip_seq, 3);
    assert_int_equal(caseload_each_fork(scene->caseload, kiosk_id, add, &forks), ERROR_NONE);
    assert_string_equal(forks.text, "2-2 4-4 ");
}

static void test_message_numbers_come_once(void **state)
{
    struct scene *scene = *state;
    uint64_t id = 0, last = 9;
    const uint8_t link[CASELOAD_LINK_LEN] = "link";
    assert_int_equal(caseload_linked(scene->caseload, link, &id), ERROR_NO_ROW);
    assert_int_equal(caseload_new_case(scene->caseload, link, &id), ERROR_NONE);
    assert_int_equal(caseload_last_message(scene->caseload, id, &last), ERROR_NONE);
    assert_int_equal(last, 0);
    struct caseload_item item = {.id = 50, .case_id = id, .n = 1, .sealed = link, .len = 4};
    assert_int_equal(caseload_add_item(scene->caseload, &item), ERROR_NONE);
    item.id = 51;
    assert_int_equal(caseload_add_item(scene->caseload, &item), ERROR_EXISTS);
    assert_int_equal(caseload_last_message(scene->caseload, id, &last), ERROR_NONE);
    assert_int_equal(last, 1);
}

static void test_rollback_leaves_nothing(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(caseload_begin(scene->caseload), ERROR_NONE);
    put(scene, 1, 1, 0);
    caseload_rollback(scene->caseload);
    assert_int_equal(look(scene).last_seq, 0);
}

static void test_padding_never_shrinks(void **state)
{
    struct scene *scene = *state;
    struct caseload_board board = {.number = 1, .day = 2, .padding = 31};
    assert_int_equal(caseload_set_board(scene->caseload, &board), ERROR_NONE);
    board.padding = 5;
    assert_int_equal(caseload_set_board(scene->caseload, &board), ERROR_NONE);
    assert_int_equal(caseload_board(scene->caseload, &board), ERROR_NONE);
    assert_int_equal(board.padding, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mark_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ids_never_come_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unbroken_chain_moves_the_tip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gap_holds_the_tip_until_it_is_filled, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missing_start_is_a_gap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_message_numbers_come_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rollback_leaves_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_padding_never_shrinks, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
