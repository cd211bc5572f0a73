/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three system calls of Landlock, with the names that older headers lack. */
#include "sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NO_ABI, ABI_REFER = 2, ABI_TRUNCATE, ABI_NET, ABI_IOCTL, ABI_SCOPE };

#define FS_TRUNCATE  (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define FS_FIRST     ((UINT64_C(1) << 13) - 1) /* all of the first version */
#define NET_ALL      UINT64_C(3)
#define SCOPE_SOCKET (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* The rights that a rule may give to a file which is not a folder. */
#define OF_A_FILE                                                                                  \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |   \
     FS_TRUNCATE | FS_IOCTL_DEV)

/* Laid out as the kernel's. An older kernel accepts the longer struct as long as the members that
   it does not know are 0. */
struct attributes {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

static const uint64_t rights[] = {
    [LANDLOCK_READ] = READ,
    [LANDLOCK_RUN] = READ | LANDLOCK_ACCESS_FS_EXECUTE,
    [LANDLOCK_KEEP] = READ | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE |
                      LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE,
    [LANDLOCK_DEVICE] = READ | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_IOCTL_DEV,
};

int landlock_abi(void)
{
    const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    return abi > 0 ? (int)abi : NO_ABI;
}

static struct attributes all_of(int abi)
{
    struct attributes all = {.fs = FS_FIRST};

    if (abi >= ABI_REFER)
        all.fs |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= ABI_TRUNCATE)
        all.fs |= FS_TRUNCATE;
    if (abi >= ABI_NET)
        all.net = NET_ALL;
    if (abi >= ABI_IOCTL)
        all.fs |= FS_IOCTL_DEV;
    if (abi >= ABI_SCOPE)
        all.scoped = SCOPE_SOCKET | SCOPE_SIGNAL;
    return all;
}

static int add_open(int rules, int fd, uint64_t allowed)
{
    struct landlock_path_beneath_attr beneath = {.parent_fd = fd, .allowed_access = allowed};
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -1;
    if (!S_ISDIR(st.st_mode))
        beneath.allowed_access &= OF_A_FILE;
    return (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
}

/* A place that cannot be reached is no error, it stays out of reach; but a lack on our side is. */
static int add_place(int rules, const struct landlock_place *place, uint64_t known)
{
    const int link = place->use == LANDLOCK_READ ? O_NOFOLLOW : 0;

    if (place->path == NULL)
        return add_open(rules, place->fd, rights[place->use] & known);
    const int fd = open(place->path, O_PATH | O_CLOEXEC | link);
    if (fd < 0)
        return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -1 : 0;
    const int result = add_open(rules, fd, rights[place->use] & known);
    close(fd);
    return result;
}

int landlock_restrict(const struct landlock_place *places, size_t count)
{
    const int abi = landlock_abi();
    const struct attributes all = all_of(abi);

    if (abi == NO_ABI)
        return 0;
    const int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (rules < 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = add_place(rules, &places[i], all.fs);
    if (result == 0)
        result = (int)syscall(SYS_landlock_restrict_self, rules, 0);
    close(rules);
    return result;
}

int landlock_folder(const char *file, char folder[PATH_MAX])
{
    if (strlen(file) >= PATH_MAX)
        return -1;
    strcpy(folder, file);
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder] = '\0';
    else
        strcpy(folder, ".");
    return 0;
}
