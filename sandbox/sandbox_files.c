/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandboxes of the keeper, of the courier and of the desk, which work on files. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/filter.h"
#include "sandbox/harden.h"
#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"

/* What SQLite and our own code do with files, within places that Landlock names. No folders, no
   links, no owners. */
static const char *const file_calls[] = {
    "read",         "write",      "pread64",   "pwrite64",   "lseek",     "openat",
    "fstat",        "newfstatat", "stat",      "lstat",      "statx",     "fstatfs",
    "fsync",        "fdatasync",  "ftruncate", "fallocate",  "flock",     "getdents64",
    "unlink",       "unlinkat",   "rename",    "renameat",   "renameat2", "access",
    "faccessat",    "faccessat2", "readlink",  "readlinkat", "getcwd",    "geteuid",
    "getuid",       "fchmod",     "time",      "nanosleep",  "gettid",    "clock_nanosleep",
    "rt_sigaction",
};

/* Locks and flags: nothing that sends signals or watches. */
static const unsigned file_commands[] = {
    F_GETFD,  F_SETFD,     F_GETFL,      F_SETFL,     F_GETLK,         F_SETLK,
    F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_OFD_GETLK, F_DUPFD_CLOEXEC, F_ADD_SEALS,
};

/* The keeper's sockets, the memory it shares with a session, its last words, the launcher's end. */
static const char *const keeper_calls[] = {
    "sendmsg", "recvmsg", "sendto", "recvfrom", "memfd_create", "dup2", "dup3", "wait4",
};

/* What a thread of the desk's begins with, and on how many cores it may hope for company. */
static const char *const thread_calls[] = {"set_robust_list", "rseq", "sched_getaffinity"};

/* How the C library starts a thread. A process would be started with other flags. */
enum {
    THREAD_FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                   CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID
};

static void allow_commands(struct filter *filter, const unsigned *commands, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct filter_test which[] = {FILTER_INT(1, commands[i])};
        filter_allow(filter, "fcntl", which, FILTER_COUNT(which));
    }
}

/* Memory that cannot be executed. */
static void allow_data(struct filter *filter, const char *call)
{
    const struct filter_test no_code[] = {FILTER_BITS(2, PROT_EXEC, 0)};

    filter_allow(filter, call, no_code, FILTER_COUNT(no_code));
}

/* From now on only files beneath these places. The time zone, which lies elsewhere, is read
   before. */
static int fence(const struct landlock_place *places, size_t count)
{
    tzset();
    return harden_hide() == 0 ? landlock_restrict(places, count) : -1;
}

/* The same, and no process; nor a thread, which counts as one. */
static int fence_files(const struct landlock_place *places, size_t count)
{
    return harden_limit(RLIMIT_NPROC, 0) == 0 ? fence(places, count) : -1;
}

/* A C library or an SQLite that is newer than this list tries a newer call first and falls back to
   the older one. So what is not listed is answered as by a kernel that lacks it. */
static struct filter begin_files(void)
{
    struct filter filter = filter_begin(ENOSYS);

    filter_allow_plain(&filter, FILTER_ALLOW);
    filter_allow_all(&filter, file_calls, FILTER_COUNT(file_calls));
    allow_commands(&filter, file_commands, FILTER_COUNT(file_commands));
    allow_data(&filter, "mmap");
    allow_data(&filter, "mprotect");
    return filter;
}

int sandbox_keeper(const char *state_dir)
{
    const struct landlock_place places[] = {{state_dir, LANDLOCK_KEEP}};
    const struct filter_test local[] = {FILTER_INT(0, AF_UNIX)};

    if (harden_drop_capabilities() != 0 || fence_files(places, FILTER_COUNT(places)) != 0)
        return -1;
    struct filter filter = begin_files();
    filter_allow_all(&filter, keeper_calls, FILTER_COUNT(keeper_calls));
    filter_allow(&filter, "socketpair", local, FILTER_COUNT(local));
    return filter_enforce(&filter);
}

/* Root without its capabilities could not write to a medium that was mounted for somebody else. */
int sandbox_courier(const char *state_dir, const char *media_dir)
{
    const struct landlock_place places[] = {
        {state_dir, LANDLOCK_KEEP},
        {media_dir, LANDLOCK_KEEP},
    };

    if (fence_files(places, FILTER_COUNT(places)) != 0)
        return -1;
    struct filter filter = begin_files();
    return filter_enforce(&filter);
}

/* Root may read what lies on a medium that was mounted for somebody else, and nothing more. */
int sandbox_desk(const struct landlock_place *places, size_t count)
{
    const struct filter_test thread[] = {FILTER_INT(0, THREAD_FLAGS)};

    if (harden_drop_capabilities_but(1U << CAP_DAC_OVERRIDE) < 0 || fence(places, count) != 0)
        return -1;
    struct filter filter = begin_files();
    filter_allow_all(&filter, thread_calls, FILTER_COUNT(thread_calls));
    filter_allow(&filter, "clone", thread, FILTER_COUNT(thread));
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        filter_allow_terminal(&filter, fd);
    return filter_enforce(&filter);
}
