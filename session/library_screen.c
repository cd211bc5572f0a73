/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of titles, six at a time, and the page behind each. */
#include "session/library_screen.h"

#include <string.h>

#include "base/lang.h"
#include "session/dialog.h"
#include "session/library.h"

enum { LIST_LEN = 6 };

/* Lets the person choose a page. Returns false when they leave the library. */
static bool choose_page(struct ui *ui)
{
    const struct library *library = ui->place->library;
    size_t count = library != NULL ? library_count(library, ui->language) : 0;
    size_t first = (size_t)ui->library.top * LIST_LEN;
    if (first >= count)
        first = 0, ui->library.top = 0;
    const char *titles[LIST_LEN + 1];
    struct dialog dialog = {
        .title = N_("My rights"),
        .text = count > 0 ? NULL : N_("There are no pages on this terminal."),
        .choices = titles,
        .keys = N_("Press a digit   Esc: back   F1: help"),
        .help = HELP_LIBRARY,
    };
    while (dialog.count < LIST_LEN && first + dialog.count < count) {
        titles[dialog.count] = library_title(library, ui->language, first + dialog.count);
        dialog.count++;
    }
    size_t shown = dialog.count;
    if (count > LIST_LEN)
        titles[dialog.count++] = N_("More pages");

    int key = dialog_choose(ui, &dialog);
    if (key <= 0)
        return key == UI_BACK && ui->secrecy.hidden; /* while it hides, Esc leads nowhere */
    if ((size_t)key > shown) {
        ui->library.top = first + shown < count ? ui->library.top + 1 : 0;
        return true;
    }
    ui->library = (struct ui_library){.page = first + (size_t)key};
    return true;
}

static void read_page(struct ui *ui)
{
    const struct library *library = ui->place->library;
    const char *text = library_text(library, ui->language, ui->library.page - 1);
    const struct dialog dialog = {
        .title = library_title(library, ui->language, ui->library.page - 1),
        .keys = N_("Up, Down: read   Esc: back   F1: help"),
        .enter = true,
        .help = HELP_LIBRARY,
    };
    struct page page;
    bool hidden = ui->secrecy.hidden;

    page_start(&page, text, strlen(text));
    page.top = ui->library.top;
    (void)dialog_read(ui, &dialog, &page);
    ui->library.top = page.top;
    if (ui->over || ui->secrecy.hidden != hidden)
        return; /* the page stays open */
    ui->library = (struct ui_library){.top = (int)((ui->library.page - 1) / LIST_LEN)};
}

void library_screen_browse(struct ui *ui)
{
    const struct library *library = ui->place->library;
    bool hidden = ui->secrecy.hidden;
    bool here = true;

    /* Another language may have fewer pages. */
    if (library == NULL || ui->library.page > library_count(library, ui->language))
        ui->library.page = 0;
    ui->browsing = true;
    while (here && !ui->over && ui->secrecy.hidden == hidden) {
        if (ui->library.page == 0)
            here = choose_page(ui);
        else
            read_page(ui);
    }
    ui->browsing = false;
}
