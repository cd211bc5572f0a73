/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The porter: a process that starts sessions and their helpers for the keeper, who has given up the right to. It is forked before
   the keeper reads a key, and holds none; it keeps the terminal closed; and it never waits for its children, so that the kernel adds
   nothing of what they did (keys read, time spent) to counters that outlive them (wait(2), "SIGCHLD ignored"). */
#ifndef KIOSK_PORTER_H
#define KIOSK_PORTER_H

#include <stddef.h>

#include "kiosk/config.h"
#include "kiosk/spawn.h"

struct porter;

/* Forks it; the terminal, printer, speaker and user that its children get are those of config, or the owner of the state folder where
   config names no user (kiosk/spawn). Returns NULL without memory or process. Freed by porter_end, which lets it end and waits for
   that; its children get SIGTERM then. */
struct porter *porter_start(const struct config *config, const char *state_dir);
void porter_end(struct porter **porter);

/* Starts a process (kiosk/spawn). fds are its descriptors from KEEPER_SOCKET on, -1 for none; they stay the caller's. *process is a
   descriptor that can be read when the process has ended (pidfd_open(2)), for the caller to close. Returns 0 or -1. */
int porter_spawn(struct porter *porter, enum spawn_kind kind, const int fds[SPAWN_GIVEN],
                 int *process);

/* Sends SIGTERM, SIGUSR1 or SIGKILL to such a process, or nothing when it has ended. */
void porter_signal(struct porter *porter, int process, int number);

/* Cleans the terminal of a session that was killed (spawn_sweep). */
void porter_sweep(struct porter *porter);

/* Keeps the keys of a console from leaving it until porter_end (term_hold), once it is in front. */
void porter_hold(struct porter *porter);

/* Opens the terminal for writing, without waiting for it. Returns a descriptor for the caller to close, or -1. */
int porter_terminal(struct porter *porter);

#endif
