/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a process gives up besides system calls and files: capabilities, core files, descriptors,
   resources. All of it is irrevocable. The functions return 0, or -1 when it could not be done. */
#ifndef SANDBOX_HARDEN_H
#define SANDBOX_HARDEN_H

#include <stddef.h>
#include <sys/resource.h>

/* Drops all capabilities. */
int harden_drop_capabilities(void);

/* Drops all capabilities but those of `spare`, a mask of the first 32, that the process has.
   Returns the mask of those left instead of 0. */
int harden_drop_capabilities_but(unsigned spare);

/* Sets both limits of a resource. */
int harden_limit(__rlimit_resource_t resource, rlim_t most);

/* No core, no tracing and no look into /proc/PID by others of this user, no new privileges. */
int harden_hide(void);

/* No file grows (the limit does not count for terminals, sockets and devices), no process is
   started and no descriptor above `last` given out. */
int harden_limit_to(int last);

/* Closes every descriptor but 0, 1, 2 and those kept, which stand in rising order. */
int harden_close_others(const int *kept, size_t count);

#endif
