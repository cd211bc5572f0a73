/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An editor in a small box, and what to expect of it after some keys. */
#include "tests/lib/editor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"

int editor_setup(void **state)
{
    struct editor *editor = calloc(1, sizeof *editor);
    editor->screen = screen_new(24, 64);
    editor->text[EDITOR_CAPACITY] = 'x';
    edit_start(&editor->edit, editor->text, 0, EDITOR_CAPACITY);
    *state = editor;
    return 0;
}

int editor_teardown(void **state)
{
    struct editor *editor = *state;
    const char behind = editor->text[EDITOR_CAPACITY];
    screen_free(&editor->screen);
    free(editor);
    return behind == 'x' ? 0 : -1;
}

bool editor_key(struct editor *editor, enum keypress_kind kind)
{
    return edit_key(&editor->edit, (struct keypress){kind, 0}, EDITOR_WIDTH, EDITOR_HEIGHT);
}

/* Types UTF-8; a newline is the Tab key. */
bool editor_type(struct editor *editor, const char *text)
{
    size_t len = strlen(text);
    bool used = true;
    while (len > 0) {
        uint32_t ch = 0;
        const size_t n = utf8_take(text, len, &ch);
        const struct keypress press = {ch == '\n' ? KEYPRESS_TAB : KEYPRESS_CHAR, ch};
        used = edit_key(&editor->edit, press, EDITOR_WIDTH, EDITOR_HEIGHT) && used;
        text += n;
        len -= n;
    }
    return used;
}

void editor_holds(const struct editor *editor, const char *want)
{
    char got[EDITOR_CAPACITY + 1];
    memcpy(got, editor->text, editor->edit.len);
    got[editor->edit.len] = '\0';
    assert_string_equal(got, want);
}

void editor_shows(struct editor *editor, const char *want, int row, int col)
{
    char got[4096];
    int above = 0, below = 0, cursor_row = 0, cursor_col = 0;
    size_t len = strlen(want);
    screen_clear(editor->screen);
    edit_draw(&editor->edit, editor->screen, 0, 0, EDITOR_WIDTH, EDITOR_HEIGHT, &above, &below);
    assert_false(screen_clipped(editor->screen));
    screen_dump(editor->screen, got, sizeof got);
    while (len > 0 && got[len] == '\n')
        got[len--] = '\0';
    got[len + (got[len] != '\0')] = '\0';
    assert_string_equal(got, want);
    screen_cursor_at(editor->screen, &cursor_row, &cursor_col);
    assert_int_equal(cursor_row, row);
    assert_int_equal(cursor_col, col);
}

void editor_hides(struct editor *editor, int want_above, int want_below)
{
    int above = -1, below = -1;
    edit_draw(&editor->edit, editor->screen, 0, 0, EDITOR_WIDTH, EDITOR_HEIGHT, &above, &below);
    assert_int_equal(above, want_above);
    assert_int_equal(below, want_below);
}
