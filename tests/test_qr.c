/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes as a phone sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/lib/raster.h"
#include "tui/qr.h"
#include "tui/screen.h"

enum { CODES = 100, TEXT_COLS = 32 };

static void random_digits(char digits[25], uint32_t *seed)
{
    for (int i = 0; i < 24; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        digits[i] = (char)('0' + (*seed >> 16) % 10);
    }
    digits[24] = '\0';
}

static void test_codes_scan_to_their_digits(void **state)
{
    struct screen *screen = screen_new(24, 64);
    uint32_t seed = 20240214;
    for (int i = 0; i < CODES; i++) {
        char digits[25], got[64];
        int rows = 0, cols = 0;

        random_digits(digits, &seed);
        screen_clear(screen);
        screen_say(screen, 0, 0, SCREEN_PLAIN, "Қабылданды ██ ▀▀ ▄▄");
        assert_int_equal(qr_draw(screen, 2, 1, digits, &rows, &cols), 0);
        assert_int_equal(raster_scan(screen, got, sizeof got), 1);
        assert_string_equal(got, digits);
    }
    screen_free(&screen);
}

static void test_room_for_text_beside(void **state)
{
    struct screen *screen = screen_new(24, 64);
    int rows = 0, cols = 0;
    assert_int_equal(qr_draw(screen, 1, 0, "123456789012345678901234", &rows, &cols), 0);
    assert_int_equal(rows, 15);
    assert_int_equal(cols, 29);
    assert_true(screen_cols(screen) - cols >= TEXT_COLS);
    assert_false(screen_clipped(screen));
    screen_free(&screen);
}

static void test_nothing_is_drawn_when_it_does_not_fit(void **state)
{
    struct screen *screen = screen_new(24, 64);
    int rows = 0, cols = 0;
    char text[64];
    assert_int_equal(qr_draw(screen, 10, 0, "123456789012345678901234", &rows, &cols), -1);
    assert_int_equal(qr_draw(screen, 0, 36, "123456789012345678901234", &rows, &cols), -1);
    assert_int_equal(qr_draw(screen, 0, 0, "", &rows, &cols), -1);
    assert_int_equal(qr_draw(screen, 0, 0, "12a4", &rows, &cols), -1);
    assert_int_equal(screen_dump(screen, text, sizeof text), 24);
    screen_free(&screen);
}

static int dark_cell(const struct screen *screen, int y, int x)
{
    const uint32_t ch = screen_at(screen, y / 2, x)->ch;
    return ch == 0x2588 || ch == (y % 2 == 0 ? 0x2580u : 0x2584u);
}

static void test_modules_are_those_on_the_screen(void **state)
{
    struct screen *screen = screen_new(24, 64);
    uint8_t modules[QR_SIDE_MAX * QR_SIDE_MAX];
    uint32_t seed = 7;
    char digits[25];
    int rows = 0, cols = 0;
    random_digits(digits, &seed);
    assert_int_equal(qr_draw(screen, 0, 0, digits, &rows, &cols), 0);
    const int side = qr_modules(digits, modules);
    assert_int_equal(side, cols - 8);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            assert_int_equal(modules[y * side + x], dark_cell(screen, y + 4, x + 4));
    screen_free(&screen);
}

/* 45 modules hold at most 207 digits at level Q. */
static void test_modules_never_pass_their_room(void **state)
{
    uint8_t modules[QR_SIDE_MAX * QR_SIDE_MAX];
    char digits[209];
    memset(digits, '7', sizeof digits);
    digits[208] = '\0';
    assert_int_equal(qr_modules(digits, modules), -1);
    digits[207] = '\0';
    assert_int_equal(qr_modules(digits, modules), QR_SIDE_MAX);
    assert_int_equal(qr_modules("", modules), -1);
    assert_int_equal(qr_modules("12a4", modules), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_scan_to_their_digits),
        cmocka_unit_test(test_room_for_text_beside),
        cmocka_unit_test(test_nothing_is_drawn_when_it_does_not_fit),
        cmocka_unit_test(test_modules_are_those_on_the_screen),
        cmocka_unit_test(test_modules_never_pass_their_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
