/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal: the one file that knows curses. Blits a screen, gives presses. One terminal a
 * process. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"
#include "tui/keypress.h"
#include "tui/screen.h"

/* Takes over the terminal on descriptors 0 and 1: raw, no echo, no signals from keys, keypad in
   application mode, bracketed paste on. Every file curses needs is read here, so that a confined
   process can go on. stop, when not NULL, is a flag that a signal handler sets: term_key then
   gives KEYPRESS_GONE. Blocks SIGTERM, SIGHUP, SIGINT, SIGUSR1 and SIGWINCH outside the wait itself,
   so that none is missed. */
enum error term_open(const volatile sig_atomic_t *stop);

/* Overwrites the whole screen with another character, then blanks, restores the terminal, clears
 * it. */
void term_close(void);

/* Keeps the keys of a Linux console (Alt+F2, Ctrl+Alt+F2) from leaving it for another, or gives them back. The lock is the
   machine's, not the process's, and outlives it: who takes it gives it back. Returns 0; -1 where tty is no console or not in front, or it is not
   permitted (CAP_SYS_TTY_CONFIG), and then nothing has changed. */
int term_hold(const char *tty, bool held);

/* Size now, in cells. A terminal may be smaller than a screen's minimum: the caller asks and says
 * so. */
void term_size(int *rows, int *cols);

/* Shows the grid in its theme, from its top left corner; also where someone stopped the terminal's
   output. Without colours the contrast theme is the plain one. */
void term_show(const struct screen *screen);

/* Waits for a key, at most limit_seconds (0 = for ever; then KEYPRESS_IDLE). Pasted text arrives as
   KEYPRESS_CHAR; pasted newlines as KEYPRESS_TAB, never as KEYPRESS_ENTER: a paste must not send anything.
   The first press after term_open or after KEYPRESS_IDLE is not too_fast; one that was there already
   when we were called is. Keeps the process asleep: one wake-up a key, or a limit. */
struct keypress term_key(int limit_seconds);

/* Throws away what was pressed up to now: keys pressed while a screen said "please wait" must not
   act on the next one. */
void term_drop(void);

#endif
