/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The launcher: a process that starts sessions and their helpers for the keeper, which has given up
   the right to. It is forked before the keeper reads a key, and holds none; it keeps the terminal
   closed; and it never waits for its children, so the kernel adds nothing of what they did (keys
   read, time spent) to counters that outlive them (wait(2), "SIGCHLD ignored"). */
#ifndef KIOSK_LAUNCHER_H
#define KIOSK_LAUNCHER_H

#include <stdbool.h>

#include "kiosk/config.h"
#include "kiosk/spawn.h"

struct launcher;

/* Forks the launcher. Its children get the terminal, printer, speech program and user that config
   names, or the owner of the state folder where it names no user (kiosk/spawn); config must outlive
   the launcher. Returns NULL without memory or process. Freed by launcher_end. */
struct launcher *launcher_start(const struct config *config, const char *state_dir);

/* Lets the launcher end, waits for that, and sets *launcher to NULL; does nothing for NULL. Its
   children get SIGTERM then. */
void launcher_end(struct launcher **launcher);

/* Starts a process (kiosk/spawn). fds are its descriptors from BRIEF_SOCKET on, -1 for none; they
   stay the caller's. *process is a descriptor that can be read when the process has ended
   (pidfd_open(2)), for the caller to close; -1 on error. Returns 0 or -1. */
int launcher_spawn(struct launcher *launcher, enum spawn_kind kind, const int fds[SPAWN_GIVEN],
                   int *process);

/* Returns true when such a process has ended. */
bool launcher_ended(int process);

/* Sends SIGTERM, SIGUSR1 or SIGKILL to such a process; does nothing when it has ended. */
void launcher_signal(struct launcher *launcher, int process, int number);

/* Cleans the terminal of a session that was killed (spawn_sweep). */
void launcher_sweep(struct launcher *launcher);

/* Keeps key combinations from switching the console away (term_hold) until launcher_end, once it is
   in front. */
void launcher_hold(struct launcher *launcher);

/* Opens the terminal for writing, without waiting for it. Returns a descriptor for the caller to
   close, or -1. */
int launcher_terminal(struct launcher *launcher);

#endif
