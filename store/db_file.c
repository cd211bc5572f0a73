/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a store does with its file before SQLite sees it: looks what it is, makes a new one
   whole. */
#include "store/db_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum error db_file_error(int number)
{
    switch (number) {
    case ENOENT:
        return ERROR_MISSING;
    case ELOOP:
        return ERROR_FOREIGN;
    default:
        return error_of_errno(number);
    }
}

static enum error write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return db_file_error(errno);
        bytes += n;
        len -= (size_t)n;
    }
    return ERROR_NONE;
}

enum error db_file_settle(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof(copy), "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return db_file_error(errno);
    enum error error = fsync(fd) == 0 ? ERROR_NONE : db_file_error(errno);
    close(fd);
    return error;
}

/* Opens the file beside path that becomes it, and locks it against others who make the same file.
   What someone who was killed here left behind is taken over. */
static enum error beside_open(const char *beside, int *out)
{
    struct stat held, named;
    for (;;) {
        errno = 0;
        int fd = open(beside, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
        if (fd < 0)
            return db_file_error(errno);
        if (flock(fd, LOCK_EX) == 0 && fstat(fd, &held) == 0 && lstat(beside, &named) == 0 &&
            held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
            *out = fd; /* closed by the caller, also when it is refused */
            return S_ISREG(held.st_mode) ? ERROR_NONE : ERROR_FOREIGN;
        }
        int number = errno;
        close(fd);
        if (number != 0 && number != ENOENT && number != EINTR)
            return db_file_error(number);
    }
}

/* Whatever the umask. What is right already may be another user's, who is killed. */
static enum error mode_set(int fd, unsigned mode)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && ((st.st_mode & 07777) == mode || fchmod(fd, mode) == 0))
        return ERROR_NONE;
    return db_file_error(errno);
}

enum error db_file_make(const char *path, unsigned mode, const uint8_t *image, size_t len)
{
    char beside[PATH_MAX];
    struct stat there;
    int fd = -1;
    if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside))
        return ERROR_IO;
    enum error error = beside_open(beside, &fd);
    if (error != ERROR_NONE)
        goto out;
    if (lstat(path, &there) == 0) {
        unlink(beside);
        goto out;
    }
    if (ftruncate(fd, 0) != 0)
        error = db_file_error(errno);
    if (error == ERROR_NONE)
        error = write_all(fd, image, len);
    if (error == ERROR_NONE)
        error = mode_set(fd, mode);
    if (error == ERROR_NONE && (fsync(fd) != 0 || rename(beside, path) != 0))
        error = db_file_error(errno);
    if (error == ERROR_NONE)
        error = db_file_settle(path);
    else
        unlink(beside);
out:
    if (fd >= 0)
        close(fd);
    return error;
}

enum error db_file_check(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? ERROR_MISSING : error_of_lack(errno, ERROR_IO);
    return S_ISREG(st.st_mode) ? ERROR_NONE : ERROR_FOREIGN;
}

enum error db_file_writable(const char *path)
{
    char copy[PATH_MAX];
    if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
        return ERROR_IO;
    if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0 ||
        faccessat(AT_FDCWD, dirname(copy), W_OK | X_OK, AT_EACCESS) != 0)
        return db_file_error(errno);
    return ERROR_NONE;
}
