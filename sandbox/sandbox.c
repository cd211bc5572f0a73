/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one file that knows libseccomp: what each part of the work may call. */
#include "sandbox/sandbox.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/kd.h>
#include <linux/lp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/landlock.h"

/* An argument that the kernel takes as an int: what stands above its 32 bits is anything, and not always 0. To libseccomp's own
   macros for 32 bits it must be 0, so that 1 << 32 | TIOCSTI would be another request than TIOCSTI. */
#define INT(argument, value) SCMP_CMP((argument), SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)(value))
#define COUNT(array)         (sizeof(array) / sizeof(array)[0])

/* What every part does that computes, waits and ends. */
static const int plain[] = {
    SCMP_SYS(poll),          SCMP_SYS(ppoll),
    SCMP_SYS(close),         SCMP_SYS(munmap),
    SCMP_SYS(brk),           SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(futex),         SCMP_SYS(getpid),
    SCMP_SYS(getrusage),     SCMP_SYS(alarm),
    SCMP_SYS(setitimer),     SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),
};

/* The C library asks for these to save memory or time, and does without. */
static const int spared[] = {SCMP_SYS(mremap), SCMP_SYS(madvise)};

#ifdef __SANITIZE_ADDRESS__
/* And what the sanitizer does beside us. */
static const int sanitizer[] = {
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sched_yield),
    SCMP_SYS(gettid),
};

/* At the end it would look for leaks with a thread that traces us. */
static bool confined;

int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return confined;
}
#endif

/* Of the many things ioctl does, those of a terminal, and on a console the look whether Caps Lock is on.
   No TIOCSTI: it would type for the next visitor. */
static const unsigned terminal_requests[] = {
    TCGETS, TCSETS, TCSETSW, TCSETSF, TCFLSH, TIOCGWINSZ, KDGKBLED,
};

static const unsigned printer_requests[] = {TCGETS, TCSETS, TCFLSH, TIOCOUTQ, LPGETSTATUS};

/* What SQLite and our own code do with files, within places that Landlock names. No folders, no links, no owners. */
static const int file_calls[] = {
    SCMP_SYS(read),         SCMP_SYS(write),      SCMP_SYS(pread64),   SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),        SCMP_SYS(openat),     SCMP_SYS(fstat),     SCMP_SYS(newfstatat),
    SCMP_SYS(stat),         SCMP_SYS(lstat),      SCMP_SYS(statx),     SCMP_SYS(fstatfs),
    SCMP_SYS(fsync),        SCMP_SYS(fdatasync),  SCMP_SYS(ftruncate), SCMP_SYS(fallocate),
    SCMP_SYS(flock),        SCMP_SYS(getdents64), SCMP_SYS(unlink),    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),       SCMP_SYS(renameat),   SCMP_SYS(renameat2), SCMP_SYS(access),
    SCMP_SYS(faccessat),    SCMP_SYS(faccessat2), SCMP_SYS(readlink),  SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),       SCMP_SYS(geteuid),    SCMP_SYS(getuid),    SCMP_SYS(fchmod),
    SCMP_SYS(time),         SCMP_SYS(nanosleep),  SCMP_SYS(gettid),    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(rt_sigaction),
};

/* Locks and flags: nothing that sends signals or watches. */
static const unsigned file_commands[] = {
    F_GETFD,  F_SETFD,     F_GETFL,      F_SETFL,     F_GETLK,         F_SETLK,
    F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_OFD_GETLK, F_DUPFD_CLOEXEC, F_ADD_SEALS,
};

/* Its sockets, the memory it shares with a session, its last words, and the launcher's end. */
static const int keeper_calls[] = {
    SCMP_SYS(sendmsg),      SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(recvfrom),
    SCMP_SYS(memfd_create), SCMP_SYS(dup2),    SCMP_SYS(dup3),   SCMP_SYS(wait4),
};

/* What no speech program has to do: look into others, change the machine, its files or its clock, come out of its
   process group, reach the kernel's rarer parts. */
