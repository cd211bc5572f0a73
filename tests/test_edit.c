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
#include "tests/lib/editor.h"
#include "tui/edit.h"

static void test_words_flow(void **state)
{
    struct editor *editor = *state;
    editor_type(editor, "Мені ұрды кеше түнде");
    editor_shows(editor, "Мені ұрды\nкеше түнде", 1, 10);
    for (int i = 0; i < 11; i++)
        editor_key(editor, KEYPRESS_LEFT);
    for (int i = 0; i < 5; i++)
        editor_key(editor, KEYPRESS_DELETE);
    editor_holds(editor, "Мені кеше түнде");
    editor_shows(editor, "Мені кеше\nтүнде", 0, 4);
}

static void test_insert_in_the_middle(void **state)
{
    struct editor *editor = *state;
    editor_type(editor, "бір үш");
    for (int i = 0; i < 3; i++)
        editor_key(editor, KEYPRESS_LEFT);
    editor_type(editor, " екі");
    editor_holds(editor, "бір екі үш");
    editor_shows(editor, "бір екі үш", 0, 7);
    editor_type(editor, "\n");
    editor_holds(editor, "бір екі\n үш");
}

static void test_typed_marks_compose(void **state)
{
    struct editor *editor = *state;
    editor_type(editor, "е\xcc\x88и\xcc\x86");
    editor_holds(editor, "ёй");
    assert_int_equal(editor->edit.cursor, 4);
    editor_key(editor, KEYPRESS_LEFT);
    editor_key(editor, KEYPRESS_DELETE);
    editor_holds(editor, "й");
}

static void test_delete_takes_a_grapheme(void **state)
{
    struct editor *editor = *state;
    editor_type(editor, "aа\xcc\x81");
    assert_int_equal(editor->edit.len, 5);
    editor_key(editor, KEYPRESS_DELETE);
    editor_holds(editor, "a");
    editor_key(editor, KEYPRESS_LEFT);
    assert_false(editor_key(editor, KEYPRESS_DELETE));
    editor_holds(editor, "a");
}

static void test_limit_is_in_bytes(void **state)
{
    struct editor *editor = *state;
    for (int i = 0; i < EDITOR_CAPACITY / 2 - 1; i++)
        assert_true(editor_type(editor, "ы"));
    assert_int_equal(edit_room(&editor->edit), 2);
    assert_true(editor_type(editor, "z"));
    assert_false(editor_type(editor, "ы"));
    assert_int_equal(edit_room(&editor->edit), 1);
    assert_true(editor_type(editor, "z"));
    assert_false(editor_type(editor, "\n"));
    assert_int_equal(edit_room(&editor->edit), 0);
    assert_true(editor_key(editor, KEYPRESS_DELETE));
}

static void test_what_a_person_cannot_type(void **state)
{
    struct editor *editor = *state;
    assert_false(editor_type(editor, "\x1b"));
    assert_false(editor_type(editor, "\xe2\x80\xae"));
    assert_false(edit_key(&editor->edit, (struct keypress){KEYPRESS_CHAR, 0xD800}, EDITOR_WIDTH,
                          EDITOR_HEIGHT));
    assert_false(edit_key(&editor->edit, (struct keypress){KEYPRESS_CHAR, 0x110000}, EDITOR_WIDTH,
                          EDITOR_HEIGHT));
    assert_false(editor_key(editor, KEYPRESS_ENTER));
    assert_false(editor_key(editor, KEYPRESS_BACK));
    for (int kind = KEYPRESS_HELP; kind <= KEYPRESS_OTHER; kind++)
        assert_false(editor_key(editor, (enum keypress_kind)kind));
    editor_holds(editor, "");
}

