/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts the process of a session or of a helper with the descriptors that are meant for it, and no
   others. */
#ifndef KIOSK_SPAWN_H
#define KIOSK_SPAWN_H

#include <sys/types.h>
#include <termios.h>

#include "kiosk/brief.h"
#include "kiosk/config.h"

enum spawn_kind { SPAWN_SESSION, SPAWN_PRINTER, SPAWN_SPEECH, SPAWN_KINDS };

/* The status byte of a process that could not become a session (kiosk/brief). */
enum {
    SPAWN_NO_TERMINAL = 64, /* the terminal could not be opened, or is of an unknown kind */
    SPAWN_NO_MEMORY,        /* no memory could be locked */
    SPAWN_NOT_CONFINED,     /* the kernel does not take the rights away */
};

/* How many descriptors a process may be given, from BRIEF_SOCKET on. */
enum { SPAWN_GIVEN = BRIEF_END - BRIEF_SOCKET };

/* The first argument of a process that spawn_process starts; a helper's second is the name of its
   device or program. */
#define SPAWN_SESSION_WORD "--session"
#define SPAWN_PRINTER_WORD "--printer-process"
#define SPAWN_SPEECH_WORD  "--speech-process"

struct spawn_place {
    const struct config *config;
    uid_t owner; /* of the state folder */
};

/* Forks and executes this same program. A session gets the terminal as its descriptors 0, 1 and 2;
   a helper gets /dev/null, and no controlling terminal. Both get fds from BRIEF_SOCKET on (-1:
   none), and SIGTERM when their parent dies; signals blocked here are blocked there. If we are root
   the process becomes the user that config names for visitors, or else the owner of the state
   folder. A helper is to end when its socket does. Returns the process id, or -1. */
pid_t spawn_process(enum spawn_kind kind, const struct spawn_place *place,
                    const int fds[SPAWN_GIVEN]);

/* Reads the terminal's line settings, for spawn_sweep to put back. Returns 0 or -1. */
int spawn_line(const char *tty, struct termios *line);

/* Cleans the terminal of a session that was killed: what was shown and typed, and raw mode. line is
   NULL when the settings are unknown. Never blocks. */
void spawn_sweep(const char *tty, const struct termios *line);

#endif
