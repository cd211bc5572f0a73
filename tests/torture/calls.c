/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before libc's calls on files. One thread changes files at a time. */
#undef _FORTIFY_SOURCE /* its inline wrappers have the names defined here */
#include "tests/torture/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/torture/known.h"
#include "tests/torture/marks.h"

enum {
    CALLS_PATH = 1024,
    MEMORY = KNOWN_NOBODY - 1 /* SQLite's index in memory: no disk's matter */
};

static struct watch {
    bool on;
    char root[CALLS_PATH];
    size_t root_len;
    struct disk_log *log;
    const struct calls_plan *plan;
    unsigned counts[CALLS_KINDS + 1];
    bool hit;
    bool next_fails;
    bool broken;
    int node_count;
} watch;

/* --- which file is it? --- */

static int node_of_fd(int fd)
{
    struct stat st;
    int was = errno;
    int node = watch.on && fstat(fd, &st) == 0 ? known_node(&st) : KNOWN_NOBODY;
    errno = was;
    return node;
}

/* The path below the root, or NULL when it is none. */
static const char *below(int dirfd, const char *path, char full[CALLS_PATH])
{
    char link[64];
    ssize_t len = 0;
    if (!watch.on)
        return NULL;
    if (path[0] != '/' && dirfd != AT_FDCWD) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
        len = readlink(link, full, CALLS_PATH - 1);
        len = len < 0 ? 0 : len;
    }
    snprintf(full + len, CALLS_PATH - (size_t)len, "%s%s", len > 0 ? "/" : "", path);
    if (strncmp(full, watch.root, watch.root_len) != 0 || full[watch.root_len] != '/')
        return NULL;
    return full + watch.root_len + 1;
}

static int folder_of(const char *path)
{
    char above[2 * CALLS_PATH];
    struct stat st;
    snprintf(above, sizeof above, "%s/%s", watch.root, path);
    *strrchr(above, '/') = '\0';
    return lstat(above, &st) == 0 ? known_node(&st) : KNOWN_NOBODY;
}

static bool in_memory(const char *path)
{
    size_t len = strlen(path);
    return len > 4 && strcmp(path + len - 4, "-shm") == 0;
}

/* --- what becomes of a call --- */

/* Counts the call. The plan's fate for it, or CALLS_FAIL with *error 0 when it goes through. */
static enum calls_fate fate_of(enum calls_kind kind, int *error)
{
    const struct calls_plan *plan = watch.plan;
    bool changes = kind >= CALLS_MAKE;
    unsigned nth = ++watch.counts[kind];
    unsigned change = watch.counts[CALLS_KINDS] += changes;
    *error = 0;
    if (plan == NULL)
        return CALLS_FAIL;
    bool breaks = watch.broken && (plan->kind == CALLS_KINDS ? changes : plan->kind == kind);
    if (breaks || (watch.next_fails && kind == CALLS_WRITE)) {
        watch.next_fails = false;
        *error = plan->error;
        return CALLS_FAIL;
    }
    bool mine = plan->kind == CALLS_KINDS ? changes && change == plan->nth
                                          : plan->kind == kind && nth == plan->nth;
    if (!mine)
        return CALLS_FAIL;
    watch.hit = true;
    watch.broken = plan->fate == CALLS_BREAK;
    watch.next_fails = plan->fate == CALLS_FULL;
    if (plan->fate == CALLS_FAIL || plan->fate == CALLS_BREAK)
        *error = plan->error;
    return plan->fate;
}

static void maybe_die(enum calls_fate fate)
{
    if (fate == CALLS_KILL || fate == CALLS_KILLED)
        _exit(CALLS_EXIT);
}

static size_t portion(enum calls_fate fate, size_t len)
{
    bool half = fate == CALLS_SHORT || fate == CALLS_FULL || fate == CALLS_KILLED;
    return half && len > 1 ? len / 2 : len;
}

static void note(struct disk_op op)
{
    if (watch.log == NULL || op.node == MEMORY)
        return;
    op.marks = marks_all() != NULL ? marks_all()->n : 0;
    disk_note(watch.log, &op);
}

static int failed(int error)
{
    errno = error;
    return -1;
}

/* --- opening --- */

static void note_made(int fd, const char *path)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        abort();
    int node = in_memory(path) ? MEMORY : watch.node_count++;
    known_learn(&st, node);
    struct disk_op op = {.kind = DISK_CREATE, .node = node, .folder = folder_of(path)};
    op.mode = st.st_mode;
    snprintf(op.path, sizeof op.path, "%s", path);
    note(op);
}

