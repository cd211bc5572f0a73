/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text is one run of UTF-8 without gaps, laid out anew at every key. For a complaint of 14 kB
   that takes a millisecond, and there is no second form of the text to get out of step with the
   first or to be wiped. */
#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>
#include <uninorm.h>

#include "tui/edit.h"
#include "base/utf8.h"
#include "tui/wrap.h"

enum {
    CLUSTER_MAX = 64, /* bytes; a longer grapheme is an attack on the eye and composes no further */
    FEW_LINES = 64,
    SHORT_LINE = 16, /* bytes; lines of most texts are longer */
};

/* The text broken into lines. */
struct flow {
    struct wrap_line *lines;
    int n;
    int at; /* the cursor's line */
};

struct span {
    size_t from;
    size_t to;
};

void edit_start(struct edit *edit, char *text, size_t len, size_t capacity)
{
    *edit =
        (struct edit){.text = text, .capacity = capacity, .len = len, .cursor = len, .column = -1};
}

void edit_lend_undo(struct edit *edit, char *undo, size_t capacity)
{
    edit->undo = undo;
    edit->undo_capacity = capacity;
    edit->undo_len = 0;
    edit->deleting = false;
}

size_t edit_room(const struct edit *edit)
{
    return edit->capacity - edit->len;
}

/* Graphemes are counted from the start of the paragraph: that is a boundary for certain. */
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

/* The last grapheme boundary before `at`; 0 at the start. */
static size_t before(const struct edit *edit, size_t at)
{
    size_t boundary = at > 0 ? paragraph(edit, at - 1) : 0;
    for (size_t next = boundary; next < at; next = next_from(edit, next))
        boundary = next;
    return boundary;
}

/* The first grapheme boundary at or after `at`. */
static size_t snapped(const struct edit *edit, size_t at)
{
    size_t boundary = paragraph(edit, at);
    while (boundary < at)
        boundary = next_from(edit, boundary);
    return boundary;
}

/* Puts n bytes in place of [from, to) and the cursor after them. False when there is no room. */
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
    if (old > CLUSTER_MAX) {
        const size_t len = utf8_put(ch, (char *)typed);
        return replace(edit, edit->cursor, edit->cursor, (const char *)typed, len);
    }
    memcpy(typed, edit->text + from, old);
    const size_t len = old + utf8_put(ch, (char *)typed + old);
    size_t n = sizeof composed;
    uint8_t *got = u8_normalize(UNINORM_NFC, typed, len, composed, &n);
    const bool used = got && replace(edit, from, edit->cursor, (const char *)got, n);
    if (got && got != composed)
        free(got);
    explicit_bzero(typed, sizeof typed);
    explicit_bzero(composed, sizeof composed);
    return used;
}

static void forget(struct edit *edit)
{
    if (edit->undo)
        explicit_bzero(edit->undo, edit->undo_len);
    edit->undo_len = 0;
}

/* How many bytes of what is kept, in whole graphemes, can stay beside n bytes more. */
static size_t stays(const struct edit *edit, size_t n)
{
    const uint8_t *kept = (const uint8_t *)edit->undo, *end = kept + edit->undo_len;
    const size_t room = edit->undo_capacity - n;
    size_t fits = 0;
    if (edit->undo_len <= room)
        return edit->undo_len;
    for (const uint8_t *at = kept; at && (size_t)(at - kept) <= room;
         at = u8_grapheme_next(at, end))
        fits = (size_t)(at - kept);
    return fits;
}

/* Keeps n bytes that are about to be deleted, in front of the rest of the run: deleting goes
   backwards. */
static void keep(struct edit *edit, size_t from, size_t n)
{
    if (!edit->deleting || n > edit->undo_capacity)
        forget(edit);
    edit->deleting = true;
    if (n > edit->undo_capacity)
        return;
    const size_t old = stays(edit, n);
    explicit_bzero(edit->undo + old, edit->undo_len - old);
    memmove(edit->undo + n, edit->undo, old);
    memcpy(edit->undo, edit->text + from, n);
    edit->undo_len = n + old;
}

bool edit_undo(struct edit *edit)
{
    if (edit->undo_len == 0 ||
        !replace(edit, edit->cursor, edit->cursor, edit->undo, edit->undo_len))
        return false;
    forget(edit);
    edit->deleting = false;
    edit->column = -1;
    return true;
}

