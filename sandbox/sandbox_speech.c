/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox of the speech program. */
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "sandbox/filter.h"
#include "sandbox/harden.h"
#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"

/* What no speech program has to do: look into other processes, change the machine, its files or its
   clock, leave its process group, reach the kernel's rarer parts. */
static const char *const denied[] = {
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "pidfd_getfd",
    "kcmp",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "unshare",
    "setns",
    "kexec_load",
    "kexec_file_load",
    "bpf",
    "perf_event_open",
    "keyctl",
    "add_key",
    "request_key",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "init_module",
    "finit_module",
    "delete_module",
    "reboot",
    "swapon",
    "swapoff",
    "sethostname",
    "setdomainname",
    "iopl",
    "ioperm",
    "quotactl",
    "acct",
    "syslog",
    "vhangup",
    "settimeofday",
    "clock_settime",
    "adjtimex",
    "clock_adjtime",
    "personality",
    "name_to_handle_at",
    "open_by_handle_at",
    "fanotify_init",
    "memfd_create",
    "mq_open", /* not in the file system, so Landlock does not see it */
    "msgget",
    "msgsnd",
    "setsid",
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setgroups",
    "capset",
    "creat",
    "truncate",
    "chmod",
    "fchmod",
    "fchmodat",
    "chown",
    "lchown",
    "fchown",
    "fchownat",
    "utime",
    "utimes",
    "futimesat",
    "utimensat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "mknod",
    "mknodat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
};

static const unsigned denied_requests[] = {TIOCSTI, TIOCSCTTY, TIOCSETD, TIOCLINUX};

static int limit_calls(void)
{
    const struct filter_test not_local[] = {FILTER_NOT(0, AF_UNIX)};
    const struct filter_test creating_at[] = {FILTER_BITS(2, O_CREAT, O_CREAT)};
    const struct filter_test creating[] = {FILTER_BITS(1, O_CREAT, O_CREAT)};
    static const unsigned long spaces[] = {CLONE_NEWNS,    CLONE_NEWUTS, CLONE_NEWIPC,
                                           CLONE_NEWPID,   CLONE_NEWNET, CLONE_NEWUSER,
                                           CLONE_NEWCGROUP};
    struct filter filter = filter_begin(FILTER_ALLOW);

    filter_add_all(&filter, EPERM, denied, FILTER_COUNT(denied));
    for (size_t i = 0; i < FILTER_COUNT(denied_requests); i++) {
        const struct filter_test request[] = {FILTER_INT(1, denied_requests[i])};
        filter_add(&filter, EPERM, "ioctl", request, FILTER_COUNT(request));
    }
    for (size_t i = 0; i < FILTER_COUNT(spaces); i++) {
        const struct filter_test space[] = {FILTER_BITS(0, spaces[i], spaces[i])};
        filter_add(&filter, EPERM, "clone", space, FILTER_COUNT(space));
    }
    filter_add(&filter, EPERM, "socket", not_local, FILTER_COUNT(not_local));
    filter_add(&filter, EPERM, "openat", creating_at, FILTER_COUNT(creating_at));
    filter_add(&filter, EPERM, "open", creating, FILTER_COUNT(creating));
    /* Their arguments lie in memory, where no filter looks. The C library falls back to older
       calls. */
    filter_add(&filter, ENOSYS, "clone3", NULL, 0);
    filter_add(&filter, ENOSYS, "openat2", NULL, 0);
    return filter_enforce(&filter);
}

int sandbox_speech(const char *program)
{
    char own[PATH_MAX];
    const struct landlock_place places[] = {
        {"/usr", LANDLOCK_RUN},         {"/bin", LANDLOCK_RUN},
        {"/lib", LANDLOCK_RUN},         {"/lib64", LANDLOCK_RUN},
        {"/opt", LANDLOCK_RUN},         {own, LANDLOCK_RUN},
        {program, LANDLOCK_RUN}, /* where a link leads */
        {"/etc", LANDLOCK_READ},        {"/proc", LANDLOCK_READ},
        {"/sys", LANDLOCK_READ},        {"/dev/urandom", LANDLOCK_READ},
        {"/dev/null", LANDLOCK_DEVICE}, {"/dev/snd", LANDLOCK_DEVICE},
    };

    if (landlock_folder(program, own) != 0)
        return -1;
    if (strcmp(own, "/") == 0)
        strcpy(own, program); /* the root folder would open the whole disk */
    if (harden_drop_capabilities() != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        landlock_restrict(places, FILTER_COUNT(places)) != 0)
        return -1;
    return limit_calls();
}
