/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The editor, key by key: what is in the text, where the cursor is, what the box shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "tui/edit.h"

enum { CAPACITY = 400, WIDTH = 12, HEIGHT = 4 };

struct desk {
    char text[CAPACITY + 1]; /* the byte behind the capacity stays 'x' */
    struct edit edit;
    struct screen *screen;
};

static int setup(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);

    desk->screen = screen_new(24, 64);
    desk->text[CAPACITY] = 'x';
    edit_start(&desk->edit, desk->text, 0, CAPACITY);
    *state = desk;
    return 0;
}

static int teardown(void **state)
{
    struct desk *desk = *state;
    const char behind = desk->text[CAPACITY];

    screen_free(&desk->screen);
    free(desk);
    return behind == 'x' ? 0 : -1;
}

static bool key(struct desk *desk, enum keypress_kind kind)
{
    return edit_key(&desk->edit, (struct keypress){kind, 0}, WIDTH, HEIGHT);
}

/* Types UTF-8; a newline is the Tab key. */
static bool type(struct desk *desk, const char *text)
{
    size_t len = strlen(text);
    bool used = true;

    while (len > 0) {
        uint32_t ch = 0;
        const size_t n = utf8_take(text, len, &ch);
        const struct keypress press = {ch == '\n' ? KEYPRESS_TAB : KEYPRESS_CHAR, ch};
        used = edit_key(&desk->edit, press, WIDTH, HEIGHT) && used;
        text += n;
        len -= n;
    }
    return used;
}

static void holds(const struct desk *desk, const char *want)
{
    char got[CAPACITY + 1];

    memcpy(got, desk->text, desk->edit.len);
    got[desk->edit.len] = '\0';
    assert_string_equal(got, want);
}

static void shows(struct desk *desk, const char *want, int row, int col)
{
    char got[4096];
    int above = 0, below = 0, cursor_row = 0, cursor_col = 0;
    size_t len = strlen(want);

    screen_clear(desk->screen);
    edit_draw(&desk->edit, desk->screen, 0, 0, WIDTH, HEIGHT, &above, &below);
    assert_false(screen_clipped(desk->screen));
    screen_dump(desk->screen, got, sizeof got);
    while (len > 0 && got[len] == '\n')
        got[len--] = '\0';
    got[len + (got[len] != '\0')] = '\0';
    assert_string_equal(got, want);
    screen_cursor_at(desk->screen, &cursor_row, &cursor_col);
    assert_int_equal(cursor_row, row);
    assert_int_equal(cursor_col, col);
}

static void test_words_flow(void **state)
{
    struct desk *desk = *state;

    type(desk, "Мені ұрды кеше түнде");
    shows(desk, "Мені ұрды\nкеше түнде", 1, 10);
    for (int i = 0; i < 11; i++)
        key(desk, KEYPRESS_LEFT);
    for (int i = 0; i < 5; i++)
        key(desk, KEYPRESS_DELETE);
    holds(desk, "Мені кеше түнде");
    shows(desk, "Мені кеше\nтүнде", 0, 4);
}

static void test_insert_in_the_middle(void **state)
{
    struct desk *desk = *state;

    type(desk, "бір үш");
    for (int i = 0; i < 3; i++)
        key(desk, KEYPRESS_LEFT);
    type(desk, " екі");
    holds(desk, "бір екі үш");
    shows(desk, "бір екі үш", 0, 7);
    type(desk, "\n");
    holds(desk, "бір екі\n үш");
}

static void test_typed_marks_compose(void **state)
{
    struct desk *desk = *state;

    type(desk, "е\xcc\x88и\xcc\x86");
    holds(desk, "ёй");
    assert_int_equal(desk->edit.cursor, 4);
    key(desk, KEYPRESS_LEFT);
    key(desk, KEYPRESS_DELETE);
    holds(desk, "й");
}

static void test_delete_takes_a_grapheme(void **state)
{
    struct desk *desk = *state;

    type(desk, "aа\xcc\x81");
    assert_int_equal(desk->edit.len, 5);
    key(desk, KEYPRESS_DELETE);
    holds(desk, "a");
    key(desk, KEYPRESS_LEFT);
    assert_false(key(desk, KEYPRESS_DELETE));
    holds(desk, "a");
}

static void test_limit_is_in_bytes(void **state)
{
    struct desk *desk = *state;

    for (int i = 0; i < CAPACITY / 2 - 1; i++)
        assert_true(type(desk, "ы"));
    assert_int_equal(edit_room(&desk->edit), 2);
    assert_true(type(desk, "z"));
    assert_false(type(desk, "ы"));
    assert_int_equal(edit_room(&desk->edit), 1);
    assert_true(type(desk, "z"));
    assert_false(type(desk, "\n"));
    assert_int_equal(edit_room(&desk->edit), 0);
    assert_true(key(desk, KEYPRESS_DELETE));
}

