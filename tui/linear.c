/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a grid of cells the way a person would read it aloud.

   The grid does not say what was wrapped, so this is guessed from the layout: rows of the same
   indent and style are one box, and a row continues the one above if its first word had no room
   there. */
#include <stdbool.h>
#include <string.h>
#include <unictype.h>

#include "tui/linear.h"
#include "base/utf8.h"

enum { DOT = 0x2022, RULE = 0x2500, GROUP = 4, PHRASE_GAP = 3 };

/* What is on a row of the grid: columns [start, end), start == end on an empty row. */
struct row {
    int start; /* of the text, after an answer's digit */
    int end;
    int style;
    char digit;   /* of an answer, or 0 */
    bool rule;    /* a line drawn across */
    bool phrases; /* several phrases side by side, not one running text */
};

struct linear {
    const struct screen *screen;
    int edge; /* the column after the last one in use on any row */
    struct row rows[SCREEN_ROWS_MAX];
    char *out;
    size_t size;
    size_t at;     /* bytes the text has needed so far */
    uint32_t last; /* the last character of this line so far; 0 at its beginning */
    bool spelled;  /* the word before was digits of a code */
    bool full;     /* a character did not fit, so no other may follow */
};

/* The text in a cell; the blocks of a QR code and rules count as blanks. */
static uint32_t text_at(const struct screen *screen, int row, int col)
{
    const struct screen_cell *cell = screen_at(screen, row, col);
    return cell->style == SCREEN_MODULES || cell->ch == RULE ? ' ' : cell->ch;
}

static bool is_digit(uint32_t ch)
{
    return ch >= '0' && ch <= '9';
}

static int blanks(const struct screen *screen, int row, int from, int end)
{
    int n = 0;
    while (from + n < end && text_at(screen, row, from + n) == ' ')
        n++;
    return n;
}

/* The number of columns up to the next blank. */
static int word(const struct screen *screen, int row, int from, int end)
{
    int n = 0;
    while (from + n < end && text_at(screen, row, from + n) != ' ')
        n++;
    return n;
}

static bool ends_sentence(uint32_t ch)
{
    return ch == '.' || ch == '!' || ch == '?' || ch == ':' || ch == ';' || ch == 0x2026;
}

/* A closing mark: what ends a sentence may stand before it. */
static bool closes(uint32_t ch)
{
    return ch == ')' || ch == '"' || ch == 0xBB || ch == 0x201C || ch == 0x201D;
}

/* The last character of columns [start, end), not counting closing marks. */
static uint32_t last_of(const struct screen *screen, int row, int start, int end)
{
    while (end - 1 > start && closes(text_at(screen, row, end - 1)))
        end--;
    return end > start ? text_at(screen, row, end - 1) : 0;
}

/* "1  2  3" is a row of keys, not the answer "2  3" with the digit 1. */
static bool only_digits(const struct screen *screen, int row, int from, int end)
{
    for (int col = from; col < end; col++)
        if (text_at(screen, row, col) != ' ' && !is_digit(text_at(screen, row, col)))
            return false;
    return true;
}

static void find_digit(const struct screen *screen, int at, struct row *row)
{
    const uint32_t ch = row->start < row->end ? text_at(screen, at, row->start) : 0;
    if (is_digit(ch) && blanks(screen, at, row->start + 1, row->end) == 2 &&
        !only_digits(screen, at, row->start, row->end)) {
        row->digit = (char)ch;
        row->start += 3;
    }
}

/* Whether a new phrase begins after the `gap` blanks at col. Two blanks after a full stop are just
   a typist's habit. */
static bool parts_phrases(const struct screen *screen, int at, const struct row *row, int col,
                          int gap)
{
    return gap >= PHRASE_GAP || (gap == 2 && !ends_sentence(last_of(screen, at, row->start, col)) &&
                                 !only_digits(screen, at, row->start, row->end));
}

static void find_phrases(const struct screen *screen, int at, struct row *row)
{
    row->phrases = false;
    for (int col = row->start; col < row->end; col += word(screen, at, col, row->end)) {
        const int gap = blanks(screen, at, col, row->end);
        row->phrases = row->phrases || parts_phrases(screen, at, row, col, gap);
        col += gap;
    }
}

