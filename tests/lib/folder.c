/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scratch folder for a test and a look at what stands in it. */
#include "tests/lib/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void insist(int holds, const char *what)
{
    if (holds)
        return;
    perror(what);
    abort();
}

/* A test that kills processes needs no disk: what was written stays in the kernel. In memory the
   many fsyncs cost nothing. */
static const char *scratch_base(void)
{
    struct statvfs room;
    const char *base = getenv("TMPDIR");

    if (base != NULL)
        return base;
    if (access("/dev/shm", W_OK | X_OK) == 0 && statvfs("/dev/shm", &room) == 0 &&
        (room.f_flag & ST_NOEXEC) == 0 && /* some tests write programs there */
        (uint64_t)room.f_bavail * room.f_frsize >= UINT64_C(512) << 20)
        return "/dev/shm";
    return "/tmp";
}

char *folder_make(void)
{
    char *folder = NULL;
    insist(asprintf(&folder, "%s/sandyq-test.XXXXXX", scratch_base()) > 0, "asprintf");
    insist(mkdtemp(folder) != NULL, folder);
    return folder;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

static int allow_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return type == FTW_D || type == FTW_DNR ? chmod(path, 0700) : 0;
}

void folder_remove(char **folder)
{
    if (*folder == NULL)
        return;
    nftw(*folder, allow_one, 8, FTW_PHYS | FTW_MOUNT);
    insist(nftw(*folder, remove_one, 8, FTW_PHYS | FTW_DEPTH | FTW_MOUNT) == 0, *folder);
    free(*folder);
    *folder = NULL;
}

char *folder_path(const char *folder, const char *name)
{
    static char paths[64][FOLDER_PATH];
    static unsigned turn;
    char *path = paths[turn++ % 64];
    int len = snprintf(path, FOLDER_PATH, "%s/%s", folder, name);
    insist(len >= 0 && len < FOLDER_PATH, folder);
    return path;
}

static int not_a_dot(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

const char *folder_names(const char *folder)
{
    static char names[4096];
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, not_a_dot, alphasort);
    size_t at = 0;
    insist(n >= 0, folder);
    names[0] = '\0';
    for (int i = 0; i < n; i++) {
        int len = snprintf(names + at, sizeof(names) - at, "%s ", entries[i]->d_name);
        at += (size_t)len;
        insist(at < sizeof(names), "too many names");
        free(entries[i]);
    }
    free(entries);
    return names;
}

uint8_t *folder_read(const char *path, size_t *len)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    insist(fd >= 0 && fstat(fd, &st) == 0, path);
    *len = (size_t)st.st_size;
    uint8_t *bytes = malloc(*len + 1);
    insist(bytes != NULL && read(fd, bytes, *len) == (ssize_t)*len, path);
    close(fd);
    return bytes;
}

void folder_write(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    insist(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && close(fd) == 0, path);
}

long folder_size(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 ? (long)st.st_size : -1;
}

void folder_flip(const char *path, size_t at)
{
    size_t len = 0;
    uint8_t *bytes = folder_read(path, &len);
    insist(at < len, "folder_flip");
    bytes[at] ^= 1;
    folder_write(path, bytes, len);
    free(bytes);
}

void folder_copy(const char *from, const char *to)
{
    size_t len = 0;
    uint8_t *bytes = folder_read(from, &len);
    folder_write(to, bytes, len);
    free(bytes);
}

int folder_fifo(const char *path)
{
    insist(mkfifo(path, 0600) == 0, path);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    insist(fd >= 0, path);
    return fd;
}
