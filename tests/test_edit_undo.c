/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Undoing deletions in the editor: runs, what is kept of them, and when it is wiped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/lib/editor.h"
#include "tui/edit.h"

static void test_undo_brings_back_the_last_run(void **state)
{
    struct editor *editor = *state;
    char undo[64];
    edit_lend_undo(&editor->edit, undo, sizeof undo);
    assert_false(edit_undo(&editor->edit));
    editor_type(editor, "бір екі үш");
    for (int i = 0; i < 3; i++)
        editor_key(editor, KEYPRESS_DELETE);
    editor_key(editor, KEYPRESS_LEFT);
    for (int i = 0; i < 3; i++)
        editor_key(editor, KEYPRESS_DELETE);
    editor_holds(editor, "бірі");
    assert_true(edit_undo(&editor->edit));
    editor_holds(editor, "бір екі");
    assert_int_equal(editor->edit.cursor, strlen("бір ек"));
    assert_false(edit_undo(&editor->edit));
    editor_holds(editor, "бір екі");
}

static void test_undo_of_everything(void **state)
{
    struct editor *editor = *state;
    char undo[64];
    edit_lend_undo(&editor->edit, undo, sizeof undo);
    editor_type(editor, "ұрды\nа\xcc\x81");
    for (int i = 0; i < 9; i++)
        editor_key(editor, KEYPRESS_DELETE);
    editor_holds(editor, "");
    editor_type(editor, "x");
    assert_true(edit_undo(&editor->edit));
    editor_holds(editor, "xұрды\nа\xcc\x81");
}

/* Any other press ends the run; what means nothing here does not. */
static void test_undo_knows_runs(void **state)
{
    struct editor *editor = *state;
    char undo[64];
    edit_lend_undo(&editor->edit, undo, sizeof undo);
    editor_type(editor, "abcd");
    editor_key(editor, KEYPRESS_DELETE);
    editor_type(editor, "x");
    editor_key(editor, KEYPRESS_DELETE);
    editor_key(editor, KEYPRESS_LAYOUT);
    editor_key(editor, KEYPRESS_DELETE);
    editor_holds(editor, "ab");
    edit_undo(&editor->edit);
    editor_holds(editor, "abcx");
}

static void test_undo_memory_is_wiped(void **state)
{
    struct editor *editor = *state;
    char undo[65] = {0};
    edit_lend_undo(&editor->edit, undo, 64);
    editor_type(editor, "secret");
    for (int i = 0; i < 5; i++)
        editor_key(editor, KEYPRESS_DELETE);
    assert_memory_equal(undo, "ecret", 6);
    editor_type(editor, "x");
    editor_key(editor, KEYPRESS_DELETE);
    assert_memory_equal(undo, "x\0\0\0\0", 6);
    edit_undo(&editor->edit);
    for (size_t i = 0; i < sizeof undo; i++)
        assert_int_equal(undo[i], 0);
}

static void test_undo_keeps_the_last_of_a_long_run(void **state)
{
    struct editor *editor = *state;
    char undo[8] = {0};
    edit_lend_undo(&editor->edit, undo, 7);
    editor_type(editor, "жалғыз");
    for (int i = 0; i < 5; i++)
        editor_key(editor, KEYPRESS_DELETE);
    assert_int_equal(undo[6], 0);
    assert_true(edit_undo(&editor->edit));
    editor_holds(editor, "жалғ");
    undo[7] = 'x';
    edit_lend_undo(&editor->edit, undo, 1);
    editor_key(editor, KEYPRESS_DELETE);
    assert_false(edit_undo(&editor->edit));
    assert_int_equal(undo[7], 'x');
}

static void test_undo_wipes_what_it_lets_go(void **state)
{
    struct editor *editor = *state;
    char undo[7] = {0};
    edit_lend_undo(&editor->edit, undo, sizeof undo);
    editor_type(editor, "жы\xf0\x9f\x98\x80");
    for (int i = 0; i < 3; i++)
        editor_key(editor, KEYPRESS_DELETE);
    assert_memory_equal(undo, "жы\0\0", 7);
}

static void test_undo_needs_room(void **state)
{
    struct editor *editor = *state;
    char undo[8];
    edit_lend_undo(&editor->edit, undo, sizeof undo);
    for (int i = 0; i < EDITOR_CAPACITY / 2; i++)
        editor_type(editor, "ы");
    editor_key(editor, KEYPRESS_DELETE);
    editor_type(editor, "z");
    assert_false(edit_undo(&editor->edit));
    assert_int_equal(editor->edit.len, EDITOR_CAPACITY - 1);
    assert_int_equal(editor->edit.undo_len, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EDITOR_TEST(test_undo_brings_back_the_last_run),
        EDITOR_TEST(test_undo_of_everything),
        EDITOR_TEST(test_undo_knows_runs),
        EDITOR_TEST(test_undo_memory_is_wiped),
        EDITOR_TEST(test_undo_keeps_the_last_of_a_long_run),
        EDITOR_TEST(test_undo_wipes_what_it_lets_go),
        EDITOR_TEST(test_undo_needs_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
