/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts out of the board's notices what is for one language. */
#include "session/news.h"

#include <stdlib.h>
#include <string.h>

#include "base/lang.h"
#include "session/dialog.h"

/* What was cut out so far. */
struct cut {
    const char *wanted;  /* the language taken, beside what is for everyone */
    const char *section; /* language of the section at hand; NULL: for everyone */
    const char *first;   /* language of the first section that has words, or NULL */
    bool fresh;          /* nothing of this section was taken yet */
    char *text;
    size_t len;
};

/* The language whose section begins with this line, "[kk]"; or NULL. */
static const char *find_marker(const char *line, size_t len)
{
    if (len != 4 || line[0] != '[' || line[3] != ']')
        return NULL;
    for (size_t i = 0; i < LANG_COUNT; i++)
        if (memcmp(lang_code(i), line + 1, 2) == 0)
            return lang_code(i);
    return NULL;
}

static void trim(struct cut *cut)
{
    while (cut->len > 0 && cut->text[cut->len - 1] == '\n')
        cut->len--;
}

/* Takes a line if it is for the wanted language or for everyone. */
static void take(struct cut *cut, const char *line, size_t len)
{
    if (cut->fresh && len == 0)
        return;
    if (cut->section != NULL && cut->first == NULL)
        cut->first = cut->section;
    if (cut->section != NULL && strcmp(cut->section, cut->wanted) != 0)
        return;
    if (cut->fresh && cut->len > 0) {
        trim(cut);
        memcpy(cut->text + cut->len, "\n\n", 2);
        cut->len += 2;
    }
    cut->fresh = false;
    memcpy(cut->text + cut->len, line, len);
    cut->text[cut->len + len] = '\n';
    cut->len += len + 1;
}

/* Starts anew: cuts out what is for everyone and the sections of a language. */
static void take_sections(struct cut *cut, const char *language, const char *text, size_t len)
{
    const char *end = text + len;
    cut->wanted = language;
    cut->section = NULL;
    cut->fresh = true;
    cut->len = 0;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((stop != NULL ? stop : end) - text);
        const char *marker = find_marker(text, n);
        if (marker != NULL) {
            cut->section = marker;
            cut->fresh = true;
        } else {
            take(cut, text, n);
        }
        text += stop != NULL ? n + 1 : n;
    }
    trim(cut);
}

/* Starts the page with what is for readers of a language; when memory is short, with all notices.
   Returns a block to free after reading, or NULL. */
static char *choose(const struct head *head, const char *language, struct page *page)
{
    /* One more for the last line's end; what joins two sections is shorter than their marker. */
    struct cut cut = {.text = malloc((size_t)head->notices_len + 1)};
    if (cut.text == NULL) {
        page_start(page, head->notices, head->notices_len);
        return NULL;
    }
    take_sections(&cut, language, head->notices, head->notices_len);
    if (cut.len == 0 && cut.first != NULL)
        take_sections(&cut, cut.first, head->notices, head->notices_len);
    if (cut.len > 0)
        page_start(page, cut.text, cut.len);
    return cut.text;
}

void news_show(struct ui *ui)
{
    const struct session_place *place = ui->place;
    static const struct dialog dialog = {
        .title = N_("News from the Commissioner's office"),
        .keys = N_("Up, Down: read   Esc: back   F1: help"),
        .enter = true,
        .help = HELP_LIBRARY,
    };
    const char *none = _("There is no news now.");
    char *text = NULL;
    struct page page;
    page_start(&page, none, strlen(none));
    if (place->board != NULL && place->board->head.notices_len > 0)
        text = choose(&place->board->head, ui->language, &page);
    (void)dialog_read(ui, &dialog, &page);
    free(text);
}
