/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field for codes and PINs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/digits.h"

static bool type(struct digits *digits, const char *text)
{
    bool used = true;
    for (; *text; text++)
        used = digits_key(digits, (struct keypress){KEYPRESS_CHAR, (unsigned char)*text}) && used;
    return used;
}

static const char *drawn(const struct digits *digits, int group, int *cursor)
{
    static char text[8192];
    struct screen *screen = screen_new(24, 64);
    int row = 0;
    digits_draw(digits, screen, 0, 2, group);
    screen_dump(screen, text, sizeof text);
    screen_cursor_at(screen, &row, cursor);
    screen_free(&screen);
    *strchr(text, '\n') = '\0';
    return text + 2;
}

static void test_codes_as_people_type_them(void **state)
{
    struct digits digits;
    char text[25];
    digits_start(&digits, text, 24, false);
    assert_true(type(&digits, "1234 5678-9Ol2 "));
    assert_true(digits_key(&digits, (struct keypress){KEYPRESS_CHAR, 0x2014}));
    assert_true(digits_key(&digits, (struct keypress){KEYPRESS_TAB, 0}));
    assert_true(type(&digits, "Io"));
    assert_string_equal(text, "12345678901210");
    assert_false(type(&digits, "x"));
    assert_false(digits_key(&digits, (struct keypress){KEYPRESS_ENTER, 0}));
    assert_false(digits_key(&digits, (struct keypress){KEYPRESS_CHAR, 0x661}));
    assert_int_equal(digits.len, 14);
}

static void test_one_too_many(void **state)
{
    struct digits digits;
    char text[5] = "9999";
    digits_start(&digits, text, 4, false);
    assert_string_equal(text, "");
    assert_true(type(&digits, "1234"));
    assert_false(type(&digits, "5"));
    assert_string_equal(text, "1234");
}

static void test_backspace_wipes(void **state)
{
    struct digits digits;
    char text[5];
    digits_start(&digits, text, 4, false);
    type(&digits, "12");
    assert_true(digits_key(&digits, (struct keypress){KEYPRESS_DELETE, 0}));
    assert_string_equal(text, "1");
    assert_int_equal(text[1], 0);
    digits_key(&digits, (struct keypress){KEYPRESS_DELETE, 0});
    assert_false(digits_key(&digits, (struct keypress){KEYPRESS_DELETE, 0}));
    assert_int_equal(digits.len, 0);
}

static void test_groups_and_cursor(void **state)
{
    struct digits digits;
    char text[9];
    int col = 0;
    digits_start(&digits, text, 8, false);
    assert_string_equal(drawn(&digits, 4, &col), "____ ____");
    assert_int_equal(col, 2);
    type(&digits, "1234");
    assert_string_equal(drawn(&digits, 4, &col), "1234 ____");
    assert_int_equal(col, 7);
    type(&digits, "5678");
    assert_string_equal(drawn(&digits, 4, &col), "1234 5678");
    assert_int_equal(col, 11);
    assert_string_equal(drawn(&digits, 0, &col), "12345678");
}

static void test_hidden_shows_only_the_fresh_digit(void **state)
{
    struct digits digits;
    char text[7];
    int col = 0;
    digits_start(&digits, text, 6, true);
    type(&digits, "123");
    assert_string_equal(drawn(&digits, 0, &col), "••3___");
    digits_key(&digits, (struct keypress){KEYPRESS_DELETE, 0});
    assert_string_equal(drawn(&digits, 0, &col), "••____");
}

static void test_hidden_shows_the_group_of_the_fresh_digit(void **state)
{
    struct digits digits;
    char text[9];
    int col = 0;
    digits_start(&digits, text, 8, true);
    assert_string_equal(drawn(&digits, 4, &col), "____ ____");
    type(&digits, "1234");
    assert_string_equal(drawn(&digits, 4, &col), "1234 ____");
    type(&digits, "5");
    assert_string_equal(drawn(&digits, 4, &col), "•••• 5___");
    type(&digits, "67");
    assert_string_equal(drawn(&digits, 4, &col), "•••• 567_");
    digits_key(&digits, (struct keypress){KEYPRESS_DELETE, 0});
    assert_string_equal(drawn(&digits, 4, &col), "•••• ••__");
}

/* Framing, identifiers, control keys, the code twice: only the code arrives. */
static void test_a_scanner_gone_mad(void **state)
{
    static const enum keypress_kind kinds[] = {KEYPRESS_TAB,  KEYPRESS_OTHER,  KEYPRESS_ENTER,
                                               KEYPRESS_HELP, KEYPRESS_LAYOUT, KEYPRESS_UP,
                                               KEYPRESS_GONE, KEYPRESS_HIDE};
    struct digits digits;
    char text[25];
    digits_start(&digits, text, 24, false);
    assert_false(type(&digits, "]Q{}#*@$%&'\"<>;:?!=+.,/|\\~`^()_ABCDEFGHJKMNPQRSTUVWXYZ"));
    assert_string_equal(text, "");
    for (int i = 0; i < 24; i++) {
        struct keypress press = {.kind = KEYPRESS_CHAR,
                                 .ch = (uint32_t)('0' + i % 10),
                                 .keypad = i & 1,
                                 .pasted = i & 2,
                                 .caps = i & 4,
                                 .too_fast = true};
        assert_true(digits_key(&digits, press));
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            digits_key(&digits, (struct keypress){.kind = kinds[k]});
        digits_key(&digits, (struct keypress){.kind = KEYPRESS_CHAR, .ch = 0x4D9});
    }
    assert_false(type(&digits, "012345678901234567890123"));
    assert_string_equal(text, "012345678901234567890123");
}

static void test_letters_that_stand_for_digits(void **state)
{
    struct digits digits;
    char text[9];
    digits_start(&digits, text, 8, false);
    assert_true(type(&digits, "OoIiLl"));
    assert_string_equal(text, "001111");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_as_people_type_them),
        cmocka_unit_test(test_one_too_many),
        cmocka_unit_test(test_backspace_wipes),
        cmocka_unit_test(test_groups_and_cursor),
        cmocka_unit_test(test_hidden_shows_only_the_fresh_digit),
        cmocka_unit_test(test_hidden_shows_the_group_of_the_fresh_digit),
        cmocka_unit_test(test_a_scanner_gone_mad),
        cmocka_unit_test(test_letters_that_stand_for_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