static void test_what_a_person_cannot_type(void **state)
{
    struct desk *desk = *state;

    assert_false(type(desk, "\x1b"));
    assert_false(type(desk, "\xe2\x80\xae"));
    assert_false(edit_key(&desk->edit, (struct keypress){KEYPRESS_CHAR, 0xD800}, WIDTH, HEIGHT));
    assert_false(edit_key(&desk->edit, (struct keypress){KEYPRESS_CHAR, 0x110000}, WIDTH, HEIGHT));
    assert_false(key(desk, KEYPRESS_ENTER));
    assert_false(key(desk, KEYPRESS_BACK));
    for (int kind = KEYPRESS_HELP; kind <= KEYPRESS_OTHER; kind++)
        assert_false(key(desk, (enum keypress_kind)kind));
    holds(desk, "");
}

static void test_up_and_down_keep_the_column(void **state)
{
    struct desk *desk = *state;

    type(desk, "abcdefgh\nab\nabcdefgh");
    key(desk, KEYPRESS_LEFT);
    shows(desk, "abcdefgh\nab\nabcdefgh", 2, 7);
    key(desk, KEYPRESS_UP);
    shows(desk, "abcdefgh\nab\nabcdefgh", 1, 2);
    key(desk, KEYPRESS_UP);
    shows(desk, "abcdefgh\nab\nabcdefgh", 0, 7);
    key(desk, KEYPRESS_DOWN);
    key(desk, KEYPRESS_DOWN);
    shows(desk, "abcdefgh\nab\nabcdefgh", 2, 7);
    key(desk, KEYPRESS_HOME);
    shows(desk, "abcdefgh\nab\nabcdefgh", 2, 0);
    key(desk, KEYPRESS_UP);
    key(desk, KEYPRESS_END);
    shows(desk, "abcdefgh\nab\nabcdefgh", 1, 2);
}

static void test_end_stays_in_a_line_that_was_split(void **state)
{
    struct desk *desk = *state;

    type(desk, "abcdefghijklmnop");
    shows(desk, "abcdefghijk\nlmnop", 1, 5);
    key(desk, KEYPRESS_UP);
    key(desk, KEYPRESS_END);
    shows(desk, "abcdefghijk\nlmnop", 0, 10);
    key(desk, KEYPRESS_RIGHT);
    shows(desk, "abcdefghijk\nlmnop", 1, 0);
}

static void marks(struct desk *desk, int want_above, int want_below)
{
    int above = -1, below = -1;

    edit_draw(&desk->edit, desk->screen, 0, 0, WIDTH, HEIGHT, &above, &below);
    assert_int_equal(above, want_above);
    assert_int_equal(below, want_below);
}

static void test_scrolling_marks(void **state)
{
    struct desk *desk = *state;

    type(desk, "1\n2\n3\n4");
    marks(desk, 0, 0);
    type(desk, "\n5\n6\n7");
    marks(desk, 3, 0);
    key(desk, KEYPRESS_PAGE_UP);
    marks(desk, 3, 0);
    key(desk, KEYPRESS_UP);
    marks(desk, 2, 1);
    key(desk, KEYPRESS_PAGE_UP);
    key(desk, KEYPRESS_PAGE_UP);
    marks(desk, 0, 3);
    key(desk, KEYPRESS_PAGE_DOWN);
    key(desk, KEYPRESS_PAGE_DOWN);
    key(desk, KEYPRESS_PAGE_DOWN);
    marks(desk, 3, 0);
    for (int i = 0; i < 20; i++)
        key(desk, KEYPRESS_DELETE);
    marks(desk, 0, 0);
}

static void test_removed_text_is_wiped(void **state)
{
    struct desk *desk = *state;

    type(desk, "secret");
    for (int i = 0; i < 6; i++)
        key(desk, KEYPRESS_DELETE);
    for (int i = 0; i < 8; i++)
        assert_int_equal(desk->text[i], 0);
}

static void test_undo_brings_back_the_last_run(void **state)
{
    struct desk *desk = *state;
    char undo[64];

    edit_lend_undo(&desk->edit, undo, sizeof undo);
    assert_false(edit_undo(&desk->edit));
    type(desk, "бір екі үш");
    for (int i = 0; i < 3; i++)
        key(desk, KEYPRESS_DELETE);
    key(desk, KEYPRESS_LEFT);
    for (int i = 0; i < 3; i++)
        key(desk, KEYPRESS_DELETE);
    holds(desk, "бірі");
    assert_true(edit_undo(&desk->edit));
    holds(desk, "бір екі");
    assert_int_equal(desk->edit.cursor, strlen("бір ек"));
    assert_false(edit_undo(&desk->edit));
    holds(desk, "бір екі");
}

