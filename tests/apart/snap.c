/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture on disk: the number of files; of each its name, its stat, and the blocks that
   changed, each behind its number. */
#include "tests/apart/snap.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t snap_blocks(const struct snap_file *file)
{
    return ((size_t)file->st.st_size + SNAP_BLOCK - 1) / SNAP_BLOCK;
}

static size_t block_len(const struct snap_file *file, size_t block)
{
    const size_t left = (size_t)file->st.st_size - block * SNAP_BLOCK;

    return left < SNAP_BLOCK ? left : SNAP_BLOCK;
}

static void *need(void *memory)
{
    if (memory == NULL)
        err(2, "memory");
    return memory;
}

static void free_file(struct snap_file *file)
{
    free(file->bytes);
    free(file->touched);
}

void snap_free(struct snap *snap)
{
    for (size_t i = 0; i < snap->count; i++)
        free_file(&snap->files[i]);
    memset(snap, 0, sizeof *snap);
}

static const struct snap_file *find(const struct snap *snap, const char *name)
{
    for (size_t i = 0; i < snap->count; i++)
        if (strcmp(snap->files[i].name, name) == 0)
            return &snap->files[i];
    return NULL;
}

static bool same_time(struct timespec one, struct timespec other)
{
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

/* Room for the bytes that its stat speaks of, filled with those of the picture before. */
static void make_room(struct snap_file *file, const struct snap_file *before)
{
    const size_t len = (size_t)file->st.st_size;
    const size_t had = before != NULL ? (size_t)before->st.st_size : 0;

    file->bytes = need(calloc(len + 1, 1));
    file->touched = need(calloc(snap_blocks(file) + 1, sizeof *file->touched));
    if (before != NULL)
        memcpy(file->bytes, before->bytes, len < had ? len : had);
    file->fresh = before == NULL || before->st.st_ino != file->st.st_ino;
    file->accessed = before == NULL || !same_time(before->st.st_atim, file->st.st_atim);
    file->modified = before == NULL || !same_time(before->st.st_mtim, file->st.st_mtim);
    file->changed = before == NULL || !same_time(before->st.st_ctim, file->st.st_ctim);
}

static void write_all(FILE *out, const void *bytes, size_t len)
{
    if (fwrite(bytes, 1, len, out) != len)
        err(2, "a picture of the folder");
}

static void read_all(FILE *in, void *bytes, size_t len)
{
    if (fread(bytes, 1, len, in) != len)
        errx(2, "a picture of the folder is cut off");
}

/* --- taking --- */

static void take_bytes(struct snap_file *file, const uint8_t *now, FILE *out)
{
    const uint32_t end = UINT32_MAX;

    for (uint32_t block = 0; block < snap_blocks(file); block++) {
        uint8_t *at = file->bytes + (size_t)block * SNAP_BLOCK;
        const uint8_t *to = now + (size_t)block * SNAP_BLOCK;

        if (memcmp(at, to, block_len(file, block)) == 0)
            continue;
        memcpy(at, to, block_len(file, block));
        write_all(out, &block, sizeof block);
        write_all(out, at, block_len(file, block));
    }
    write_all(out, &end, sizeof end);
}

static void take_file(struct snap_file *file, const struct snap *before, int dir, FILE *out)
{
    uint8_t *now = NULL;
    int fd;

    if (fstatat(dir, file->name, &file->st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(file->st.st_mode))
        errx(2, "%s: no file", file->name);
    make_room(file, find(before, file->name));
    now = need(calloc((size_t)file->st.st_size + 1, 1));
    fd = openat(dir, file->name, O_RDONLY | O_NOATIME | O_CLOEXEC);
    if (fd < 0 || read(fd, now, (size_t)file->st.st_size) != file->st.st_size)
        err(2, "%s", file->name);
    close(fd);
    write_all(out, file->name, sizeof file->name);
    write_all(out, &file->st, sizeof file->st);
    take_bytes(file, now, out);
    free(now);
}

static int by_name(const void *one, const void *other)
{
    return strcmp(((const struct snap_file *)one)->name, ((const struct snap_file *)other)->name);
}

/* Notes the names of a folder's files, and of those in a folder of it behind that one's name. */
static void take_names(struct snap *now, const char *dir, const char *inside)
{
    char path[4096], name[4096];
    DIR *list = NULL;
    const struct dirent *entry = NULL;
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", dir, inside);
    list = opendir(path);
    if (list == NULL)
        err(2, "%s", path);
    while ((entry = readdir(list)) != NULL) {
        if (entry->d_name[0] == '.' && (entry->d_name[1] == '\0' || entry->d_name[1] == '.'))
            continue;
        snprintf(name, sizeof name, "%s%s", inside, entry->d_name);
        if (inside[0] == '\0' &&
            fstatat(dirfd(list), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(st.st_mode)) {
            strcat(name, "/");
            take_names(now, dir, name);
            continue;
        }
        if (now->count == SNAP_FILES || strlen(name) >= SNAP_NAME)
            errx(2, "%s: what is this?", name);
        strcpy(now->files[now->count++].name, name);
    }
    closedir(list);
}

void snap_take(const struct snap *before, struct snap *now, const char *dir, FILE *out)
{
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    memset(now, 0, sizeof *now);
    if (fd < 0)
        err(2, "%s", dir);
    take_names(now, dir, "");
    qsort(now->files, now->count, sizeof now->files[0], by_name);
    write_all(out, &now->count, sizeof now->count);
    for (size_t i = 0; i < now->count; i++)
        take_file(&now->files[i], before, fd, out);
    close(fd);
    fflush(out);
}

/* --- reading --- */

static void read_file(struct snap_file *file, const struct snap *before, FILE *in)
{
    uint32_t block = 0;

    read_all(in, file->name, sizeof file->name);
    read_all(in, &file->st, sizeof file->st);
    make_room(file, find(before, file->name));
    for (read_all(in, &block, sizeof block); block != UINT32_MAX;
         read_all(in, &block, sizeof block)) {
        if (block >= snap_blocks(file))
            errx(2, "a picture of the folder is damaged");
        read_all(in, file->bytes + (size_t)block * SNAP_BLOCK, block_len(file, block));
        file->touched[block] = true;
    }
}

bool snap_next(const struct snap *before, struct snap *now, FILE *in)
{
    memset(now, 0, sizeof *now);
    if (fread(&now->count, sizeof now->count, 1, in) != 1)
        return false;
    if (now->count > SNAP_FILES)
        errx(2, "a picture of the folder is damaged");
    for (size_t i = 0; i < now->count; i++)
        read_file(&now->files[i], before, in);
    return true;
}
