/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session: one person at the terminal. It has all the screens, but no terminal and no process:
   what it needs of the world is in session_io, which tests provide, too. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "session/io.h"

enum session_end {
    SESSION_NOBODY, /* nobody passed the language screen: no envelope is owed */
    SESSION_STORED, /* one envelope was handed over and stored */
    SESSION_FAILED, /* an envelope is owed but not stored: the keeper writes a cover */
};

/* Runs a session from the language screen to its end, and wipes all that it held. io and place are
   lent. */
enum session_end session_run(const struct session_io *io, const struct session_place *place);

#endif
