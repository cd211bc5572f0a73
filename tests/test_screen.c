/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text on a screen: nothing gets through that could steer a terminal or hide something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "tui/screen.h"

enum { ROOM = 64 * 1024 };

static int setup(void **state)
{
    struct screen *screen = screen_new(24, 64);
    *state = screen;
    return screen ? 0 : -1;
}

static int teardown(void **state)
{
    struct screen *screen = *state;
    screen_free(&screen);
    assert_null(screen);
    return 0;
}

static const char *row_of(const struct screen *screen, int row)
{
    static char text[ROOM];
    char *at = text;
    screen_dump(screen, text, sizeof text);
    for (; row > 0; row--)
        at = strchr(at, '\n') + 1;
    *strchr(at, '\n') = '\0';
    return at;
}

static void shows(struct screen *screen, const char *text, const char *want)
{
    screen_clear(screen);
    screen_say(screen, 0, 0, SCREEN_PLAIN, text);
    assert_string_equal(row_of(screen, 0), want);
}

static void test_hostile_text_is_neutralised(void **state)
{
    shows(*state, "a\x1b[31mb", "a�[31mb");
    shows(*state, "\x1b]0;title\ax", "�]0;title�x");
    shows(*state, "a\rb\bc\x7f", "a�b�c�");
    shows(*state, "\xc2\x9b\x33\x31m", "�31m"); /* C1 control CSI */
    shows(*state,
          "ab\xe2\x80\xae"
          "cd",
          "ab�cd");                                      /* right-to-left override */
    shows(*state, "a\xe2\x81\xa6z\xe2\x81\xa9", "a�z�"); /* isolates */
    shows(*state,
          "a\xe2\x80\x8b"
          "b\xe2\x80\x8dz",
          "a�b�z"); /* zero width */
    shows(*state,
          "\xef\xbb\xbf"
          "a\xc2\xad",
          "�a�");                                         /* byte order mark, soft hyphen */
    shows(*state, "\xee\x80\x80\xf3\xa0\x81\x81", "��");  /* private use, tags */
    shows(*state, "\xe1\x85\xa0x\xef\xb8\x8f", "�x�");    /* filler, variation selector */
    shows(*state, "\xe2\x80\xa8x\xcd\xb8", "�x�");        /* line separator, unassigned */
    shows(*state, "a\xff\xc3(\xed\xa0\x80z", "a��(���z"); /* invalid UTF-8 */
    shows(*state, "a\nb\tc", "a b c");
}

static void test_nul_in_text(void **state)
{
    screen_put(*state, 0, 0, SCREEN_PLAIN, "a\0b", 3);
    assert_string_equal(row_of(*state, 0), "a�b");
}

static void test_kazakh_and_russian_pass(void **state)
{
    const char *text = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі Ёё Ъъ «№ — …» ₸ █▀▄•";
    shows(*state, text, text);
    shows(*state, "\xc2\xa0\xe2\x82\xac", "\xc2\xa0€");
}

static void test_marks_compose_or_are_left_out(void **state)
{
    shows(*state, "е\xcc\x88ж и\xcc\x86", "ёж й");
    shows(*state, "а\xcc\x81\xcc\x81\xcc\x81\xcc\x81x", "аx");
    shows(*state, "\xcc\x88x", "x");
}

static void test_clipping_is_remembered(void **state)
{
    struct screen *screen = *state;
    assert_int_equal(screen_say(screen, 0, 60, SCREEN_PLAIN, "abcd"), 64);
    assert_false(screen_clipped(screen));
    screen_say(screen, 0, 61, SCREEN_PLAIN, "abc  ");
    assert_false(screen_clipped(screen));
    assert_int_equal(screen_say(screen, 0, 61, SCREEN_PLAIN, "abcd"), 64);
    assert_true(screen_clipped(screen));
    screen_clear(screen);
    assert_false(screen_clipped(screen));
    screen_say(screen, 24, 0, SCREEN_PLAIN, "x");
    assert_true(screen_clipped(screen));
    screen_clear(screen);
    assert_int_equal(screen_wrap(screen, 0, 0, 5, 2, SCREEN_PLAIN, "one two three", 13), 2);
    assert_true(screen_clipped(screen));
    assert_string_equal(row_of(screen, 1), "two");
    assert_string_equal(row_of(screen, 2), "");
}

static void test_wide_characters_stay_whole(void **state)
{
    struct screen *screen = *state;
    assert_int_equal(screen_say(screen, 0, 0, SCREEN_PLAIN, "水x"), 3);
    assert_int_equal(screen_at(screen, 0, 1)->ch, 0);
    screen_say(screen, 0, 1, SCREEN_PLAIN, "y");
    assert_string_equal(row_of(screen, 0), " yx");
    screen_say(screen, 1, 0, SCREEN_PLAIN, "a水b");
    screen_say(screen, 1, 1, SCREEN_PLAIN, "y");
    assert_string_equal(row_of(screen, 1), "ay b");
    screen_say(screen, 2, 63, SCREEN_PLAIN, "水");
    assert_true(screen_clipped(screen));
    assert_int_equal(screen_at(screen, 2, 63)->ch, ' ');
    screen_say(screen, 2, 63, SCREEN_PLAIN, "水\xcc\x88");
}

static void test_clear_forgets_everything(void **state)
{
    struct screen *screen = *state;
    int row = 0, col = 0;
    screen_say(screen, 3, 3, SCREEN_BOLD, "secret");
    screen_cursor(screen, 3, 9);
    screen_clear(screen);
    screen_cursor_at(screen, &row, &col);
    assert_int_equal(row, -1);
    for (int r = 0; r < 24; r++)
        for (int c = 0; c < 64; c++) {
            assert_int_equal(screen_at(screen, r, c)->ch, ' ');
            assert_int_equal(screen_at(screen, r, c)->style, SCREEN_PLAIN);
        }
}

static void test_sizes_are_clamped(void **state)
{
    struct screen *screen = *state;
    assert_int_equal(screen_resize(screen, 1, 1), 0);
    assert_int_equal(screen_rows(screen), SCREEN_ROWS_MIN);
    assert_int_equal(screen_cols(screen), SCREEN_COLS_MIN);
    assert_int_equal(screen_resize(screen, 100000, 100000), 0);
    assert_int_equal(screen_rows(screen), SCREEN_ROWS_MAX);
    assert_int_equal(screen_cols(screen), SCREEN_COLS_MAX);
}

static void test_the_theme_stays(void **state)
{
    struct screen *screen = *state;
    assert_false(screen_is_contrast(screen));
    screen_contrast(screen, true);
    screen_clear(screen);
    assert_int_equal(screen_resize(screen, 25, 80), 0);
    assert_true(screen_is_contrast(screen));
    screen_contrast(screen, false);
    assert_false(screen_is_contrast(screen));
}

static void test_dump_tells_its_size(void **state)
{
    struct screen *screen = *state;
    char small[4];
    size_t need = 0;
    screen_say(screen, 0, 0, SCREEN_PLAIN, "Ққ");
    need = screen_dump(screen, NULL, 0);
    assert_int_equal(need, 4 + 24);
    assert_int_equal(screen_dump(screen, small, sizeof small), need);
    assert_int_equal(small[3], '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_hostile_text_is_neutralised, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nul_in_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kazakh_and_russian_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(test_marks_compose_or_are_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clipping_is_remembered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wide_characters_stay_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clear_forgets_everything, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sizes_are_clamped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_theme_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dump_tells_its_size, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
