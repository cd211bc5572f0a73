/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a voice makes of a screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "tui/digits.h"
#include "tui/linear.h"
#include "tui/qr.h"

static struct screen *screen;

static int start(void **state)
{
    screen = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN);
    return screen == NULL;
}

static int finish(void **state)
{
    screen_free(&screen);
    return 0;
}

static void line(int row, int col, const char *text)
{
    screen_say(screen, row, col, SCREEN_PLAIN, text);
}

static void title(const char *text)
{
    screen_say(screen, 0, 1, SCREEN_BOLD, text);
}

/* Draws a text in large print, with a blank row after each line. Returns the row after it. */
static int large(int row, int width, const char *text)
{
    char rows[SCREEN_ROWS_MIN][256];
    struct screen *box = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN);
    const int n = screen_wrap(box, 0, 0, width, SCREEN_ROWS_MIN, SCREEN_PLAIN, text, strlen(text));
    char dump[SCREEN_ROWS_MIN * 256];
    char *at = dump;
    screen_dump(box, dump, sizeof dump);
    for (int i = 0; i < n; i++, row += 2) {
        snprintf(rows[i], sizeof rows[i], "%.*s", (int)strcspn(at, "\n"), at);
        at += strcspn(at, "\n") + 1;
        line(row, 1, rows[i]);
    }
    screen_free(&box);
    return row;
}

static void says(const char *want)
{
    char got[8192];
    assert_int_equal(linear_text(screen, got, sizeof got), strlen(want));
    assert_string_equal(got, want);
}

static void test_question(void **state)
{
    title("What do you want to do?");
    line(2, 1, "1  Write to the Commissioner");
    line(4, 1, "2  Is there an answer for me?");
    line(6, 1, "0  Leave");
    line(22, 1, "Press a digit   Esc: another language   F1: help");
    says("What do you want to do?\n"
         "1: Write to the Commissioner.\n"
         "2: Is there an answer for me?\n"
         "0: Leave.\n"
         "Press a digit.\nEsc: another language.\nF1: help.\n");
}

static void test_nothing(void **state)
{
    says("");
    for (int col = 1; col < 60; col++)
        line(5, col, "─");
    says("");
}

static void test_progress_comes_after_the_title(void **state)
{
    title("What happened?");
    screen_say(screen, 0, 58, SCREEN_PLAIN, "3/9");
    line(2, 1, "Use your own words.");
    says("What happened?\n3/9.\nUse your own words.\n");
}

/* The "1  2  3" below the languages are keys, not an answer. */
static void test_keys_are_no_answer(void **state)
{
    line(2, 1, "1  Қазақша");
    line(3, 1, "Осы жерден жаза аласыз.");
    line(22, 1, "1  2  3");
    says("1: Қазақша.\nОсы жерден жаза аласыз.\n1 2 3.\n");
}

static void test_wrapped_lines_are_joined(void **state)
{
    static const char text[] =
        "Бұл жерде ешкім оны аша алмайды. Бірақ камера пернелерді көруі мүмкін: оларды "
        "қолыңызбен жабыңыз. Мәтінді бос қалдыруға да болады, ешкім сұрамайды";
    title("Не болды?");
    assert_in_range(screen_wrap(screen, 2, 1, 30, 20, SCREEN_PLAIN, text, sizeof text - 1), 4, 8);
    says("Не болды?\n"
         "Бұл жерде ешкім оны аша алмайды. Бірақ камера пернелерді көруі мүмкін: оларды "
         "қолыңызбен жабыңыз. Мәтінді бос қалдыруға да болады, ешкім сұрамайды.\n");
}

/* A word that was broken at its hyphen is joined again. */
static void test_broken_word(void **state)
{
    static const char text[] = "Теріңіз жазған кезде таңдаған PIN-кодты, болмаса Enter басыңыз.";
    assert_int_equal(screen_wrap(screen, 2, 1, 34, 3, SCREEN_PLAIN, text, sizeof text - 1), 2);
    assert_int_equal(screen_at(screen, 2, 34)->ch, '-');
    says("Теріңіз жазған кезде таңдаған PIN-кодты, болмаса Enter басыңыз.\n");
}

