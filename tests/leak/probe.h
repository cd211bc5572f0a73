/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks for canaries in all that outlives a key press: the memory of processes, files with what
   they hold open, terminals. Reading all of a process's memory is what a core taken by force
   holds. */
#ifndef TESTS_LEAK_PROBE_H
#define TESTS_LEAK_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "tests/leak/needle.h"

enum probe_place {
    PROBE_LOCKED, /* the pool for secrets: it reaches no swap and no core */
    PROBE_CELLS,  /* heap, one character in 8 or 28 bytes: our grid and curses' */
    PROBE_HEAP,
    PROBE_STACK,
    PROBE_ANON,
    PROBE_IMAGE, /* changed pages of a program or library, or shared memory */
    PROBE_FILE,
    PROBE_TERMINAL,
    PROBE_PLACES,
};

enum { PROBE_HITS = 512, PROBE_SHOWN = 256 };

/* Hits of one canary at one stride in one place of one process (0: not in a process). */
struct probe_hit {
    pid_t pid;
    enum probe_place place;
    int canary;
    int stride;
    unsigned long count;
    uint64_t first; /* address or offset, and the bytes from there on */
    uint8_t bytes[PROBE_SHOWN];
};

struct probe {
    const struct needle *needle;
    struct probe_hit hits[PROBE_HITS];
    size_t count;
    unsigned long scans; /* processes, files and terminals looked at, of which: */
    unsigned long processes;
    uint64_t bytes;
    uint8_t *known; /* what a session has from the beginning */
    size_t known_len;
};

/* Forgets the hits, not the figures. */
void probe_again(struct probe *probe);

/* Remembers the heap and the stack of a session in which nobody typed yet: what stands there as
   well, gaps and all, was not left behind. Terminfo's text lies there, with a digit every 28 bytes.
   The caller frees probe->known. */
void probe_remember(struct probe *probe, pid_t pid);

/* Looks through all readable memory of a process, what was handed to it when it began, and the
   files that it holds open, named or not. A process that is gone has nothing. */
void probe_process(struct probe *probe, pid_t pid);

/* All processes that the test started and all that they did, in no order; the test itself is
   none. Processes whose parent has ended count when probe_adopt was called before. */
size_t probe_family(pid_t *out, size_t max);
void probe_adopt(void);

/* Whether a process runs a program file of this name. */
bool probe_runs(pid_t pid, const char *program);

/* Every byte of every file in a folder, and its names. */
void probe_folder(struct probe *probe, const char *dir);

/* What a fresh open of a terminal reads without a new key. */
void probe_terminal(struct probe *probe, const char *device);

/* Bytes that the test itself took from somewhere. */
void probe_bytes(struct probe *probe, enum probe_place place, const void *bytes, size_t len);

/* Hits of the canary (-1: of all) in the process (-1: in all) at the places of the mask. */
unsigned long probe_sum(const struct probe *probe, int canary, pid_t pid, unsigned places);
#define PROBE_EVERYWHERE ((1U << PROBE_PLACES) - 1)

/* The hits in words, a line each with this before it. */
void probe_print(const struct probe *probe, FILE *out, const char *before);

#endif
