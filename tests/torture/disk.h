/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder as a disk holds it, and the log of what was done to it: from both follow all the folders
   that a power cut may leave.

   A node is a file or a folder, an entry is a name of one. Data and names become durable apart from
   each other: a node's data when it is synced, an entry when the folder that it stands in is. */
#ifndef TORTURE_DISK_H
#define TORTURE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { DISK_PATH = 96, DISK_NODES = 192, DISK_SECTOR = 512 };

struct disk_node {
    mode_t mode; /* 0: never made */
    uint8_t *data;
    size_t len;
    size_t room;   /* of data; 0: just as much */
    bool borrowed; /* data belongs to the disk that this is a copy of */
    uint64_t hash; /* of data; 0: not known */
};

struct disk_entry {
    char path[DISK_PATH]; /* below the root, "" is the root itself */
    int node;
};

struct disk {
    struct disk_node nodes[DISK_NODES];
    int node_count;
    struct disk_entry entries[DISK_NODES];
    int entry_count;
};

enum disk_kind {
    DISK_CREATE, /* a new entry for a new node */
    DISK_RENAME,
    DISK_UNLINK,
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_SYNC,
    DISK_UNSYNC, /* a sync that failed: what it should have synced never will be */
};

struct disk_op {
    enum disk_kind kind;
    int node;   /* that is made, moved, written, cut or synced */
    int folder; /* the node of the folder whose entry changes */
    mode_t mode;
    char path[DISK_PATH];
    char to[DISK_PATH];
    size_t at;
    size_t len;
    uint8_t *data;
    size_t marks; /* how many marks had been told when it began */
};

struct disk_log {
    struct disk_op *ops;
    size_t n;
    size_t room;
};

/* Reads the folder root. Writes it into the folder root, whose old contents are removed. Both end
   the program when they cannot. */
void disk_read(struct disk *disk, const char *root);
void disk_write(const struct disk *disk, const char *root);

/* A copy, which shares with `from` what neither changes: `from` must stay as it is as long as the
   copy is there. */
void disk_copy(struct disk *to, const struct disk *from);

/* From here on a copy shares nothing. */
void disk_own(struct disk *disk);
void disk_free(struct disk *disk);

/* Which node has this name, or -1. */
int disk_find(const struct disk *disk, const char *path);

/* Does this to the disk. torn, for a write, says for each of its sectors (modulo 64) whether it
   arrives; what does not is zeros where the file grew. */
void disk_apply(struct disk *disk, const struct disk_op *op, uint64_t torn);

/* Tells folders of different names, modes or bytes apart. */
uint64_t disk_hash(struct disk *disk);

/* Adds an operation; data is copied. */
void disk_note(struct disk_log *log, const struct disk_op *op);
void disk_forget(struct disk_log *log);

#endif
