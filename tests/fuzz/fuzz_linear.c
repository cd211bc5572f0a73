/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any cells on a screen of any size, read aloud: the words are whole whatever the room for them,
   and nothing that a person would read is left out. Input: rows (1 byte), columns (1), room (1),
   then strokes: row (1), column (1), style and length (1), text, where control bytes stand for
   what screens are made of, or go on below. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tests/fuzz/fuzz.h"
#include "tui/linear.h"
#include "tui/screen.h"

enum { HEAD = 3, STROKE = 3, STROKE_MAX = 64, DOT = 0x2022, RULE = 0x2500 };

/* Tenth and eleventh: a newline and a vertical tab, which move. */
static const char *const words[0x20] = {
    "1  ",       "2  ",      "   ", "  ",    "•",        "_",        "─",     "字",
    "1234 ",     "____",     "",    "",      "?",        ")",        "\"",    "…",
    "ә",         "«",        "»",   "word ", "-",        "/",        "•••• ", "3/9",
    "e\xCC\x81", "\xCC\x81", "Ә",   ". ",    "────────", "        ", ": ",    "\xEF\xBF\xBD",
};

/* Puts one stroke; a newline goes on in the next row, a vertical tab in the one after it.
   Returns the bytes it took. */
static size_t stroke(struct screen *screen, const uint8_t *data, size_t size)
{
    const enum screen_style style = (enum screen_style)(data[2] >> 6);
    const int start = data[1] % screen_cols(screen);
    const char *text = (const char *)data + STROKE;
    size_t len = data[2] % STROKE_MAX;
    int row = data[0], col = start;
    size_t n = 0;

    len = len < size - STROKE ? len : size - STROKE;
    for (size_t i = 0; i < len; i += n) {
        const uint8_t byte = (uint8_t)text[i];
        row %= screen_rows(screen);
        n = 1;
        if (byte == '\n' || byte == '\v') {
            row += byte == '\n' ? 1 : 2;
            col = start;
        } else if (byte < 0x20) {
            col = screen_say(screen, row, col, style, words[byte]);
        } else {
            while (i + n < len && (uint8_t)text[i + n] >= 0x20)
                n++;
            col = screen_put(screen, row, col, style, text + i, n);
        }
    }
    return STROKE + len;
}

/* Signs that reading aloud adds or leaves out. */
static bool is_sign(uint32_t ch)
{
    return ch == 0 || ch == DOT || ch == RULE ||
           (ch < 0x80 && memchr(" \n_.,:", (int)ch, 6) != NULL);
}

/* What is to be said, in any order: the sum of the characters and how many they are. */
struct said {
    uint64_t sum;
    size_t count;
};

static void add(struct said *said, uint32_t ch)
{
    if (is_sign(ch))
        return;
    said->sum += ch;
    said->count++;
}

static struct said shown(const struct screen *screen)
{
    struct said said = {0};

    for (int row = 0; row < screen_rows(screen); row++)
        for (int col = 0; col < screen_cols(screen); col++)
            if (screen_at(screen, row, col)->style != SCREEN_MODULES)
                add(&said, screen_at(screen, row, col)->ch);
    return said;
}

/* A voice pauses where a line ends. */
static bool is_stop(uint32_t ch)
{
    return ch == '.' || ch == '!' || ch == '?' || ch == ':' || ch == ';' || ch == 0x2026;
}

static bool is_close(uint32_t ch)
{
    return ch == ')' || ch == '"' || ch == 0xBB || ch == 0x201C || ch == 0x201D;
}

static void check_words(const struct screen *screen, const char *text, size_t len)
{
    const struct said want = shown(screen);
    struct said said = {0};
    uint32_t ch = 0, last = '\n';

    must(strlen(text) == len && utf8_valid(text, len) && (len == 0 || text[len - 1] == '\n'));
    for (size_t n; len > 0; text += n, len -= n) {
        n = utf8_take(text, len, &ch);
        must(ch != DOT && ch != RULE && (ch == '\n' || utf8_harmless(ch) || ch == 0xFFFD));
        must(ch != '\n' || is_stop(last));
        add(&said, ch);
        if (ch != ' ' && !is_close(ch))
            last = ch;
    }
    must(said.sum == want.sum && said.count == want.count);
}

/* With this much room: the beginning of the whole, as much of it as fits. */
static void check_room(const struct screen *screen, const char *whole, size_t need, size_t size)
{
    char *out = malloc(size); /* its end is watched by the sanitizer */
    size_t len;

    if (out == NULL)
        return;
    must(linear_text(screen, out, size) == need);
    len = strnlen(out, size);
    must(len < size && memcmp(out, whole, len) == 0 && utf8_valid(out, len));
    must(size > need ? len == need : len + 4 >= size);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct screen *screen = NULL;
    char *whole = NULL;
    size_t need;

    if (size < HEAD)
        return 0;
    screen = screen_new(data[0] % (SCREEN_ROWS_MAX + 1), data[1] % (SCREEN_COLS_MAX + 1));
    if (screen == NULL)
        return 0;
    for (size_t i = HEAD; i + STROKE <= size;)
        i += stroke(screen, data + i, size - i);
    need = linear_text(screen, NULL, 0);
    whole = malloc(need + 1);
    if (whole == NULL)
        goto out;
    must(linear_text(screen, whole, need + 1) == need);
    check_words(screen, whole, need);
    check_room(screen, whole, need, 1 + need * data[2] / UINT8_MAX);
out:
    free(whole);
    screen_free(&screen);
    return 0;
}
