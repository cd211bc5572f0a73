/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Greedy line breaking at the places that Unicode allows, in columns as the screen draws them. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>
#include <unilbrk.h>

#include "base/utf8.h"
#include "tui/wrap.h"

enum { REPLACEMENT = 0xFFFD, DOUBTFUL = 0x2190 };

/* A text, whether a line may break before each of its bytes, and how to measure it. */
struct source {
    const uint8_t *text;
    size_t len;
    const char *breaks;
    int width;
    int (*columns)(uint32_t ch);
};

static int drawn_columns(uint32_t ch)
{
    int columns = 0;
    utf8_shown(ch, &columns);
    return columns;
}

/* A terminal knows the Unicode of the day it was made: it may draw a mark beside its letter, and a
   character from the arrows on in one column or two. */
static int most_columns(uint32_t ch)
{
    int columns = 0;
    const uint32_t shown = utf8_shown(ch, &columns);
    if (shown >= DOUBTFUL && shown != REPLACEMENT)
        return 2;
    return columns > 0 ? columns : 1;
}

int wrap_columns(const char *text, size_t len)
{
    int total = 0;
    while (len > 0) {
        uint32_t ch = 0;
        size_t n = utf8_take(text, len, &ch);
        total += drawn_columns(ch);
        text += n;
        len -= n;
    }
    return total;
}

static bool blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* The bytes and columns of what must stay together. A grapheme wider than a line (a syllable can
   have any number of vowel signs) is split where the line ends. */
static size_t grapheme(const struct source *source, size_t at, int *columns)
{
    const uint8_t *next = u8_grapheme_next(source->text + at, source->text + source->len);
    const size_t end = next ? (size_t)(next - source->text) : source->len;
    size_t i = at;
    *columns = 0;
    while (i < end) {
        uint32_t ch = 0;
        const size_t n = utf8_take((const char *)source->text + i, end - i, &ch);
        const int more = source->columns(ch);
        if (i > at && *columns + more > source->width)
            break;
        *columns += more;
        i += n;
    }
    return i - at;
}

/* A line that ends before `at`, where the next one starts; blanks between them belong
   to neither. */
static struct wrap_line broken(const struct source *source, size_t start, size_t fits, size_t at)
{
    size_t end = at < fits ? at : fits;
    while (end > start && blank(source->text[end - 1]))
        end--;
    return (struct wrap_line){start, end, at};
}

/* Finds the line from start. Blanks may hang over the edge: they never cause a break. */
static struct wrap_line one_line(const struct source *source, size_t start, bool *newline)
{
    size_t at = start, candidate = start, fits = start, n = 0;
    int columns = 0, more = 0;
    *newline = false;
    for (; at < source->len; at += n) {
        n = grapheme(source, at, &more);
        if (source->text[at + n - 1] == '\n') {
            *newline = true;
            return (struct wrap_line){start, fits, at + n};
        }
        if (source->breaks[at] == UC_BREAK_POSSIBLE)
            candidate = at;
        columns += more;
        if (columns <= source->width || at == start)
            fits = at + n;
        else if (!blank(source->text[at]))
            return broken(source, start, fits, candidate > start ? candidate : at);
    }
    return (struct wrap_line){start, fits, source->len};
}

static int all_lines(const struct source *source, struct wrap_line *lines, int max)
{
    size_t at = 0;
    bool newline = true;
    int n = 0;
    while (at < source->len || newline) {
        struct wrap_line line = one_line(source, at, &newline);
        if (n < max)
            lines[n] = line;
        n++;
        at = line.next;
    }
    return n;
}

/* libunistring needs valid UTF-8: a copy of the same length with '?' for each bad byte, to be wiped
   and freed. NULL when out of memory. */
static uint8_t *repaired(const char *text, size_t len)
{
    uint8_t *copy = malloc(len);
    for (size_t at = 0, n = 0; copy && at < len; at += n) {
        uint32_t ch = 0;
        n = utf8_take(text + at, len - at, &ch);
        memcpy(copy + at, text + at, n);
        if (ch == UINT32_MAX)
            copy[at] = '?';
    }
    return copy;
}

static int wrap(struct source source, struct wrap_line *lines, int max)
{
    char *breaks = calloc(1, source.len + 1);
    uint8_t *copy = NULL;
    int n = -1;
    if (!breaks)
        goto out;
    if (!utf8_valid(source.text, source.len)) {
        copy = repaired((const char *)source.text, source.len);
        if (!copy)
            goto out;
        source.text = copy;
    }
    if (source.len > 0)
        u8_possible_linebreaks(source.text, source.len, "UTF-8", breaks);
    source.breaks = breaks;
    n = all_lines(&source, lines, max);
out:
    if (copy)
        explicit_bzero(copy, source.len);
    free(copy);
    free(breaks);
    return n;
}

int wrap_lines(const char *text, size_t len, int width, struct wrap_line *lines, int max)
{
    const struct source source = {(const uint8_t *)text, len, NULL, width > 0 ? width : 1,
                                  drawn_columns};
    return wrap(source, lines, max);
}

int wrap_lines_most(const char *text, size_t len, int width, struct wrap_line *lines, int max)
{
    const struct source source = {(const uint8_t *)text, len, NULL, width > 0 ? width : 1,
                                  most_columns};
    return wrap(source, lines, max);
}
