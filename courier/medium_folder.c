/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder as a medium: one on a mounted stick, or one that something else carries about. */
#include "courier/medium_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

/* What a folder's calls work on. */
struct folder {
    int fd;
};

static enum error read_file(void *context, const char *name, size_t max, uint8_t **data,
                            size_t *len)
{
    const struct folder *folder = context;
    return file_read(folder->fd, name, max, data, len);
}

static enum error write_file(void *context, const char *name, const void *data, size_t len)
{
    const struct folder *folder = context;
    return file_write(folder->fd, name, 0644, data, len);
}

static enum error move_file(void *context, const char *from, const char *to)
{
    const struct folder *folder = context;
    return renameat(folder->fd, from, folder->fd, to) == 0 ? ERROR_NONE : error_of_errno(errno);
}

static enum error each_file(void *context, medium_visit *visit, void *visitor)
{
    const struct folder *folder = context;
    DIR *names = file_folder(folder->fd);
    if (names == NULL)
        return error_of_lack(errno, ERROR_IO);
    enum error error = ERROR_NONE;
    const char *name = NULL;
    while ((error = file_next(names, &name)) == ERROR_NONE && name != NULL)
        visit(name, visitor);
    closedir(names);
    return error;
}

static bool has_file(void *context, const char *name)
{
    const struct folder *folder = context;
    struct stat st;
    return fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static void remove_file(void *context, const char *name)
{
    const struct folder *folder = context;
    unlinkat(folder->fd, name, 0);
}

static void sweep_folder(void *context)
{
    const struct folder *folder = context;
    file_sweep(folder->fd);
}

static void close_folder(void *context)
{
    struct folder *folder = context;
    close(folder->fd);
    free(folder);
}

static const struct medium_calls folder_calls = {
    .read = read_file,
    .write = write_file,
    .move = move_file,
    .each = each_file,
    .has = has_file,
    .remove = remove_file,
    .sweep = sweep_folder,
    .close = close_folder,
};

enum error medium_folder_open(const char *path, struct medium *medium)
{
    *medium = (struct medium){NULL, NULL};
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_of_folder(errno);
    struct folder *folder = malloc(sizeof *folder);
    if (folder == NULL) {
        close(fd);
        return ERROR_MEMORY;
    }
    folder->fd = fd;
    *medium = (struct medium){&folder_calls, folder};
    return ERROR_NONE;
}
