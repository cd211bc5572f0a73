/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes away from this process what a session does not need. */
#ifndef KIOSK_CONFINE_H
#define KIOSK_CONFINE_H

#include <stddef.h>

/* No new privileges, no core, not dumpable, no descriptor but 0, 1, 2 and those kept, which stand in rising
   order; then only the system calls a session makes (seccomp, any other kills the process). Irrevocable.
   Returns 0 or -1. */
int confine_session(const int *kept, size_t count);

#endif
