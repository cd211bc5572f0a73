/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts the process of a session: the descriptors it gets, the terminal it owns, and nothing else.
 */
#ifndef KIOSK_SPAWN_H
#define KIOSK_SPAWN_H

#include <sys/types.h>
#include <termios.h>

/* How spawn_session's process ends when there could be no session. */
enum {
    SPAWN_NO_TERMINAL = 64, /* the terminal could not be opened, or is of an unknown kind */
    SPAWN_NO_MEMORY,        /* no memory could be locked */
    SPAWN_NOT_CONFINED,     /* the kernel does not take the rights away */
};

struct spawn {
    const char *tty;    /* device, opened anew by the process as its descriptors 0, 1 and 2 */
    const char *locale; /* as in lang_start */
    int board;          /* becomes descriptor KEEPER_BOARD; -1 for none */
    pid_t pid;          /* out */
    int socket;         /* out: our end; the caller closes it */
};

/* Forks and executes this very program again, as a session. The process gets SIGTERM when its
   parent dies. Signals blocked here are blocked there. Returns 0, or -1 when there is no memory or
   process for it. */
int spawn_session(struct spawn *spawn);

/* The terminal's line settings, to be put back by spawn_sweep. Returns 0 or -1. */
int spawn_line(const char *tty, struct termios *line);

/* Cleans the terminal of a session that was killed: what was shown and typed, and raw mode. line may be NULL
   (unknown). Never blocks. */
void spawn_sweep(const char *tty, const struct termios *line);

#endif