static void test_lines_that_stand_alone(void **state)
{
    line(2, 1, "They took me out of the cell at night and hit me. My arm is");
    line(3, 1, "swollen.");
    line(4, 1, "It was in the corridor");
    line(5, 1, "of the second floor");
    line(7, 1, "My name is not needed");
    line(8, 5, "indented");
    screen_say(screen, 9, 5, SCREEN_BOLD, "loud");
    says("They took me out of the cell at night and hit me. My arm is swollen.\n"
         "It was in the corridor.\nof the second floor.\nMy name is not "
         "needed.\nindented.\nloud.\n");
}

/* A list of what will be sent: the rule shows how much room its lines had. */
static void test_short_lines(void **state)
{
    for (int col = 1; col < 61; col++)
        line(1, col, "─");
    line(2, 1, "Something else, or I do not know how to say");
    line(3, 1, "Who may know: Only the office");
    line(4, 1, "Me");
    says("Something else, or I do not know how to say.\nWho may know: Only the office.\nMe.\n");
}

static void test_wrapped_answer(void **state)
{
    line(2, 1, "1");
    screen_wrap(screen, 2, 4, 24, 3, SCREEN_PLAIN, "Sexual touching, forced undressing, rape", 40);
    line(4, 1, "2  Health");
    line(5, 1, "3  Work");
    says("1: Sexual touching, forced undressing, rape.\n2: Health.\n3: Work.\n");
}

static void test_large_print(void **state)
{
    int row = 0;
    title("Not being seen");
    row = large(2, 40, "Nobody here can open what you write, but a camera can see the keys");
    row = large(row + 1, 40, "Cover them with your hand. You may leave everything empty, always.");
    line(row + 1, 1, "1  Go on with a story that");
    line(row + 3, 4, "is quite long");
    line(row + 5, 1, "2  Stop");
    says("Not being seen.\n"
         "Nobody here can open what you write, but a camera can see the keys.\n"
         "Cover them with your hand. You may leave everything empty, always.\n"
         "1: Go on with a story that is quite long.\n2: Stop.\n");
}

static void test_receipt(void **state)
{
    int rows = 0, cols = 0;
    title("This is your number");
    assert_int_equal(qr_draw(screen, 1, 1, "123456789012345678901234", &rows, &cols), 0);
    screen_say(screen, 2, cols + 5, SCREEN_BOLD, "1234 5678");
    screen_say(screen, 4, cols + 5, SCREEN_BOLD, "9012 3456");
    screen_wrap(screen, 7, cols + 3, 28, 8, SCREEN_PLAIN,
                "Write it down in 2026. Only this number leads to the answer.", 60);
    line(18, 1, "1  I have it");
    line(21, 1, "Check:  0810 0810");
    says("This is your number.\n"
         "1 2 3 4, 5 6 7 8, 9 0 1 2, 3 4 5 6.\n"
         "Write it down in 2026. Only this number leads to the answer.\n"
         "1: I have it.\n"
         "Check: 0 8 1 0, 0 8 1 0.\n");
}

static void type(struct digits *digits, const char *keys)
{
    for (; *keys; keys++)
        digits_key(digits, (struct keypress){.kind = KEYPRESS_CHAR, .ch = (uint32_t)*keys});
}

static void test_digits(void **state)
{
    char text[25];
    struct digits digits;
    digits_start(&digits, text, 24, false);
    digits_draw(&digits, screen, 4, 4, 4);
    says("");
    type(&digits, "123456");
    digits_draw(&digits, screen, 4, 4, 4);
    says("1 2 3 4, 5 6.\n");
    type(&digits, "789012345678901234");
    digits_draw(&digits, screen, 4, 4, 4);
    says("1 2 3 4, 5 6 7 8, 9 0 1 2, 3 4 5 6, 7 8 9 0, 1 2 3 4.\n");
}

/* Masked text is not spoken. */
static void test_hidden(void **state)
{
    line(2, 1, "•••• •• ••••••••• ••• •••••••• ••••");
    line(3, 1, "••• swollen ••••••");
    line(5, 4, "•••• •••• 9012 34__ ____ ____");
    line(8, 4, "•7________");
    says("swollen.\n9 0 1 2, 3 4.\n7.\n");
}

