/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files on media that may be hostile, full, read-only or pulled out.

   A file is written under a temporary name ".sandyq-PID-N" in the same folder, locked with flock
   by its writer. A sweep removes the temporary files that nobody has locked: their writers died. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define TEMPORARY ".sandyq-"
enum { TEMPORARY_LEN = 48, TEMPORARY_TRIES = 1000 };

struct file_writer {
    int dirfd; /* our own duplicate */
    int fd;
    char temporary[TEMPORARY_LEN];
    char name[256];
};

static enum error error_of(int number)
{
    switch (number) {
    case ENOENT:
        return ERROR_MISSING;
    case ELOOP:
    case ENXIO:
    case ENODEV:
    case EISDIR:
    case ENOTDIR:
    case ENOTEMPTY:
    case EEXIST:
        return ERROR_SPECIAL;
    default:
        return error_of_errno(number);
    }
}

/* A person who may not read a file is not told to allow writing. */
static enum error error_of_reading(int number)
{
    return number == EACCES || number == EPERM ? ERROR_DENIED : error_of(number);
}

enum error file_magic(const uint8_t *in, size_t len, const char magic[FILE_MAGIC_LEN + 1])
{
    if (len < FILE_MAGIC_LEN)
        return ERROR_TRUNCATED;
    if (memcmp(in, magic, FILE_MAGIC_LEN - 1) != 0)
        return ERROR_FOREIGN;
    uint8_t version = in[FILE_MAGIC_LEN - 1];
    if (version > (uint8_t)magic[FILE_MAGIC_LEN - 1] && version <= '9')
        return ERROR_NEWER;
    return version == (uint8_t)magic[FILE_MAGIC_LEN - 1] ? ERROR_NONE : ERROR_FOREIGN;
}

enum error file_open(int dirfd, const char *name, size_t max, int *fd, size_t *len)
{
    struct stat st;
    enum error error = ERROR_SPECIAL;
    *fd = -1;
    /* Check before opening: to open a device can already have an effect. */
    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return error_of_reading(errno);
    if (!S_ISREG(st.st_mode))
        return ERROR_SPECIAL;
    int opened = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opened < 0)
        return error_of_reading(errno);
    if (fstat(opened, &st) != 0)
        error = ERROR_IO;
    else if (S_ISREG(st.st_mode))
        error = (uint64_t)st.st_size > max ? ERROR_LARGE : ERROR_NONE;
    if (error != ERROR_NONE) {
        close(opened);
        return error;
    }
    *fd = opened;
    *len = (size_t)st.st_size;
    return ERROR_NONE;
}

/* Reads up to len bytes; *got is less only at the end of the file. */
static enum error read_whole(int fd, uint8_t *data, size_t len, size_t *got)
{
    *got = 0;
    while (*got < len) {
        ssize_t n = read(fd, data + *got, len - *got);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            return ERROR_IO;
        if (n > 0)
            *got += (size_t)n;
    }
    return ERROR_NONE;
}

enum error file_read(int dirfd, const char *name, size_t max, uint8_t **data, size_t *len)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int fd = -1;
    *data = NULL;
    *len = 0;
    enum error error = file_open(dirfd, name, max, &fd, &size);
    if (error != ERROR_NONE)
        return error;
    bytes = malloc(size + 1);
    error = bytes == NULL ? ERROR_MEMORY : read_whole(fd, bytes, size, len);
    close(fd);
    if (error != ERROR_NONE) {
        free(bytes);
        return error;
    }
    *data = bytes;
    return ERROR_NONE;
}

static enum error open_temporary(struct file_writer *writer, mode_t mode)
{
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        snprintf(writer->temporary, sizeof writer->temporary, TEMPORARY "%ld-%d", (long)getpid(),
                 i);
        writer->fd = openat(writer->dirfd, writer->temporary,
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (writer->fd >= 0) {
            /* May fail: some file systems have no locks. Then a sweep may remove our file, and
               the rename fails. */
            flock(writer->fd, LOCK_EX | LOCK_NB);
            return ERROR_NONE;
        }
        if (errno != EEXIST)
            return error_of(errno);
    }
    return ERROR_IO;
}

