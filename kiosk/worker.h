/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes that the keeper has started by exec, so that nothing of its memory comes along: a
   session, which reads its brief, opens the terminal and confines itself; and its helpers. */
#ifndef KIOSK_WORKER_H
#define KIOSK_WORKER_H

/* Runs one session over the descriptors of kiosk/brief. Returns the exit status: an enum
   session_end, or SPAWN_NO_TERMINAL and its like when there could be no session. The process is
   confined when this returns: only _exit may follow. */
int worker_session(void);

/* Runs the process of the printer at this device (printer_run) over BRIEF_SOCKET. Returns its exit
   status. */
int worker_printer(const char *device);

/* Runs the speech process with this program (speech_run) over BRIEF_SOCKET. Returns its exit
   status. */
int worker_speech(const char *program);

#endif
