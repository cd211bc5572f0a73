/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of titles, six at a time, and the page behind each. What is open stands in the ui, so that the
 * cover key finds it again. */
#include "session/library_screen.h"

#include <string.h>

#include "base/lang.h"
#include "session/library.h"

enum { LIST_LEN = 6 };

/* Returns false when the person goes back from the list. */
static bool list(struct ui *ui)
{
    const struct library *library = ui->place->library;
    size_t count = library != NULL ? library_count(library, ui->language) : 0;
    size_t first = (size_t)ui->shelf_top * LIST_LEN;
    const char *titles[LIST_LEN + 1];
    struct dialog dialog = {
        .title = N_("My rights"),
        .text = count > 0 ? NULL : N_("There are no pages on this terminal."),
        .choices = titles,
        .keys = N_("Press a digit   Esc: back   F1: help"),
        .guide = HELP_LIBRARY,
    };
    size_t shown;
    int key;
    if (first >= count)
        first = 0, ui->shelf_top = 0;
    while (dialog.count < LIST_LEN && first + dialog.count < count) {
        titles[dialog.count] = library_title(library, ui->language, first + dialog.count);
        dialog.count++;
    }
    shown = dialog.count;
    if (count > LIST_LEN)
        titles[dialog.count++] = N_("More pages");
    key = dialog_choose(ui, &dialog);
    if (key <= 0)
        return key == UI_BACK && ui->covered;
    if ((size_t)key > shown) {
        ui->shelf_top = first + shown < count ? ui->shelf_top + 1 : 0;
        return true;
    }
    ui->shelf = first + (size_t)key;
    ui->shelf_top = 0;
    return true;
}

static void read_page(struct ui *ui)
{
    const struct library *library = ui->place->library;
    const char *text = library_text(library, ui->language, ui->shelf - 1);
    const struct dialog dialog = {
        .title = library_title(library, ui->language, ui->shelf - 1),
        .keys = N_("Up, Down: read   Esc: back   F1: help"),
        .enter = true,
        .guide = HELP_LIBRARY,
    };
    struct page page;
    bool covered = ui->covered;
    page_start(&page, text, strlen(text));
    page.top = ui->shelf_top;
    (void)dialog_read(ui, &dialog, &page);
    ui->shelf_top = page.top;
    if (ui->over || ui->covered != covered)
        return;
    ui->shelf_top = (int)((ui->shelf - 1) / LIST_LEN);
    ui->shelf = 0;
}

void library_screen_browse(struct ui *ui)
{
    const struct library *library = ui->place->library;
    bool covered = ui->covered;
    bool here = true;
    /* Another language may have fewer pages. */
    if (library == NULL || ui->shelf > library_count(library, ui->language))
        ui->shelf = 0;
    ui->browsing = true;
    while (here && !ui->over && ui->covered == covered) {
        if (ui->shelf == 0)
            here = list(ui);
        else
            read_page(ui);
    }
    ui->browsing = false;
}