static struct row look(const struct screen *screen, int at)
{
    struct row row = {.end = screen_cols(screen)};
    for (int col = 0; col < row.end; col++)
        row.rule = row.rule || screen_at(screen, at, col)->ch == RULE;
    row.start = blanks(screen, at, 0, row.end);
    while (row.end > row.start && text_at(screen, at, row.end - 1) == ' ')
        row.end--;
    if (row.start < row.end)
        row.style = screen_at(screen, at, row.start)->style;
    find_digit(screen, at, &row);
    find_phrases(screen, at, &row);
    return row;
}

/* The column where a page mark like "3/9" begins at the right end of a row, or the row's end. */
static int find_mark(const struct screen *screen, int at, const struct row *row)
{
    int col = row->end;
    bool digits = true;
    while (col > row->start && text_at(screen, at, col - 1) != ' ') {
        const uint32_t ch = text_at(screen, at, --col);
        digits = digits && (is_digit(ch) || ch == '/');
    }
    return digits && col >= row->start + 2 && text_at(screen, at, col - 2) == ' ' ? col : row->end;
}

static bool same_box(const struct row *a, const struct row *b)
{
    return a->start == b->start && a->style == b->style && !a->phrases && !b->phrases;
}

/* The next row with text below (step 1) or above (step -1), across at most one blank row; or -1. */
static int neighbour(const struct linear *linear, int at, int step)
{
    for (int i = 1; i <= 2; i++) {
        const int next = at + i * step;
        if (next < 0 || next >= screen_rows(linear->screen) || linear->rows[next].rule)
            return -1;
        if (linear->rows[next].start < linear->rows[next].end)
            return next;
    }
    return -1;
}

/* The right edge of the text in the box that a row belongs to. */
static int box_end(const struct linear *linear, int at)
{
    int end = linear->rows[at].end;
    for (int step = -1; step <= 1; step += 2) {
        int next = neighbour(linear, at, step);
        while (next >= 0 && same_box(&linear->rows[at], &linear->rows[next])) {
            if (linear->rows[next].end > end)
                end = linear->rows[next].end;
            next = neighbour(linear, next, step);
        }
    }
    return end;
}

/* A line may also break after these. */
static bool breaks_word(uint32_t ch)
{
    return ch == '-' || ch == '/';
}

/* Whether the first word of row `next` had no room on row `at`. A box of short lines looks
   narrower than it is; so where lines are close together and the word would have fitted on the
   screen, it must begin with a small letter to continue the sentence. */
static bool was_wrapped(const struct linear *linear, int at, int next)
{
    const struct row *a = &linear->rows[at];
    const struct row *b = &linear->rows[next];
    const uint32_t last = text_at(linear->screen, at, a->end - 1);
    const int need =
        a->end + (breaks_word(last) ? 0 : 1) + word(linear->screen, next, b->start, b->end);
    if (next == at + 1 && need <= linear->edge &&
        !uc_is_lower(text_at(linear->screen, next, b->start)))
        return false;
    return need > box_end(linear, at);
}

/* The row that continues the paragraph, or -1. */
static int continuation(const struct linear *linear, int at)
{
    const int next = neighbour(linear, at, 1);
    const struct row *a = &linear->rows[at];
    const struct row *b = next < 0 ? NULL : &linear->rows[next];
    if (b == NULL || b->digit || !same_box(a, b))
        return -1;
    if (next > at + 1 && ends_sentence(last_of(linear->screen, at, a->start, a->end)))
        return -1;
    return was_wrapped(linear, at, next) ? next : -1;
}

static void put(struct linear *linear, uint32_t ch)
{
    char utf8[4];
    const size_t n = utf8_put(ch, utf8);
    linear->full = linear->full || linear->at + n + 1 > linear->size;
    if (!linear->full) {
        memcpy(linear->out + linear->at, utf8, n);
        linear->out[linear->at + n] = '\0';
    }
    linear->at += n;
    explicit_bzero(utf8, sizeof utf8);
}

static void end_line(struct linear *linear)
{
    if (linear->last && !ends_sentence(linear->last))
        put(linear, '.');
    if (linear->last)
        put(linear, '\n');
    linear->last = 0;
    linear->spelled = false;
}

/* Between two words of a line; glued: the first one was broken at a hyphen. */
static void separate(struct linear *linear, bool spelled, bool glued)
{
    if (linear->last && linear->spelled && spelled)
        put(linear, ',');
    if (linear->last && !glued)
        put(linear, ' ');
    linear->spelled = spelled;
}

