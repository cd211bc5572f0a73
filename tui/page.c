/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows a long text a screenful at a time. */
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

/* Lines that a box of so many rows shows. */
static int shown(const struct page *page, int height)
{
    return (height + spacing(page) - 1) / spacing(page);
}

/* The last screenful stays full: no scrolling into the void. */
static void settle(struct page *page, int height)
{
    const int fit = shown(page, height), last = page->lines > fit ? page->lines - fit : 0;

    if (page->top > last)
        page->top = last;
    if (page->top < 0)
        page->top = 0;
}

void page_draw(struct page *page, struct screen *screen, int row, int col, int width, int height,
               int *above, int *below)
{
    const int n = wrap_lines(page->text, page->len, width, NULL, 0), fit = shown(page, height);
    struct wrap_line *lines = n > 0 ? calloc((size_t)n, sizeof *lines) : NULL;

    *above = *below = 0;
    if (!lines || wrap_lines(page->text, page->len, width, lines, n) != n)
        goto out;
    page->lines = n;
    settle(page, height);
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
    const int fit = shown(page, height),
              step = fit > 1 ? fit - 1 : 1; /* one line stays, to go on reading from */

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
    settle(page, height);
    return true;
}
