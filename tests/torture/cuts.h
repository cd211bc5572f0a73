/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power cuts: from a folder and the log of what was done to it, every folder that a disk may hold
   when the power goes at some moment, or a seeded choice of them where they are too many.

   What was synced is there: data after the sync of its file; names after the sync of their folder
   or, on a disk with a journal, also after that of the file they name and with all names before
   them. Of everything else any part may be there, writes torn between sectors or mere zeros, names
   one without the other; on a disk with a journal names in their order. */
#ifndef TORTURE_CUTS_H
#define TORTURE_CUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/torture/disk.h"

struct cut {
    size_t at;    /* operations of the log that came before it */
    size_t marks; /* marks told before it */
    bool journal;
    const char *how;
};

/* Takes what a cut may leave. The disk is the caller's; it may be hashed. */
typedef void cuts_fn(void *context, const struct cut *cut, struct disk *disk);

/* Calls each for cuts after each operation of the log; marks is their number at its end. Where
   something is unsynced: none of it, all of it, each single operation missing or alone, the last
   write torn at several places, and `random` parts chosen by seed. One folder may come many
   times. */
struct cuts {
    const struct disk *base;
    const struct disk_log *log;
    size_t marks;
    unsigned random;
    uint64_t seed;
    cuts_fn *each;
    void *context;
};
void cuts_each(const struct cuts *cuts);

/* The folder after the whole log when only what was synced is there. */
void cuts_synced(const struct disk *base, const struct disk_log *log, struct disk *out);

/* The next number of a seeded row (splitmix64). */
uint64_t cuts_random(uint64_t *seed);

#endif
