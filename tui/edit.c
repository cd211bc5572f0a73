/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text is one run of UTF-8 without gaps; every key lays it out anew. A complaint of 14 kB takes
   a millisecond or two, and there is no second form of the text that could disagree with the first
   or would have to be wiped. */
#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>
#include <uninorm.h>

#include "tui/edit.h"
#include "tui/utf8.h"
#include "tui/wrap.h"

/* A grapheme of more bytes than this is an attack on the eye, and takes no further marks. */
enum { CLUSTER_MAX = 64 };

struct layout {
    struct wrap_line *lines;
    int n;
    int at; /* the cursor's line */
};

void edit_start(struct edit *edit, char *text, size_t len, size_t capacity)
{
    *edit =
        (struct edit){.text = text, .capacity = capacity, .len = len, .cursor = len, .column = -1};
}

size_t edit_room(const struct edit *edit)
{
    return edit->capacity - edit->len;
}

/* Graphemes are counted from a place that is a boundary for certain: the paragraph's start. */
static size_t paragraph(const struct edit *edit, size_t at)
{
    while (at > 0 && edit->text[at - 1] != '\n')
        at--;
    return at;
}

static size_t next_from(const struct edit *edit, size_t at)
{
    const uint8_t *text = (const uint8_t *)edit->text;
    const uint8_t *next = at < edit->len ? u8_grapheme_next(text + at, text + edit->len) : NULL;

    return next ? (size_t)(next - text) : edit->len;
}

/* The last boundary before `at`, 0 at the start. */
static size_t before(const struct edit *edit, size_t at)
{
    size_t boundary = at > 0 ? paragraph(edit, at - 1) : 0;

    for (size_t next = boundary; next < at; next = next_from(edit, next))
        boundary = next;
    return boundary;
}

/* The first boundary at or after `at`. */
static size_t snapped(const struct edit *edit, size_t at)
{
    size_t boundary = paragraph(edit, at);

    while (boundary < at)
        boundary = next_from(edit, boundary);
    return boundary;
}

/* Puts n bytes in place of [from, to) and the cursor behind them. */
static bool replace(struct edit *edit, size_t from, size_t to, const char *bytes, size_t n)
{
    const size_t tail = edit->len - to;

    if (n > to - from && n - (to - from) > edit_room(edit))
        return false;
    memmove(edit->text + from + n, edit->text + to, tail);
    if (n > 0)
        memcpy(edit->text + from, bytes, n);
    if (from + n + tail < edit->len)
        explicit_bzero(edit->text + from + n + tail, edit->len - (from + n + tail));
    edit->len = from + n + tail;
    edit->cursor = snapped(edit, from + n);
    return true;
}

/* A typed mark composes with the letter before the cursor, so that е and U+0308 become ё. */
static bool insert(struct edit *edit, uint32_t ch)
{
    const size_t from = before(edit, edit->cursor);
    const size_t old = edit->cursor - from;
    uint8_t typed[CLUSTER_MAX + 4], composed[3 * sizeof typed];
    size_t n = sizeof composed;
    uint8_t *got = NULL;
    bool used = false;

    if (old > CLUSTER_MAX) {
        const size_t len = utf8_put(ch, (char *)typed);
        return replace(edit, edit->cursor, edit->cursor, (const char *)typed, len);
    }
    memcpy(typed, edit->text + from, old);
    const size_t len = old + utf8_put(ch, (char *)typed + old);
    got = u8_normalize(UNINORM_NFC, typed, len, composed, &n);
    if (got)
        used = replace(edit, from, edit->cursor, (const char *)got, n);
    if (got && got != composed)
        free(got);
    explicit_bzero(typed, sizeof typed);
    explicit_bzero(composed, sizeof composed);
    return used;
}

/* One column is kept free for the cursor behind a full line. */
static bool lay_out(const struct edit *edit, int width, struct layout *layout)
{
    const int n = wrap_lines(edit->text, edit->len, width - 1, NULL, 0);

    *layout = (struct layout){.n = n};
    layout->lines = n > 0 ? calloc((size_t)n, sizeof *layout->lines) : NULL;
    if (!layout->lines || wrap_lines(edit->text, edit->len, width - 1, layout->lines, n) != n) {
        free(layout->lines);
        return false;
    }
    while (layout->at + 1 < n && layout->lines[layout->at + 1].start <= edit->cursor)
        layout->at++;
    return true;
}