static const int denied[] = {
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kcmp),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(quotactl),
    SCMP_SYS(acct),
    SCMP_SYS(syslog),
    SCMP_SYS(vhangup),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(personality),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(memfd_create),
    SCMP_SYS(mq_open), /* no place of the file system: Landlock does not see it */
    SCMP_SYS(msgget),
    SCMP_SYS(msgsnd),
    SCMP_SYS(setsid),
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setreuid),
    SCMP_SYS(setregid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(capset),
    SCMP_SYS(creat),
    SCMP_SYS(truncate),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(utime),
    SCMP_SYS(utimes),
    SCMP_SYS(futimesat),
    SCMP_SYS(utimensat),
    SCMP_SYS(setxattr),
    SCMP_SYS(lsetxattr),
    SCMP_SYS(fsetxattr),
    SCMP_SYS(removexattr),
    SCMP_SYS(lremovexattr),
    SCMP_SYS(fremovexattr),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
};

static const unsigned denied_requests[] = {TIOCSTI, TIOCSCTTY, TIOCSETD, TIOCLINUX};

/* --- a list of system calls --- */

struct list {
    scmp_filter_ctx filter;
    bool failed;
};

static void add(struct list *list, uint32_t action, int call, unsigned count,
                const struct scmp_arg_cmp *arguments)
{
    if (!list->failed && seccomp_rule_add_array(list->filter, action, call, count, arguments) != 0)
        list->failed = true;
}

static void allow(struct list *list, int call, unsigned count, const struct scmp_arg_cmp *arguments)
{
    add(list, SCMP_ACT_ALLOW, call, count, arguments);
}

static void add_all(struct list *list, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(list, action, calls[i], 0, NULL);
}

static void allow_on(struct list *list, int call, int fd)
{
    const struct scmp_arg_cmp on[] = {INT(0, fd)};

    allow(list, call, COUNT(on), on);
}

static void allow_commands(struct list *list, const unsigned *commands, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct scmp_arg_cmp which[] = {INT(1, commands[i])};

        allow(list, SCMP_SYS(fcntl), COUNT(which), which);
    }
}

static void allow_requests(struct list *list, int fd, const unsigned *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct scmp_arg_cmp request[] = {INT(0, fd), INT(1, requests[i])};

        allow(list, SCMP_SYS(ioctl), COUNT(request), request);
    }
}

/* Memory that cannot be run. */
static void allow_data(struct list *list, int call)
{
    const struct scmp_arg_cmp no_code[] = {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)};

    allow(list, call, COUNT(no_code), no_code);
}

/* The same, this process's own and of no file. */
static void allow_own_memory(struct list *list)
{
    const struct scmp_arg_cmp own[] = {
        SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
        SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_TYPE | MAP_ANONYMOUS, MAP_PRIVATE | MAP_ANONYMOUS),
    };

    allow(list, SCMP_SYS(mmap), COUNT(own), own);
}

/* What is neither listed nor spared gets the action `otherwise`. */
static struct list begin(uint32_t otherwise)
{
    struct list list = {.filter = seccomp_init(otherwise)};

    /* A call of another architecture is none of the list's. */
    list.failed = list.filter == NULL || seccomp_attr_set(list.filter, SCMP_FLTATR_ACT_BADARCH,
                                                          SCMP_ACT_KILL_PROCESS) != 0;
    return list;
}

static struct list begin_strict(void)
{
    struct list list = begin(SCMP_ACT_KILL_PROCESS);

    add_all(&list, SCMP_ACT_ALLOW, plain, COUNT(plain));
    add_all(&list, SCMP_ACT_ERRNO(ENOMEM), spared, COUNT(spared));
    allow_own_memory(&list);
#ifdef __SANITIZE_ADDRESS__
    add_all(&list, SCMP_ACT_ALLOW, sanitizer, COUNT(sanitizer));
#endif
    return list;
}

static int enforce(struct list *list)
{
    const int result = !list->failed && seccomp_load(list->filter) == 0 ? 0 : -1;

#ifdef __SANITIZE_ADDRESS__
    confined = result == 0;
#endif
    if (list->filter != NULL)
        seccomp_release(list->filter);
    list->filter = NULL;
    return result;
}