static void test_undo_of_everything(void **state)
{
    struct desk *desk = *state;
    char undo[64];

    edit_lend_undo(&desk->edit, undo, sizeof undo);
    type(desk, "ұрды\nа\xcc\x81");
    for (int i = 0; i < 9; i++)
        key(desk, KEYPRESS_DELETE);
    holds(desk, "");
    type(desk, "x");
    assert_true(edit_undo(&desk->edit));
    holds(desk, "xұрды\nа\xcc\x81");
}

/* Any other press ends the run; what means nothing here does not. */
static void test_undo_knows_runs(void **state)
{
    struct desk *desk = *state;
    char undo[64];

    edit_lend_undo(&desk->edit, undo, sizeof undo);
    type(desk, "abcd");
    key(desk, KEYPRESS_DELETE);
    type(desk, "x");
    key(desk, KEYPRESS_DELETE);
    key(desk, KEYPRESS_LAYOUT);
    key(desk, KEYPRESS_DELETE);
    holds(desk, "ab");
    edit_undo(&desk->edit);
    holds(desk, "abcx");
}

static void test_undo_memory_is_wiped(void **state)
{
    struct desk *desk = *state;
    char undo[65] = {0};

    edit_lend_undo(&desk->edit, undo, 64);
    type(desk, "secret");
    for (int i = 0; i < 5; i++)
        key(desk, KEYPRESS_DELETE);
    assert_memory_equal(undo, "ecret", 6);
    type(desk, "x");
    key(desk, KEYPRESS_DELETE);
    assert_memory_equal(undo, "x\0\0\0\0", 6);
    edit_undo(&desk->edit);
    for (size_t i = 0; i < sizeof undo; i++)
        assert_int_equal(undo[i], 0);
}

static void test_undo_keeps_the_last_of_a_long_run(void **state)
{
    struct desk *desk = *state;
    char undo[8] = {0};

    edit_lend_undo(&desk->edit, undo, 7);
    type(desk, "жалғыз");
    for (int i = 0; i < 5; i++)
        key(desk, KEYPRESS_DELETE);
    assert_int_equal(undo[6], 0);
    assert_true(edit_undo(&desk->edit));
    holds(desk, "жалғ");
    undo[7] = 'x';
    edit_lend_undo(&desk->edit, undo, 1);
    key(desk, KEYPRESS_DELETE);
    assert_false(edit_undo(&desk->edit));
    assert_int_equal(undo[7], 'x');
}

static void test_undo_wipes_what_it_lets_go(void **state)
{
    struct desk *desk = *state;
    char undo[7] = {0};

    edit_lend_undo(&desk->edit, undo, sizeof undo);
    type(desk, "жы\xf0\x9f\x98\x80");
    for (int i = 0; i < 3; i++)
        key(desk, KEYPRESS_DELETE);
    assert_memory_equal(undo, "жы\0\0", 7);
}

static void test_undo_needs_room(void **state)
{
    struct desk *desk = *state;
    char undo[8];

    edit_lend_undo(&desk->edit, undo, sizeof undo);
    for (int i = 0; i < CAPACITY / 2; i++)
        type(desk, "ы");
    key(desk, KEYPRESS_DELETE);
    type(desk, "z");
    assert_false(edit_undo(&desk->edit));
    assert_int_equal(desk->edit.len, CAPACITY - 1);
    assert_int_equal(desk->edit.undo_len, 2);
}

