/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visit as the keeper sees it: one session's process from its start to its end, and the record
   that it comes to. */
#ifndef KIOSK_VISIT_H
#define KIOSK_VISIT_H

#include <stdbool.h>

#include "base/error.h"
#include "kiosk/brief.h"
#include "kiosk/chain.h"
#include "kiosk/launcher.h"

struct visit;

/* Starts a session's process with this brief and these descriptors (from BRIEF_SOCKET on, -1 for
   none; they stay the caller's; socket and mailbox are made here). Launcher and chain must outlive
   the visit. Returns NULL when no process could be started. Freed by visit_free. */
struct visit *visit_begin(struct launcher *launcher, struct chain *chain, const struct brief *brief,
                          const int given[SPAWN_GIVEN]);

/* Frees and sets to NULL; does nothing for NULL. */
void visit_free(struct visit **visit);

/* What to poll for reading: a descriptor that tells when the process has ended, and the socket, on
   which the session says that somebody is there; -1 from then on. Watch only the process then: the
   order of last byte, end of socket and exit depends on memory use. */
int visit_process(const struct visit *visit);
int visit_socket(const struct visit *visit);

/* Returns how many milliseconds to wait before the next visit_enforce and visit_tick, at
   most ms. */
int visit_wait(const struct visit *visit, int ms);

/* Returns true while nobody has passed the language screen and the process has not ended. */
bool visit_is_idle(const struct visit *visit);

/* Returns true once the process has ended (visit_check): what is left is visit_settle. */
bool visit_is_over(const struct visit *visit);

/* Kills a process that was told to stop and has not ended in time. */
void visit_enforce(struct visit *visit);

/* While the visit is idle: reads what the session says, and notices a visitor. */
void visit_listen(struct visit *visit);

/* Asks an idle session to exit, once; a busy one goes on. */
void visit_make_room(struct visit *visit);

/* Tells the session to end in order, whoever is there; in 45 seconds it is killed. */
void visit_stop(struct visit *visit);

/* Notices when the process has ended. */
void visit_check(struct visit *visit);

/* Writes the record when its second is over: a cover until the session delivers an envelope. */
void visit_tick(struct visit *visit);

/* How a visit went. */
struct visit_result {
    enum error error; /* why there was no session (ERROR_SESSION_TERMINAL and its like), or none */
    bool begun;       /* somebody passed the language screen: there is a record */
    bool failed;      /* the process ended at once, by itself, with nobody there */
};

/* After the process has ended: closes what belongs to it, has the terminal cleaned when it was
   killed, and writes the record for the last time. The record is then the caller's to keep
   (chain_keep). */
struct visit_result visit_settle(struct visit *visit);

#endif
