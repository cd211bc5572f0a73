/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session as a process: started by the keeper through exec, so that nothing of the keeper's
   memory comes along; reads its brief, opens the terminal, confines itself, runs the session. */
#ifndef KIOSK_CHILD_H
#define KIOSK_CHILD_H

/* Runs one session over KEEPER_SOCKET. Returns the process's exit status: an enum session_end, or
   one of SPAWN_NO_TERMINAL and its like when there could be no session. locale as in lang_start. The process is
   confined when this returns: only _exit may follow. */
int child_run(const char *locale);

#endif