/* --- what is not a system call --- */

static int limit(__rlimit_resource_t resource, rlim_t most)
{
    const struct rlimit both = {most, most};

    return setrlimit(resource, &both);
}

/* Drops all, but those of `spare` that it has. Returns what is left of them, or -1. */
static int drop_capabilities_but(uint32_t spare)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};

    if (syscall(SYS_capget, &header, sets) != 0)
        return -1;
    sets[0].effective &= spare;
    sets[0].permitted = sets[0].effective;
    sets[0].inheritable = 0;
    sets[1] = (struct __user_cap_data_struct){0};
    return syscall(SYS_capset, &header, sets) == 0 ? (int)sets[0].effective : -1;
}

static int drop_capabilities(void)
{
    return drop_capabilities_but(0);
}

/* Where memory may be locked without limit, all is, and nothing of this process reaches the swap. Elsewhere only the
   pool of secrets is: the key derivation's memory would go over the limit. */
static int lock_memory(void)
{
    struct rlimit locked = {0};
    int left = 0;

    (void)limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
    if (getrlimit(RLIMIT_MEMLOCK, &locked) != 0)
        return -1;
    /* With a limit it takes the capability for every piece that is mapped later. */
    left = drop_capabilities_but(locked.rlim_cur != RLIM_INFINITY ? 1U << CAP_IPC_LOCK : 0);
    if (left > 0 || (left == 0 && locked.rlim_cur == RLIM_INFINITY))
        (void)mlockall(MCL_CURRENT | MCL_FUTURE);
    return left < 0 ? -1 : 0;
}

static int hide(void)
{
    return limit(RLIMIT_CORE, 0) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 &&
                   prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
               ? 0
               : -1;
}

/* No file grows (the limit does not count for terminals, sockets and devices), no process is started and no descriptor
   above `last` given out. */
static int limit_to(int last)
{
    return limit(RLIMIT_FSIZE, 0) == 0 && limit(RLIMIT_NPROC, 0) == 0 &&
                   limit(RLIMIT_NOFILE, (rlim_t)last + 1) == 0
               ? 0
               : -1;
}

/* Closes all but 0, 1, 2 and those kept. */
static int close_others(const int *kept, size_t count)
{
    unsigned from = STDERR_FILENO + 1;

    for (size_t i = 0; i < count; i++) {
        const unsigned keep = (unsigned)kept[i];

        if (keep > from && close_range(from, keep - 1, 0) != 0)
            return -1;
        from = keep + 1;
    }
    return close_range(from, ~0U, 0);
}

/* --- the session --- */

static void allow_terminal(struct list *list, int fd)
{
    allow_requests(list, fd, terminal_requests, COUNT(terminal_requests));
    /* Stopped output goes on: stopping it and letting it go, but not sending a stop character. */
    for (int action = TCOOFF; action <= TCOON; action++) {
        const struct scmp_arg_cmp flow[] = {INT(0, fd), INT(1, TCXONC), INT(2, action)};

        allow(list, SCMP_SYS(ioctl), COUNT(flow), flow);
    }
}

static int filter_session(const int *kept, size_t count)
{
    const struct scmp_arg_cmp resize[] = {INT(0, SIGWINCH)};
    struct list list = begin_strict();

    allow_on(&list, SCMP_SYS(read), STDIN_FILENO);
    allow_on(&list, SCMP_SYS(write), STDOUT_FILENO);
    allow_on(&list, SCMP_SYS(write), STDERR_FILENO);
    for (size_t i = 0; i < count; i++) {
        allow_on(&list, SCMP_SYS(read), kept[i]);
        allow_on(&list, SCMP_SYS(write), kept[i]);
    }
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        allow_terminal(&list, fd);
#ifndef __SANITIZE_ADDRESS__
    allow(&list, SCMP_SYS(rt_sigaction), COUNT(resize), resize);
#else
    (void)resize;
#endif
    return enforce(&list);
}

