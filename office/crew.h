/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads, one for each core, that do a row of jobs while their master does something else. */
#ifndef OFFICE_CREW_H
#define OFFICE_CREW_H

#include <stddef.h>

#include "base/error.h"

/* No more threads than this, however many cores there are: each needs locked memory of its own. */
enum { CREW_MAX = 8 };

struct crew;

/* A crew without threads, which are started when there is work. *out is the caller's, for
   crew_free. ERROR_MEMORY. */
enum error crew_new(struct crew **out);

/* Ends the threads and sets to NULL; only when no jobs are left. Does nothing for NULL. */
void crew_free(struct crew **crew);

/* Begins the jobs 0 to n - 1: job is called for each once, by any thread, in any order. Only when
   those before are finished. If threads cannot be started, crew_finish does the work. */
typedef void crew_fn(void *context, size_t i);
void crew_start(struct crew *crew, crew_fn *job, void *context, size_t n);

/* Helps with the jobs, and returns when all are done. */
void crew_finish(struct crew *crew);

#endif
