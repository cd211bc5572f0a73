/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of titles, six at a time, and the page behind each. What is open stands in the stage, so that the
 * cover key finds it again. */
#include "kiosk/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/lang.h"
#include "kiosk/library.h"
#include "protocol/board.h"

enum { SHELF_LEAF = 6 };

/* Returns false when the person goes back from the list. */
static bool shelf_list(struct stage *stage)
{
    const struct library *library = stage->place->library;
    size_t count = library != NULL ? library_count(library, stage->language) : 0;
    size_t first = (size_t)stage->shelf_top * SHELF_LEAF;
    const char *titles[SHELF_LEAF + 1];
    struct stage_sheet sheet = {
        .title = N_("My rights"),
        .text = count > 0 ? NULL : N_("There are no pages on this terminal."),
        .choices = titles,
        .keys = N_("Press a digit   Esc: back   F1: help"),
        .guide = GUIDE_SHELF,
    };
    size_t shown;
    int key;

    if (first >= count)
        first = 0, stage->shelf_top = 0;
    while (sheet.count < SHELF_LEAF && first + sheet.count < count) {
        titles[sheet.count] = library_title(library, stage->language, first + sheet.count);
        sheet.count++;
    }
    shown = sheet.count;
    if (count > SHELF_LEAF)
        titles[sheet.count++] = N_("More pages");
    key = stage_choose(stage, &sheet);
    if (key <= 0)
        return key == STAGE_BACK && stage->covered;
    if ((size_t)key > shown) {
        stage->shelf_top = first + shown < count ? stage->shelf_top + 1 : 0;
        return true;
    }
    stage->shelf = first + (size_t)key;
    stage->shelf_top = 0;
    return true;
}

static void shelf_page(struct stage *stage)
{
    const struct library *library = stage->place->library;
    const char *text = library_text(library, stage->language, stage->shelf - 1);
    const struct stage_sheet sheet = {
        .title = library_title(library, stage->language, stage->shelf - 1),
        .keys = N_("Up, Down: read   Esc: back   F1: help"),
        .enter = true,
        .guide = GUIDE_SHELF,
    };
    struct page page;
    bool covered = stage->covered;

    page_start(&page, text, strlen(text));
    page.top = stage->shelf_top;
    (void)stage_read(stage, &sheet, &page);
    stage->shelf_top = page.top;
    if (stage->over || stage->covered != covered)
        return;
    stage->shelf_top = (int)((stage->shelf - 1) / SHELF_LEAF);
    stage->shelf = 0;
}

void shelf_browse(struct stage *stage)
{
    const struct library *library = stage->place->library;
    bool covered = stage->covered;
    bool here = true;

    /* Another language may have fewer pages. */
    if (library == NULL || stage->shelf > library_count(library, stage->language))
        stage->shelf = 0;
    stage->browsing = true;
    while (here && !stage->over && stage->covered == covered) {
        if (stage->shelf == 0)
            here = shelf_list(stage);
        else
            shelf_page(stage);
    }
    stage->browsing = false;
}

/* --- news --- */

/* The part of the notices that is for one visitor, as it grows. */
struct shelf_cut {
    const char *wanted;  /* the language whose sections are taken, after what is for everyone */
    const char *section; /* the language of the section at hand; NULL: for everyone */
    const char *first;   /* that of the first section with words in it; NULL: none */
    bool fresh;          /* nothing was taken of this section */
    char *text;
    size_t len;
};

/* The language that this line begins the section of, or NULL. */
static const char *shelf_marker(const char *line, size_t len)
{
    if (len != 4 || line[0] != '[' || line[3] != ']')
        return NULL;
    for (size_t i = 0; i < LANG_COUNT; i++)
        if (memcmp(lang_code(i), line + 1, 2) == 0)
            return lang_code(i);
    return NULL;
}

static void shelf_trim(struct shelf_cut *cut)
{
    while (cut->len > 0 && cut->text[cut->len - 1] == '\n')
        cut->len--;
}

static void shelf_take(struct shelf_cut *cut, const char *line, size_t len)
{
    if (cut->fresh && len == 0)
        return;
    if (cut->section != NULL && cut->first == NULL)
        cut->first = cut->section;
    if (cut->section != NULL && strcmp(cut->section, cut->wanted) != 0)
        return;
    if (cut->fresh && cut->len > 0) {
        shelf_trim(cut);
        memcpy(cut->text + cut->len, "\n\n", 2);
        cut->len += 2;
    }
    cut->fresh = false;
    memcpy(cut->text + cut->len, line, len);
    cut->text[cut->len + len] = '\n';
    cut->len += len + 1;
}

/* Cuts out what is for everyone and the sections of a language. */
static void shelf_cut(struct shelf_cut *cut, const char *language, const char *text, size_t len)
{
    const char *end = text + len;

    cut->wanted = language;
    cut->section = NULL;
    cut->fresh = true;
    cut->len = 0;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((stop != NULL ? stop : end) - text);
        const char *marker = shelf_marker(text, n);

        if (marker != NULL) {
            cut->section = marker;
            cut->fresh = true;
        } else {
            shelf_take(cut, text, n);
        }
        text += stop != NULL ? n + 1 : n;
    }
    shelf_trim(cut);
}

/* Lays on the page what of the notices is for who reads this language; without memory all of it. Returns
 * what is to be freed after the reading. */
static char *shelf_choose(const struct board *board, const char *language, struct page *page)
{
    /* One more for the last line's end; what joins two sections is shorter than the marker between them. */
    struct shelf_cut cut = {.text = malloc((size_t)board->notices_len + 1)};

    if (cut.text == NULL) {
        page_start(page, board->notices, board->notices_len);
        return NULL;
    }
    shelf_cut(&cut, language, board->notices, board->notices_len);
    if (cut.len == 0 && cut.first != NULL)
        shelf_cut(&cut, cut.first, board->notices, board->notices_len);
    if (cut.len > 0)
        page_start(page, cut.text, cut.len);
    return cut.text;
}

void shelf_news(struct stage *stage)
{
    const struct session_place *place = stage->place;
    static const struct stage_sheet sheet = {
        .title = N_("News from the Commissioner's office"),
        .keys = N_("Up, Down: read   Esc: back   F1: help"),
        .enter = true,
        .guide = GUIDE_SHELF,
    };
    const char *none = _("There is no news now.");
    char *text = NULL;
    struct board board;
    struct page page;

    page_start(&page, none, strlen(none));
    if (place->board != NULL && board_view(place->board, place->board_len, &board) == ERROR_NONE &&
        board.notices_len > 0)
        text = shelf_choose(&board, stage->language, &page);
    (void)stage_read(stage, &sheet, &page);
    free(text);
}
