/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists that grow: what was in them stays, also when they cannot, and nothing is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/grow.h"

struct member {
    uint64_t number;
    uint8_t rest[24];
};

struct list {
    struct member *all;
    size_t n, room;
};

static void test_members_stay_as_the_list_grows(void **state)
{
    struct list list = {.n = 0};
    size_t moves = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        const struct member *before = list.all;
        assert_int_equal(GROW(list.all, list.n, 1, list.room), ERROR_NONE);
        moves += list.all != before;
        assert_true(list.n < list.room);
        list.all[list.n++] = (struct member){.number = i};
    }
    assert_true(moves <= 12); /* it doubles */
    for (uint64_t i = 0; i < list.n; i++)
        assert_int_equal(list.all[i].number, i);
    assert_int_equal(GROW(list.all, list.n, 0, list.room), ERROR_NONE);
    assert_int_equal(GROW(list.all, list.n, 5 * list.n, list.room), ERROR_NONE);
    assert_true(list.room >= 6 * list.n);
    assert_int_equal(list.all[list.n - 1].number, list.n - 1);
    free(list.all);
}

/* More memory than there is gives NULL under the sanitizer, too. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void test_a_list_that_cannot_grow_is_as_it_was(void **state)
{
    static const size_t too_many[] = {SIZE_MAX,       SIZE_MAX - 1,      SIZE_MAX / 2,
                                      SIZE_MAX / 32,  SIZE_MAX / 32 + 1, SIZE_MAX / 64 - 1,
                                      (size_t)1 << 55};
    struct list list = {.n = 0};
    assert_int_equal(GROW(list.all, 0, 3, list.room), ERROR_NONE);
    list.all[0].number = 7;
    list.n = 3;
    const struct list before = list;
    for (size_t i = 0; i < sizeof too_many / sizeof *too_many; i++) {
        assert_int_equal(GROW(list.all, list.n, too_many[i], list.room), ERROR_MEMORY);
        assert_memory_equal(&list, &before, sizeof list);
        assert_int_equal(list.all[0].number, 7);
    }
    free(list.all);
}

static uint8_t given_back[64];
static const void *watched;

/* The linker puts these in the place of the list's own calls. */
void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
    if (block != NULL && block == watched)
        memcpy(given_back, block, sizeof given_back);
    __real_free(block);
}

static void test_what_it_held_is_wiped_where_it_was(void **state)
{
    static const uint8_t zeros[sizeof given_back];
    uint8_t *list = malloc(sizeof given_back);
    size_t room = sizeof given_back;
    assert_non_null(list);
    memset(list, 's', room);
    memset(given_back, 's', sizeof given_back);
    watched = list;
    assert_int_equal(GROW(list, 10, 60, room), ERROR_NONE);
    watched = NULL;
    assert_memory_equal(given_back, zeros, sizeof zeros);
    assert_int_equal(list[9], 's');
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_stay_as_the_list_grows),
        cmocka_unit_test(test_a_list_that_cannot_grow_is_as_it_was),
        cmocka_unit_test(test_what_it_held_is_wiped_where_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
