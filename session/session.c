/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the language screen to the goodbye, with one envelope whatever the person does. */
#include "session/session.h"

#include "base/lang.h"
#include "crypto/code.h"
#include "session/cover.h"
#include "session/dialog.h"
#include "session/draft.h"
#include "session/help_screen.h"
#include "session/language_screen.h"
#include "session/library_screen.h"
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

/* Does the work of sending without sending, so that leaving takes the same time. */
static void pretend(struct ui *ui)
{
    struct draft *draft = draft_new(LETTER_COVER, ui->language);
    dialog_wait(ui);
    if (draft != NULL) {
        code_new(draft->code);
        (void)dialog_derive(ui, draft->code, draft->pin, &draft->keys);
    }
    draft_free(&draft);
}

/* Stores the envelope of a session that sent nothing. Returns true when it is stored. */
static bool cover(struct ui *ui)
{
    const struct session_place *place = ui->place;
    uint8_t envelope[ENVELOPE_LEN];
    if (!ui->over)
        pretend(ui);
    bool stored =
        cover_seal(&place->charter, &place->card, place->number, place->today, envelope) == 0 &&
        ui->io->store(ui->io->context, envelope) == 0;
    dialog_waited(ui);
    return stored;
}

/* From the menu on. Every way through ends with one envelope: the letter's or a cover. */
static enum session_end run_visit(struct ui *ui)
{
    struct draft *draft = draft_new(LETTER_COMPLAINT, ui->language);
    bool stored = false;
    ui->idle_seconds = ui->place->idle_seconds;
    if (draft != NULL)
        stored = menu_run(ui, draft);
    else
        dialog_sorry(ui);
    draft_free(&draft);
    if (!stored)
        stored = cover(ui);
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
