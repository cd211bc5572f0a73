/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel denies to each confined part, call by call, and what it still lets through. */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/kd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "device/state.h"
#include "sandbox/landlock.h"
#include "tests/lib/folder.h"
#include "tests/lib/sandbox_test.h"

#define ALL (SESSION | FILES | PRINTER | SPEAKER)
struct call {
    const char *name;
    int parts; /* the forbidding, or the allowing */
    long number;
    uintptr_t arguments[6];
};

static enum outcome outcome_of_call(enum part part, const struct call *call)
{
    const pid_t pid = fork();
    const uintptr_t *a = call->arguments;

    if (pid == 0) {
        sandbox_test_take_places();
        if (sandbox_test_enter(part) != 0)
            _exit(NOT_CONFINED);
        sandbox_test_end(syscall(call->number, a[0], a[1], a[2], a[3], a[4], a[5]));
    }
    return sandbox_test_outcome(pid);
}

static bool is_strict(enum part part)
{
    return part == SESSION || part == PRINTER;
}

static void try_calls(const struct call *calls, size_t count, bool forbidden)
{
    sandbox_tried = sandbox_wrong = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < PARTS; p++)
            if ((calls[i].parts & sandbox_parts[p].part) != 0)
                sandbox_test_judge(sandbox_parts[p].name, calls[i].name,
                                   outcome_of_call(sandbox_parts[p].part, &calls[i]),
                                   !forbidden                         ? DONE
                                   : is_strict(sandbox_parts[p].part) ? KILLED
                                                                      : REFUSED);
    print_message("%u acts %s, %u otherwise\n", sandbox_tried, forbidden ? "forbidden" : "allowed",
                  sandbox_wrong);
    assert_int_equal(sandbox_wrong, 0);
}

#define P(pointer) ((uintptr_t)(pointer))
#define RW         (PROT_READ | PROT_WRITE)
#define RX         (PROT_READ | PROT_EXEC)
#define OWN        (MAP_PRIVATE | MAP_ANONYMOUS)
#define WIDE       (UINT64_C(1) << 32)
#define THREAD                                                                                     \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |            \
     CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
#define HERE ((uintptr_t)AT_FDCWD)
/* What would let a part that was taken over reach further. Arguments are such that an unconfined
   process would be answered otherwise, and nothing would come of it. */
