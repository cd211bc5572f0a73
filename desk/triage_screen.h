/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The triage screen: the list of cases, a case as pages, and an editor for the answer. */
#ifndef DESK_TRIAGE_SCREEN_H
#define DESK_TRIAGE_SCREEN_H

#include <stdbool.h>

#include "office/vault.h"
#include "tui/keypress.h"
#include "tui/screen.h"

struct triage_screen;

/* Reads the list. *out is the caller's, for triage_screen_free, which wipes what was read. */
enum error triage_screen_new(struct vault *vault, uint32_t today, struct triage_screen **out);
void triage_screen_free(struct triage_screen **triage);

/* Draws the present screen; takes a press: false when the screen is to be left for good. Left by
   KEYPRESS_GONE, what was written of an answer stays as a note of its case. */
void triage_screen_draw(struct triage_screen *triage, struct screen *screen);
bool triage_screen_key(struct triage_screen *triage, const struct screen *screen,
                       struct keypress key);

/* Tells a error at the foot of the screen; ERROR_NONE takes it away. */
void triage_screen_tell(struct triage_screen *triage, enum error error);

/* Why the answer could not be kept after KEYPRESS_GONE, or ERROR_NONE. */
enum error triage_screen_lost(const struct triage_screen *triage);

/* Runs the screen on this terminal until it is left. Returns a error. */
enum error triage_screen_run(struct vault *vault, uint32_t today);

#endif
