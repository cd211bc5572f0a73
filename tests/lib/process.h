/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes of a test: cut off or held up at a call to the kernel, and what /proc says of them. */
#ifndef TESTS_LIB_PROCESS_H
#define TESTS_LIB_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Runs a function in a process of its own, which stands still at every call to the kernel and at
   every return from one, while `at` is told which this is, from 1 on; it is killed there when
   `at` says false. Returns at how many it stood. The running test fails when it cannot be held,
   or ends otherwise than by returning. */
typedef void process_run_fn(void *context);
typedef bool process_at_fn(void *context, unsigned stop);
unsigned process_step(process_run_fn *run, process_at_fn *at, void *context);

/* The same, killed at its n-th stop, which hits the short moments too: between the steps of one
   write, say. Less than n comes back when it ended before. */
unsigned process_cut(process_run_fn *run, void *context, unsigned n);

/* The number behind a name that begins a line of /proc/PID/file; 0 when there is none. */
uint64_t process_number(pid_t pid, const char *file, const char *name);

/* Runs a function in a process of its own to its end. It and its threads stand still where one more
   thread or process was started and where each ends, and are looked at there. */
struct process_watched {
    int status;        /* its exit status */
    unsigned stops;    /* how often it was looked at; once at least */
    unsigned confined; /* how often it was confined then */
};
struct process_watched process_watch(process_run_fn *run, void *context);

/* From now on the kernel refuses this call to this process and all it starts, with EAGAIN. */
void process_deny(uint32_t call);

/* Whether a filter of system calls holds for it, and no new privileges can be had. */
bool process_confined(pid_t pid);

/* True when this process may look into those that hide from their own user, as a session does: as
   root, but not in a container that takes this right away from root. */
bool process_may_look(void);

#endif