int sandbox_session(const int *kept, size_t count)
{
    const int last = count > 0 ? kept[count - 1] : STDERR_FILENO;

    if (lock_memory() != 0 || close_others(kept, count) != 0 || hide() != 0 ||
        landlock_confine(NULL, 0) != 0 || limit_to(last) != 0)
        return -1;
    return filter_session(kept, count);
}

/* The folder that a file is in, so that a rule holds for what is put in the file's place, too. */
static int name_folder(const char *file, char folder[PATH_MAX])
{
    char *slash = NULL;

    if (strlen(file) >= PATH_MAX)
        return -1;
    strcpy(folder, file);
    if ((slash = strrchr(folder, '/')) != NULL)
        slash[slash == folder] = '\0';
    else
        strcpy(folder, ".");
    return 0;
}

/* --- keeper and courier --- */

/* From now on only files beneath these places. What is needed of the world besides is the time zone. */
static int fence_files(const struct landlock_place *places, size_t count)
{
    tzset();
    return hide() == 0 && limit(RLIMIT_NPROC, 0) == 0 ? landlock_confine(places, count) : -1;
}

/* A C library or an SQLite that is newer than this list tries a newer call first and takes the older one when there is
   none: so what is not listed is answered as a kernel answers that lacks it. */
static struct list begin_files(void)
{
    struct list list = begin(SCMP_ACT_ERRNO(ENOSYS));

    add_all(&list, SCMP_ACT_ALLOW, plain, COUNT(plain));
    add_all(&list, SCMP_ACT_ALLOW, spared, COUNT(spared));
    add_all(&list, SCMP_ACT_ALLOW, file_calls, COUNT(file_calls));
    allow_commands(&list, file_commands, COUNT(file_commands));
    allow_data(&list, SCMP_SYS(mmap));
    allow_data(&list, SCMP_SYS(mprotect));
#ifdef __SANITIZE_ADDRESS__
    add_all(&list, SCMP_ACT_ALLOW, sanitizer, COUNT(sanitizer));
#endif
    return list;
}

int sandbox_keeper(const char *state_dir)
{
    const struct landlock_place places[] = {{state_dir, LANDLOCK_KEEP}};
    const struct scmp_arg_cmp local[] = {INT(0, AF_UNIX)};
    struct list list;

    if (drop_capabilities() != 0 || fence_files(places, COUNT(places)) != 0)
        return -1;
    list = begin_files();
    add_all(&list, SCMP_ACT_ALLOW, keeper_calls, COUNT(keeper_calls));
    allow(&list, SCMP_SYS(socketpair), COUNT(local), local);
    return enforce(&list);
}

/* Root without its capabilities could not write to a medium that was mounted for somebody else. */
int sandbox_courier(const char *state_dir, const char *media_dir)
{
    const struct landlock_place places[] = {
        {state_dir, LANDLOCK_KEEP},
        {media_dir, LANDLOCK_KEEP},
    };
    struct list list;

    if (fence_files(places, COUNT(places)) != 0)
        return -1;
    list = begin_files();
    return enforce(&list);
}

/* --- the printer --- */

/* A path that is compared by its address, so it lies where nothing can be written any more. */
static const char *pin(const char *device)
{
    const size_t len = strlen(device) + 1;
    char *copy = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (copy == MAP_FAILED)
        return NULL;
    memcpy(copy, device, len);
    return mprotect(copy, len, PROT_READ) == 0 ? copy : NULL;
}

/* The folder of the device: one that is plugged in anew is a new file there. */
static int fence_printer(const char *device)
{
    char folder[PATH_MAX];
    const struct landlock_place place = {folder, LANDLOCK_DEVICE};

    if (name_folder(device, folder) != 0)
        return -1;
    if (strncmp(device, "/dev/", 5) == 0)
        strcpy(folder, "/dev"); /* a link of udev's leads elsewhere in it */
    return landlock_confine(&place, 1);
}

