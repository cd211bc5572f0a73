/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slips as a scanner, an eye and a searcher see them. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/code.h"
#include "crypto/secret.h"
#include "session/slip.h"
#include "tests/lib/paper.h"

enum { CODES = 40, MODULES = 21 };

/* Where a paper's slip has what, in dots, measured on the paper and not taken from the code. */
struct place {
    int paper;
    int wide;
    int module;
    int qr_left;
    int qr_top;
    int digit_left;
    int digit_top;
    int digit_wide;
    int digit_high;
    int digit_step; /* to the next digit, */
    int digit_next; /* to the next row, */
    int group_gap;  /* and between groups besides */
    size_t most;    /* bytes: what 9600 baud carry in 6.5 seconds, and 19200 in as many */
};

static const struct place places[] = {
    {SLIP_58, 384, 12, 66, 48, 10, 348, 22, 36, 28, 54, 16, 6240},
    {SLIP_80, 576, 16, 120, 64, 56, 464, 28, 48, 36, 72, 20, 12480},
};

enum { PLACES = sizeof places / sizeof places[0] };

static uint8_t slip[SLIP_MAX], other[SLIP_MAX];
static struct paper paper;

static size_t make(const char *code, int width, uint8_t *out)
{
    const size_t len = slip_make(code, width, out);

    assert_true(len > 0 && len <= SLIP_MAX);
    return len;
}

static const char *all(char digit)
{
    static char code[CODE_LEN];

    memset(code, digit, CODE_DIGITS);
    code[CODE_DIGITS] = '\0';
    return code;
}

/* Left edge and top of the n-th digit: six groups of four, three a row. */
static int left_of(const struct place *place, int n)
{
    return place->digit_left + n % 12 * place->digit_step + n % 12 / 4 * place->group_gap;
}

static int top_of(const struct place *place, int n)
{
    return place->digit_top + n / 12 * place->digit_next;
}

static bool in_qr(const struct place *place, int y, int x)
{
    const int side = MODULES * place->module;

    return y >= place->qr_top && y < place->qr_top + side && x >= place->qr_left &&
           x < place->qr_left + side;
}

static bool in_digits(const struct place *place, int y, int x)
{
    for (int n = 0; n < CODE_DIGITS; n++)
        if (y >= top_of(place, n) && y < top_of(place, n) + place->digit_high &&
            x >= left_of(place, n) && x < left_of(place, n) + place->digit_wide)
            return true;
    return false;
}

static void test_a_scanner_reads_the_code(void **state)
{
    for (int p = 0; p < PLACES; p++)
        for (int i = 0; i < CODES; i++) {
            char code[CODE_LEN], got[64];

            code_new(code);
            assert_int_equal(paper_read(&paper, slip, make(code, places[p].paper, slip)), 0);
            assert_int_equal(paper.wide, places[p].wide);
            assert_int_equal(paper_scan(&paper, got, sizeof got), 1);
            assert_string_equal(got, code);
        }
}

static void test_ink_is_in_qr_code_and_digits_alone(void **state)
{
    for (int p = 0; p < PLACES; p++) {
        const struct place *place = &places[p];
        int inked = 0;

        assert_int_equal(paper_read(&paper, slip, make(all('8'), place->paper, slip)), 0);
        for (int y = 0; y < paper.high; y++)
            for (int x = 0; x < paper.wide; x++) {
                inked += paper.dots[y][x];
                if (!in_qr(place, y, x) && !in_digits(place, y, x))
                    assert_int_equal(paper.dots[y][x], 0);
            }
        assert_true(inked > 10000);
        assert_true(place->qr_left >= 4 * place->module && place->qr_top >= 4 * place->module);
        assert_true(place->digit_top - place->qr_top - MODULES * place->module >=
                    4 * place->module);
    }
}

/* Digit n of one slip is drawn as digit m of another, dot for dot. */
static bool same_digit(const struct place *place, const struct paper *a, int n,
                       const struct paper *b, int m)
{
    for (int y = 0; y < place->digit_high; y++)
        if (memcmp(&a->dots[top_of(place, n) + y][left_of(place, n)],
                   &b->dots[top_of(place, m) + y][left_of(place, m)],
                   (size_t)place->digit_wide) != 0)
            return false;
    return true;
}

static void test_digits_stand_in_their_order(void **state)
{
    static struct paper uniform;

    for (int p = 0; p < PLACES; p++)
        for (char digit = '0'; digit <= '9'; digit++) {
            char code[CODE_LEN];

            code_new(code);
            make(code, places[p].paper, slip);
            assert_int_equal(paper_read(&paper, slip, make(code, places[p].paper, slip)), 0);
            assert_int_equal(paper_read(&uniform, other, make(all(digit), places[p].paper, other)),
                             0);
            for (int n = 0; n < CODE_DIGITS; n++)
                assert_int_equal(same_digit(&places[p], &paper, n, &uniform, 23 - n),
                                 code[n] == digit);
        }
}

/* Dots in which the shapes of two digits of a 58 mm slip differ. */
static int apart(const struct paper *digits, int a, int b)
{
    const struct place *place = &places[0];
    int count = 0;

    for (int y = 0; y < place->digit_high; y++)
        for (int x = 0; x < place->digit_wide; x++)
            count += digits->dots[top_of(place, a) + y][left_of(place, a) + x] !=
                     digits->dots[top_of(place, b) + y][left_of(place, b) + x];
    return count;
}

/* A speck or a lost line of dots makes no digit into another. */
static void test_digits_are_told_apart(void **state)
{
    assert_int_equal(paper_read(&paper, slip, make("012345678901234567890123", SLIP_58, slip)), 0);
    for (int a = 0; a < 10; a++)
        for (int b = 0; b < a; b++)
            assert_true(apart(&paper, a, b) >= 72); /* of 792 */
}

