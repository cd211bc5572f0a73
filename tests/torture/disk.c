/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder as a disk holds it. */
#include "tests/torture/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DISK_FULL_PATH = 512 };

static void insist(int holds, const char *what)
{
    if (holds)
        return;
    perror(what);
    abort();
}

/* --- the folder of this machine --- */

static int take_file(struct disk_node *node, const char *full, const struct stat *st)
{
    node->len = (size_t)st->st_size;
    node->data = malloc(node->len + 1);
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    insist(fd >= 0 && node->data != NULL, full);
    insist(read(fd, node->data, node->len) == (ssize_t)node->len, full);
    return close(fd);
}

static void take(struct disk *disk, const char *root, const char *path)
{
    char full[DISK_FULL_PATH];
    struct stat st;
    snprintf(full, sizeof full, "%s/%s", root, path);
    insist(lstat(full, &st) == 0 && disk->node_count < DISK_NODES, full);
    int id = disk->node_count++;
    struct disk_node *node = &disk->nodes[id];
    struct disk_entry *entry = &disk->entries[disk->entry_count++];
    node->mode = st.st_mode;
    entry->node = id;
    snprintf(entry->path, sizeof entry->path, "%s", path);
    if (!S_ISDIR(st.st_mode)) {
        take_file(node, full, &st);
        return;
    }
    DIR *folder = opendir(full);
    insist(folder != NULL, full);
    for (struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        char below[DISK_PATH];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        int len =
            snprintf(below, sizeof below, "%s%s%s", path, path[0] != '\0' ? "/" : "", e->d_name);
        insist(len < (int)sizeof below, "a long name");
        take(disk, root, below);
    }
    closedir(folder);
}

void disk_read(struct disk *disk, const char *root)
{
    memset(disk, 0, sizeof *disk);
    take(disk, root, "");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return at->level == 0 ? 0 : remove(path);
}

static void put_file(const struct disk_node *node, const char *full)
{
    int fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, node->mode & 0777);
    insist(fd >= 0, full);
    insist(write(fd, node->data, node->len) == (ssize_t)node->len, full);
    close(fd);
}

static int by_path(const void *left, const void *right)
{
    const struct disk_entry *const *a = left, *const *b = right;
    return strcmp((*a)->path, (*b)->path);
}

static void sort_entries(const struct disk *disk, const struct disk_entry **sorted)
{
    for (int i = 0; i < disk->entry_count; i++)
        sorted[i] = &disk->entries[i];
    qsort(sorted, (size_t)disk->entry_count, sizeof *sorted, by_path);
}

/* Is there a folder for what stands at this path? */
static int has_folder(const struct disk *disk, const char *path)
{
    char above[DISK_PATH];
    snprintf(above, sizeof above, "%s", path);
    char *slash = strrchr(above, '/');
    if (slash == NULL)
        return 1;
    *slash = '\0';
    return disk_find(disk, above) >= 0 && has_folder(disk, above);
}

void disk_write(const struct disk *disk, const char *root)
{
    const struct disk_entry *sorted[DISK_NODES];
    char full[DISK_FULL_PATH];
    insist(mkdir(root, 0700) == 0 || nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, root);
    sort_entries(disk, sorted);
    for (int i = 0; i < disk->entry_count; i++) {
        const struct disk_node *node = &disk->nodes[sorted[i]->node];
        if (sorted[i]->path[0] == '\0' || !has_folder(disk, sorted[i]->path))
            continue;
        snprintf(full, sizeof full, "%s/%s", root, sorted[i]->path);
        if (S_ISDIR(node->mode))
            insist(mkdir(full, node->mode & 0777) == 0, full);
        else
            put_file(node, full);
    }
}

/* --- in memory --- */

void disk_copy(struct disk *to, const struct disk *from)
{
    *to = *from;
    for (int i = 0; i < to->node_count; i++)
        to->nodes[i].borrowed = true;
}

/* Before data changes. */
static void own(struct disk_node *node)
{
    node->hash = 0;
    if (!node->borrowed)
        return;
    uint8_t *data = malloc(node->len + 1);
    insist(data != NULL, "memory");
    if (node->data != NULL)
        memcpy(data, node->data, node->len);
    node->data = data;
    node->room = 0;
    node->borrowed = false;
}

void disk_own(struct disk *disk)
{
    for (int i = 0; i < disk->node_count; i++)
        own(&disk->nodes[i]);
}

void disk_free(struct disk *disk)
{
    for (int i = 0; i < disk->node_count; i++)
        if (!disk->nodes[i].borrowed)
            free(disk->nodes[i].data);
    memset(disk, 0, sizeof *disk);
}