static int open_at(int dirfd, const char *path, int flags, mode_t mode)
{
    char full[CALLS_PATH];
    const char *name = below(dirfd, path, full);
    struct stat st;
    int error = 0;
    if (name == NULL)
        return (int)syscall(SYS_openat, dirfd, path, flags, mode);
    bool there = fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
    bool makes = (flags & O_CREAT) != 0 && !there;
    enum calls_fate fate = fate_of(makes ? CALLS_MAKE : CALLS_OPEN, &error);
    if (error != 0)
        return failed(error);
    int fd = (int)syscall(SYS_openat, dirfd, path, flags, mode);
    if (fd >= 0 && makes)
        note_made(fd, name);
    if (fd >= 0 && there && (flags & O_TRUNC) != 0)
        note((struct disk_op){.kind = DISK_TRUNCATE, .node = known_node(&st)});
    maybe_die(fate);
    return fd;
}

static mode_t mode_of(int flags, va_list list)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int dirfd, const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return open_at(dirfd, path, flags, mode);
}

int close(int fd)
{
    int error = 0;
    if (node_of_fd(fd) != KNOWN_NOBODY)
        fate_of(CALLS_CLOSE, &error);
    int result = (int)syscall(SYS_close, fd);
    return error != 0 ? failed(error) : result;
}

/* --- reading and writing --- */

ssize_t read(int fd, void *data, size_t len)
{
    int error = 0;
    if (node_of_fd(fd) != KNOWN_NOBODY)
        fate_of(CALLS_READ, &error);
    return error != 0 ? failed(error) : syscall(SYS_read, fd, data, len);
}

static ssize_t read_at(int fd, void *data, size_t len, off_t at)
{
    int error = 0;
    if (node_of_fd(fd) != KNOWN_NOBODY)
        fate_of(CALLS_READ, &error);
    return error != 0 ? failed(error) : syscall(SYS_pread64, fd, data, len, at);
}

ssize_t pread(int fd, void *data, size_t len, off_t at)
{
    return read_at(fd, data, len, at);
}

ssize_t pread64(int fd, void *data, size_t len, off64_t at)
{
    return read_at(fd, data, len, at);
}

/* at < 0: where the descriptor stands. */
static ssize_t write_at(int fd, const void *data, size_t len, off_t at)
{
    int error = 0;
    int node = node_of_fd(fd);
    enum calls_fate fate = node != KNOWN_NOBODY ? fate_of(CALLS_WRITE, &error) : CALLS_FAIL;
    if (error != 0)
        return failed(error);
    off_t from = at < 0 && node != KNOWN_NOBODY ? lseek(fd, 0, SEEK_CUR) : at;
    ssize_t n = at < 0 ? syscall(SYS_write, fd, data, portion(fate, len))
                       : syscall(SYS_pwrite64, fd, data, portion(fate, len), at);
    if (n > 0 && node != KNOWN_NOBODY) {
        struct disk_op op = {.kind = DISK_WRITE, .node = node, .len = (size_t)n};
        op.at = (size_t)from;
        op.data = (uint8_t *)(uintptr_t)data;
        note(op);
    }
    maybe_die(fate);
    return n;
}

ssize_t write(int fd, const void *data, size_t len)
{
    return write_at(fd, data, len, -1);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    return write_at(fd, data, len, at);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
    return write_at(fd, data, len, at);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
    if (node_of_fd(fd) == KNOWN_NOBODY)
        return syscall(SYS_writev, fd, parts, n);
    return n > 0 ? write_at(fd, parts[0].iov_base, parts[0].iov_len, -1) : 0;
}

static int truncate_to(int fd, off_t len)
{
    int error = 0;
    int node = node_of_fd(fd);
    enum calls_fate fate = node != KNOWN_NOBODY ? fate_of(CALLS_TRUNCATE, &error) : CALLS_FAIL;
    if (error != 0)
        return failed(error);
    int result = (int)syscall(SYS_ftruncate, fd, len);
    if (result == 0 && node != KNOWN_NOBODY)
        note((struct disk_op){.kind = DISK_TRUNCATE, .node = node, .len = (size_t)len});
    maybe_die(fate);
    return result;
}

int ftruncate(int fd, off_t len)
{
    return truncate_to(fd, len);
}

int ftruncate64(int fd, off64_t len)
{
    return truncate_to(fd, len);
}

static int grow(int fd, off_t len)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && st.st_size >= len)
        return 0;
    return truncate_to(fd, len);
}

int fallocate(int fd, int mode, off_t at, off_t len)
{
    return node_of_fd(fd) == KNOWN_NOBODY ? (int)syscall(SYS_fallocate, fd, mode, at, len)
                                          : grow(fd, at + len);
}