/* Whoever has two slips learns from length, commands and white paper nothing. */
static void test_slips_differ_in_modules_and_digits_alone(void **state)
{
    for (int p = 0; p < PLACES; p++)
        for (int i = 0; i < 10; i++) {
            char code[CODE_LEN];
            const size_t len = make(all((char)('0' + i)), places[p].paper, slip);

            code_new(code);
            assert_int_equal(make(code, places[p].paper, other), len);
            assert_int_equal(paper_read(&paper, slip, len), 0);
            for (int y = 0; y < paper.high; y++)
                for (int x = 0; x < paper.wide; x++)
                    if (in_qr(&places[p], y, x) || in_digits(&places[p], y, x)) {
                        const size_t at = paper.from[y] + (size_t)x / 16;
                        const uint8_t bit = (uint8_t)(0x80 >> x / 2 % 8);
                        slip[at] &= (uint8_t)~bit;
                        other[at] &= (uint8_t)~bit;
                    }
            assert_memory_equal(slip, other, len);
        }
}

/* What of the bytes is text: at most the letters of one command. */
static void test_no_word_is_in_a_slip(void **state)
{
    for (int p = 0; p < PLACES; p++) {
        const size_t len = make("012345678901234567890123", places[p].paper, slip);
        int run = 0;

        for (size_t i = 0; i < len; i++) {
            run = isalnum(slip[i]) ? run + 1 : 0;
            assert_true(run <= 3);
        }
        assert_null(memmem(slip, len, "0123", 4));
    }
}

/* A printer obeys DLE at once, even in the middle of a picture. Bytes hold parts of two digits
   at most. */
static void test_no_dots_are_taken_for_a_command(void **state)
{
    for (int p = 0; p < PLACES; p++)
        for (int pair = 0; pair < 100; pair++) {
            char code[CODE_LEN] = "";

            for (int i = 0; i < CODE_DIGITS; i++)
                code[i] = (char)('0' + (i % 2 == 0 ? pair / 10 : pair % 10));
            const size_t len = make(code, places[p].paper, slip);
            assert_null(memchr(slip, 0x10, len));
        }
}

/* A serial line is slow: a slip must have come through while its person still waits. */
static void test_a_slip_is_small(void **state)
{
    for (int p = 0; p < PLACES; p++)
        assert_true(make(all('8'), places[p].paper, slip) <= places[p].most);
}

/* NULs for as many bytes as the longest of the picture's bands has. */
static void assert_blank_ends_a_band(size_t blank)
{
    const size_t row = (size_t)paper.wide / 16;
    size_t rows = 1;

    for (int y = 2; y < paper.high; y += 2) {
        rows = paper.from[y] - paper.from[y - 2] == row ? rows + 1 : 1;
        assert_true(rows * row <= blank);
    }
}

static size_t count_blank(const uint8_t *bytes)
{
    size_t blank = 0;

    while (bytes[blank] == 0)
        blank++;
    return blank;
}

/* However little of the slip before came through, this one is printed whole. */
static void test_a_slip_broken_off_spoils_not_the_next(void **state)
{
    for (int p = 0; p < PLACES; p++) {
        const size_t len = make(all('4'), places[p].paper, slip);

        assert_int_equal(paper_read(&paper, slip, len), 0);
        assert_blank_ends_a_band(count_blank(slip));
    }
}

/* What ends a slip that is given up: white for the band, then reset, feed and cut, and no
   picture. */
static void test_a_slip_given_up_is_ended(void **state)
{
    static const uint8_t end[] = {0x1b, 0x40, 0x1b, 0x64, 0x05, 0x1d, 0x56, 0x01};
    uint8_t drop[SLIP_DROP_LEN];

    slip_drop(drop);
    const size_t blank = count_blank(drop);
    assert_int_equal(sizeof drop - blank, sizeof end);
    assert_memory_equal(drop + blank, end, sizeof end);
    for (int p = 0; p < PLACES; p++) {
        assert_int_equal(paper_read(&paper, slip, make(all('4'), places[p].paper, slip)), 0);
        assert_blank_ends_a_band(blank);
    }
}

static void test_a_slip_is_made_of_its_code_alone(void **state)
{
    memset(slip, 0x00, sizeof slip);
    memset(other, 0xff, sizeof other);
    const size_t len = make("314159265358979323846264", SLIP_80, slip);
    assert_int_equal(make("314159265358979323846264", SLIP_80, other), len);
    assert_memory_equal(slip, other, len);
}

static void test_unknown_paper_makes_nothing(void **state)
{
    assert_int_equal(slip_make(all('1'), 0, slip), 0);
    assert_int_equal(slip_make(all('1'), 57, slip), 0);
    assert_int_equal(slip_make(all('1'), 112, slip), 0);
}

static int begin(void **state)
{
    return secret_start();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_scanner_reads_the_code),
        cmocka_unit_test(test_ink_is_in_qr_code_and_digits_alone),
        cmocka_unit_test(test_digits_stand_in_their_order),
        cmocka_unit_test(test_digits_are_told_apart),
        cmocka_unit_test(test_slips_differ_in_modules_and_digits_alone),
        cmocka_unit_test(test_no_word_is_in_a_slip),
        cmocka_unit_test(test_no_dots_are_taken_for_a_command),
        cmocka_unit_test(test_a_slip_is_small),
        cmocka_unit_test(test_a_slip_broken_off_spoils_not_the_next),
        cmocka_unit_test(test_a_slip_given_up_is_ended),
        cmocka_unit_test(test_a_slip_is_made_of_its_code_alone),
        cmocka_unit_test(test_unknown_paper_makes_nothing),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
