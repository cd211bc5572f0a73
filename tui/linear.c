/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a grid of cells the way a person would read it aloud. */
#include <stdbool.h>
#include <string.h>
#include <unictype.h>

#include "tui/linear.h"
#include "base/utf8.h"

enum { DOT = 0x2022, RULE = 0x2500, GROUP = 4, PHRASE_GAP = 3 };

/* What stands in a row of the grid; columns [start, end) with start == end for nothing. */
struct row {
    int start; /* of the text, behind an answer's key */
    int end;
    int style;
    char key;     /* of an answer, or 0 */
    bool rule;    /* a line drawn across */
    bool phrases; /* parts that belong side by side, not one after the other */
};

struct reader {
    const struct screen *screen;
    int edge; /* the column behind the last one that anything stands in */
    struct row rows[SCREEN_ROWS_MAX];
    char *out;
    size_t size;
    size_t at;     /* bytes the text needs so far */
    uint32_t last; /* character said last in this line, 0 at its begin */
    bool spelled;  /* the word before was digits of a code */
    bool full;     /* a character did not fit, so none may follow */
};

/* What of a cell is text: not the blocks of a QR code, no rule. */
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

/* Columns up to the next blank. */
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

/* Stands behind the stop of a sentence without hiding it. */
static bool closes(uint32_t ch)
{
    return ch == ')' || ch == '"' || ch == 0xBB || ch == 0x201C || ch == 0x201D;
}

/* The character that ends the text of columns [start, end). */
static uint32_t last_of(const struct screen *screen, int row, int start, int end)
{
    while (end - 1 > start && closes(text_at(screen, row, end - 1)))
        end--;
    return end > start ? text_at(screen, row, end - 1) : 0;
}

/* "1  2  3" names keys, it is no answer to one of them. */
static bool only_digits(const struct screen *screen, int row, int from, int end)
{
    for (int col = from; col < end; col++)
        if (text_at(screen, row, col) != ' ' && !is_digit(text_at(screen, row, col)))
            return false;
    return true;
}

static void find_key(const struct screen *screen, int at, struct row *row)
{
    const uint32_t ch = row->start < row->end ? text_at(screen, at, row->start) : 0;

    if (is_digit(ch) && blanks(screen, at, row->start + 1, row->end) == 2 &&
        !only_digits(screen, at, row->start, row->end)) {
        row->key = (char)ch;
        row->start += 3;
    }
}

/* True when what comes after `gap` blanks from col on is something else. Two blanks behind a stop are a
   typist's habit. */
static bool parts(const struct screen *screen, int at, const struct row *row, int col, int gap)
{
    return gap >= PHRASE_GAP || (gap == 2 && !ends_sentence(last_of(screen, at, row->start, col)) &&
                                 !only_digits(screen, at, row->start, row->end));
}

