/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Greedy line breaking over the places Unicode allows, measured the way the screen draws. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>
#include <unilbrk.h>

#include "tui/utf8.h"
#include "tui/wrap.h"

/* A text, and for each byte whether a line may break before it. */
struct source {
    const uint8_t *text;
    size_t len;
    const char *breaks;
    int width;
};

int wrap_columns(const char *text, size_t len)
{
    int total = 0;

    while (len > 0) {
        uint32_t ch = 0;
        int columns = 0;
        size_t n = utf8_take(text, len, &ch);
        utf8_shown(ch, &columns);
        total += columns;
        text += n;
        len -= n;
    }
    return total;
}

static bool blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

static size_t grapheme(const struct source *source, size_t at)
{
    const uint8_t *next = u8_grapheme_next(source->text + at, source->text + source->len);

    return next ? (size_t)(next - source->text) - at : source->len - at;
}

/* A line that stops before `at`, where the next one starts: the blanks between them belong to
 * neither. */
static struct wrap_line broken(const struct source *source, size_t start, size_t fits, size_t at)
{
    size_t end = at < fits ? at : fits;

    while (end > start && blank(source->text[end - 1]))
        end--;
    return (struct wrap_line){start, end, at};
}

/* Finds the line that starts at start. Blanks hang over the edge: they never cause a break
 * themselves. */
static struct wrap_line one_line(const struct source *source, size_t start, bool *newline)
{
    size_t at = start, candidate = start, fits = start, n = 0;
    int columns = 0;

    *newline = false;
    for (; at < source->len; at += n) {
        n = grapheme(source, at);
        if (source->text[at + n - 1] == '\n') {
            *newline = true;
            return (struct wrap_line){start, fits, at + n};
        }
        if (source->breaks[at] == UC_BREAK_POSSIBLE)
            candidate = at;
        columns += wrap_columns((const char *)source->text + at, n);
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

/* The library wants valid UTF-8: a copy, byte for byte as long, with a '?' for each bad byte. */
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

int wrap_lines(const char *text, size_t len, int width, struct wrap_line *lines, int max)
{
    struct source source = {(const uint8_t *)text, len, NULL, width > 0 ? width : 1};
    char *breaks = calloc(1, len + 1);
    uint8_t *copy = NULL;
    int n = -1;

    if (!breaks)
        goto out;
    if (!utf8_valid(text, len)) {
        copy = repaired(text, len);
        if (!copy)
            goto out;
        source.text = copy;
    }
    if (len > 0)
        u8_possible_linebreaks(source.text, len, "UTF-8", breaks);
    source.breaks = breaks;
    n = all_lines(&source, lines, max);
out:
    if (copy)
        explicit_bzero(copy, len);
    free(copy);
    free(breaks);
    return n;
}
