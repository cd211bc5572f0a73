/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paragraphs in a box. */
#include "session/box.h"

#include <string.h>

#include "base/lang.h"
#include "tui/wrap.h"

/* gettext answers an empty text with the translation's header. */
const char *box_words(const char *text)
{
    return text[0] == '\0' ? text : _(text);
}

bool box_is_large(const struct box *box)
{
    return box->spacing > 1;
}

int box_gap(const struct box *box)
{
    return box_is_large(box) ? 0 : 1;
}

int box_rows(const struct box *box, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return 0;
    const char *said = _(text);
    return wrap_lines(said, strlen(said), box->width, NULL, 0) * box->spacing;
}

int box_say(const struct box *box, int row, enum screen_style style, const char *text)
{
    const char *said = box_words(text);
    struct wrap_line lines[SCREEN_ROWS_MAX];
    int n = wrap_lines(said, strlen(said), box->width, lines, SCREEN_ROWS_MAX);

    if (box_is_large(box) && style == SCREEN_PLAIN)
        style = SCREEN_BOLD;
    for (int i = 0; i < n && i < SCREEN_ROWS_MAX; i++, row += box->spacing)
        /* A row out of the grid draws nothing, but the screen remembers that text was lost. */
        screen_put(box->screen, row < box->bottom ? row : -1, box->left, style,
                   said + lines[i].start, lines[i].end - lines[i].start);
    return row;
}