static void test_sentences(void **state)
{
    static const struct {
        const char *text;
        bool begins;
    } cases[] = {
        {"", true},
        {"  ", true},
        {"Ұрды", false},
        {"Ұрды.", false},
        {"Ұрды. ", true},
        {"Ұрды!  ", true},
        {"Неге? ", true},
        {"Сосын… ", true},
        {"Ұрды, ", false},
        {"Ұрды ", false},
        {"Ұрды\n", true},
        {"Ұрды,\n ", true},
        {"Ұрды.\xc2\xa0", true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk *desk = *state;
        edit_start(&desk->edit, desk->text, 0, CAPACITY);
        type(desk, cases[i].text);
        if (edit_at_sentence(&desk->edit) != cases[i].begins)
            print_error("after \"%s\"\n", cases[i].text);
        assert_int_equal(edit_at_sentence(&desk->edit), cases[i].begins);
    }
}

static void test_hidden_but_for_the_word_at_the_cursor(void **state)
{
    struct desk *desk = *state;

    desk->edit.hidden = true;
    type(desk, "Мені ұрды\nкеше");
    shows(desk, "•••• ••••\nкеше", 1, 4);
    type(desk, " ");
    shows(desk, "•••• ••••\n••••", 1, 5);
    key(desk, KEYPRESS_UP);
    key(desk, KEYPRESS_HOME);
    shows(desk, "Мені ••••\n••••", 0, 0);
    for (int i = 0; i < 4; i++)
        key(desk, KEYPRESS_RIGHT);
    shows(desk, "Мені ••••\n••••", 0, 4);
    key(desk, KEYPRESS_RIGHT);
    shows(desk, "•••• ұрды\n••••", 0, 5);
    desk->edit.hidden = false;
    shows(desk, "Мені ұрды\nкеше", 0, 5);
}

/* Marks take no dot, wide characters two; a word that was split over lines is one word. */
static void test_dots_keep_their_columns(void **state)
{
    struct desk *desk = *state;

    desk->edit.hidden = true;
    type(desk, "水а\xcc\x81 z");
    shows(desk, "••• z", 0, 5);
    type(desk, "\nabcdefghijklmno");
    shows(desk, "••• •\nabcdefghijk\nlmno", 2, 4);
}

static void test_large_print_takes_two_rows(void **state)
{
    struct desk *desk = *state;
    int above = 0, below = 0;

    desk->edit.spacing = 2;
    type(desk, "1\n2");
    shows(desk, "1\n\n2", 2, 1);
    type(desk, "\n3\n4\n5");
    shows(desk, "4\n\n5", 2, 1);
    marks(desk, 3, 0);
    key(desk, KEYPRESS_PAGE_UP);
    marks(desk, 3, 0);
    key(desk, KEYPRESS_UP);
    shows(desk, "3\n\n4", 0, 1);
    marks(desk, 2, 1);
    screen_clear(desk->screen);
    edit_draw(&desk->edit, desk->screen, 0, 0, WIDTH, 5, &above, &below);
    assert_int_equal(screen_at(desk->screen, 4, 0)->ch, '5');
    assert_int_equal(above + below, 2);
}

static uint32_t any_char(uint32_t random)
{
    static const uint32_t chars[] = {'a',    ' ',    0x451,   0x435,   0x308,   0x306,  0x301,
                                     0x49B,  0x6C34, 0x1F600, 0x1F1F0, 0x1F1FF, 0x1100, 0x1161,
                                     0x11A8, 0x958,  0x93C,   0xFB2C,  '-',     0x2014};

    return chars[random % (sizeof chars / sizeof *chars)];
}

static void test_random_keys_keep_the_text_sound(void **state)
{
    struct desk *desk = *state;
    uint32_t seed = 7;
    char undo[24];

    edit_lend_undo(&desk->edit, undo, sizeof undo);

    for (int i = 0; i < 30000; i++) {
        struct keypress press = {KEYPRESS_CHAR, 0};
        int above = 0, below = 0;

        seed = seed * 1664525u + 1013904223u;
        press.ch = any_char(seed >> 12);
        if ((seed >> 24) % 3 == 0)
            press.kind = (enum keypress_kind)((seed >> 16) % (KEYPRESS_OTHER + 1));
        edit_key(&desk->edit, press, WIDTH, HEIGHT);
        if (press.kind == KEYPRESS_UNDO)
            edit_undo(&desk->edit);
        desk->edit.hidden = seed >> 31;
        desk->edit.spacing = 1 + (seed >> 30) % 2;
        assert_true(desk->edit.undo_len <= sizeof undo);
        assert_true(utf8_valid(undo, desk->edit.undo_len));
        assert_true(desk->edit.len <= CAPACITY);
        assert_true(desk->edit.cursor <= desk->edit.len);
        assert_true(utf8_valid(desk->text, desk->edit.len));
        assert_true(utf8_valid(desk->text, desk->edit.cursor));
        if (i % 16 == 0)
            edit_draw(&desk->edit, desk->screen, 0, 0, WIDTH, HEIGHT, &above, &below);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_words_flow, setup, teardown),
        cmocka_unit_test_setup_teardown(test_insert_in_the_middle, setup, teardown),
        cmocka_unit_test_setup_teardown(test_typed_marks_compose, setup, teardown),
        cmocka_unit_test_setup_teardown(test_delete_takes_a_grapheme, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limit_is_in_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_a_person_cannot_type, setup, teardown),
        cmocka_unit_test_setup_teardown(test_up_and_down_keep_the_column, setup, teardown),
        cmocka_unit_test_setup_teardown(test_end_stays_in_a_line_that_was_split, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scrolling_marks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_removed_text_is_wiped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undo_brings_back_the_last_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undo_of_everything, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undo_knows_runs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undo_memory_is_wiped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undo_keeps_the_last_of_a_long_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undo_wipes_what_it_lets_go, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undo_needs_room, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sentences, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hidden_but_for_the_word_at_the_cursor, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_dots_keep_their_columns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_print_takes_two_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_keys_keep_the_text_sound, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
