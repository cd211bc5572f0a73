/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inodes and the nodes that they are. */
#include "tests/torture/known.h"

#include <stdlib.h>

#include "tests/torture/disk.h"

enum { KNOWN_MAX = 2 * DISK_NODES };

static struct {
    dev_t device;
    ino_t inode;
    int node;
} known[KNOWN_MAX];

static int count;

static int place_of(const struct stat *st)
{
    int i = 0;
    while (i < count && (known[i].device != st->st_dev || known[i].inode != st->st_ino))
        i++;
    return i;
}

void known_learn(const struct stat *st, int node)
{
    const int i = place_of(st);
    if (i == KNOWN_MAX)
        abort();
    known[i].device = st->st_dev;
    known[i].inode = st->st_ino;
    known[i].node = node;
    count += i == count;
}

int known_node(const struct stat *st)
{
    const int i = place_of(st);
    return i < count ? known[i].node : KNOWN_NOBODY;
}

void known_forget(void)
{
    count = 0;
}