/* A word of nothing but digits, masked digits and free places. */
static bool is_field(const struct linear *linear, int row, int col, int n)
{
    bool field = n > 0;
    for (int i = 0; i < n; i++) {
        const uint32_t ch = text_at(linear->screen, row, col + i);
        field = field && (is_digit(ch) || ch == '_' || ch == DOT);
    }
    return field;
}

/* A field of exactly four columns between blanks. */
static bool is_group(const struct linear *linear, int row, int col)
{
    const int cols = screen_cols(linear->screen);
    return col >= 0 && col < cols && (col == 0 || text_at(linear->screen, row, col - 1) == ' ') &&
           word(linear->screen, row, col, cols) == GROUP && is_field(linear, row, col, GROUP);
}

/* Digits of a code: a group beside another group, or a field that is not all digits. */
static bool is_code(const struct linear *linear, int row, int col, int n)
{
    if (!is_field(linear, row, col, n))
        return false;
    for (int i = 0; i < n; i++)
        if (!is_digit(text_at(linear->screen, row, col + i)))
            return true;
    return is_group(linear, row, col) &&
           (is_group(linear, row, col - GROUP - 1) || is_group(linear, row, col + GROUP + 1));
}

static void say_word(struct linear *linear, int row, int col, int n, bool glued)
{
    const bool code = is_code(linear, row, col, n);
    bool begun = false;
    for (int i = 0; i < n; i++) {
        const uint32_t ch = text_at(linear->screen, row, col + i);
        if (ch == 0 || ch == DOT || (code && ch == '_'))
            continue;
        if (!begun)
            separate(linear, code, glued);
        else if (code)
            put(linear, ' ');
        put(linear, ch);
        if (!closes(ch) || linear->last == 0)
            linear->last = ch;
        begun = true;
    }
}

/* Says columns [col, end) of a row; glued: without a blank before the first word. */
static void say_row(struct linear *linear, int row, int col, int end, bool glued)
{
    while (col < end) {
        const int gap = blanks(linear->screen, row, col, end);
        const int n = word(linear->screen, row, col + gap, end);
        if (parts_phrases(linear->screen, row, &linear->rows[row], col, gap))
            end_line(linear);
        say_word(linear, row, col + gap, n, glued);
        glued = false;
        col += gap + n;
    }
}

/* Says the paragraph that begins on a row; returns its last row. */
static int say_paragraph(struct linear *linear, int at)
{
    const struct row *row = &linear->rows[at];
    if (row->digit) {
        put(linear, (uint32_t)row->digit);
        put(linear, ':');
        linear->last = ':';
    }
    say_row(linear, at, row->start, row->end, false);
    for (int next = continuation(linear, at); next >= 0; next = continuation(linear, at)) {
        const bool glued = breaks_word(text_at(linear->screen, at, linear->rows[at].end - 1));
        say_row(linear, next, linear->rows[next].start, linear->rows[next].end, glued);
        at = next;
    }
    end_line(linear);
    return at;
}

static void look_at_all(struct linear *linear)
{
    const struct screen *screen = linear->screen;
    for (int row = 0; row < screen_rows(screen); row++) {
        linear->rows[row] = look(screen, row);
        for (int col = linear->edge; col < screen_cols(screen); col++)
            if (screen_at(screen, row, col)->ch != ' ')
                linear->edge = col + 1;
    }
}

/* Cuts the page mark off the top row, so that the title ends with its words. Returns its column. */
static int take_mark(struct linear *linear)
{
    struct row *top = &linear->rows[0];
    const int mark = find_mark(linear->screen, 0, top);
    top->end = mark;
    while (top->end > top->start && text_at(linear->screen, 0, top->end - 1) == ' ')
        top->end--;
    find_phrases(linear->screen, 0, top);
    return mark;
}

size_t linear_text(const struct screen *screen, char *out, size_t size)
{
    struct linear linear = {.screen = screen, .out = out, .size = size};
    if (size > 0)
        out[0] = '\0';
    look_at_all(&linear);
    const int mark_end = linear.rows[0].end;
    const int mark = take_mark(&linear);
    int at = say_paragraph(&linear, 0);
    say_row(&linear, 0, mark, mark_end, false);
    end_line(&linear);
    while (++at < screen_rows(screen))
        at = say_paragraph(&linear, at);
    return linear.at;
}
