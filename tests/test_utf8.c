/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The strict decoder: what it takes, what it refuses, and that it never swallows a good byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"

/* Feeds bytes as keypress_decoder.c does; writes characters as they are and '?' for each UTF8_BAD.
   Returns the end. */
static char *decode(const char *bytes, size_t len, char *out)
{
    struct utf8 decoder = {0};
    for (size_t i = 0; i < len; i++) {
        bool again = false;
        do {
            const int32_t ch = utf8_feed(&decoder, (uint8_t)bytes[i], &again);
            if (ch == UTF8_BAD)
                *out++ = '?';
            else if (ch >= 0)
                out += utf8_put((uint32_t)ch, out);
        } while (again);
    }
    *out = '\0';
    return out;
}

static void test_every_code_point_comes_back(void **state)
{
    for (uint32_t ch = 0; ch <= 0x10FFFF; ch++) {
        char bytes[4];
        uint32_t got = 0;
        size_t n = 0;

        if (ch >= 0xD800 && ch <= 0xDFFF)
            continue;
        n = utf8_put(ch, bytes);
        assert_int_equal(utf8_take(bytes, n, &got), n);
        assert_int_equal(got, ch);
        assert_true(utf8_valid(bytes, n));
        assert_false(n > 1 && utf8_valid(bytes, n - 1));
    }
}

static void test_malformed_is_refused(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\xaf",
        "\xc1\xbf",
        "\xe0\x80\xaf",
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\xaf",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80",
        "\xfe",
        "\xff",
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f\x98",
        "\xc3\xc3\xa9",
        "a\xe2\x82z",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(utf8_valid(bad[i], strlen(bad[i])));
    assert_true(utf8_valid("", 0));
    assert_true(utf8_valid("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", 10));
}

static void decodes(const char *bytes, const char *want)
{
    char got[256];
    decode(bytes, strlen(bytes), got);
    assert_string_equal(got, want);
}

/* The reason for a decoder of our own: after 0xFF, get_wch swallows the keys that follow. */
static void test_bad_bytes_swallow_nothing(void **state)
{
    decodes("\xffҚазақ", "?Қазақ");
    decodes("a\xc3z", "a?z");
    decodes("\xe2\x82қ", "?қ");
    decodes("\xf0\x9f\x98\xc3\xa9", "?é");
    decodes("\xe0\x80\xaf"
            "a",
            "???a");
    decodes("\xed\xa0\x80"
            "b",
            "???b");
    decodes("\xf4\x90\x80\x80"
            "c",
            "????c");
    decodes("\xc3\xff\xc3\xa9", "??é");
}

/* Whatever comes, the decoder is at a boundary after at most four more bytes. */
static void test_random_bytes_then_a_key(void **state)
{
    uint32_t seed = 12345;
    for (int round = 0; round < 20000; round++) {
        char bytes[20], out[100];
        size_t n = 0;

        for (; n < 8; n++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[n] = (char)(seed >> 24);
        }
        bytes[n] = 'k';
        assert_int_equal(decode(bytes, n + 1, out)[-1], 'k');
    }
}

static void test_harmless(void **state)
{
    static const uint32_t yes[] = {' ',    'a',    '~',   0xA0,   0x451, 0x49B,
                                   0x2116, 0x20B8, 0x308, 0x2588, 0xFFFD};
    static const uint32_t no[] = {0,      '\n',    0x1B,     0x7F,   0x85,   0xAD,   0x200B,
                                  0x202E, 0x2028,  0x2066,   0xD800, 0xE000, 0xFEFF, 0xFE0F,
                                  0x1160, 0x378,   0xFFFE,   0xFFF9, 0x061C, 0x180E, 0x3164,
                                  0x34F,  0xE0041, 0x110000, 0x2009, 0x3000};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(utf8_harmless(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(utf8_harmless(no[i]));
}

static void test_what_looks_blank_is_shown_as_a_blank(void **state)
{
    static const uint32_t blanks[] = {'\n', '\t', 0x2009, 0x202F, 0x3000, 0x2800, 0x1D159};
    int columns = 0;
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        assert_int_equal(utf8_shown(blanks[i], &columns), ' ');
        assert_int_equal(columns, 1);
    }
}

static void test_marks(void **state)
{
    static const uint32_t yes[] = {0x301, 0x903, 0x1AB0, 0x20DD, 0x1161};
    static const uint32_t no[] = {' ', 'a', 0x451, 0x200D, 0xFFFD, 0x1100};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(utf8_mark(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(utf8_mark(no[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point_comes_back),
        cmocka_unit_test(test_malformed_is_refused),
        cmocka_unit_test(test_bad_bytes_swallow_nothing),
        cmocka_unit_test(test_random_bytes_then_a_key),
        cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_what_looks_blank_is_shown_as_a_blank),
        cmocka_unit_test(test_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