/* No more mmap: it could put another path in the place of ours. */
static int filter_printer(int socket, int opened, const char *device)
{
    const struct scmp_arg_cmp named[] = {
        INT(0, AT_FDCWD),
        SCMP_A1_64(SCMP_CMP_EQ, (uintptr_t)device),
    };
    const struct scmp_arg_cmp as_it_is[] = {
        named[0],
        named[1],
        SCMP_A2(SCMP_CMP_MASKED_EQ, O_CREAT | O_TRUNC | O_TMPFILE, 0),
    };
    static const int calls[] = {
        SCMP_SYS(poll),         SCMP_SYS(ppoll),           SCMP_SYS(close), SCMP_SYS(clock_gettime),
        SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(exit),  SCMP_SYS(exit_group),
    };
    struct list list = begin(SCMP_ACT_KILL_PROCESS);

    add_all(&list, SCMP_ACT_ALLOW, calls, COUNT(calls));
#ifdef __SANITIZE_ADDRESS__
    add_all(&list, SCMP_ACT_ALLOW, sanitizer, COUNT(sanitizer));
#endif
    allow(&list, SCMP_SYS(newfstatat), COUNT(named), named);
    allow(&list, SCMP_SYS(openat), COUNT(as_it_is), as_it_is);
    allow_on(&list, SCMP_SYS(read), socket);
    allow_on(&list, SCMP_SYS(sendto), socket);
    allow_on(&list, SCMP_SYS(read), opened);
    allow_on(&list, SCMP_SYS(write), opened);
    allow_requests(&list, opened, printer_requests, COUNT(printer_requests));
    return enforce(&list);
}

const char *sandbox_printer(int socket, const char *device)
{
    const char *pinned = pin(device);
    int opened = -1;

    if (pinned == NULL || close_others(&socket, 1) != 0 || (opened = dup(socket)) < 0)
        return NULL;
    close(opened); /* the device will stand there: descriptors are given out from below */
    if (drop_capabilities() != 0 || hide() != 0 || fence_printer(device) != 0 ||
        limit_to(opened > socket ? opened : socket) != 0)
        return NULL;
    return filter_printer(socket, opened, pinned) == 0 ? pinned : NULL;
}

/* --- the speaker --- */

static int filter_speaker(void)
{
    const uint32_t deny = SCMP_ACT_ERRNO(EPERM);
    const struct scmp_arg_cmp not_local[] = {SCMP_A0_32(SCMP_CMP_NE, AF_UNIX)};
    const struct scmp_arg_cmp creating[] = {SCMP_A2(SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT)};
    const struct scmp_arg_cmp creating_before[] = {SCMP_A1(SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT)};
    static const unsigned long spaces[] = {CLONE_NEWNS,    CLONE_NEWUTS, CLONE_NEWIPC,
                                           CLONE_NEWPID,   CLONE_NEWNET, CLONE_NEWUSER,
                                           CLONE_NEWCGROUP};
    struct list list = begin(SCMP_ACT_ALLOW);

    add_all(&list, deny, denied, COUNT(denied));
    for (size_t i = 0; i < COUNT(denied_requests); i++) {
        const struct scmp_arg_cmp request[] = {INT(1, denied_requests[i])};

        add(&list, deny, SCMP_SYS(ioctl), COUNT(request), request);
    }
    for (size_t i = 0; i < COUNT(spaces); i++) {
        const struct scmp_arg_cmp space[] = {SCMP_A0(SCMP_CMP_MASKED_EQ, spaces[i], spaces[i])};

        add(&list, deny, SCMP_SYS(clone), COUNT(space), space);
    }
    add(&list, deny, SCMP_SYS(socket), COUNT(not_local), not_local);
    add(&list, deny, SCMP_SYS(openat), COUNT(creating), creating);
    add(&list, deny, SCMP_SYS(open), COUNT(creating_before), creating_before);
    /* Their arguments lie in memory, where no filter looks: the C library takes the older ones. */
    add(&list, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
    add(&list, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0, NULL);
    return enforce(&list);
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

    if (name_folder(program, own) != 0)
        return -1;
    if (strcmp(own, "/") == 0)
        strcpy(own, program); /* all of the disk is not its folder */
    if (drop_capabilities() != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        landlock_confine(places, COUNT(places)) != 0)
        return -1;
    return filter_speaker();
}