enum error file_begin(int dirfd, const char *name, mode_t mode, struct file_writer **out)
{
    struct file_writer *writer = NULL;
    enum error error;
    *out = NULL;
    if (strlen(name) >= sizeof writer->name)
        return ERROR_IO;
    writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return ERROR_MEMORY;
    snprintf(writer->name, sizeof writer->name, "%s", name);
    writer->fd = -1;
    writer->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
    error = writer->dirfd >= 0 ? open_temporary(writer, mode) : error_of(errno);
    if (error != ERROR_NONE) {
        if (writer->dirfd >= 0)
            close(writer->dirfd);
        free(writer);
        return error;
    }
    *out = writer;
    return ERROR_NONE;
}

enum error file_add(struct file_writer *writer, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    while (len > 0) {
        ssize_t n = write(writer->fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return error_of(errno);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return ERROR_NONE;
}

static enum error sync_folder(int dirfd)
{
    /* FAT and some network file systems cannot sync a folder and say so; that is no error. */
    if (fsync(dirfd) != 0 && errno != EINVAL && errno != EROFS && errno != EBADF)
        return error_of(errno);
    return ERROR_NONE;
}

enum error file_commit(struct file_writer **writer)
{
    struct file_writer *w = *writer;
    enum error error = ERROR_NONE;
    if (fsync(w->fd) != 0)
        error = error_of(errno);
    if (error == ERROR_NONE && renameat(w->dirfd, w->temporary, w->dirfd, w->name) != 0)
        error = errno == ENOENT ? ERROR_IO : error_of(errno);
    if (error != ERROR_NONE) {
        file_abandon(writer);
        return error;
    }
    error = sync_folder(w->dirfd);
    /* Some file systems report a full disk only here. */
    if (close(w->fd) != 0 && error == ERROR_NONE)
        error = error_of(errno);
    close(w->dirfd);
    free(w);
    *writer = NULL;
    return error;
}

void file_abandon(struct file_writer **writer)
{
    if (*writer == NULL)
        return;
    unlinkat((*writer)->dirfd, (*writer)->temporary, 0);
    close((*writer)->fd);
    close((*writer)->dirfd);
    free(*writer);
    *writer = NULL;
}

enum error file_write(int dirfd, const char *name, mode_t mode, const void *data, size_t len)
{
    struct file_writer *writer = NULL;
    enum error error = file_begin(dirfd, name, mode, &writer);
    if (error != ERROR_NONE)
        return error;
    error = file_add(writer, data, len);
    if (error != ERROR_NONE) {
        file_abandon(&writer);
        return error;
    }
    return file_commit(&writer);
}

enum error file_settle(const char *path)
{
    char copy[PATH_MAX];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return ERROR_IO;
    int dirfd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd < 0)
        return errno == EACCES ? ERROR_NONE : error_of(errno);
    enum error error = sync_folder(dirfd);
    close(dirfd);
    return error;
}

bool file_is_temporary(const char *name)
{
    return strncmp(name, TEMPORARY, strlen(TEMPORARY)) == 0;
}

/* Removes one temporary file unless a living writer holds its lock. */
static void sweep_one(int dirfd, const char *name)
{
    struct stat st;
    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return;
    int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        unlinkat(dirfd, name, 0);
    close(fd);
}

DIR *file_folder(int dirfd)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL && fd >= 0)
        close(fd);
    return folder;
}

enum error file_next(DIR *folder, const char **name)
{
    errno = 0;
    const struct dirent *entry = readdir(folder);
    *name = entry != NULL ? entry->d_name : NULL;
    return entry != NULL || errno == 0 ? ERROR_NONE : error_of_lack(errno, ERROR_IO);
}

void file_sweep(int dirfd)
{
    DIR *folder = file_folder(dirfd);
    if (folder == NULL)
        return;
    const char *name = NULL;
    while (file_next(folder, &name) == ERROR_NONE && name != NULL)
        if (file_is_temporary(name))
            sweep_one(dirfd, name);
    closedir(folder);
}
