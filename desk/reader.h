/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The triage screen: the list of cases, a case as pages, and an editor for the answer. */
#ifndef DESK_READER_H
#define DESK_READER_H

#include <stdbool.h>

#include "desk/vault.h"
#include "tui/keypress.h"
#include "tui/screen.h"

struct reader;

/* Reads the list. *out is the caller's, for reader_free, which wipes what was read. */
int reader_new(struct vault *vault, uint32_t today, struct reader **out);
void reader_free(struct reader **reader);

/* Draws the present screen; takes a press: false when the screen is to be left for good. Left by
   KEYPRESS_GONE, what was written of an answer stays as a note of its case. */
void reader_draw(struct reader *reader, struct screen *screen);
bool reader_key(struct reader *reader, const struct screen *screen, struct keypress key);

/* Tells a trouble at the foot of the screen; TROUBLE_NONE takes it away. */
void reader_tell(struct reader *reader, int trouble);

/* Why the answer could not be kept after KEYPRESS_GONE, or TROUBLE_NONE. */
int reader_lost(const struct reader *reader);

/* Runs the screen on this terminal until it is left. Returns a trouble. */
int reader_run(struct vault *vault, uint32_t today);

#endif
