/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's folder: whose it is, where it is, and what stands in it. */
#include "office/vault_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "base/error.h"

enum { GFS2_MAGIC = 0x01161970 }; /* not in the kernel's header */

enum error vault_folder_error(int number)
{
    return number == ENOENT || number == ENOTDIR || number == ELOOP || number == ENAMETOOLONG
               ? ERROR_NOT_OFFICE
               : error_of_errno(number);
}

/* A journal that several machines write to at once through a network would be torn. What stands
   behind FUSE only the program knows that serves it, and often it is a network (sshfs, cloud
   drives); so it counts as one. */
static bool is_network(int dir)
{
    static const uint32_t kinds[] = {
        NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,  SMB2_SUPER_MAGIC, CIFS_SUPER_MAGIC, AFS_SUPER_MAGIC,
        CODA_SUPER_MAGIC, CEPH_SUPER_MAGIC, NCP_SUPER_MAGIC,  V9FS_MAGIC,       OCFS2_SUPER_MAGIC,
        AFS_FS_MAGIC,     GFS2_MAGIC,       FUSE_SUPER_MAGIC,
    };
    struct statfs about;
    if (fstatfs(dir, &about) != 0)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((uint32_t)about.f_type == kinds[i])
            return true;
    return false;
}

/* A folder of this user alone, or of a group that may do everything in it and whose members' files
   stay the group's. */
static enum error folder_check(int dir, bool *shared)
{
    struct stat about;
    if (fstat(dir, &about) != 0)
        return ERROR_IO;
    const mode_t mode = about.st_mode & 07777;
    *shared = (mode & 02070) == 02070;
    if ((mode & 07) != 0 || (!*shared && (about.st_uid != geteuid() || (mode & 070) != 0)))
        return ERROR_OFFICE_OPEN;
    return is_network(dir) ? ERROR_OFFICE_NETWORK : ERROR_NONE;
}

enum error vault_folder_open(const char *path, int *dir, bool *shared)
{
    *dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*dir < 0)
        return errno == EACCES ? ERROR_OFFICE_OPEN : vault_folder_error(errno);
    return folder_check(*dir, shared);
}

unsigned vault_folder_mode(bool shared)
{
    return shared ? 0660 : 0600;
}

enum error vault_folder_gate(int dir, bool shared, int *gate)
{
    const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    *gate = openat(dir, VAULT_GATE_FILE, flags, vault_folder_mode(shared));
    return *gate >= 0 ? ERROR_NONE : vault_folder_error(errno);
}

/* A path for sqlite, which knows no descriptors: the folder that we hold, whatever happens to its
 * name. */
void vault_folder_path(int dir, const char *name, char out[PATH_MAX])
{
    char link[64];
    const size_t room = strlen(name) + 2;
    snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    ssize_t len = readlink(link, out, PATH_MAX - room);
    if (len <= 0)
        len = snprintf(out, PATH_MAX, "%s", link);
    snprintf(out + len, PATH_MAX - (size_t)len, "/%s", name);
}

/* --- another journal in the place of one --- */

bool vault_folder_has(int dir, const char *name)
{
    struct stat about;
    return fstatat(dir, name, &about, AT_SYMLINK_NOFOLLOW) == 0;
}

enum error vault_folder_sync(int dir, const char *name)
{
    const int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return error_of_errno(errno);
    enum error error = fsync(fd) == 0 ? ERROR_NONE : error_of_errno(errno);
    if (close(fd) != 0 && error == ERROR_NONE)
        error = error_of_errno(errno);
    return error;
}

void vault_folder_remove_journal(int dir, const char *name)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[64];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "%s%s", name, ends[i]);
        unlinkat(dir, path, 0);
    }
}

/* What is not there is moved. */
static enum error move(int dir, const char *from, const char *to)
{
    return renameat(dir, from, dir, to) == 0 || errno == ENOENT ? ERROR_NONE
                                                                : error_of_errno(errno);
}

/* The log goes with its file: else it would be taken for the next one's. */
enum error vault_folder_move_journal(int dir)
{
    char name[32], log[32 + sizeof "-wal"];
    int n = 1;
    do {
        snprintf(name, sizeof name, "lost-%d.db", n++);
        snprintf(log, sizeof log, "%s-wal", name);
    } while (vault_folder_has(dir, name) || vault_folder_has(dir, log));
    enum error error = move(dir, VAULT_JOURNAL_FILE, name);
    if (error == ERROR_NONE)
        error = move(dir, VAULT_JOURNAL_FILE "-wal", log);
    unlinkat(dir, VAULT_JOURNAL_FILE "-shm", 0);
    return error == ERROR_NONE && fsync(dir) != 0 ? ERROR_IO : error;
}

enum error vault_folder_finish(int dir)
{
    if (!vault_folder_has(dir, VAULT_RESTORED_FILE))
        return ERROR_NONE;
    if (vault_folder_has(dir, VAULT_JOURNAL_FILE))
        return unlinkat(dir, VAULT_RESTORED_FILE, 0) == 0 ? ERROR_NONE : error_of_errno(errno);
    enum error error = vault_folder_move_journal(dir); /* of which the log may be left */
    if (error == ERROR_NONE)
        error = move(dir, VAULT_RESTORED_FILE, VAULT_JOURNAL_FILE);
    return error == ERROR_NONE && fsync(dir) != 0 ? ERROR_IO : error;
}
