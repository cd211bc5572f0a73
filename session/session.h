/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session: one person at the terminal. All screens, no terminal and no process: what it needs of the
   world stands in session_io, so that tests can be the world. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "session/io.h"

enum session_end {
    SESSION_NOBODY, /* nobody passed the language screen: no envelope is owed */
    SESSION_STORED, /* exactly one envelope was handed over and stored */
    SESSION_FAILED, /* an envelope is owed but was not stored: the keeper writes a cover */
};

/* Runs from the language screen to the end. Wipes all it held. */
enum session_end session_run(const struct session_io *io, const struct session_place *place);

#endif