/* The character before `at`, and where it starts; 0 at the start of the text. */
static uint32_t char_before(const struct edit *edit, size_t at, size_t *start)
{
    uint32_t ch = 0;
    *start = at > 0 ? at - 1 : 0;
    while (*start > 0 && (edit->text[*start] & 0xC0) == 0x80)
        --*start;
    utf8_take(edit->text + *start, at - *start, &ch);
    return at > 0 ? ch : 0;
}

static bool blank(uint32_t ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == 0xA0;
}

bool edit_at_sentence(const struct edit *edit)
{
    size_t at = edit->cursor, start = 0;
    uint32_t ch = char_before(edit, at, &start);
    bool blanks = false;
    for (; ch != '\n' && blank(ch); ch = char_before(edit, at, &start)) {
        at = start;
        blanks = true;
    }
    if (at == 0 || ch == '\n')
        return true;
    return blanks && (ch == '.' || ch == '!' || ch == '?' || ch == 0x2026);
}

/* Leaves one column free for the cursor after a full line. Lays the text out a second time only if
   it has more lines than guessed. The caller frees flow->lines. False when out of memory. */
static bool lay_out(const struct edit *edit, int width, struct flow *flow)
{
    int room = 0, n = FEW_LINES + (int)(edit->len / SHORT_LINE);
    *flow = (struct flow){NULL};
    while (n > room) {
        room = n;
        free(flow->lines);
        flow->lines = calloc((size_t)room, sizeof *flow->lines);
        n = flow->lines ? wrap_lines(edit->text, edit->len, width - 1, flow->lines, room) : -1;
    }
    if (n < 1) {
        free(flow->lines);
        return false;
    }
    flow->n = n;
    while (flow->at + 1 < n && flow->lines[flow->at + 1].start <= edit->cursor)
        flow->at++;
    return true;
}

static int spacing(const struct edit *edit)
{
    return edit->spacing > 1 ? edit->spacing : 1;
}

/* How many lines a box of that many rows shows. */
static int shown(const struct edit *edit, int height)
{
    return (height + spacing(edit) - 1) / spacing(edit);
}

static int cursor_column(const struct edit *edit, const struct wrap_line *line, int width)
{
    const int column = wrap_columns(edit->text + line->start, edit->cursor - line->start);
    return column < width ? column : width - 1;
}

/* The last boundary of a line at or before a column. If the line was broken inside a word, that is
   before its end, since the end is already the start of the next line. */
static size_t at_column(const struct edit *edit, const struct flow *flow, int line, int column)
{
    const struct wrap_line *here = &flow->lines[line];
    size_t at = here->start;
    while (at < here->end) {
        const size_t next = next_from(edit, at);
        if (wrap_columns(edit->text + here->start, next - here->start) > column)
            break;
        if (next >= here->next && line + 1 < flow->n)
            break;
        at = next;
    }
    return at;
}

static void move_lines(struct edit *edit, const struct flow *flow, int by, int width)
{
    int line = flow->at + by;
    if (edit->column < 0)
        edit->column = cursor_column(edit, &flow->lines[flow->at], width);
    line = line < 0 ? 0 : line >= flow->n ? flow->n - 1 : line;
    edit->cursor = at_column(edit, flow, line, edit->column);
}

/* Keys that move by lines. False when out of memory. */
static bool move_by_lines(struct edit *edit, enum keypress_kind kind, int width, int height)
{
    const int lines = shown(edit, height);
    const int screenful = lines > 1 ? lines - 1 : 1;
    struct flow flow;
    if (!lay_out(edit, width, &flow))
        return false;
    if (kind == KEYPRESS_UP)
        move_lines(edit, &flow, -1, width);
    else if (kind == KEYPRESS_DOWN)
        move_lines(edit, &flow, 1, width);
    else if (kind == KEYPRESS_PAGE_UP)
        move_lines(edit, &flow, -screenful, width);
    else if (kind == KEYPRESS_PAGE_DOWN)
        move_lines(edit, &flow, screenful, width);
    else if (kind == KEYPRESS_HOME)
        edit->cursor = flow.lines[flow.at].start;
    else
        edit->cursor = at_column(edit, &flow, flow.at, width);
    free(flow.lines);
    return true;
}

static bool remove_before(struct edit *edit)
{
    if (edit->cursor == 0)
        return false;
    const size_t from = before(edit, edit->cursor);
    if (edit->undo)
        keep(edit, from, edit->cursor - from);
    return replace(edit, from, edit->cursor, NULL, 0);
}

