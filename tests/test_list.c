/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices by digit, and moving through a long list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/list.h"

static const char *const texts[] = {"Жазу", "Меня бьют или мучают сейчас", "Leave"};

static const char *drawn(int width, int height, int *rows, bool *clipped)
{
    static char text[8192];
    struct screen *screen = screen_new(24, 64);
    size_t len = 0;
    *rows = list_choices(screen, 0, 0, width, height, texts, 3);
    *clipped = screen_clipped(screen);
    len = screen_dump(screen, text, sizeof text);
    while (len > 0 && text[len - 1] == '\n')
        text[--len] = '\0';
    screen_free(&screen);
    return text;
}

static void test_a_blank_row_between_when_there_is_room(void **state)
{
    bool clipped = false;
    int rows = 0;
    assert_string_equal(drawn(18, 6, &rows, &clipped),
                        "1  Жазу\n\n2  Меня бьют или\n   мучают сейчас\n\n3  Leave");
    assert_int_equal(rows, 6);
    assert_string_equal(drawn(18, 5, &rows, &clipped),
                        "1  Жазу\n2  Меня бьют или\n   мучают сейчас\n3  Leave");
    assert_int_equal(rows, 4);
    assert_false(clipped);
}

static void test_too_little_room_is_noticed(void **state)
{
    bool clipped = false;
    int rows = 0;
    assert_string_equal(drawn(18, 3, &rows, &clipped),
                        "1  Жазу\n2  Меня бьют или\n   мучают сейчас");
    assert_true(clipped);
    assert_int_equal(rows, 3);
}

static void test_digits_choose(void **state)
{
    assert_int_equal(list_chosen((struct keypress){KEYPRESS_CHAR, '1'}, 3), 0);
    assert_int_equal(list_chosen((struct keypress){KEYPRESS_CHAR, '3'}, 3), 2);
    assert_int_equal(list_chosen((struct keypress){KEYPRESS_CHAR, '4'}, 3), -1);
    assert_int_equal(list_chosen((struct keypress){KEYPRESS_CHAR, '0'}, 3), -1);
    assert_int_equal(list_chosen((struct keypress){KEYPRESS_CHAR, 'a'}, 3), -1);
    assert_int_equal(list_chosen((struct keypress){KEYPRESS_ENTER, '1'}, 3), -1);
}

static void at(const struct list *list, size_t want_at, size_t want_top)
{
    assert_int_equal(list->at, want_at);
    assert_int_equal(list->top, want_top);
}

static void test_moving_scrolls(void **state)
{
    struct list list = {.count = 10};
    assert_true(list_key(&list, (struct keypress){KEYPRESS_UP, 0}, 4));
    at(&list, 0, 0);
    for (int i = 0; i < 4; i++)
        list_key(&list, (struct keypress){KEYPRESS_DOWN, 0}, 4);
    at(&list, 4, 1);
    list_key(&list, (struct keypress){KEYPRESS_PAGE_DOWN, 0}, 4);
    at(&list, 8, 5);
    list_key(&list, (struct keypress){KEYPRESS_PAGE_DOWN, 0}, 4);
    at(&list, 9, 6);
    list_key(&list, (struct keypress){KEYPRESS_PAGE_UP, 0}, 4);
    at(&list, 5, 5);
    list_key(&list, (struct keypress){KEYPRESS_END, 0}, 4);
    at(&list, 9, 6);
    list_key(&list, (struct keypress){KEYPRESS_HOME, 0}, 4);
    at(&list, 0, 0);
    assert_false(list_key(&list, (struct keypress){KEYPRESS_ENTER, 0}, 4));
}

static void test_empty_list(void **state)
{
    struct list list = {0};
    assert_true(list_key(&list, (struct keypress){KEYPRESS_DOWN, 0}, 4));
    list_key(&list, (struct keypress){KEYPRESS_END, 0}, 4);
    at(&list, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_blank_row_between_when_there_is_room),
        cmocka_unit_test(test_too_little_room_is_noticed),
        cmocka_unit_test(test_digits_choose),
        cmocka_unit_test(test_moving_scrolls),
        cmocka_unit_test(test_empty_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