static void test_up_and_down_keep_the_column(void **state)
{
    struct editor *editor = *state;
    editor_type(editor, "abcdefgh\nab\nabcdefgh");
    editor_key(editor, KEYPRESS_LEFT);
    editor_shows(editor, "abcdefgh\nab\nabcdefgh", 2, 7);
    editor_key(editor, KEYPRESS_UP);
    editor_shows(editor, "abcdefgh\nab\nabcdefgh", 1, 2);
    editor_key(editor, KEYPRESS_UP);
    editor_shows(editor, "abcdefgh\nab\nabcdefgh", 0, 7);
    editor_key(editor, KEYPRESS_DOWN);
    editor_key(editor, KEYPRESS_DOWN);
    editor_shows(editor, "abcdefgh\nab\nabcdefgh", 2, 7);
    editor_key(editor, KEYPRESS_HOME);
    editor_shows(editor, "abcdefgh\nab\nabcdefgh", 2, 0);
    editor_key(editor, KEYPRESS_UP);
    editor_key(editor, KEYPRESS_END);
    editor_shows(editor, "abcdefgh\nab\nabcdefgh", 1, 2);
}

static void test_end_stays_in_a_line_that_was_split(void **state)
{
    struct editor *editor = *state;
    editor_type(editor, "abcdefghijklmnop");
    editor_shows(editor, "abcdefghijk\nlmnop", 1, 5);
    editor_key(editor, KEYPRESS_UP);
    editor_key(editor, KEYPRESS_END);
    editor_shows(editor, "abcdefghijk\nlmnop", 0, 10);
    editor_key(editor, KEYPRESS_RIGHT);
    editor_shows(editor, "abcdefghijk\nlmnop", 1, 0);
}

static void test_scrolling_marks(void **state)
{
    struct editor *editor = *state;
    editor_type(editor, "1\n2\n3\n4");
    editor_hides(editor, 0, 0);
    editor_type(editor, "\n5\n6\n7");
    editor_hides(editor, 3, 0);
    editor_key(editor, KEYPRESS_PAGE_UP);
    editor_hides(editor, 3, 0);
    editor_key(editor, KEYPRESS_UP);
    editor_hides(editor, 2, 1);
    editor_key(editor, KEYPRESS_PAGE_UP);
    editor_key(editor, KEYPRESS_PAGE_UP);
    editor_hides(editor, 0, 3);
    editor_key(editor, KEYPRESS_PAGE_DOWN);
    editor_key(editor, KEYPRESS_PAGE_DOWN);
    editor_key(editor, KEYPRESS_PAGE_DOWN);
    editor_hides(editor, 3, 0);
    for (int i = 0; i < 20; i++)
        editor_key(editor, KEYPRESS_DELETE);
    editor_hides(editor, 0, 0);
}

static void test_removed_text_is_wiped(void **state)
{
    struct editor *editor = *state;
    editor_type(editor, "secret");
    for (int i = 0; i < 6; i++)
        editor_key(editor, KEYPRESS_DELETE);
    for (int i = 0; i < 8; i++)
        assert_int_equal(editor->text[i], 0);
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
        struct editor *editor = *state;
        edit_start(&editor->edit, editor->text, 0, EDITOR_CAPACITY);
        editor_type(editor, cases[i].text);
        if (edit_at_sentence(&editor->edit) != cases[i].begins)
            print_error("after \"%s\"\n", cases[i].text);
        assert_int_equal(edit_at_sentence(&editor->edit), cases[i].begins);
    }
}

static void test_hidden_but_for_the_word_at_the_cursor(void **state)
{
    struct editor *editor = *state;
    editor->edit.hidden = true;
    editor_type(editor, "Мені ұрды\nкеше");
    editor_shows(editor, "•••• ••••\nкеше", 1, 4);
    editor_type(editor, " ");
    editor_shows(editor, "•••• ••••\n••••", 1, 5);
    editor_key(editor, KEYPRESS_UP);
    editor_key(editor, KEYPRESS_HOME);
    editor_shows(editor, "Мені ••••\n••••", 0, 0);
    for (int i = 0; i < 4; i++)
        editor_key(editor, KEYPRESS_RIGHT);
    editor_shows(editor, "Мені ••••\n••••", 0, 4);
    editor_key(editor, KEYPRESS_RIGHT);
    editor_shows(editor, "•••• ұрды\n••••", 0, 5);
    editor->edit.hidden = false;
    editor_shows(editor, "Мені ұрды\nкеше", 0, 5);
}

