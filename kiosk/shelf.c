/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of titles, six at a time, and the page behind each. What is open stands in the stage, so that the
 * cover key finds it again. */
#include "kiosk/shelf.h"

#include <string.h>

#include "courier/board.h"
#include "courier/refusal.h"
#include "kiosk/library.h"
#include "tui/lang.h"

enum { SHELF_LEAF = 6 };

/* Returns false when the person goes back from the list. */
static bool shelf_list(struct stage *stage)
{
    const struct library *library = stage->place->library;
    size_t count = library != NULL ? library_count(library, stage->language) : 0;
    size_t first = (size_t)stage->shelf_top * SHELF_LEAF;
    const char *titles[SHELF_LEAF];
    struct stage_sheet sheet = {
        .title = N_("My rights"),
        .text = count > 0 ? NULL : N_("There are no pages on this terminal."),
        .choices = titles,
        .zero = count > SHELF_LEAF ? N_("More pages") : NULL,
        .keys = N_("Press a digit   Esc: back   F1: help"),
        .guide = GUIDE_SHELF,
    };
    int key;

    while (sheet.count < SHELF_LEAF && first + sheet.count < count) {
        titles[sheet.count] = library_title(library, stage->language, first + sheet.count);
        sheet.count++;
    }
    key = stage_choose(stage, &sheet);
    if (key == STAGE_ZERO)
        stage->shelf_top = first + SHELF_LEAF < count ? stage->shelf_top + 1 : 0;
    if (key <= 0)
        return key == STAGE_ZERO || (key == STAGE_BACK && stage->covered);
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
    bool covered = stage->covered;
    bool here = true;

    stage->browsing = true;
    while (here && !stage->over && stage->covered == covered) {
        if (stage->shelf == 0)
            here = shelf_list(stage);
        else
            shelf_page(stage);
    }
    stage->browsing = false;
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
    struct board board;
    struct page page;

    page_start(&page, none, strlen(none));
    if (place->board != NULL &&
        board_view(place->board, place->board_len, &board) == REFUSAL_NONE && board.notices_len > 0)
        page_start(&page, board.notices, board.notices_len);
    (void)stage_read(stage, &sheet, &page);
}
