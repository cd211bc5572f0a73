/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices drawn by their digits, and moving through a long list. */
#include <string.h>

#include "tui/list.h"
#include "tui/wrap.h"

enum { INDENT = 3, CHOICES_MAX = 9 };

static int rows_needed(int width, const char *const *texts, size_t n)
{
    int rows = 0;
    for (size_t i = 0; i < n; i++) {
        const int lines = wrap_lines(texts[i], strlen(texts[i]), width - INDENT, NULL, 0);
        rows += lines > 0 ? lines : 1;
    }
    return rows;
}

int list_choices(struct screen *screen, int row, int col, int width, int height,
                 const char *const *texts, size_t n)
{
    int used = 0, gap = 0;
    if (n > CHOICES_MAX)
        n = CHOICES_MAX;
    if (n > 1 && rows_needed(width, texts, n) + (int)n - 1 <= height)
        gap = 1;
    for (size_t i = 0; i < n; i++) {
        const char digit = (char)('1' + i);
        if (used < height)
            screen_put(screen, row + used, col, SCREEN_BOLD, &digit, 1);
        used += screen_wrap(screen, row + used, col + INDENT, width - INDENT, height - used,
                            SCREEN_PLAIN, texts[i], strlen(texts[i]));
        if (i + 1 < n)
            used += gap;
    }
    return used;
}

int list_chosen(struct keypress key, size_t n)
{
    if (key.kind != KEYPRESS_CHAR || key.ch < '1' || key.ch > '9' || key.ch - '1' >= n)
        return -1;
    return (int)(key.ch - '1');
}

static size_t moved(size_t at, size_t count, long step)
{
    if (step < 0)
        return at > (size_t)-step ? at - (size_t)-step : 0;
    return count - at > (size_t)step ? at + (size_t)step : count - 1;
}

static bool step_of(struct keypress key, int height, size_t count, long *step)
{
    switch (key.kind) {
    case KEYPRESS_UP:
        *step = -1;
        return true;
    case KEYPRESS_DOWN:
        *step = 1;
        return true;
    case KEYPRESS_PAGE_UP:
        *step = -(long)height;
        return true;
    case KEYPRESS_PAGE_DOWN:
        *step = height;
        return true;
    case KEYPRESS_HOME:
        *step = -(long)count;
        return true;
    case KEYPRESS_END:
        *step = (long)count;
        return true;
    default:
        return false;
    }
}

bool list_key(struct list *list, struct keypress key, int height)
{
    const size_t shown = height > 0 ? (size_t)height : 1;
    long step = 0;
    if (!step_of(key, (int)shown, list->count, &step))
        return false;
    list->at = list->count == 0 ? 0 : moved(list->at, list->count, step);
    if (list->at < list->top)
        list->top = list->at;
    else if (list->at - list->top >= shown)
        list->top = list->at - shown + 1;
    return true;
}
