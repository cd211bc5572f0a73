/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts the process of a session and those that help it: the descriptors each gets, and nothing else. */
#ifndef KIOSK_SPAWN_H
#define KIOSK_SPAWN_H

#include <sys/types.h>
#include <termios.h>

#include "kiosk/brief.h"
#include "kiosk/config.h"

enum spawn_kind { SPAWN_SESSION, SPAWN_PRINTER, SPAWN_SPEECH, SPAWN_KINDS };

/* What a process that could be no session says as its last word (kiosk/keeper). */
enum {
    SPAWN_NO_TERMINAL = 64, /* the terminal could not be opened, or is of an unknown kind */
    SPAWN_NO_MEMORY,        /* no memory could be locked */
    SPAWN_NOT_CONFINED,     /* the kernel does not take the rights away */
};

/* Descriptors that a process may be given, from BRIEF_SOCKET on. */
enum { SPAWN_GIVEN = BRIEF_END - BRIEF_SOCKET };

/* The words after which this program is a helper, with the name of its device or program behind them. */
#define SPAWN_PRINTER_WORD "--printer-process"
#define SPAWN_SPEECH_WORD  "--speech-process"

struct spawn_place {
    const struct config *config;
    uid_t owner; /* of the state folder */
};

/* Forks and executes this very program again. A session gets the terminal as its descriptors 0, 1 and 2, a helper /dev/null
   and no controlling terminal; both get `fds` from BRIEF_SOCKET on (-1: none) and SIGTERM when their parent dies.
   Where we are root the process becomes the user that config names for visitors, or else the owner of the state folder.
   Signals blocked here are blocked there. A helper is to end at its socket's end. Returns the process id, or -1. */
pid_t spawn_process(enum spawn_kind kind, const struct spawn_place *place,
                    const int fds[SPAWN_GIVEN]);

/* The terminal's line settings, to be put back by spawn_sweep. Returns 0 or -1. */
int spawn_line(const char *tty, struct termios *line);

/* Cleans the terminal of a session that was killed: what was shown and typed, and raw mode. line may be NULL
   (unknown). Never blocks. */
void spawn_sweep(const char *tty, const struct termios *line);

#endif
