/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files on media that may be hostile, full, read-only or pulled out.

   A file is written under a temporary name ".sandyq-PID-N" in the same folder, which the writer
   holds locked (flock). A sweep removes the temporary files that nobody holds: those of a writer
   that died. */
#include "courier/file.h"

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

#include "courier/refusal.h"

#define TEMPORARY ".sandyq-"
enum { TEMPORARY_LEN = 48, TEMPORARY_TRIES = 1000 };

struct file_writer {
    int dirfd; /* our own duplicate */
    int fd;
    char temporary[TEMPORARY_LEN];
    char name[256];
};

static int refusal_of(int error)
{
    switch (error) {
    case ENOENT:
        return REFUSAL_MISSING;
    case ELOOP:
    case ENXIO:
    case ENODEV:
    case EISDIR:
    case ENOTDIR:
    case ENOTEMPTY:
    case EEXIST:
        return REFUSAL_SPECIAL;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return REFUSAL_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
        return REFUSAL_READONLY;
    default:
        return REFUSAL_IO;
    }
}

int file_magic(const uint8_t *in, size_t len, const char magic[FILE_MAGIC_LEN + 1])
{
    if (len < FILE_MAGIC_LEN)
        return REFUSAL_TRUNCATED;
    if (memcmp(in, magic, FILE_MAGIC_LEN - 1) != 0)
        return REFUSAL_FOREIGN;
    uint8_t version = in[FILE_MAGIC_LEN - 1];
    if (version > (uint8_t)magic[FILE_MAGIC_LEN - 1] && version <= '9')
        return REFUSAL_NEWER;
    return version == (uint8_t)magic[FILE_MAGIC_LEN - 1] ? REFUSAL_NONE : REFUSAL_FOREIGN;
}

int file_open(int dirfd, const char *name, size_t max, int *fd, size_t *len)
{
    struct stat st;
    int refusal = REFUSAL_SPECIAL;

    *fd = -1;
    /* Looked at before it is opened: opening a device can already do something. */
    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == EACCES ? REFUSAL_IO : refusal_of(errno);
    if (!S_ISREG(st.st_mode))
        return REFUSAL_SPECIAL;
    int opened = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opened < 0)
        return errno == EACCES ? REFUSAL_IO : refusal_of(errno);
    if (fstat(opened, &st) != 0)
        refusal = REFUSAL_IO;
    else if (S_ISREG(st.st_mode))
        refusal = (uint64_t)st.st_size > max ? REFUSAL_LARGE : REFUSAL_NONE;
    if (refusal != REFUSAL_NONE) {
        close(opened);
        return refusal;
    }
    *fd = opened;
    *len = (size_t)st.st_size;
    return REFUSAL_NONE;
}

/* Reads up to len bytes; *got is less only when the file ends earlier. */
static int read_whole(int fd, uint8_t *data, size_t len, size_t *got)
{
    *got = 0;
    while (*got < len) {
        ssize_t n = read(fd, data + *got, len - *got);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            return REFUSAL_IO;
        if (n > 0)
            *got += (size_t)n;
    }
    return REFUSAL_NONE;
}

int file_read(int dirfd, const char *name, size_t max, uint8_t **data, size_t *len)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int fd = -1;

    *data = NULL;
    *len = 0;
    int refusal = file_open(dirfd, name, max, &fd, &size);
    if (refusal != REFUSAL_NONE)
        return refusal;
    bytes = malloc(size + 1);
    refusal = bytes == NULL ? REFUSAL_IO : read_whole(fd, bytes, size, len);
    close(fd);
    if (refusal != REFUSAL_NONE) {
        free(bytes);
        return refusal;
    }
    *data = bytes;
    return REFUSAL_NONE;
}

static int open_temporary(struct file_writer *writer, mode_t mode)
{
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        snprintf(writer->temporary, sizeof writer->temporary, TEMPORARY "%ld-%d", (long)getpid(),
                 i);
        writer->fd = openat(writer->dirfd, writer->temporary,
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (writer->fd >= 0) {
            /* Some file systems cannot lock; then a sweep cannot spare us, and need not. */
            flock(writer->fd, LOCK_EX | LOCK_NB);
            return REFUSAL_NONE;
        }
        if (errno != EEXIST)
            return refusal_of(errno);
    }
    return REFUSAL_IO;
}

int file_begin(int dirfd, const char *name, mode_t mode, struct file_writer **out)
{
    struct file_writer *writer = NULL;
    int refusal = REFUSAL_IO;

    *out = NULL;
    if (strlen(name) >= sizeof writer->name)
        return REFUSAL_IO;
    writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return REFUSAL_IO;
    snprintf(writer->name, sizeof writer->name, "%s", name);
    writer->fd = -1;
    writer->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
    if (writer->dirfd >= 0)
        refusal = open_temporary(writer, mode);
    if (refusal != REFUSAL_NONE) {
        if (writer->dirfd >= 0)
            close(writer->dirfd);
        free(writer);
        return refusal;
    }
    *out = writer;
    return REFUSAL_NONE;
}

int file_add(struct file_writer *writer, const void *data, size_t len)
{
    const uint8_t *bytes = data;

    while (len > 0) {
        ssize_t n = write(writer->fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return refusal_of(errno);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return REFUSAL_NONE;
}

static int sync_folder(int dirfd)
{
    /* FAT and some network file systems have nothing to sync in a folder and say so. */
    if (fsync(dirfd) != 0 && errno != EINVAL && errno != EROFS && errno != EBADF)
        return refusal_of(errno);
    return REFUSAL_NONE;
}

int file_commit(struct file_writer **writer)
{
    struct file_writer *w = *writer;
    int refusal = REFUSAL_NONE;

    if (fsync(w->fd) != 0)
        refusal = refusal_of(errno);
    if (refusal == REFUSAL_NONE && renameat(w->dirfd, w->temporary, w->dirfd, w->name) != 0)
        refusal = errno == ENOENT ? REFUSAL_IO : refusal_of(errno);
    if (refusal != REFUSAL_NONE) {
        file_abandon(writer);
        return refusal;
    }
    refusal = sync_folder(w->dirfd);
    /* Some file systems tell of a full disk only here. */
    if (close(w->fd) != 0 && refusal == REFUSAL_NONE)
        refusal = refusal_of(errno);
    close(w->dirfd);
    free(w);
    *writer = NULL;
    return refusal;
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

int file_write(int dirfd, const char *name, mode_t mode, const void *data, size_t len)
{
    struct file_writer *writer = NULL;

    int refusal = file_begin(dirfd, name, mode, &writer);
    if (refusal != REFUSAL_NONE)
        return refusal;
    refusal = file_add(writer, data, len);
    if (refusal != REFUSAL_NONE) {
        file_abandon(&writer);
        return refusal;
    }
    return file_commit(&writer);
}

int file_settle(const char *path)
{
    char copy[PATH_MAX];

    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return REFUSAL_IO;
    int dirfd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd < 0)
        return errno == EACCES ? REFUSAL_NONE : refusal_of(errno);
    int refusal = sync_folder(dirfd);
    close(dirfd);
    return refusal;
}

bool file_is_temporary(const char *name)
{
    return strncmp(name, TEMPORARY, strlen(TEMPORARY)) == 0;
}

/* Removes one temporary file, unless a living writer holds it. */
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

void file_sweep(int dirfd)
{
    DIR *folder = file_folder(dirfd);

    if (folder == NULL)
        return;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (file_is_temporary(entry->d_name))
            sweep_one(dirfd, entry->d_name);
    closedir(folder);
}