static void test_no_files(void **state)
{
    static char page[4096] __attribute__((aligned(4096)));
    static char memory[64];
    const struct call calls[] = {
        {"read a file", ALL & ~SPEAKER, SYS_openat, {HERE, P(sandbox_outside), O_RDONLY}},
        {"write a file", ALL, SYS_openat, {HERE, P(sandbox_outside), O_WRONLY}},
        {"make a file",
         ALL,
         SYS_openat,
         {HERE, P(folder_path(sandbox_dir, "new")), O_WRONLY | O_CREAT, 0600}},
        {"open the state folder",
         SESSION | PRINTER | SPEAKER,
         SYS_openat,
         {HERE, P(sandbox_state), O_RDONLY}},
        {"open a terminal", ALL, SYS_openat, {HERE, P("/dev/tty"), O_RDWR}},
        {"open the parent's memory", ALL, SYS_openat, {HERE, P(memory), O_RDONLY}},
        {"open with more", ALL, SYS_openat2, {HERE, P(sandbox_outside), P(page), 24}},
        {"open by handle", ALL, SYS_open_by_handle_at, {HERE, P(page), 0}},
        {"name a handle",
         ALL,
         SYS_name_to_handle_at,
         {HERE, P(sandbox_outside), P(page), P(page), 0}},
        {"open the parent of the state folder",
         ALL & ~SPEAKER,
         SYS_openat,
         {HERE, P(sandbox_dir), O_RDONLY | O_DIRECTORY}},
        {"open the parent to all", ALL, SYS_fchmodat, {HERE, P(sandbox_dir), 0777}},
        {"open the state folder to all",
         ALL & ~FILES,
         SYS_fchmodat,
         {HERE, P(sandbox_state), 0777}},
        {"give a file away", ALL, SYS_fchownat, {HERE, P(sandbox_outside), 1, 1, 0}},
        {"cut a file", SESSION | PRINTER | SPEAKER, SYS_truncate, {P(sandbox_outside), 0}},
        {"write what is only read", DESK, SYS_openat, {HERE, P(sandbox_read), O_WRONLY}},
        {"make a file where it only reads",
         DESK,
         SYS_openat,
         {HERE, P(folder_path(sandbox_media, "new")), O_WRONLY | O_CREAT, 0600}},
        {"remove what is only read", DESK, SYS_unlinkat, {HERE, P(sandbox_read), 0}},
        {"remove a file", ALL, SYS_unlinkat, {HERE, P(sandbox_outside), 0}},
        {"rename a file",
         ALL,
         SYS_renameat2,
         {HERE, P(sandbox_outside), HERE, P(folder_path(sandbox_state, "in")), 0}},
        {"make a folder", ALL, SYS_mkdirat, {HERE, P(folder_path(sandbox_dir, "new")), 0700}},
        {"make a link", ALL, SYS_symlinkat, {P("/"), HERE, P(folder_path(sandbox_dir, "new"))}},
        {"make a second name",
         ALL,
         SYS_linkat,
         {HERE, P(sandbox_outside), HERE, P(folder_path(sandbox_dir, "new")), 0}},
        {"make a device",
         ALL,
         SYS_mknodat,
         {HERE, P(folder_path(sandbox_dir, "new")), S_IFIFO | 0600, 0}},
        {"mark a file", ALL, SYS_setxattr, {P(sandbox_outside), P("user.x"), P("x"), 1, 0}},
        {"set times", ALL, SYS_utimensat, {HERE, P(sandbox_outside), 0, 0}},
    };

    (void)state;
    if (landlock_abi() == 0)
        skip();
    snprintf(memory, sizeof memory, "/proc/%d/mem", (int)getpid());
    try_calls(calls, sizeof calls / sizeof calls[0], true);
}

