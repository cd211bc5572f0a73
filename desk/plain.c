/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing other people's text so that it cannot act. */
#include "desk/plain.h"

#include <stdlib.h>
#include <string.h>

#include "tui/utf8.h"
#include "tui/wrap.h"

#define MARGIN "    |"

enum { EMPTY_MAX = 2 };

static void put(FILE *out, uint32_t ch)
{
    char bytes[4];
    if (ch == '\n' || ch == '\t')
        ch = ' ';
    if (!utf8_harmless(ch))
        ch = 0xFFFD;
    fwrite(bytes, 1, utf8_put(ch, bytes), out);
}

void plain_word(FILE *out, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t ch = 0;
        at += utf8_take(text + at, len - at, &ch);
        put(out, ch);
    }
}

static bool is_blank(const char *text, size_t len)
{
    size_t i = 0;
    while (i < len && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r'))
        i++;
    return i == len;
}

static void put_line(FILE *out, const char *text, size_t len, int *empty)
{
    *empty = is_blank(text, len) ? *empty + 1 : 0;
    if (*empty > EMPTY_MAX)
        return;
    fputs(MARGIN, out);
    if (*empty == 0) {
        fputc(' ', out);
        plain_word(out, text, len);
    }
    fputc('\n', out);
}

int plain_text(FILE *out, int columns, const char *text, size_t len)
{
    const int width = columns - (int)strlen(MARGIN " ");
    int empty = 0;
    if (len > 0 && text[len - 1] == '\n')
        len--;
    const int n = wrap_lines(text, len, width, NULL, 0);
    struct wrap_line *lines = n > 0 ? calloc((size_t)n, sizeof *lines) : NULL;
    if (lines == NULL || wrap_lines(text, len, width, lines, n) != n) {
        free(lines);
        return -1;
    }
    for (int i = 0; i < n; i++)
        put_line(out, text + lines[i].start, lines[i].end - lines[i].start, &empty);
    free(lines);
    return 0;
}