/* Marks take no dot, wide characters two; a word that was split over lines is one word. */
static void test_dots_keep_their_columns(void **state)
{
    struct editor *editor = *state;
    editor->edit.hidden = true;
    editor_type(editor, "水а\xcc\x81 z");
    editor_shows(editor, "••• z", 0, 5);
    editor_type(editor, "\nabcdefghijklmno");
    editor_shows(editor, "••• •\nabcdefghijk\nlmno", 2, 4);
}

static void test_large_print_takes_two_rows(void **state)
{
    struct editor *editor = *state;
    int above = 0, below = 0;
    editor->edit.spacing = 2;
    editor_type(editor, "1\n2");
    editor_shows(editor, "1\n\n2", 2, 1);
    editor_type(editor, "\n3\n4\n5");
    editor_shows(editor, "4\n\n5", 2, 1);
    editor_hides(editor, 3, 0);
    editor_key(editor, KEYPRESS_PAGE_UP);
    editor_hides(editor, 3, 0);
    editor_key(editor, KEYPRESS_UP);
    editor_shows(editor, "3\n\n4", 0, 1);
    editor_hides(editor, 2, 1);
    screen_clear(editor->screen);
    edit_draw(&editor->edit, editor->screen, 0, 0, EDITOR_WIDTH, 5, &above, &below);
    assert_int_equal(screen_at(editor->screen, 4, 0)->ch, '5');
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
    struct editor *editor = *state;
    uint32_t seed = 7;
    char undo[24];
    edit_lend_undo(&editor->edit, undo, sizeof undo);

    for (int i = 0; i < 30000; i++) {
        struct keypress press = {KEYPRESS_CHAR, 0};
        int above = 0, below = 0;

        seed = seed * 1664525u + 1013904223u;
        press.ch = any_char(seed >> 12);
        if ((seed >> 24) % 3 == 0)
            press.kind = (enum keypress_kind)((seed >> 16) % (KEYPRESS_OTHER + 1));
        edit_key(&editor->edit, press, EDITOR_WIDTH, EDITOR_HEIGHT);
        if (press.kind == KEYPRESS_UNDO)
            edit_undo(&editor->edit);
        editor->edit.hidden = seed >> 31;
        editor->edit.spacing = 1 + (seed >> 30) % 2;
        assert_true(editor->edit.undo_len <= sizeof undo);
        assert_true(utf8_valid(undo, editor->edit.undo_len));
        assert_true(editor->edit.len <= EDITOR_CAPACITY);
        assert_true(editor->edit.cursor <= editor->edit.len);
        assert_true(utf8_valid(editor->text, editor->edit.len));
        assert_true(utf8_valid(editor->text, editor->edit.cursor));
        if (i % 16 == 0)
            edit_draw(&editor->edit, editor->screen, 0, 0, EDITOR_WIDTH, EDITOR_HEIGHT, &above,
                      &below);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EDITOR_TEST(test_words_flow),
        EDITOR_TEST(test_insert_in_the_middle),
        EDITOR_TEST(test_typed_marks_compose),
        EDITOR_TEST(test_delete_takes_a_grapheme),
        EDITOR_TEST(test_limit_is_in_bytes),
        EDITOR_TEST(test_what_a_person_cannot_type),
        EDITOR_TEST(test_up_and_down_keep_the_column),
        EDITOR_TEST(test_end_stays_in_a_line_that_was_split),
        EDITOR_TEST(test_scrolling_marks),
        EDITOR_TEST(test_removed_text_is_wiped),
        EDITOR_TEST(test_sentences),
        EDITOR_TEST(test_hidden_but_for_the_word_at_the_cursor),
        EDITOR_TEST(test_dots_keep_their_columns),
        EDITOR_TEST(test_large_print_takes_two_rows),
        EDITOR_TEST(test_random_keys_keep_the_text_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