/* No program, no process, no socket, no way into another. */
static void test_no_others(void **state)
{
    static char page[4096] __attribute__((aligned(4096)));
    static char *const argv[] = {page, NULL};
    const struct call calls[] = {
        {"execute", ALL & ~SPEAKER, SYS_execve, {P("/bin/true"), P(argv), P(argv)}},
        {"execute what is no program of the place",
         SPEAKER,
         SYS_execve,
         {P(sandbox_outside), P(argv), P(argv)}},
        {"execute by descriptor",
         ALL & ~SPEAKER,
         SYS_execveat,
         {KEPT, P(page), P(argv), P(argv), AT_EMPTY_PATH}},
        {"start a process", ALL & ~SPEAKER, SYS_clone, {SIGCHLD}},
        {"start one that shares memory",
         ALL & ~SPEAKER,
         SYS_clone,
         {CLONE_VM | CLONE_VFORK | SIGCHLD}},
        {"start a thread with a net of its own", DESK, SYS_clone, {THREAD | CLONE_NEWNET}},
        {"start one the new way", ALL, SYS_clone3, {P(page), 64}},
        {"make spaces of its own", ALL, SYS_unshare, {CLONE_NEWUSER}},
        {"enter another space", ALL, SYS_setns, {KEPT, 0}},
        {"make a network socket", ALL, SYS_socket, {AF_INET, SOCK_STREAM, 0}},
        {"make a newer network socket", ALL, SYS_socket, {AF_INET6, SOCK_DGRAM, 0}},
        {"make a network socket by a wide word", ALL, SYS_socket, {WIDE | AF_INET, SOCK_STREAM, 0}},
        {"listen to the kernel", ALL, SYS_socket, {AF_NETLINK, SOCK_RAW, 0}},
        {"make a socket", ALL & ~SPEAKER, SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
        {"connect", ALL & ~SPEAKER, SYS_connect, {KEPT, P(page), 16}},
        {"bind", ALL & ~SPEAKER, SYS_bind, {KEPT, P(page), 16}},
        {"listen", ALL & ~SPEAKER, SYS_listen, {KEPT, 1}},
        {"accept", ALL & ~SPEAKER, SYS_accept4, {KEPT, 0, 0, 0}},
        {"make a network pair", ALL & ~SPEAKER, SYS_socketpair, {AF_INET, SOCK_STREAM, 0, P(page)}},
        {"send a descriptor", SESSION | PRINTER | COURIER, SYS_sendmsg, {KEPT, P(page), 0}},
        {"trace the parent", ALL, SYS_ptrace, {PTRACE_SEIZE, (uintptr_t)getpid(), 0, 0}},
        {"read the parent's memory",
         ALL,
         SYS_process_vm_readv,
         {(uintptr_t)getpid(), P(page), 1, P(page), 1, 0}},
        {"write the parent's memory",
         ALL,
         SYS_process_vm_writev,
         {(uintptr_t)getpid(), P(page), 1, P(page), 1, 0}},
        {"take the parent's descriptor", ALL, SYS_pidfd_getfd, {KEPT, 0, 0}},
        {"name a process", ALL & ~SPEAKER, SYS_pidfd_open, {(uintptr_t)getpid(), 0}},
        {"signal the parent", ALL & ~SPEAKER, SYS_kill, {(uintptr_t)getpid(), 0}},
        {"signal a thread of it",
         ALL & ~SPEAKER,
         SYS_tgkill,
         {(uintptr_t)getpid(), (uintptr_t)getpid(), 0}},
        {"signal by descriptor", ALL & ~SPEAKER, SYS_pidfd_send_signal, {KEPT, 0, 0, 0}},
    };

    (void)state;
    try_calls(calls, sizeof calls / sizeof calls[0], true);
}

static void test_no_more_descriptors_or_memory(void **state)
{
    static char page[4096] __attribute__((aligned(4096)));
    const struct call calls[] = {
        {"type for the next", ALL, SYS_ioctl, {0, TIOCSTI, P("x")}},
        {"type for the next by a wide word", ALL, SYS_ioctl, {0, WIDE | TIOCSTI, P("x")}},
        {"take a terminal", ALL, SYS_ioctl, {0, TIOCSCTTY, 1}},
        {"paste from the console", ALL, SYS_ioctl, {0, TIOCLINUX, P(page)}},
        {"set the lights", ALL & ~SPEAKER, SYS_ioctl, {0, KDSKBLED, 0}},
        {"send a stop", ALL & ~SPEAKER, SYS_ioctl, {0, TCXONC, TCIOFF}},
        {"ask a socket as a terminal", ALL & ~SPEAKER, SYS_ioctl, {KEPT, TCGETS, P(page)}},
        {"count what waits", ALL & ~SPEAKER, SYS_ioctl, {KEPT, FIONREAD, P(page)}},
        {"map code", ALL & ~SPEAKER, SYS_mmap, {0, 4096, RX, OWN, (uintptr_t)-1, 0}},
        {"turn data to code", ALL & ~SPEAKER, SYS_mprotect, {P(page), 4096, RX}},
        {"turn data to code by a key", ALL & ~SPEAKER, SYS_pkey_mprotect, {P(page), 4096, RX, 0}},
        {"share memory",
         SESSION | PRINTER,
         SYS_mmap,
         {0, 4096, RW, MAP_SHARED | MAP_ANONYMOUS, (uintptr_t)-1, 0}},
        {"map a file", SESSION | PRINTER, SYS_mmap, {0, 4096, PROT_READ, MAP_PRIVATE, KEPT, 0}},
        {"map anything", PRINTER, SYS_mmap, {0, 4096, RW, OWN, (uintptr_t)-1, 0}},
        {"protect memory", SESSION | PRINTER, SYS_mprotect, {P(page), 4096, RW}},
        {"read what is not kept", SESSION | PRINTER, SYS_read, {BETWEEN + 3, P(page), 1}},
        {"read the screen", SESSION | PRINTER, SYS_read, {1, P(page), 1}},
        {"write what is not kept", SESSION | PRINTER, SYS_write, {BETWEEN + 3, P(page), 1}},
        {"write to the keyboard", SESSION | PRINTER, SYS_write, {0, P(page), 1}},
        {"read at a place", SESSION | PRINTER, SYS_pread64, {KEPT, P(page), 1, 0}},
        {"write in pieces", PRINTER, SYS_writev, {KEPT, P(page), 1}},
    };

    (void)state;
    try_calls(calls, sizeof calls / sizeof calls[0], true);
}

/* Nothing of its own standing, and nothing of the machine. */
static void test_no_rights(void **state)
{
    static char page[4096] __attribute__((aligned(4096)));
    const struct timespec moment = {.tv_sec = -1};
    const struct call calls[] = {
        {"become dumpable", ALL & ~SPEAKER, SYS_prctl, {PR_SET_DUMPABLE, 1, 0, 0, 0}},
        {"raise a limit", ALL & ~SPEAKER, SYS_prlimit64, {0, RLIMIT_CORE, P(page), 0}},
        {"become root", ALL, SYS_setuid, {0}},
        {"become root for good", ALL, SYS_setresuid, {0, 0, 0}},
        {"join a group", ALL, SYS_setgroups, {0, 0}},
        {"take capabilities", ALL, SYS_capset, {P(page), P(page)}},
        {"ring for input and output", ALL, SYS_io_uring_setup, {1, P(page)}},
        {"handle faults", ALL, SYS_userfaultfd, {O_CLOEXEC | 1}},
        {"measure", ALL, SYS_perf_event_open, {P(page), 0, (uintptr_t)-1, (uintptr_t)-1, 0}},
        {"load a filter", ALL, SYS_bpf, {0, P(page), 0}},
        {"filter anew", ALL & ~SPEAKER, SYS_seccomp, {2, 0, P(page)}},
        {"use a keyring", ALL, SYS_keyctl, {0, 0, 0, 0, 0}},
        {"make nameless memory", ALL & ~KEEPER, SYS_memfd_create, {P("x"), 0}},
        {"make secret memory", ALL & ~SPEAKER, SYS_memfd_secret, {0}},
        {"share memory the old way", ALL & ~SPEAKER, SYS_shmget, {0, 4096, 0600}},
        {"leave a message", ALL, SYS_mq_open, {P("nowhere"), O_RDWR, 0, 0}},
        {"leave a message the old way", ALL, SYS_msgget, {0x53514f42, 0}},
        {"mount", ALL, SYS_mount, {P("x"), P(sandbox_dir), P("tmpfs"), MS_RDONLY, 0}},
        {"mount the new way", ALL, SYS_fsopen, {P("tmpfs"), 0}},
        {"change the root", ALL, SYS_chroot, {P(sandbox_dir)}},
        {"change the folder", ALL & ~SPEAKER, SYS_chdir, {P("/")}},
        {"watch files", ALL & ~SPEAKER, SYS_inotify_init1, {0}},
        {"watch all files", ALL, SYS_fanotify_init, {0, 0}},
        {"set the clock", ALL, SYS_clock_settime, {CLOCK_REALTIME, P(&moment)}},
        {"set the time of day", ALL, SYS_settimeofday, {P(&moment), 0}},
        {"bend the clock", ALL, SYS_adjtimex, {0}},
        {"be another architecture", ALL, SYS_personality, {0xFFFFFFFF}},
        {"load a module", ALL, SYS_finit_module, {KEPT, P(""), 0}},
        {"load a kernel", ALL, SYS_kexec_load, {0, 0, 0, ~0UL}},
        {"restart", ALL, SYS_reboot, {0, 0, 0, 0}},
        {"read the kernel's log", ALL, SYS_syslog, {3, P(page), 1}},
        {"use swap", ALL, SYS_swapon, {P(sandbox_outside), 0}},
        {"leave the group", ALL, SYS_setsid, {0}},
        {"own a descriptor's signals",
         ALL & ~SPEAKER,
         SYS_fcntl,
         {KEPT, F_SETOWN, (uintptr_t)getpid()}},
        {"name a descriptor's signal", ALL & ~SPEAKER, SYS_fcntl, {KEPT, F_SETSIG, SIGKILL}},
        {"copy a descriptor", ALL & ~SPEAKER, SYS_dup, {KEPT}},
        {"copy a descriptor over another", ALL & ~SPEAKER & ~KEEPER, SYS_dup3, {KEPT, BETWEEN, 0}},
        {"copy between descriptors", ALL & ~SPEAKER, SYS_splice, {KEPT, 0, BETWEEN, 0, 1, 0}},
    };

    (void)state;
    try_calls(calls, sizeof calls / sizeof calls[0], true);
}

/* What the work of each part is made of. */
static void test_allowed(void **state)
{
    static char page[4096];
    static int pair[2];
    const struct call calls[] = {
        {"read the keyboard", SESSION, SYS_read, {0, P(page), 1}},
        {"read the keyboard by a wide word", SESSION, SYS_read, {WIDE | 0, P(page), 1}},
        {"write the screen", SESSION, SYS_write, {1, P(page), 0}},
        {"write an error", SESSION, SYS_write, {2, P(page), 0}},
        {"write to the keeper", SESSION, SYS_write, {KEPT, P("x"), 1}},
        {"write to a helper", SESSION, SYS_write, {KEPT_TOO, P("x"), 1}},
        {"map memory", SESSION | FILES, SYS_mmap, {0, 1 << 20, RW, OWN, (uintptr_t)-1, 0}},
        {"share memory",
         FILES,
         SYS_mmap,
         {0, 4096, RW, MAP_SHARED | MAP_ANONYMOUS, (uintptr_t)-1, 0}},
        {"wait", ALL, SYS_ppoll, {0, 0, P(&(struct timespec){0}), 0, 8}},
        {"ask the time", ALL, SYS_clock_gettime, {CLOCK_MONOTONIC, P(page)}},
        {"be random", SESSION | FILES, SYS_getrandom, {P(page), 16, 0}},
        {"open the state folder",
         FILES,
         SYS_openat,
         {HERE, P(sandbox_state), O_RDONLY | O_DIRECTORY}},
        {"open the medium",
         COURIER | DESK,
         SYS_openat,
         {HERE, P(sandbox_media), O_RDONLY | O_DIRECTORY}},
        {"make a file",
         FILES,
         SYS_openat,
         {HERE, P(folder_path(sandbox_state, "new")), O_WRONLY | O_CREAT, 0600}},
        {"read a file there", DESK, SYS_openat, {HERE, P(sandbox_read), O_RDONLY}},
        {"make one on the medium",
         COURIER,
         SYS_openat,
         {HERE, P(folder_path(sandbox_media, "new")), O_WRONLY | O_CREAT, 0600}},
        {"make a pair", KEEPER | SPEAKER, SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, P(pair)}},
        {"make nameless memory", KEEPER, SYS_memfd_create, {P("x"), MFD_CLOEXEC}},
        {"tell the session", PRINTER, SYS_sendto, {KEPT, P("x"), 1, MSG_DONTWAIT, 0, 0}},
        {"read what is there for all", SPEAKER, SYS_openat, {HERE, P("/etc/passwd"), O_RDONLY}},
        {"write to nowhere", SPEAKER, SYS_openat, {HERE, P("/dev/null"), O_RDWR}},
        {"make a socket", SPEAKER, SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
        {"be killed by a parent's death", SPEAKER, SYS_prctl, {PR_SET_PDEATHSIG, SIGKILL}},
    };

    (void)state;
    try_calls(calls, sizeof calls / sizeof calls[0], false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_files),
        cmocka_unit_test(test_no_others),
        cmocka_unit_test(test_no_more_descriptors_or_memory),
        cmocka_unit_test(test_no_rights),
        cmocka_unit_test(test_allowed),
    };

    return cmocka_run_group_tests(tests, sandbox_test_setup, sandbox_test_teardown);
}
