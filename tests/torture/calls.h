/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls by which this process, SQLite in it included, changes files below one folder: noted,
   made to fail, or the last thing that the process does. The names of libc's functions are defined
   in calls.c and so stand before libc's own. */
#ifndef TORTURE_CALLS_H
#define TORTURE_CALLS_H

#include <stdbool.h>

#include "tests/torture/disk.h"

enum calls_kind {
    CALLS_OPEN, /* without making a file */
    CALLS_READ,
    CALLS_CLOSE,
    CALLS_MAKE, /* from here on they change the disk */
    CALLS_WRITE,
    CALLS_TRUNCATE,
    CALLS_SYNC,
    CALLS_RENAME,
    CALLS_UNLINK,
    CALLS_KINDS
};

/* What happens to the call number `nth` (from 1) of a kind; of any kind that changes the disk when
   kind is CALLS_KINDS. */
enum calls_fate {
    CALLS_FAIL,   /* it fails with `error`, once */
    CALLS_BREAK,  /* it and all of its kind after it fail with `error` */
    CALLS_SHORT,  /* a write takes half */
    CALLS_FULL,   /* a write takes half, and the next one fails with `error` */
    CALLS_KILL,   /* it is the last call */
    CALLS_KILLED, /* the same, and of a write only half is done */
};

enum { CALLS_EXIT = 77 }; /* the exit status of a process that a plan killed */

struct calls_plan {
    enum calls_kind kind;
    unsigned nth;
    enum calls_fate fate;
    int error;
};

/* Watches the folder root, which holds what disk does. log and plan may be NULL. calls_stop ends
   it and says how many calls there were of each kind, and of all that change the disk. */
void calls_start(const char *root, const struct disk *disk, struct disk_log *log,
                 const struct calls_plan *plan);
void calls_stop(unsigned counts[CALLS_KINDS + 1]);

/* Did the plan's call come? */
bool calls_hit(void);

#endif
