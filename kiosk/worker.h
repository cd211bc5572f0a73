/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session as a process: started by the keeper through exec, so that nothing of the keeper's
   memory comes along; reads its brief, opens the terminal, confines itself, runs the session. And
   its helpers, started in the same way. */
#ifndef KIOSK_WORKER_H
#define KIOSK_WORKER_H

/* Runs one session over BRIEF_SOCKET. Returns the process's exit status: an enum session_end, or
   one of SPAWN_NO_TERMINAL and its like when there could be no session. The process is
   confined when this returns: only _exit may follow. */
int worker_session(void);

/* Run the printer's and the speaker's process over BRIEF_SOCKET, to its end. Return the exit
   status. */
int worker_printer(const char *device);
int worker_speech(const char *program);

#endif