bool edit_key(struct edit *edit, struct keypress key, int width, int height)
{
    const int aimed = edit->column;
    const bool deleting = edit->deleting;
    edit->column = -1;
    edit->deleting = false;
    switch (key.kind) {
    case KEYPRESS_CHAR:
        return utf8_harmless(key.ch) && insert(edit, key.ch);
    case KEYPRESS_TAB:
        return replace(edit, edit->cursor, edit->cursor, "\n", 1);
    case KEYPRESS_DELETE:
        edit->deleting = deleting;
        return remove_before(edit);
    case KEYPRESS_LEFT:
        edit->cursor = before(edit, edit->cursor);
        return true;
    case KEYPRESS_RIGHT:
        edit->cursor = next_from(edit, edit->cursor);
        return true;
    case KEYPRESS_UP:
    case KEYPRESS_DOWN:
    case KEYPRESS_PAGE_UP:
    case KEYPRESS_PAGE_DOWN:
        edit->column = aimed;
        return move_by_lines(edit, key.kind, width, height);
    case KEYPRESS_HOME:
    case KEYPRESS_END:
        return move_by_lines(edit, key.kind, width, height);
    default:
        edit->column = aimed;
        edit->deleting = deleting;
        return false;
    }
}

/* Scrolls just far enough to show the cursor, and not past the end. */
static void scroll(struct edit *edit, const struct flow *flow, int lines)
{
    const int last = flow->n > lines ? flow->n - lines : 0;
    if (edit->top > flow->at)
        edit->top = flow->at;
    if (edit->top < flow->at - lines + 1)
        edit->top = flow->at - lines + 1;
    if (edit->top > last)
        edit->top = last;
}

/* The bytes that are not masked: all, or the word at the cursor. */
static struct span in_sight(const struct edit *edit)
{
    struct span sight = {edit->cursor, edit->cursor};
    uint32_t ch = 0;
    size_t n = 0;
    if (!edit->hidden)
        return (struct span){0, edit->len};
    while (sight.from > 0 && !blank(char_before(edit, sight.from, &n)))
        sight.from = n;
    while ((n = utf8_take(edit->text + sight.to, edit->len - sight.to, &ch)) > 0 && !blank(ch))
        sight.to += n;
    return sight;
}

/* As many dots as the text takes columns, so that the cursor is where it would be unmasked. */
static int put_dots(struct screen *screen, int row, int col, const char *text, size_t len)
{
    for (size_t n = 0; len > 0; text += n, len -= n) {
        uint32_t ch = 0;
        int columns = 0;
        n = utf8_take(text, len, &ch);
        utf8_shown(ch, &columns);
        while (columns-- > 0)
            col = screen_say(screen, row, col, SCREEN_PLAIN, blank(ch) ? " " : "•");
    }
    return col;
}

static size_t clamped(size_t at, const struct wrap_line *line)
{
    return at < line->start ? line->start : at > line->end ? line->end : at;
}

static void draw_line(const struct edit *edit, struct screen *screen, int row, int col,
                      const struct wrap_line *line, struct span sight)
{
    const size_t from = clamped(sight.from, line), to = clamped(sight.to, line);
    col = put_dots(screen, row, col, edit->text + line->start, from - line->start);
    col = screen_put(screen, row, col, SCREEN_PLAIN, edit->text + from, to - from);
    put_dots(screen, row, col, edit->text + to, line->end - to);
}

void edit_draw(struct edit *edit, struct screen *screen, int row, int col, int width, int height,
               int *above, int *below)
{
    const int rows = spacing(edit);
    const int lines = shown(edit, height);
    const struct span sight = in_sight(edit);
    struct flow flow;
    *above = *below = 0;
    if (!lay_out(edit, width, &flow))
        return;
    scroll(edit, &flow, lines);
    for (int i = 0; i < lines && edit->top + i < flow.n; i++)
        draw_line(edit, screen, row + i * rows, col, &flow.lines[edit->top + i], sight);
    screen_cursor(screen, row + (flow.at - edit->top) * rows,
                  col + cursor_column(edit, &flow.lines[flow.at], width));
    *above = edit->top;
    *below = flow.n - edit->top > lines ? flow.n - edit->top - lines : 0;
    free(flow.lines);
}