static void find_phrases(const struct screen *screen, int at, struct row *row)
{
    row->phrases = false;
    for (int col = row->start; col < row->end; col += word(screen, at, col, row->end)) {
        const int gap = blanks(screen, at, col, row->end);
        row->phrases = row->phrases || parts(screen, at, row, col, gap);
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
    find_key(screen, at, &row);
    find_phrases(screen, at, &row);
    return row;
}

/* The column where a mark like "3/9" begins at the right end of a row, or the row's end. */
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

/* The next row with text below (step 1) or above (-1), or -1: at most one blank row on the way. */
static int neighbour(const struct reader *reader, int at, int step)
{
    for (int i = 1; i <= 2; i++) {
        const int next = at + i * step;
        if (next < 0 || next >= screen_rows(reader->screen) || reader->rows[next].rule)
            return -1;
        if (reader->rows[next].start < reader->rows[next].end)
            return next;
    }
    return -1;
}

/* How far to the right text reaches in the box that a row belongs to. */
static int box_end(const struct reader *reader, int at)
{
    int end = reader->rows[at].end;

    for (int step = -1; step <= 1; step += 2) {
        int next = neighbour(reader, at, step);
        while (next >= 0 && same_box(&reader->rows[at], &reader->rows[next])) {
            if (reader->rows[next].end > end)
                end = reader->rows[next].end;
            next = neighbour(reader, next, step);
        }
    }
    return end;
}

/* A word may also break behind these. */
static bool breaks_word(uint32_t ch)
{
    return ch == '-' || ch == '/';
}

/* True when the first word of row `next` had no room behind row `at`. A box of short lines looks narrower than it
   is: there, with lines close together, only a small letter goes on with a sentence. */
static bool was_wrapped(const struct reader *reader, int at, int next)
{
    const struct row *a = &reader->rows[at];
    const struct row *b = &reader->rows[next];
    const uint32_t last = text_at(reader->screen, at, a->end - 1);
    const int need =
        a->end + (breaks_word(last) ? 0 : 1) + word(reader->screen, next, b->start, b->end);

    if (next == at + 1 && need <= reader->edge &&
        !uc_is_lower(text_at(reader->screen, next, b->start)))
        return false;
    return need > box_end(reader, at);
}

/* The row that goes on with the paragraph, or -1. A line was wrapped only when the next word had no room in
   it; this tells a paragraph's lines from lines that stand alone, whatever the space between them. */
static int continuation(const struct reader *reader, int at)
{
    const int next = neighbour(reader, at, 1);
    const struct row *a = &reader->rows[at];
    const struct row *b = next < 0 ? NULL : &reader->rows[next];

    if (b == NULL || b->key || !same_box(a, b))
        return -1;
    if (next > at + 1 && ends_sentence(last_of(reader->screen, at, a->start, a->end)))
        return -1;
    return was_wrapped(reader, at, next) ? next : -1;
}

static void put(struct reader *reader, uint32_t ch)
{
    char utf8[4];
    const size_t n = utf8_put(ch, utf8);

    reader->full = reader->full || reader->at + n + 1 > reader->size;
    if (!reader->full) {
        memcpy(reader->out + reader->at, utf8, n);
        reader->out[reader->at + n] = '\0';
    }
    reader->at += n;
    explicit_bzero(utf8, sizeof utf8);
}

static void end_line(struct reader *reader)
{
    if (reader->last && !ends_sentence(reader->last))
        put(reader, '.');
    if (reader->last)
        put(reader, '\n');
    reader->last = 0;
    reader->spelled = false;
}

/* Between two words of a line. */
static void part(struct reader *reader, bool spelled, bool glued)
{
    if (reader->last && reader->spelled && spelled)
        put(reader, ',');
    if (reader->last && !glued)
        put(reader, ' ');
    reader->spelled = spelled;
}

/* A word of nothing but digits and places for digits. */
static bool is_field(const struct reader *reader, int row, int col, int n)
{
    bool field = n > 0;

    for (int i = 0; i < n; i++) {
        const uint32_t ch = text_at(reader->screen, row, col + i);
        field = field && (is_digit(ch) || ch == '_' || ch == DOT);
    }
    return field;
}

/* Four digits or places for digits, alone between blanks. */
static bool is_group(const struct reader *reader, int row, int col)
{
    const int cols = screen_cols(reader->screen);

    return col >= 0 && col < cols && (col == 0 || text_at(reader->screen, row, col - 1) == ' ') &&
           word(reader->screen, row, col, cols) == GROUP && is_field(reader, row, col, GROUP);
}

/* Digits of a code: a group beside another one, or a field that is not full. */
static bool is_code(const struct reader *reader, int row, int col, int n)
{
    if (!is_field(reader, row, col, n))
        return false;
    for (int i = 0; i < n; i++)
        if (!is_digit(text_at(reader->screen, row, col + i)))
            return true;
    return is_group(reader, row, col) &&
           (is_group(reader, row, col - GROUP - 1) || is_group(reader, row, col + GROUP + 1));
}

static void say_word(struct reader *reader, int row, int col, int n, bool glued)
{
    const bool code = is_code(reader, row, col, n);
    bool begun = false;

    for (int i = 0; i < n; i++) {
        const uint32_t ch = text_at(reader->screen, row, col + i);
        if (ch == 0 || ch == DOT || (code && ch == '_'))
            continue;
        if (!begun)
            part(reader, code, glued);
        else if (code)
            put(reader, ' ');
        put(reader, ch);
        if (!closes(ch) || reader->last == 0)
            reader->last = ch;
        begun = true;
    }
}

/* Says columns [col, end) of a row; after a word that was broken at a hyphen the first one is glued. */
static void say_row(struct reader *reader, int row, int col, int end, bool glued)
{
    while (col < end) {
        const int gap = blanks(reader->screen, row, col, end);
        const int n = word(reader->screen, row, col + gap, end);
        if (parts(reader->screen, row, &reader->rows[row], col, gap))
            end_line(reader);
        say_word(reader, row, col + gap, n, glued);
        glued = false;
        col += gap + n;
    }
}

/* Says the paragraph that begins in a row; returns its last row. */
static int say_paragraph(struct reader *reader, int at)
{
    const struct row *row = &reader->rows[at];

    if (row->key) {
        put(reader, (uint32_t)row->key);
        put(reader, ':');
        reader->last = ':';
    }
    say_row(reader, at, row->start, row->end, false);
    for (int next = continuation(reader, at); next >= 0; next = continuation(reader, at)) {
        const bool glued = breaks_word(text_at(reader->screen, at, reader->rows[at].end - 1));
        say_row(reader, next, reader->rows[next].start, reader->rows[next].end, glued);
        at = next;
    }
    end_line(reader);
    return at;
}

static void look_at_all(struct reader *reader)
{
    const struct screen *screen = reader->screen;

    for (int row = 0; row < screen_rows(screen); row++) {
        reader->rows[row] = look(screen, row);
        for (int col = reader->edge; col < screen_cols(screen); col++)
            if (screen_at(screen, row, col)->ch != ' ')
                reader->edge = col + 1;
    }
}

/* Takes the mark at the right off the top row, so that the title ends where its words do. Returns its column. */
static int take_mark(struct reader *reader)
{
    struct row *top = &reader->rows[0];
    const int mark = find_mark(reader->screen, 0, top);

    top->end = mark;
    while (top->end > top->start && text_at(reader->screen, 0, top->end - 1) == ' ')
        top->end--;
    find_phrases(reader->screen, 0, top);
    return mark;
}

size_t linear_text(const struct screen *screen, char *out, size_t size)
{
    struct reader reader = {.screen = screen, .out = out, .size = size};
    int mark_end = 0;
    int mark = 0;
    int at = 0;

    if (size > 0)
        out[0] = '\0';
    look_at_all(&reader);
    mark_end = reader.rows[0].end;
    mark = take_mark(&reader);
    at = say_paragraph(&reader, 0);
    say_row(&reader, 0, mark, mark_end, false);
    end_line(&reader);
    while (++at < screen_rows(screen))
        at = say_paragraph(&reader, at);
    return reader.at;
}
