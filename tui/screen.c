/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grid of cells; every character passes utf8_shown on its way into one. */
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

#include "tui/screen.h"
#include "base/utf8.h"
#include "tui/wrap.h"

struct screen {
    int rows;
    int cols;
    struct screen_cell *cells;
    int cursor_row; /* -1: hidden */
    int cursor_col;
    bool clipped;
    bool contrast;
    bool forgets;
};

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static size_t bytes(const struct screen *screen)
{
    return (size_t)screen->rows * (size_t)screen->cols * sizeof *screen->cells;
}

static struct screen_cell *cell(const struct screen *screen, int row, int col)
{
    return &screen->cells[row * screen->cols + col];
}

struct screen *screen_new(int rows, int cols)
{
    struct screen *screen = calloc(1, sizeof *screen);
    if (screen && screen_resize(screen, rows, cols) != 0)
        screen_free(&screen);
    return screen;
}

void screen_free(struct screen **screen)
{
    if (!*screen)
        return;
    if ((*screen)->cells)
        explicit_bzero((*screen)->cells, bytes(*screen));
    free((*screen)->cells);
    free(*screen);
    *screen = NULL;
}

void screen_clear(struct screen *screen)
{
    explicit_bzero(screen->cells, bytes(screen));
    for (int i = 0; i < screen->rows * screen->cols; i++)
        screen->cells[i].ch = ' ';
    screen->cursor_row = -1;
    screen->cursor_col = 0;
    screen->clipped = false;
}

int screen_resize(struct screen *screen, int rows, int cols)
{
    rows = clamp(rows, SCREEN_ROWS_MIN, SCREEN_ROWS_MAX);
    cols = clamp(cols, SCREEN_COLS_MIN, SCREEN_COLS_MAX);
    struct screen_cell *cells = calloc((size_t)rows * (size_t)cols, sizeof *cells);
    if (!cells)
        return -1;
    if (screen->cells)
        explicit_bzero(screen->cells, bytes(screen));
    free(screen->cells);
    screen->cells = cells;
    screen->rows = rows;
    screen->cols = cols;
    screen_clear(screen);
    return 0;
}

int screen_rows(const struct screen *screen)
{
    return screen->rows;
}

int screen_cols(const struct screen *screen)
{
    return screen->cols;
}

const struct screen_cell *screen_at(const struct screen *screen, int row, int col)
{
    return cell(screen, row, col);
}

/* One half of a double-width character must not stay when the other half is overwritten. */
static void split(struct screen *screen, int row, int col)
{
    if (col > 0 && col < screen->cols && cell(screen, row, col)->ch == 0) {
        cell(screen, row, col - 1)->ch = ' ';
        cell(screen, row, col)->ch = ' ';
    }
}

static void set(struct screen *screen, int row, int col, struct screen_cell value, int columns)
{
    split(screen, row, col);
    split(screen, row, col + columns);
    *cell(screen, row, col) = value;
    if (columns == 2)
        *cell(screen, row, col + 1) = (struct screen_cell){0, value.style};
}

/* A mark joins the character drawn just before it if Unicode has one code point for both. */
static void join(struct screen *screen, int row, int col, uint32_t mark)
{
    struct screen_cell *before = cell(screen, row, col);
    uint32_t both = before->ch ? uc_composition(before->ch, mark) : 0;
    if (both)
        before->ch = both;
}

int screen_put(struct screen *screen, int row, int col, enum screen_style style, const char *text,
               size_t len)
{
    const int first = col;
    while (len > 0) {
        uint32_t ch = 0;
        int columns = 0;
        size_t n = utf8_take(text, len, &ch);
        bool inside = row >= 0 && row < screen->rows && col >= 0;
        ch = utf8_shown(ch, &columns);
        text += n;
        len -= n;
        if (columns == 0) {
            if (inside && col > first && col <= screen->cols)
                join(screen, row, col - 1, ch);
            continue;
        }
        if (!inside || col + columns > screen->cols) {
            screen->clipped = screen->clipped || ch != ' ';
            inside = false;
        }
        if (inside)
            set(screen, row, col, (struct screen_cell){ch, (uint8_t)style}, columns);
        col += columns;
    }
    return col < screen->cols ? col : screen->cols;
}

int screen_say(struct screen *screen, int row, int col, enum screen_style style, const char *text)
{
    return screen_put(screen, row, col, style, text, strlen(text));
}

int screen_wrap(struct screen *screen, int row, int col, int width, int height,
                enum screen_style style, const char *text, size_t len)
{
    struct wrap_line lines[SCREEN_ROWS_MAX];
    const int room = clamp(height, 0, SCREEN_ROWS_MAX);
    const int n = wrap_lines(text, len, width, lines, room);
    if (n < 0 || n > room)
        screen->clipped = true;
    for (int i = 0; i < n && i < room; i++)
        screen_put(screen, row + i, col, style, text + lines[i].start,
                   lines[i].end - lines[i].start);
    return clamp(n, 0, room);
}

bool screen_clipped(const struct screen *screen)
{
    return screen->clipped;
}

void screen_contrast(struct screen *screen, bool on)
{
    screen->contrast = on;
}

bool screen_is_contrast(const struct screen *screen)
{
    return screen->contrast;
}

void screen_forget(struct screen *screen, bool on)
{
    screen->forgets = on;
}

bool screen_forgets(const struct screen *screen)
{
    return screen->forgets;
}

void screen_cursor(struct screen *screen, int row, int col)
{
    screen->cursor_row = row < 0 ? -1 : clamp(row, 0, screen->rows - 1);
    screen->cursor_col = clamp(col, 0, screen->cols - 1);
}

void screen_cursor_at(const struct screen *screen, int *row, int *col)
{
    *row = screen->cursor_row;
    *col = screen->cursor_col;
}

static int text_columns(const struct screen *screen, int row)
{
    int cols = screen->cols;
    while (cols > 0 && cell(screen, row, cols - 1)->ch == ' ')
        cols--;
    return cols;
}

static size_t append(char *out, size_t size, size_t at, const char *text, size_t n)
{
    for (size_t i = 0; i < n && at + i + 1 < size; i++)
        out[at + i] = text[i];
    return at + n;
}

size_t screen_dump(const struct screen *screen, char *out, size_t size)
{
    size_t at = 0;
    for (int row = 0; row < screen->rows; row++) {
        const int cols = text_columns(screen, row);
        for (int col = 0; col < cols; col++) {
            char utf8[4];
            const uint32_t ch = cell(screen, row, col)->ch;
            if (ch)
                at = append(out, size, at, utf8, utf8_put(ch, utf8));
        }
        at = append(out, size, at, "\n", 1);
    }
    if (size > 0)
        out[at < size ? at : size - 1] = '\0';
    return at;
}
