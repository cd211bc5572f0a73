/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which file of the disk that is recorded an open file is: by its inode. */
#ifndef TORTURE_KNOWN_H
#define TORTURE_KNOWN_H

#include <sys/stat.h>

enum { KNOWN_NOBODY = -1 };

/* From now on this file is the node. */
void known_learn(const struct stat *st, int node);

/* The node, or KNOWN_NOBODY. */
int known_node(const struct stat *st);

/* Knows no file any more. */
void known_forget(void);

#endif