static struct disk_entry *entry_of(struct disk *disk, const char *path)
{
    for (int i = 0; i < disk->entry_count; i++)
        if (strcmp(disk->entries[i].path, path) == 0)
            return &disk->entries[i];
    return NULL;
}

int disk_find(const struct disk *disk, const char *path)
{
    for (int i = 0; i < disk->entry_count; i++)
        if (strcmp(disk->entries[i].path, path) == 0)
            return disk->entries[i].node;
    return -1;
}

static void enter(struct disk *disk, const char *path, int node)
{
    struct disk_entry *entry = entry_of(disk, path);
    if (entry == NULL) {
        insist(disk->entry_count < DISK_NODES, "too many names");
        entry = &disk->entries[disk->entry_count++];
        snprintf(entry->path, sizeof entry->path, "%s", path);
    }
    entry->node = node;
}

static void leave(struct disk *disk, const char *path)
{
    struct disk_entry *entry = entry_of(disk, path);
    if (entry != NULL)
        *entry = disk->entries[--disk->entry_count];
}

/* What lies between the old end and the new one is zeros. */
static void resize(struct disk_node *node, size_t len)
{
    own(node);
    if (len >= node->room) {
        node->room = 2 * len + 1; /* a large file grows by many small writes */
        node->data = realloc(node->data, node->room);
        insist(node->data != NULL, "memory");
    }
    if (len > node->len)
        memset(node->data + node->len, 0, len - node->len);
    node->len = len;
}

static void write_sectors(struct disk_node *node, const struct disk_op *op, uint64_t torn)
{
    own(node);
    if (op->at + op->len > node->len)
        resize(node, op->at + op->len);
    for (size_t i = 0, part = 0; i < op->len; i += part) {
        const size_t sector = (op->at + i) / DISK_SECTOR;
        part = (sector + 1) * DISK_SECTOR - (op->at + i);
        part = part < op->len - i ? part : op->len - i;
        if ((torn >> (sector - op->at / DISK_SECTOR) % 64 & 1) != 0)
            memcpy(node->data + op->at + i, op->data + i, part);
    }
}

/* A node exists from its making on, whether or not a name of it is durable. */
static struct disk_node *node_of(struct disk *disk, const struct disk_op *op)
{
    insist(op->node >= 0 && op->node < DISK_NODES, "too many files");
    if (op->node >= disk->node_count)
        disk->node_count = op->node + 1;
    return &disk->nodes[op->node];
}

void disk_apply(struct disk *disk, const struct disk_op *op, uint64_t torn)
{
    switch (op->kind) {
    case DISK_CREATE:
        node_of(disk, op)->mode = op->mode;
        enter(disk, op->path, op->node);
        break;
    case DISK_RENAME:
        leave(disk, op->path);
        node_of(disk, op)->mode = op->mode;
        enter(disk, op->to, op->node);
        break;
    case DISK_UNLINK:
        leave(disk, op->path);
        break;
    case DISK_WRITE:
        write_sectors(node_of(disk, op), op, torn);
        break;
    case DISK_TRUNCATE:
        resize(node_of(disk, op), op->len);
        break;
    case DISK_SYNC:
    case DISK_UNSYNC:
        break;
    }
}

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, len - i < 8 ? len - i : 8);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    hash = (hash ^ len) * UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ hash >> 32;
}

uint64_t disk_hash(struct disk *disk)
{
    const struct disk_entry *sorted[DISK_NODES];
    uint64_t hash = 0;
    sort_entries(disk, sorted);
    for (int i = 0; i < disk->entry_count; i++) {
        struct disk_node *node = &disk->nodes[sorted[i]->node];
        if (node->hash == 0)
            node->hash = mix(1, node->data, node->len) | 1;
        hash = mix(hash, sorted[i]->path, strlen(sorted[i]->path));
        hash = mix(hash, &node->mode, sizeof node->mode);
        hash = mix(hash, &node->hash, sizeof node->hash);
    }
    return hash;
}

/* --- the log --- */

void disk_note(struct disk_log *log, const struct disk_op *op)
{
    if (log->n == log->room) {
        log->room = log->room > 0 ? 2 * log->room : 256;
        log->ops = realloc(log->ops, log->room * sizeof *log->ops);
        insist(log->ops != NULL, "memory");
    }
    struct disk_op *own = &log->ops[log->n++];
    *own = *op;
    if (op->data == NULL)
        return;
    own->data = malloc(op->len + 1);
    insist(own->data != NULL, "memory");
    memcpy(own->data, op->data, op->len);
}

void disk_forget(struct disk_log *log)
{
    for (size_t i = 0; i < log->n; i++)
        free(log->ops[i].data);
    free(log->ops);
    *log = (struct disk_log){0};
}
