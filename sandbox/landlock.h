/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Landlock: takes the file system away from this process and gives back a few places of it. */
#ifndef SANDBOX_LANDLOCK_H
#define SANDBOX_LANDLOCK_H

#include <limits.h>
#include <stddef.h>

/* What may be done at a place and beneath it. */
enum landlock_use {
    LANDLOCK_READ, /* read files and folders; a link is no such place, wherever it leads */
    LANDLOCK_RUN,  /* the same, and execute */
    LANDLOCK_KEEP, /* read, write, make and remove plain files; make no folders, execute nothing */
    LANDLOCK_DEVICE, /* read and write what is there, and its ioctls */
};

struct landlock_place {
    const char
        *path; /* one that cannot be reached gives nothing; NULL: the descriptor says where */
    enum landlock_use use;
    int fd; /* stays the caller's */
};

/* What the kernel offers: its version of Landlock, 0 for none. */
int landlock_abi(void);

/* From now on this process and its children use only these places, bind and connect no TCP port,
   reach no abstract socket of other processes and signal none outside this sandbox: all as far as
   the kernel knows how. Needs "no new privileges". What is open stays open. Irrevocable. Returns 0,
   also on a kernel without Landlock, or -1. */
int landlock_restrict(const struct landlock_place *places, size_t count);

/* The folder that a file is in, for a rule that also holds for what is put in the file's place
   later. Returns 0, or -1 when the path is too long. */
int landlock_folder(const char *file, char folder[PATH_MAX]);

#endif
