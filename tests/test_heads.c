/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads of boards that do not fit those that came before: kept, and told with every bundle. */
#include "tests/lib/exchange_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/hash.h"
#include "device/heads.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"

/* Puts a board of this number on the medium; before is what it names as the head before it, NULL
   for what fits. Fills *name with what it is told by. */
static void put(uint32_t number, const uint8_t *before, struct misfit_head *name)
{
    if (before != NULL) {
        exchange_office.head_number = number - 1;
        memcpy(exchange_office.head_hash, before, 32);
    }
    exchange_put_board(number, NULL);
    *name = (struct misfit_head){.charter = exchange_office.charter.number, .number = number};
    memcpy(name->hash, exchange_office.head_hash, sizeof name->hash);
}

/* The heads that do not fit in the bundle that was written last. */
static struct misfit_list told(void)
{
    uint8_t *data = NULL;
    const struct misfit_list list = exchange_get_bundle(1, &data).misfits;
    free(data);
    return list;
}

static uint32_t held(void)
{
    struct state *state = NULL;
    assert_int_equal(state_open(exchange_dir, &state), ERROR_NONE);
    const uint32_t number = state->board_number;
    state_close(&state);
    return number;
}

static void assert_told(uint32_t place, const struct misfit_head *had,
                        const struct misfit_head *came)
{
    const struct misfit_list list = told();
    assert_true(place < list.n);
    assert_true(misfit_same(&list.all[place].had, had));
    assert_true(misfit_same(&list.all[place].came, came));
}

static void heads_that_fit_are_not_told(void **state)
{
    struct misfit_head name;
    for (uint32_t number = 1; number < 4; number++) {
        put(number, NULL, &name);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(exchange_test_run(), ERROR_NONE);
            assert_false(exchange_told.misfit);
            assert_int_equal(told().n, 0);
        }
    }
    put(20, NULL, &name); /* the ones between never came here */
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(told().n, 0);
    assert_int_equal(held(), 20);
}

/* It is installed, or the kiosk would fall silent; and told, again and again. */
static void next_head_that_names_another_is_installed_and_told(void **state)
{
    static const uint8_t another[32] = {7};
    struct misfit_head first, second;
    put(1, NULL, &first);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    put(2, another, &second);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_true(exchange_told.misfit);
    assert_int_equal(held(), 2);
    for (int again = 0; again < 3; again++) {
        assert_int_equal(told().n, 1);
        assert_told(0, &first, &second);
        assert_int_equal(exchange_test_run(), ERROR_NONE);
        assert_false(exchange_told.misfit);
    }
}

static void another_head_of_the_same_number_is_told(void **state)
{
    static const uint8_t another[32] = {7};
    struct misfit_head first, second, other;
    char *kept = folder_make();
    put(1, NULL, &first);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    put(2, NULL, &second);
    folder_copy(folder_path(exchange_media, NAMES_BOARD), folder_path(kept, NAMES_BOARD));
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    put(2, another, &other);
    assert_int_equal(exchange_test_run(), ERROR_OLDER);
    assert_true(exchange_told.misfit);
    assert_int_equal(held(), 2);
    assert_told(0, &second, &other);
    folder_copy(folder_path(kept, NAMES_BOARD), folder_path(exchange_media, NAMES_BOARD));
    assert_int_equal(exchange_test_run(), ERROR_NONE); /* the one held is not held against it */
    assert_int_equal(told().n, 1);
    folder_remove(&kept);
    put(1, another, &other); /* one that was replaced long ago */
    assert_int_equal(exchange_test_run(), ERROR_OLDER);
    assert_told(1, &first, &other);
}

/* The head before the one held, which this kiosk never had. */
static void earlier_head_that_the_one_held_does_not_name_is_told(void **state)
{
    static const uint8_t another[32] = {7};
    struct misfit_head first, second;
    put(2, another, &second);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    put(1, NULL, &first);
    assert_int_equal(exchange_test_run(), ERROR_OLDER);
    assert_told(0, &second, &first);
    assert_int_equal(held(), 2);
}

