/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a long text page by page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/page.h"

enum { WIDTH = 20, HEIGHT = 4 };

static const char text[] = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10";

/* Draws; checks the first line shown and the marks. */
static void shows(struct page *page, const char *first, int want_above, int want_below)
{
    struct screen *screen = screen_new(24, 64);
    char got[4096];
    int above = -1, below = -1;
    page_draw(page, screen, 0, 0, WIDTH, HEIGHT, &above, &below);
    screen_dump(screen, got, sizeof got);
    *strchr(got, '\n') = '\0';
    assert_string_equal(got, first);
    assert_int_equal(above, want_above);
    assert_int_equal(below, want_below);
    assert_false(screen_clipped(screen));
    screen_free(&screen);
}

static bool key(struct page *page, enum keypress_kind kind)
{
    return page_key(page, (struct keypress){kind, 0}, HEIGHT);
}

static void test_turning_pages(void **state)
{
    struct page page;
    page_start(&page, text, strlen(text));
    shows(&page, "1", 0, 6);
    key(&page, KEYPRESS_UP);
    shows(&page, "1", 0, 6);
    key(&page, KEYPRESS_PAGE_DOWN);
    shows(&page, "4", 3, 3);
    assert_true(page_key(&page, (struct keypress){KEYPRESS_CHAR, ' '}, HEIGHT));
    shows(&page, "7", 6, 0);
    key(&page, KEYPRESS_DOWN);
    shows(&page, "7", 6, 0);
    key(&page, KEYPRESS_PAGE_UP);
    shows(&page, "4", 3, 3);
    key(&page, KEYPRESS_END);
    shows(&page, "7", 6, 0);
    key(&page, KEYPRESS_HOME);
    shows(&page, "1", 0, 6);
    assert_false(key(&page, KEYPRESS_ENTER));
    assert_false(page_key(&page, (struct keypress){KEYPRESS_CHAR, '1'}, HEIGHT));
}

static void test_short_text_does_not_scroll(void **state)
{
    struct page page;
    page_start(&page, "бір\nекі", strlen("бір\nекі"));
    shows(&page, "бір", 0, 0);
    key(&page, KEYPRESS_END);
    shows(&page, "бір", 0, 0);
    page_start(&page, "", 0);
    shows(&page, "", 0, 0);
}

static void test_large_print_takes_two_rows(void **state)
{
    struct screen *screen = screen_new(24, 64);
    struct page page;
    int above = 0, below = 0;
    page_start(&page, text, strlen(text));
    page.spacing = 2;
    shows(&page, "1", 0, 8);
    key(&page, KEYPRESS_PAGE_DOWN);
    shows(&page, "2", 1, 7);
    key(&page, KEYPRESS_END);
    shows(&page, "9", 8, 0);
    page_draw(&page, screen, 0, 0, WIDTH, 5, &above, &below);
    assert_int_equal(screen_at(screen, 0, 0)->ch, '8');
    assert_int_equal(screen_at(screen, 1, 0)->ch, ' ');
    assert_int_equal(screen_at(screen, 2, 0)->ch, '9');
    assert_int_equal(screen_at(screen, 4, 0)->ch, '1');
    assert_int_equal(above, 7);
    assert_int_equal(below, 0);
    screen_free(&screen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turning_pages),
        cmocka_unit_test(test_short_text_does_not_scroll),
        cmocka_unit_test(test_large_print_takes_two_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
