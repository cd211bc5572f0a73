/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What strace(1) wrote of a keeper, cut into visits, without what is different for every
   process: addresses, process ids, the milliseconds that are left to wait. */
#ifndef TESTS_APART_TRACE_H
#define TESTS_APART_TRACE_H

#include <stddef.h>

struct trace {
    char **lines; /* one system call each */
    size_t count;
};

/* Reads the visits 0..n - 1 of a file into traces[0..n - 1]; dir in it becomes DIR. What the
   keeper did before the first visit and after the last is left out. Ends the program when there
   are fewer. */
void trace_read(const char *path, const char *dir, struct trace *traces, size_t n);

void trace_free(struct trace *trace);

/* Puts a line before the one of that number; of `count`, behind the last. */
void trace_insert(struct trace *trace, size_t at, const char *line);

#endif