int posix_fallocate(int fd, off_t at, off_t len)
{
    int was = errno;
    int error = fallocate(fd, 0, at, len) == 0 ? 0 : errno;
    errno = was;
    return error;
}

static int sync_by(long number, int fd)
{
    int error = 0;
    int node = node_of_fd(fd);
    enum calls_fate fate = node != KNOWN_NOBODY ? fate_of(CALLS_SYNC, &error) : CALLS_FAIL;
    if (node != KNOWN_NOBODY && error != EINTR)
        note((struct disk_op){.kind = error == 0 ? DISK_SYNC : DISK_UNSYNC, .node = node});
    if (error != 0)
        return failed(error);
    maybe_die(fate);
    /* A program that is killed loses nothing that the kernel has: the disk itself need not be
     * asked. */
    return node != KNOWN_NOBODY ? 0 : (int)syscall(number, fd);
}

int fsync(int fd)
{
    return sync_by(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return sync_by(SYS_fdatasync, fd);
}

/* --- names --- */

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    char full[CALLS_PATH], full_to[CALLS_PATH];
    const char *name = below(from_fd, from, full);
    const char *name_to = below(to_fd, to, full_to);
    struct stat st;
    int error = 0;
    if (name == NULL || name_to == NULL)
        return (int)syscall(SYS_renameat, from_fd, from, to_fd, to);
    enum calls_fate fate = fate_of(CALLS_RENAME, &error);
    if (error != 0)
        return failed(error);
    bool there = fstatat(from_fd, from, &st, AT_SYMLINK_NOFOLLOW) == 0;
    int result = (int)syscall(SYS_renameat, from_fd, from, to_fd, to);
    if (result == 0 && there) {
        struct disk_op op = {.kind = DISK_RENAME, .node = known_node(&st), .mode = st.st_mode};
        op.folder = folder_of(name_to);
        snprintf(op.path, sizeof op.path, "%s", name);
        snprintf(op.to, sizeof op.to, "%s", name_to);
        note(op);
    }
    maybe_die(fate);
    return result;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int dirfd, const char *path, int flags)
{
    char full[CALLS_PATH];
    const char *name = below(dirfd, path, full);
    struct stat st;
    int error = 0;
    if (name == NULL)
        return (int)syscall(SYS_unlinkat, dirfd, path, flags);
    enum calls_fate fate = fate_of(CALLS_UNLINK, &error);
    if (error != 0)
        return failed(error);
    bool there = fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
    int result = (int)syscall(SYS_unlinkat, dirfd, path, flags);
    if (result == 0 && there) {
        struct disk_op op = {
            .kind = DISK_UNLINK, .node = known_node(&st), .folder = folder_of(name)};
        snprintf(op.path, sizeof op.path, "%s", name);
        note(op);
    }
    maybe_die(fate);
    return result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdirat(int dirfd, const char *path, mode_t mode)
{
    char full[CALLS_PATH];
    const char *name = below(dirfd, path, full);
    struct stat st;
    int error = 0;
    if (name == NULL)
        return (int)syscall(SYS_mkdirat, dirfd, path, mode);
    enum calls_fate fate = fate_of(CALLS_MAKE, &error);
    if (error != 0)
        return failed(error);
    int result = (int)syscall(SYS_mkdirat, dirfd, path, mode);
    if (result == 0 && fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        struct disk_op op = {.kind = DISK_CREATE, .node = watch.node_count++, .mode = st.st_mode};
        known_learn(&st, op.node);
        op.folder = folder_of(name);
        snprintf(op.path, sizeof op.path, "%s", name);
        note(op);
    }
    maybe_die(fate);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

/* --- from outside --- */

void calls_start(const char *root, const struct disk *disk, struct disk_log *log,
                 const struct calls_plan *plan)
{
    memset(&watch, 0, sizeof watch);
    known_forget();
    if (realpath(root, watch.root) == NULL)
        abort();
    watch.root_len = strlen(watch.root);
    watch.log = log;
    watch.plan = plan;
    watch.node_count = disk->node_count;
    for (int i = 0; i < disk->entry_count; i++) {
        char full[CALLS_PATH + DISK_PATH + 1];
        struct stat st;
        snprintf(full, sizeof full, "%s/%s", watch.root, disk->entries[i].path);
        if (lstat(full, &st) == 0)
            known_learn(&st, disk->entries[i].node);
    }
    watch.on = true;
}

void calls_stop(unsigned counts[CALLS_KINDS + 1])
{
    watch.on = false;
    if (counts != NULL)
        memcpy(counts, watch.counts, sizeof watch.counts);
}

bool calls_hit(void)
{
    return watch.hit;
}