/* The medium brings an old board back: nobody made two of one number. */
static void old_head_that_was_here_is_not_told(void **state)
{
    struct misfit_head name;
    char *old = folder_make();
    put(1, NULL, &name);
    folder_copy(folder_path(exchange_media, NAMES_BOARD), folder_path(old, NAMES_BOARD));
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    put(2, NULL, &name);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    folder_copy(folder_path(old, NAMES_BOARD), folder_path(exchange_media, NAMES_BOARD));
    assert_int_equal(exchange_test_run(), ERROR_OLDER);
    assert_false(exchange_told.misfit);
    assert_int_equal(told().n, 0);
    folder_remove(&old);
}

/* What did not come from the office is no evidence against it. */
static void forged_heads_are_not_told(void **state)
{
    struct misfit_head name;
    put(1, NULL, &name);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    put(1, NULL, &name);
    folder_flip(folder_path(exchange_media, NAMES_BOARD), 60);
    assert_int_equal(exchange_test_run(), ERROR_FORGED);
    assert_false(exchange_told.misfit);
    assert_int_equal(told().n, 0);
}

/* The first ones stay, whoever makes however many. */
static void so_many_are_kept_and_no_more(void **state)
{
    struct misfit_head first, others[MISFIT_MAX + 2];
    put(1, NULL, &first);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    for (uint8_t i = 0; i < MISFIT_MAX + 2; i++) {
        const uint8_t another[32] = {1, i};
        put(1, another, &others[i]);
        assert_int_equal(exchange_test_run(), ERROR_OLDER);
    }
    assert_int_equal(told().n, MISFIT_MAX);
    for (uint32_t i = 0; i < MISFIT_MAX; i++)
        assert_told(i, &first, &others[i]);
    assert_true(folder_size(folder_path(exchange_dir, "heads")) <= HEADS_LEN_MAX);
}

/* A head that cannot be noted is not installed: afterwards nobody could tell. */
static void head_that_cannot_be_noted_waits(void **state)
{
    static const uint8_t another[32] = {7};
    struct misfit_head first, second;
    put(1, NULL, &first);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    put(2, another, &second);
    const char *file = folder_path(exchange_dir, "heads");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkdir(file, 0700), 0); /* all else can be written */
    assert_int_equal(exchange_test_run(), ERROR_SPECIAL);
    assert_int_equal(held(), 1);
    assert_int_equal(rmdir(folder_path(exchange_dir, "heads")), 0);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_told(0, &first, &second);
    assert_int_equal(held(), 2);
}

/* Heads that were seen: as many as come in 400 days. */
static void heads_seen_are_bounded(void **state)
{
    static struct heads heads, back;
    struct heads_one one = {.name = {.charter = 1}};
    bool changed = false;
    struct state *kiosk = NULL;
    for (uint32_t number = 1; number <= HEADS_MAX + 3; number++) {
        one.name.number = number;
        assert_false(heads_take(&heads, NULL, &one, &changed));
        assert_true(changed);
    }
    assert_int_equal(heads.n, HEADS_MAX);
    assert_int_equal(heads.seen[0].number, 4);
    assert_int_equal(state_open(exchange_dir, &kiosk), ERROR_NONE);
    assert_int_equal(heads_write(kiosk->dir, &heads), ERROR_NONE);
    assert_int_equal(folder_size(folder_path(exchange_dir, "heads")), HEADS_LEN_MAX);
    assert_int_equal(heads_read(kiosk->dir, &back), ERROR_NONE);
    assert_memory_equal(&back, &heads, sizeof back);
    state_close(&kiosk);
}

/* A file that makes no sense is none; the next board is noted anew. */
static void damaged_file_is_none(void **state)
{
    static const uint8_t another[32] = {7};
    struct misfit_head first, second;
    put(1, NULL, &first);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    const char *path = folder_path(exchange_dir, "heads");
    folder_flip(path, 8);
    put(2, another, &second);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(told().n, 1);
    assert_told(0, &first, &second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXCHANGE_TEST(heads_that_fit_are_not_told),
        EXCHANGE_TEST(next_head_that_names_another_is_installed_and_told),
        EXCHANGE_TEST(another_head_of_the_same_number_is_told),
        EXCHANGE_TEST(earlier_head_that_the_one_held_does_not_name_is_told),
        EXCHANGE_TEST(old_head_that_was_here_is_not_told),
        EXCHANGE_TEST(forged_heads_are_not_told),
        EXCHANGE_TEST(so_many_are_kept_and_no_more),
        EXCHANGE_TEST(head_that_cannot_be_noted_waits),
        EXCHANGE_TEST(heads_seen_are_bounded),
        EXCHANGE_TEST(damaged_file_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
