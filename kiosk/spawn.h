/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts the process of a session and those that help it: the descriptors each gets, and nothing else.
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
    const char *tty; /* device, opened anew by the process as its descriptors 0, 1 and 2 */
    int board;       /* becomes descriptor KEEPER_BOARD; -1 for none */
    int printer;     /* becomes KEEPER_PRINTER; -1 for none */
    int speaker;     /* becomes KEEPER_SPEAKER; -1 for none */
    pid_t pid;       /* out */
    int socket;      /* out: our end; the caller closes it */
};

/* Forks and executes this very program again, as a session. The process gets SIGTERM when its
   parent dies. Signals blocked here are blocked there. Returns 0, or -1 when there is no memory or
   process for it. */
int spawn_session(struct spawn *spawn);

/* The words after which this program is a helper, with the name of its device or program behind them. */
#define SPAWN_PRINTER "--printer-process"
#define SPAWN_SPEAKER "--speaker-process"

/* Forks and executes this very program again as a helper: `word` and `name` are its arguments, `socket`
   becomes its descriptor KEEPER_SOCKET. It has no terminal, gets SIGTERM when its parent dies, and is to end at the
   socket's end. Returns its process id, or -1. */
pid_t spawn_helper(const char *word, const char *name, int socket);

/* The terminal's line settings, to be put back by spawn_sweep. Returns 0 or -1. */
int spawn_line(const char *tty, struct termios *line);

/* Cleans the terminal of a session that was killed: what was shown and typed, and raw mode. line may be NULL
   (unknown). Never blocks. */
void spawn_sweep(const char *tty, const struct termios *line);

#endif
