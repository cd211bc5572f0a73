/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that a folder tells at one moment: names, every byte, and what stat(2) says of each file.
   A picture is written as what has changed since the one before it, and put together again when
   it is read. */
#ifndef TESTS_APART_SNAP_H
#define TESTS_APART_SNAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

enum { SNAP_FILES = 24, SNAP_NAME = 48, SNAP_BLOCK = 512 };

struct snap_file {
    char name[SNAP_NAME];
    struct stat st;
    uint8_t *bytes; /* st.st_size of them */
    bool *touched;  /* each block: has it changed since the picture before? */
    /* what else has changed since then: */
    bool fresh; /* another file of that name, or a new one */
    bool accessed;
    bool modified;
    bool changed;
};

struct snap {
    size_t count;
    struct snap_file files[SNAP_FILES]; /* sorted by name */
};

/* Looks at the folder: *now, for snap_free, and what is new in it since `before` is written. A
   picture that is all zeros comes before the first one. Reading leaves no trace in the folder.
   Ends the program when it cannot. */
void snap_take(const struct snap *before, struct snap *now, const char *dir, FILE *out);

/* Reads the next one that was written, since the same `before`, into *now. False at the end. */
bool snap_next(const struct snap *before, struct snap *now, FILE *in);

void snap_free(struct snap *snap);

/* Of a file: blocks of it, and bytes in those that were touched. */
size_t snap_blocks(const struct snap_file *file);

#endif