/* Keys side by side are said one by one; two blanks after a full stop mean nothing. */
static void test_side_by_side(void **state)
{
    line(2, 1, "I was in the cell.  He came in at night and took my  things");
    line(3, 1, "away.  Then he left and did not say when he would be back");
    line(4, 1, "again.");
    line(21, 1, "Enter: done  Tab: new line  Esc: back");
    line(22, 1, "F1: help   F6: undo");
    says("I was in the cell. He came in at night and took my.\nthings.\n"
         "away. Then he left and did not say when he would be back again.\n"
         "Enter: done.\nTab: new line.\nEsc: back.\nF1: help.\nF6: undo.\n");
}

/* Signs that people type are not taken for ours. */
static void test_signs_stay(void **state)
{
    line(2, 1, "room_5 of 2025: 3/4, \"so\"…");
    line(4, 1, "(You wrote no text.)");
    line(6, 1, "(None)");
    says("room_5 of 2025: 3/4, \"so\"…\n(You wrote no text.)\n(None).\n");
}

/* Whatever the size: never more bytes, NUL-terminated, no half character, a prefix of the whole. */
static void test_truncation(void **state)
{
    char whole[256];
    title("Сұрақ?");
    line(2, 1, "1  Иә");
    line(3, 1, "2  Жоқ");
    const size_t need = linear_text(screen, whole, sizeof whole);
    assert_int_equal(linear_text(screen, NULL, 0), need);
    for (size_t size = 1; size <= need + 1; size++) {
        char *out = malloc(size); /* a sanitizer sees writes behind it */
        assert_non_null(out);
        assert_int_equal(linear_text(screen, out, size), need);
        assert_true(strlen(out) < size);
        assert_true(strlen(out) + 2 >= size);
        assert_true(utf8_valid(out, strlen(out)));
        assert_memory_equal(out, whole, strlen(out));
        free(out);
    }
}

/* Random cells at every size are read without leaving the grid. */
static void test_full_screens(void **state)
{
    static const char *const words[] = {"1  ", "•",   "_",  "1234 ", "─",
                                        "ә",   "   ", "字", "3/9",   ". "};
    static char out[65536];
    uint32_t seed = 1;
    for (int round = 0; round < 50; round++) {
        assert_int_equal(screen_resize(screen, round % 2 ? SCREEN_ROWS_MAX : 24, 64 + round * 3),
                         0);
        for (int i = 0; i < 4000; i++) {
            seed = seed * 1664525 + 1013904223;
            screen_say(screen, (int)(seed >> 8) % screen_rows(screen),
                       (int)(seed >> 16) % screen_cols(screen), (enum screen_style)(seed >> 30),
                       words[(seed >> 20) % 10]);
        }
        assert_true(linear_text(screen, out, sizeof out) < sizeof out);
        assert_true(utf8_valid(out, strlen(out)));
    }
}

/* After the last word of the last row nothing may be read: a sanitizer would see it. */
static void test_code_in_the_corner(void **state)
{
    line(SCREEN_ROWS_MIN - 1, SCREEN_COLS_MIN - 4, "1234");
    says("1234.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_question, start, finish),
        cmocka_unit_test_setup_teardown(test_nothing, start, finish),
        cmocka_unit_test_setup_teardown(test_progress_comes_after_the_title, start, finish),
        cmocka_unit_test_setup_teardown(test_keys_are_no_answer, start, finish),
        cmocka_unit_test_setup_teardown(test_wrapped_lines_are_joined, start, finish),
        cmocka_unit_test_setup_teardown(test_broken_word, start, finish),
        cmocka_unit_test_setup_teardown(test_lines_that_stand_alone, start, finish),
        cmocka_unit_test_setup_teardown(test_short_lines, start, finish),
        cmocka_unit_test_setup_teardown(test_wrapped_answer, start, finish),
        cmocka_unit_test_setup_teardown(test_large_print, start, finish),
        cmocka_unit_test_setup_teardown(test_receipt, start, finish),
        cmocka_unit_test_setup_teardown(test_digits, start, finish),
        cmocka_unit_test_setup_teardown(test_hidden, start, finish),
        cmocka_unit_test_setup_teardown(test_side_by_side, start, finish),
        cmocka_unit_test_setup_teardown(test_signs_stay, start, finish),
        cmocka_unit_test_setup_teardown(test_truncation, start, finish),
        cmocka_unit_test_setup_teardown(test_full_screens, start, finish),
        cmocka_unit_test_setup_teardown(test_code_in_the_corner, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
