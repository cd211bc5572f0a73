/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the language screen to the goodbye, with one envelope whatever the person does. */
#include "session/session.h"

#include "base/lang.h"
#include "session/dialog.h"
#include "session/draft.h"
#include "session/help_screen.h"
#include "session/language_screen.h"
#include "session/library_screen.h"
#include "session/look.h"
#include "session/menu.h"

enum { GOODBYE_SECONDS = 4 };

static const struct ui_overlays overlays = {help_screen_show, library_screen_browse};

static void goodbye(struct ui *ui)
{
    static const struct dialog dialog = {
        .title = N_("Goodbye"),
        .text = N_("Nothing of what you did here stays on this terminal."),
        .keys = N_("The screen closes by itself."),
    };
    dialog_pause(ui, &dialog, GOODBYE_SECONDS);
}

/* Seals what a session that sent nothing ends with: which messages were seen, if any were, or a
   cover. */
static int seal_rest(const struct ui *ui, uint8_t envelope[ENVELOPE_LEN])
{
    const struct session_place *place = ui->place;
    struct draft *draft = draft_new(LETTER_COVER, ui->language);
    int result = -1;
    if (draft == NULL)
        return -1;
    const struct code_keys *keys = look_seen(ui, &draft->seen);
    if (keys != NULL) {
        draft->kind = LETTER_SEEN;
        draft->keys = *keys;
    }
    result =
        draft_seal(draft, &place->charter, &place->card, place->number, place->today, envelope);
    draft_free(&draft);
    return result;
}

/* Stores the envelope of a session that sent nothing. Returns true when it is stored. */
static bool store_rest(struct ui *ui)
{
    uint8_t envelope[ENVELOPE_LEN];
    return seal_rest(ui, envelope) == 0 && ui->io->store(ui->io->context, envelope) == 0;
}

/* What the person does, from the menu on. Returns true when a letter was stored. */
static bool use(struct ui *ui)
{
    struct draft *draft = draft_new(LETTER_COMPLAINT, ui->language);
    bool stored = false;
    ui->look = look_new();
    if (draft != NULL && ui->look != NULL)
        stored = menu_run(ui, draft);
    else
        dialog_sorry(ui);
    draft_free(&draft);
    if (ui->look != NULL)
        look_finish(ui);
    return stored;
}

/* Every way through ends with one envelope: the letter's, a note of what was seen, or a cover. */
static enum session_end run_visit(struct ui *ui)
{
    ui->idle_seconds = ui->place->idle_seconds;
    const bool stored = use(ui) || store_rest(ui);
    look_free(&ui->look);
    if (!ui->over)
        goodbye(ui);
    return stored ? SESSION_STORED : SESSION_FAILED;
}

enum session_end session_run(const struct session_io *io, const struct session_place *place)
{
    enum session_end end = SESSION_NOBODY;
    struct ui ui;
    if (ui_open(&ui, io, place, &overlays) != 0)
        return SESSION_NOBODY;
    if (language_screen_choose(&ui))
        end = run_visit(&ui);
    ui_close(&ui);
    return end;
}
