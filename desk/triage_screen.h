/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The triage screen: the list of cases, a case as pages, and an editor for the answer. */
#ifndef DESK_TRIAGE_SCREEN_H
#define DESK_TRIAGE_SCREEN_H

#include <stdbool.h>

#include "office/vault.h"
#include "tui/keypress.h"
#include "tui/screen.h"

struct triage_screen;

/* Reads the list; now is the minute of what is done. *out is the caller's, for triage_screen_free,
   which wipes what was read; NULL on an error: ERROR_MEMORY, errors of triage_list. Damaged rows
   are no error: the screen names them. */
enum error triage_screen_new(struct vault *vault, uint32_t now, struct triage_screen **out);

/* Wipes, frees and sets to NULL. Does nothing for NULL. */
void triage_screen_free(struct triage_screen **ui);

/* Draws what is to be seen now. */
void triage_screen_draw(struct triage_screen *ui, struct screen *screen);

/* Takes a key; false when the screen is to be left for good. At KEYPRESS_GONE what was written of
   an answer is kept as a note of its case. */
bool triage_screen_key(struct triage_screen *ui, const struct screen *screen, struct keypress key);

/* Shows an error at the foot of the screen; ERROR_NONE takes it away. */
void triage_screen_tell(struct triage_screen *ui, enum error error);

/* What is done from now on is done in this minute. */
void triage_screen_tick(struct triage_screen *ui, uint32_t now);

/* Why the answer could not be kept after KEYPRESS_GONE, or ERROR_NONE. */
enum error triage_screen_lost(const struct triage_screen *ui);

/* Opens this terminal, confines the process to the office (desk_sandbox.h) and runs the screen
   until it is left. Errors of term_open, desk_sandbox_enter, triage_screen_new and
   triage_screen_lost, ERROR_SCREEN_SMALL. */
enum error triage_screen_run(struct vault *vault);

#endif
