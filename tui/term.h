/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal: shows a screen and reads key presses. One terminal per process. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"
#include "tui/keypress.h"
#include "tui/screen.h"

/* Takes over the terminal on descriptors 0 and 1: raw, no echo, no signals from keys, keypad in
   application mode, bracketed paste on. Reads every file that curses needs, so that the process can
   be confined afterwards. stop, unless NULL, is a flag for a signal handler to set: term_key then
   returns KEYPRESS_GONE. SIGTERM, SIGHUP, SIGINT, SIGUSR1 and SIGWINCH stay blocked except while
   term_key waits, so that none is missed. On an error nothing has changed: ERROR_SCREEN_UTF8 if
   the locale is not UTF-8, ERROR_SCREEN_TERMINAL if one of the two is no terminal,
   ERROR_SCREEN_KIND if TERM names none that curses can use. */
enum error term_open(const volatile sig_atomic_t *stop);

/* Overwrites everything that was shown, restores the terminal and the caller's signals, clears the
   screen. Does nothing when no terminal is open. */
void term_close(void);

/* held: locks console switching (Alt+F2, Ctrl+Alt+F2) while tty, a device path, is in front;
   otherwise unlocks it. The lock belongs to the machine and outlives the process: whoever takes it
   must give it back. Returns 0, or -1 when tty is not a console or not in front, or for lack of
   CAP_SYS_TTY_CONFIG; then nothing has changed. */
int term_hold(const char *tty, bool held);

/* The current size in cells. It may be below the minimum of a screen; the caller has to check. */
void term_size(int *rows, int *cols);

/* Shows the grid in its theme; where the terminal is smaller, its top left part. Restarts output
   that somebody stopped. On a terminal without colours both themes look the same. */
void term_show(const struct screen *screen);

/* Waits for a key, at most limit_seconds (0: for ever), then returns KEYPRESS_IDLE. Pasted
   text arrives as KEYPRESS_CHAR, pasted newlines as KEYPRESS_TAB and never as
   KEYPRESS_ENTER: a paste must not send anything. A press that was already there at the
   call counts as too_fast, except for the first one after term_open or KEYPRESS_IDLE. The
   process wakes up once per key or limit. */
struct keypress term_key(int limit_seconds);

/* Discards everything pressed so far: keys pressed while a screen said "please wait" must not act
   on the next screen. */
void term_drop(void);

#endif
