/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drops from root to an ordinary user, with no way back. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/user.h"

enum { NOGROUP = 65534 };

/* Root may lock memory as root; the user that it becomes needs the limit raised before. */
static void unlimit_locked_memory(void)
{
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

    (void)setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

static bool is_for_good(uid_t uid, gid_t gid)
{
    uid_t u[3] = {0};
    gid_t g[3] = {0};

    if (getresuid(&u[0], &u[1], &u[2]) != 0 || getresgid(&g[0], &g[1], &g[2]) != 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (u[i] != uid || g[i] != gid)
            return false;
    return setresuid(0, 0, 0) != 0 && setresgid(0, 0, 0) != 0;
}

/* Call it once the supplementary groups are set: only root can set them. */
static int become(uid_t uid, gid_t gid)
{
    unlimit_locked_memory();
    if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
        return -1;
    return is_for_good(uid, gid) ? 0 : -1;
}

/* Never root's group, which would leave a door open. */
static gid_t group_of(uid_t uid)
{
    const struct passwd *user = getpwuid(uid);

    return user != NULL && user->pw_gid != 0 ? user->pw_gid : NOGROUP;
}

enum error user_owner(const char *dir, uid_t *owner)
{
    struct stat st;

    *owner = 0;
    if (geteuid() != 0)
        return ERROR_NONE;
    if (stat(dir, &st) != 0)
        return errno == ENOENT ? ERROR_NONE : error_of_folder(errno);
    *owner = st.st_uid;
    return ERROR_NONE;
}

int user_become(uid_t owner)
{
    if (geteuid() != 0 || owner == 0)
        return 0;
    return setgroups(0, NULL) == 0 ? become(owner, group_of(owner)) : -1;
}

enum error user_become_owner(const char *dir)
{
    uid_t owner;
    const enum error error = user_owner(dir, &owner);

    errno = 0; /* what gives rights up may fail without one */
    if (error == ERROR_NONE && user_become(owner) != 0)
        return error_of_lack(errno, ERROR_PROGRAM_CONFINED);
    return error;
}

int user_become_named(const char *name)
{
    const struct passwd *user = geteuid() == 0 ? getpwnam(name) : NULL;

    if (user == NULL || user->pw_uid == 0 || user->pw_gid == 0 ||
        initgroups(name, user->pw_gid) != 0)
        return -1;
    return become(user->pw_uid, user->pw_gid);
}
