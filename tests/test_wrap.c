/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Line breaking in the languages of the screens, and at its edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/wrap.h"

enum { LINES = 40 };

/* Wraps and joins the lines with '|'. */
static void wraps(const char *text, int width, const char *want)
{
    struct wrap_line lines[LINES];
    char got[2048] = "";
    const int n = wrap_lines(text, strlen(text), width, lines, LINES);
    assert_in_range(n, 1, LINES);
    for (int i = 0; i < n; i++) {
        const size_t len = lines[i].end - lines[i].start;
        if (i > 0)
            strcat(got, "|");
        strncat(got, text + lines[i].start, len);
        assert_int_equal(lines[i].next, i + 1 < n ? lines[i + 1].start : strlen(text));
        assert_true(wrap_columns(text + lines[i].start, len) <= width);
    }
    assert_string_equal(got, want);
}

static void test_russian(void **state)
{
    wraps("Меня били в камере № 5, т. е. «в карцере».", 12,
          "Меня били в|камере № 5,|т. е. «в|карцере».");
    wraps("из-за кого-то — давно", 8, "из-за|кого-то|— давно");
}

static void test_kazakh(void **state)
{
    wraps("Қызметкерлер маған дәрі бермейді", 13, "Қызметкерлер|маған дәрі|бермейді");
    wraps("Ұялы өңір, әже үйі", 5, "Ұялы|өңір,|әже|үйі");
}

static void test_over_long_words_are_split(void **state)
{
    wraps("ааааааааа", 4, "аааа|аааа|а");
    wraps("би ааааааа би", 4, "би|аааа|ааа|би");
    wraps("水水水", 3, "水|水|水");
    wraps("abcdefgh", 1, "a|b|c|d|e|f|g|h");
}

static void test_graphemes_stay_whole(void **state)
{
    wraps("е\xcc\x81е\xcc\x81е\xcc\x81е\xcc\x81", 2, "е\xcc\x81е\xcc\x81|е\xcc\x81е\xcc\x81");
}

/* Vowel signs with columns of their own and leading Korean jamo join without end. */
static void test_a_grapheme_wider_than_a_line_is_split(void **state)
{
    wraps("\u0915\u0903\u0903\u0903\u0903", 2, "\u0915\u0903|\u0903\u0903|\u0903");
    wraps("\u1100\u1100\u1100", 5, "\u1100\u1100|\u1100");
}

/* A mark may take a column of its own, a hexagram two. */
static void test_the_most_that_a_terminal_may_take(void **state)
{
    static const char text[] = "аб\u0301вг \u4DC0\u4DC0";
    struct wrap_line lines[LINES];
    assert_int_equal(wrap_lines(text, strlen(text), 7, lines, LINES), 1);
    assert_int_equal(wrap_lines_most(text, strlen(text), 7, lines, LINES), 2);
    assert_int_equal(wrap_lines_most("аб\u0301вг", strlen("аб\u0301вг"), 5, lines, LINES), 1);
    assert_int_equal(wrap_lines_most("аб\u0301вг", strlen("аб\u0301вг"), 4, lines, LINES), 2);
    assert_int_equal(wrap_lines_most("\uFFFD\uFFFD", 6, 2, lines, LINES), 1);
}

static void test_newlines_and_blanks(void **state)
{
    wraps("", 10, "");
    wraps("a\n", 10, "a|");
    wraps("a\n\nb", 10, "a||b");
    wraps("a\r\nb", 10, "a|b");
    wraps("abc   def", 3, "abc|def");
    wraps("abc   \ndef", 3, "abc|def");
    wraps("abc    ", 3, "abc");
    wraps("a b ", 10, "a b ");
    wraps("  abc", 10, "  abc");
}

static void test_more_lines_than_asked_for(void **state)
{
    struct wrap_line lines[2] = {{9, 9, 9}, {9, 9, 9}};
    assert_int_equal(wrap_lines("a b c d", 7, 1, lines, 1), 4);
    assert_int_equal(lines[0].end, 1);
    assert_int_equal(lines[1].end, 9);
    assert_int_equal(wrap_lines("a b", 3, 0, NULL, 0), 2);
}

static void test_invalid_bytes_take_a_column(void **state)
{
    assert_int_equal(wrap_columns("\xff\xfe"
                                  "a",
                                  3),
                     3);
    wraps("\xff\xff\xff a\xc3", 3, "\xff\xff\xff|a\xc3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_russian),
        cmocka_unit_test(test_kazakh),
        cmocka_unit_test(test_over_long_words_are_split),
        cmocka_unit_test(test_graphemes_stay_whole),
        cmocka_unit_test(test_a_grapheme_wider_than_a_line_is_split),
        cmocka_unit_test(test_the_most_that_a_terminal_may_take),
        cmocka_unit_test(test_newlines_and_blanks),
        cmocka_unit_test(test_more_lines_than_asked_for),
        cmocka_unit_test(test_invalid_bytes_take_a_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
