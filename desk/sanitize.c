/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaces character by character, then wraps what is left. */
#include "desk/sanitize.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tui/wrap.h"

#define MARGIN "    |"

/* No script in use here needs more marks on one letter. Some terminals stack thousands of them and
   would paint over the lines around. */
enum { MARKS_MAX = 4 };
enum { EMPTY_MAX = 2, BYTES_MAX = 3 /* of U+FFFD for one bad byte */ };
enum { REPLACEMENT = 0xFFFD, HARD_BLANK = 0xA0 };

static size_t mark(struct sanitize_state *state, uint32_t ch, char out[4])
{
    if (state->marks > 0) {
        state->marks--;
        return utf8_put(ch, out);
    }
    if (state->full)
        return 0;
    state->full = true;
    return utf8_put(REPLACEMENT, out);
}

size_t sanitize_char(struct sanitize_state *state, uint32_t ch, char out[4])
{
    int columns = 0;
    uint32_t shown = utf8_shown(ch, &columns);
    if (utf8_mark(shown))
        return mark(state, shown, out);
    if (shown == HARD_BLANK)
        shown = ' ';
    *state = (struct sanitize_state){.marks = shown != ' ' ? MARKS_MAX : 0};
    return utf8_put(shown, out);
}

void sanitize_word(FILE *out, const char *text, size_t len)
{
    struct sanitize_state state = {0};
    for (size_t at = 0; at < len;) {
        char bytes[4];
        uint32_t ch = 0;
        at += utf8_take(text + at, len - at, &ch);
        fwrite(bytes, 1, sanitize_char(&state, ch, bytes), out);
    }
}

/* Copies the sanitised text, newlines kept, into a new block that the caller wipes. */
static char *tame(const char *text, size_t len, size_t *tamed)
{
    struct sanitize_state state = {0};
    char *out = malloc(BYTES_MAX * len + 4);
    *tamed = 0;
    for (size_t at = 0; out != NULL && at < len;) {
        uint32_t ch = 0;
        const size_t n = utf8_take(text + at, len - at, &ch);
        at += n;
        if (ch == '\r' && at < len && text[at] == '\n')
            continue;
        *tamed += sanitize_char(&state, ch, out + *tamed);
        if (ch == '\n')
            out[*tamed - 1] = '\n';
    }
    return out;
}

static bool is_blank(const char *text, size_t len)
{
    size_t i = 0;
    while (i < len && text[i] == ' ')
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
        fwrite(text, 1, len, out);
    }
    fputc('\n', out);
}

static int put_lines(FILE *out, int width, const char *text, size_t len)
{
    int empty = 0;
    const int n = wrap_lines_most(text, len, width, NULL, 0);
    struct wrap_line *lines = n > 0 ? calloc((size_t)n, sizeof *lines) : NULL;
    if (lines == NULL || wrap_lines_most(text, len, width, lines, n) != n) {
        free(lines);
        return -1;
    }
    for (int i = 0; i < n; i++)
        put_line(out, text + lines[i].start, lines[i].end - lines[i].start, &empty);
    free(lines);
    return 0;
}

int sanitize_text(FILE *out, int columns, const char *text, size_t len)
{
    size_t tamed = 0;
    if (len > 0 && text[len - 1] == '\n')
        len--;
    char *copy = tame(text, len, &tamed);
    if (copy == NULL)
        return -1;
    int error = put_lines(out, columns - (int)strlen(MARGIN " "), copy, tamed);
    explicit_bzero(copy, tamed);
    free(copy);
    return error;
}
