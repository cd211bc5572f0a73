/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wraps the text anew for each drawing, so the width may change in between. */
#include <stdlib.h>

#include "tui/page.h"
#include "tui/wrap.h"

void page_start(struct page *page, const char *text, size_t len)
{
    *page = (struct page){.text = text, .len = len};
}

static int spacing(const struct page *page)
{
    return page->spacing > 1 ? page->spacing : 1;
}

/* How many lines a box of that many rows shows. */
static int shown(const struct page *page, int height)
{
    return (height + spacing(page) - 1) / spacing(page);
}

/* Keeps the last screenful full. */
static void clamp_top(struct page *page, int height)
{
    const int fit = shown(page, height);
    const int last = page->lines > fit ? page->lines - fit : 0;
    if (page->top > last)
        page->top = last;
    if (page->top < 0)
        page->top = 0;
}

void page_draw(struct page *page, struct screen *screen, int row, int col, int width, int height,
               int *above, int *below)
{
    const int fit = shown(page, height);
    const int n = wrap_lines(page->text, page->len, width, NULL, 0);
    struct wrap_line *lines = n > 0 ? calloc((size_t)n, sizeof *lines) : NULL;
    *above = *below = 0;
    if (!lines || wrap_lines(page->text, page->len, width, lines, n) != n)
        goto out;
    page->lines = n;
    clamp_top(page, height);
    for (int i = 0; i < fit && page->top + i < n; i++) {
        const struct wrap_line *line = &lines[page->top + i];
        screen_put(screen, row + i * spacing(page), col, SCREEN_PLAIN, page->text + line->start,
                   line->end - line->start);
    }
    *above = page->top;
    *below = n - page->top > fit ? n - page->top - fit : 0;
out:
    free(lines);
}

bool page_key(struct page *page, struct keypress key, int height)
{
    const int fit = shown(page, height);
    const int step = fit > 1 ? fit - 1 : 1; /* one line stays in sight, to read on from */
    if (key.kind == KEYPRESS_UP)
        page->top--;
    else if (key.kind == KEYPRESS_DOWN)
        page->top++;
    else if (key.kind == KEYPRESS_PAGE_UP)
        page->top -= step;
    else if (key.kind == KEYPRESS_PAGE_DOWN || (key.kind == KEYPRESS_CHAR && key.ch == ' '))
        page->top += step;
    else if (key.kind == KEYPRESS_HOME)
        page->top = 0;
    else if (key.kind == KEYPRESS_END)
        page->top = page->lines;
    else
        return false;
    clamp_top(page, height);
    return true;
}
