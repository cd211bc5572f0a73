/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An editor in a small box, pressed key by key. */
#ifndef TESTS_LIB_EDITOR_H
#define TESTS_LIB_EDITOR_H

#include <stdbool.h>

#include "tui/edit.h"
#include "tui/keypress.h"
#include "tui/screen.h"

/* Bytes of the text; columns and rows of the box. */
enum { EDITOR_CAPACITY = 400, EDITOR_WIDTH = 12, EDITOR_HEIGHT = 4 };

struct editor {
    char text[EDITOR_CAPACITY + 1]; /* the byte after the capacity stays 'x' */
    struct edit edit;
    struct screen *screen;
};

/* For cmocka: *state is an empty struct editor. The end fails if it wrote over its capacity. */
int editor_setup(void **state);
int editor_teardown(void **state);

/* A test with these two. */
#define EDITOR_TEST(f) cmocka_unit_test_setup_teardown(f, editor_setup, editor_teardown)

/* Presses a key. Returns whether it was used. */
bool editor_key(struct editor *editor, enum keypress_kind kind);

/* Types UTF-8, a newline as the Tab key. Returns whether all of it was used. */
bool editor_type(struct editor *editor, const char *text);

/* Fails the test unless the text is this. */
void editor_holds(const struct editor *editor, const char *want);

/* Draws; fails the test unless the box shows this, with the cursor at (row, col). */
void editor_shows(struct editor *editor, const char *want, int row, int col);

/* Draws; fails the test unless so many lines are hidden on either side. */
void editor_hides(struct editor *editor, int want_above, int want_below);

#endif
