/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control group for a service, of version 1 or 2, whichever is there; and what the kernel counts
   of it. Needs root. */
#ifndef TESTS_COUNTED_GROUP_H
#define TESTS_COUNTED_GROUP_H

#include <stdbool.h>
#include <sys/types.h>

enum { GROUP_PEAK, GROUP_FAULTS, GROUP_MAJOR, GROUP_READS, GROUP_CPU, GROUP_COUNTS };

extern const char *const group_names[GROUP_COUNTS];

/* Puts this process into fresh groups, and so all that it starts. False, with a word on standard
   error, when there are none or it may not. */
bool group_enter(void);

/* The counts since the last call: bytes at most, faults, reads of blocks or bytes of them,
   microseconds. service is its first process. What the machine does not count is 0. */
void group_read(pid_t service, double counts[GROUP_COUNTS]);

/* Puts this process into the root of the tree again; what it has started stays. False when it could
   not. */
bool group_leave(void);

/* Removes the groups; nothing that was started may run any more. */
void group_remove(void);

#endif
