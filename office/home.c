/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The officer's own folder: found, made and looked at. */
#include "office/home.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define FOLDER "/.sandyq"

enum { NAME_BYTES = 8 };

/* A folder of this user alone, and no link to one. */
static enum error open_level(const char *path, int *dir)
{
    struct stat about;
    *dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*dir < 0 && (errno == ENOTDIR || errno == ELOOP))
        return ERROR_HOME_SPECIAL;
    if (*dir < 0 && errno == ENOENT)
        return ERROR_HOME_MISSING;
    if (*dir < 0)
        return errno == EACCES ? ERROR_HOME_OPEN : error_of_lack(errno, ERROR_IO);
    if (fstat(*dir, &about) != 0)
        return ERROR_IO;
    return about.st_uid == geteuid() && (about.st_mode & 077) == 0 ? ERROR_NONE : ERROR_HOME_OPEN;
}

static enum error make_level(const char *path)
{
    if (mkdir(path, 0700) != 0) {
        if (errno == EEXIST)
            return ERROR_NONE;
        return errno == ENOENT || errno == ENOTDIR ? ERROR_PARENT : error_of_errno(errno);
    }
    /* mkdir leaves out what the umask says. */
    return chmod(path, 0700) == 0 ? file_settle(path) : error_of_errno(errno);
}

/* On an error *dir is closed again. */
static enum error take_level(const char *path, bool make, int *dir)
{
    enum error error = make ? make_level(path) : ERROR_NONE;
    if (error == ERROR_NONE)
        error = open_level(path, dir);
    if (error != ERROR_NONE && *dir >= 0) {
        close(*dir);
        *dir = -1;
    }
    return error;
}

static enum error open_usual(const uint8_t *office, bool make, int *dir)
{
    char path[PATH_MAX];
    const char *home = getenv("HOME");
    int len = home != NULL && home[0] == '/' ? snprintf(path, sizeof path, "%s" FOLDER, home) : 0;
    if (len <= 0 || (size_t)len + 1 + (size_t)2 * NAME_BYTES >= sizeof path)
        return ERROR_HOME_UNKNOWN;
    enum error error = take_level(path, make, dir);
    if (error != ERROR_NONE)
        return error;
    close(*dir);
    *dir = -1;
    path[len++] = '/';
    for (int i = 0; i < NAME_BYTES; i++)
        len += snprintf(path + len, sizeof path - (size_t)len, "%02x", office[i]);
    return take_level(path, make, dir);
}

enum error home_open(const char *given, const uint8_t office[HASH_LEN], bool make, int *dir)
{
    *dir = -1;
    return given != NULL ? take_level(given, make, dir) : open_usual(office, make, dir);
}