static int cursor_column(const struct edit *edit, const struct wrap_line *line, int width)
{
    const int column = wrap_columns(edit->text + line->start, edit->cursor - line->start);

    return column < width ? column : width - 1;
}

/* The boundary in a line that is nearest to a column; in a line that was broken inside a word it
   stays before the end, which is the next line's start. */
static size_t at_column(const struct edit *edit, const struct layout *layout, int line, int column)
{
    const struct wrap_line *here = &layout->lines[line];
    size_t at = here->start;

    while (at < here->end) {
        const size_t next = next_from(edit, at);
        if (wrap_columns(edit->text + here->start, next - here->start) > column)
            break;
        if (next >= here->next && line + 1 < layout->n)
            break;
        at = next;
    }
    return at;
}

static void move_lines(struct edit *edit, const struct layout *layout, int by, int width)
{
    int line = layout->at + by;

    if (edit->column < 0)
        edit->column = cursor_column(edit, &layout->lines[layout->at], width);
    line = line < 0 ? 0 : line >= layout->n ? layout->n - 1 : line;
    edit->cursor = at_column(edit, layout, line, edit->column);
}

/* Keys that need to know the lines. */
static bool press_lines(struct edit *edit, enum press_kind kind, int width, int height)
{
    const int page = height > 1 ? height - 1 : 1;
    struct layout layout;

    if (!lay_out(edit, width, &layout))
        return false;
    if (kind == PRESS_UP)
        move_lines(edit, &layout, -1, width);
    else if (kind == PRESS_DOWN)
        move_lines(edit, &layout, 1, width);
    else if (kind == PRESS_PAGE_UP)
        move_lines(edit, &layout, -page, width);
    else if (kind == PRESS_PAGE_DOWN)
        move_lines(edit, &layout, page, width);
    else if (kind == PRESS_HOME)
        edit->cursor = layout.lines[layout.at].start;
    else
        edit->cursor = at_column(edit, &layout, layout.at, width);
    free(layout.lines);
    return true;
}

static bool remove_before(struct edit *edit)
{
    return edit->cursor > 0 && replace(edit, before(edit, edit->cursor), edit->cursor, NULL, 0);
}

bool edit_press(struct edit *edit, struct press press, int width, int height)
{
    const int aimed = edit->column;

    edit->column = -1;
    switch (press.kind) {
    case PRESS_CHAR:
        return utf8_harmless(press.ch) && insert(edit, press.ch);
    case PRESS_TAB:
        return replace(edit, edit->cursor, edit->cursor, "\n", 1);
    case PRESS_DELETE:
        return remove_before(edit);
    case PRESS_LEFT:
        edit->cursor = before(edit, edit->cursor);
        return true;
    case PRESS_RIGHT:
        edit->cursor = next_from(edit, edit->cursor);
        return true;
    case PRESS_UP:
    case PRESS_DOWN:
    case PRESS_PAGE_UP:
    case PRESS_PAGE_DOWN:
        edit->column = aimed;
        return press_lines(edit, press.kind, width, height);
    case PRESS_HOME:
    case PRESS_END:
        return press_lines(edit, press.kind, width, height);
    default:
        edit->column = aimed;
        return false;
    }
}

/* Scrolls no further than it must, and not past the end. */
static void scroll(struct edit *edit, const struct layout *layout, int height)
{
    const int last = layout->n > height ? layout->n - height : 0;

    if (edit->top > layout->at)
        edit->top = layout->at;
    if (edit->top < layout->at - height + 1)
        edit->top = layout->at - height + 1;
    if (edit->top > last)
        edit->top = last;
}

void edit_draw(struct edit *edit, struct screen *screen, int row, int col, int width, int height,
               int *above, int *below)
{
    struct layout layout;

    *above = *below = 0;
    if (!lay_out(edit, width, &layout))
        return;
    scroll(edit, &layout, height);
    for (int i = 0; i < height && edit->top + i < layout.n; i++) {
        const struct wrap_line *line = &layout.lines[edit->top + i];
        screen_put(screen, row + i, col, SCREEN_PLAIN, edit->text + line->start,
                   line->end - line->start);
    }
    screen_cursor(screen, row + layout.at - edit->top,
                  col + cursor_column(edit, &layout.lines[layout.at], width));
    *above = edit->top;
    *below = layout.n - edit->top > height ? layout.n - edit->top - height : 0;
    free(layout.lines);
}
