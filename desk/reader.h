/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The triage screen: the list of cases, a case as pages, and an editor for the answer. */
#ifndef DESK_READER_H
#define DESK_READER_H

#include <stdbool.h>

#include "desk/vault.h"
#include "tui/press.h"
#include "tui/screen.h"

struct reader;

/* Reads the list. *out is the caller's, for reader_free, which wipes what was read. */
int reader_new(struct vault *vault, uint32_t today, struct reader **out);
void reader_free(struct reader **reader);

/* Draws the present screen; takes a press: false when the screen is to be left for good. */
void reader_draw(struct reader *reader, struct screen *screen);
bool reader_press(struct reader *reader, const struct screen *screen, struct press press);

/* Runs the screen on this terminal until it is left. Returns a trouble. */
int reader_run(struct vault *vault, uint32_t today);

#endif
