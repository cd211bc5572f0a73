/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visit begins where the keeper makes the memory that it shares with the session. */
#include "tests/apart/trace.h"

#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 4096 };

void trace_free(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        free(trace->lines[i]);
    free(trace->lines);
    memset(trace, 0, sizeof *trace);
}

void trace_insert(struct trace *trace, size_t at, const char *line)
{
    trace->lines = realloc(trace->lines, (trace->count + 1) * sizeof *trace->lines);
    if (trace->lines == NULL)
        err(2, "memory");
    memmove(trace->lines + at + 1, trace->lines + at, (trace->count - at) * sizeof *trace->lines);
    trace->lines[at] = strdup(line);
    trace->count++;
}

/* Each run of the characters that comes behind `before` becomes `with`. */
static void replace(char *line, const char *before, const char *run, char with)
{
    for (char *at = strstr(line, before); at != NULL; at = strstr(at, before)) {
        size_t len;

        at += strlen(before);
        len = strspn(at, run);
        if (len == 0)
            continue;
        *at = with;
        memmove(at + 1, at + len, strlen(at + len) + 1);
    }
}

/* Bytes that were not shown to their end are data; what is shown of them goes, too. */
static void drop_data(char *line)
{
    for (char *end = strstr(line, "\"..."); end != NULL; end = strstr(line, "\"...")) {
        char *at = end;

        while (at > line && (at[-1] != '"' || (at > line + 1 && at[-2] == '\\')))
            at--;
        memcpy(at, "DATA\"", 5);
        memmove(at + 5, end + 4, strlen(end + 4) + 1);
    }
}

/* Whether the kernel has let go of a process that has ended by the time it is asked
   (pidfd_open(2)) is its own affair. */
static void drop_hang_up(char *line)
{
    static const char hang_up[] = "|POLLHUP";

    for (char *at = strstr(line, hang_up); at != NULL; at = strstr(at, hang_up))
        memmove(at, at + sizeof hang_up - 1, strlen(at + sizeof hang_up - 1) + 1);
}

/* The last argument of a poll is what is left of the keeper's second, or of a minute. */
static void drop_timeout(char *line)
{
    char *end = strstr(line, ") = "), *at = NULL;

    if (strncmp(line, "poll(", 5) != 0 || end == NULL)
        return;
    for (at = end; at > line && isdigit((unsigned char)at[-1]);)
        at--;
    if (at == end)
        return;
    *at = 'T';
    memmove(at + 1, end, strlen(end) + 1);
}

static void drop_dir(char *line, const char *dir)
{
    char *at = strstr(line, dir);

    if (at == NULL)
        return;
    memcpy(at, "DIR", 3);
    memmove(at + 3, at + strlen(dir), strlen(at + strlen(dir)) + 1);
}

static void plain(char *line, const char *dir)
{
    static const char hex[] = "0123456789abcdef", dec[] = "0123456789";

    line[strcspn(line, "\n")] = '\0';
    replace(line, "0x", hex, 'P');
    replace(line, "tv_sec=", dec, 'N');
    replace(line, "tv_usec=", dec, 'N');
    replace(line, "tv_nsec=", dec, 'N');
    replace(line, "si_pid=", dec, 'N');
    replace(line, "l_pid=", dec, 'N');
    if (strncmp(line, "getpid(", 7) == 0)
        replace(line, " = ", dec, 'N');
    drop_data(line);
    drop_hang_up(line);
    drop_timeout(line);
    drop_dir(line, dir);
}

void trace_read(const char *path, const char *dir, struct trace *traces, size_t n)
{
    FILE *in = fopen(path, "re");
    char line[LINE];
    size_t visit = 0; /* 1: the first */

    if (in == NULL)
        err(2, "%s", path);
    memset(traces, 0, n * sizeof *traces);
    while (fgets(line, sizeof line, in) != NULL) {
        visit += strncmp(line, "memfd_create(", 13) == 0;
        plain(line, dir);
        if (visit > 0 && visit <= n)
            trace_insert(&traces[visit - 1], traces[visit - 1].count, line);
    }
    if (visit != n + 1)
        errx(2, "%s: %zu visits began, and not %zu", path, visit, n + 1);
    fclose(in);
}
