/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each confined part can no longer do, and that it can still do its work. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/kd.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "device/enroll.h"
#include "device/state.h"
#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"
#include "sandbox/user.h"
#include "store/outbox.h"
#include "tests/folder.h"
#include "tests/served.h"

enum { KEPT = 3, BETWEEN = 4, KEPT_TOO = 6, OTHER = 9, NOT_CONFINED = 90, NOBODY = 65534 };

static const int kept[] = {KEPT, KEPT_TOO};

static int ends[2];

/* --- the parts, each tried in a process of its own --- */

enum part { SESSION = 1, KEEPER = 2, COURIER = 4, PRINTER = 8, SPEAKER = 16 };
#define FILES (KEEPER | COURIER)
#define ALL   (SESSION | FILES | PRINTER | SPEAKER)

static const struct {
    enum part part;
    const char *name;
} parts[] = {{SESSION, "session"},
             {KEEPER, "keeper"},
             {COURIER, "courier"},
             {PRINTER, "printer"},
             {SPEAKER, "speaker"}};

enum { PARTS = sizeof parts / sizeof parts[0] };

/* One folder with the places of all parts, and a file outside them. */
static char *dir;
static char state_dir[PATH_MAX], media_dir[PATH_MAX], device[PATH_MAX], outside[PATH_MAX];
static const char *pinned;
static int keeper[2];
static unsigned all_tried;

static void in_dir(char path[PATH_MAX], const char *name)
{
    assert_true(snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX);
}

static int make_places(void **state)
{
    (void)state;
    dir = folder_make();
    in_dir(state_dir, "state");
    in_dir(media_dir, "media");
    in_dir(device, "printer");
    in_dir(outside, "outside");
    folder_write(outside, "x", 1);
    /* Above those that are tried. */
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        keeper[i] = fcntl(ends[i], F_DUPFD, OTHER + 1);
        close(ends[i]);
    }
    return mkdir(state_dir, 0700) != 0 || mkdir(media_dir, 0700) != 0 || mkfifo(device, 0600) != 0;
}

static int remove_places(void **state)
{
    (void)state;
    print_message("%u acts of %u parts\n", all_tried, (unsigned)PARTS);
    folder_remove(&dir);
    return 0;
}

static int confine(enum part part)
{
    switch (part) {
    case SESSION:
        return sandbox_session(kept, 2);
    case KEEPER:
        return sandbox_keeper(state_dir);
    case COURIER:
        return sandbox_courier(state_dir, media_dir);
    case PRINTER:
        pinned = sandbox_printer(KEPT, device);
        return pinned != NULL ? 0 : -1;
    default:
        return sandbox_speech("/bin/true");
    }
}

/* A terminal-less standard input that is always ready, and something at each descriptor that is tried. */
static void take_places(void)
{
    const int null = open("/dev/null", O_RDWR);

    dup2(null, 0);
    for (int fd = KEPT; fd <= OTHER; fd++)
        dup2(null, fd);
    dup2(keeper[1], KEPT);
    signal(SIGSYS, SIG_DFL); /* cmocka catches these */
    signal(SIGSEGV, SIG_DFL);
}

enum outcome { DONE, REFUSED, KILLED, FAULTED, BROKEN };

static enum outcome outcome_of(pid_t pid)
{
    int status = -1;

    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGSYS ? KILLED : WTERMSIG(status) == SIGSEGV ? FAULTED : BROKEN;
    return WEXITSTATUS(status) == 0 ? DONE : WEXITSTATUS(status) == REFUSED ? REFUSED : BROKEN;
}

/* An error says so in one of these ways; any other error is the call's own. */
static _Noreturn void end_with(long result)
{
    const bool refused = errno == ENOSYS || errno == EPERM || errno == EACCES;

    _exit(result >= 0 ? DONE : refused ? REFUSED : BROKEN);
}

static enum outcome outcome_of_deed(enum part part, int (*deed)(void))
{
    const pid_t pid = fork();

    if (pid == 0) {
        take_places();
        if (confine(part) != 0)
            _exit(NOT_CONFINED);
        end_with(deed());
    }
    return outcome_of(pid);
}

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
        take_places();
        if (confine(part) != 0)
            _exit(NOT_CONFINED);
        end_with(syscall(call->number, a[0], a[1], a[2], a[3], a[4], a[5]));
    }
    return outcome_of(pid);
}

static const char *word(enum outcome outcome)
{
    static const char *const words[] = {"done", "refused", "killed", "faulted", "broken"};

    return words[outcome];
}

static bool is_strict(enum part part)
{
    return part == SESSION || part == PRINTER;
}

static unsigned tried, wrong;

static void judge(const char *part, const char *name, enum outcome got, enum outcome want)
{
    tried++, all_tried++;
    if (got == want)
        return;
    wrong++;
    print_error("%s: %s: %s, not %s\n", part, name, word(got), word(want));
}

static void try_calls(const struct call *calls, size_t count, bool forbidden)
{
    tried = wrong = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < PARTS; p++)
            if ((calls[i].parts & parts[p].part) != 0)
                judge(parts[p].name, calls[i].name, outcome_of_call(parts[p].part, &calls[i]),
                      !forbidden                 ? DONE
                      : is_strict(parts[p].part) ? KILLED
                                                 : REFUSED);
    print_message("%u acts %s, %u otherwise\n", tried, forbidden ? "forbidden" : "allowed", wrong);
    assert_int_equal(wrong, 0);
}

#define P(pointer) ((uintptr_t)(pointer))
#define RW         (PROT_READ | PROT_WRITE)
#define RX         (PROT_READ | PROT_EXEC)
#define OWN        (MAP_PRIVATE | MAP_ANONYMOUS)
#define WIDE       (UINT64_C(1) << 32)
#define HERE       ((uintptr_t)AT_FDCWD)

/* What would let a part that was taken over reach further. Arguments are such that an unconfined process would be answered
   otherwise, and nothing would come of it. */
static void test_no_files(void **state)
{
    static char page[4096] __attribute__((aligned(4096)));
    static char memory[64];
    const struct call calls[] = {
        {"read a file", ALL & ~SPEAKER, SYS_openat, {HERE, P(outside), O_RDONLY}},
        {"write a file", ALL, SYS_openat, {HERE, P(outside), O_WRONLY}},
        {"make a file",
         ALL,
         SYS_openat,
         {HERE, P(folder_path(dir, "new")), O_WRONLY | O_CREAT, 0600}},
        {"open the state folder",
         SESSION | PRINTER | SPEAKER,
         SYS_openat,
         {HERE, P(state_dir), O_RDONLY}},
        {"open a terminal", ALL, SYS_openat, {HERE, P("/dev/tty"), O_RDWR}},
        {"open the parent's memory", ALL, SYS_openat, {HERE, P(memory), O_RDONLY}},
        {"open with more", ALL, SYS_openat2, {HERE, P(outside), P(page), 24}},
        {"open by handle", ALL, SYS_open_by_handle_at, {HERE, P(page), 0}},
        {"name a handle", ALL, SYS_name_to_handle_at, {HERE, P(outside), P(page), P(page), 0}},
        {"open the parent of the state folder",
         ALL & ~SPEAKER,
         SYS_openat,
         {HERE, P(dir), O_RDONLY | O_DIRECTORY}},
        {"open the parent to all", ALL, SYS_fchmodat, {HERE, P(dir), 0777}},
        {"open the state folder to all", ALL & ~FILES, SYS_fchmodat, {HERE, P(state_dir), 0777}},
        {"give a file away", ALL, SYS_fchownat, {HERE, P(outside), 1, 1, 0}},
        {"cut a file", SESSION | PRINTER | SPEAKER, SYS_truncate, {P(outside), 0}},
        {"remove a file", ALL, SYS_unlinkat, {HERE, P(outside), 0}},
        {"rename a file",
         ALL,
         SYS_renameat2,
         {HERE, P(outside), HERE, P(folder_path(state_dir, "in")), 0}},
        {"make a folder", ALL, SYS_mkdirat, {HERE, P(folder_path(dir, "new")), 0700}},
        {"make a link", ALL, SYS_symlinkat, {P("/"), HERE, P(folder_path(dir, "new"))}},
        {"make a second name",
         ALL,
         SYS_linkat,
         {HERE, P(outside), HERE, P(folder_path(dir, "new")), 0}},
        {"make a device", ALL, SYS_mknodat, {HERE, P(folder_path(dir, "new")), S_IFIFO | 0600, 0}},
        {"mark a file", ALL, SYS_setxattr, {P(outside), P("user.x"), P("x"), 1, 0}},
        {"set times", ALL, SYS_utimensat, {HERE, P(outside), 0, 0}},
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
         {P(outside), P(argv), P(argv)}},
        {"execute by descriptor",
         ALL & ~SPEAKER,
         SYS_execveat,
         {KEPT, P(page), P(argv), P(argv), AT_EMPTY_PATH}},
        {"start a process", ALL & ~SPEAKER, SYS_clone, {SIGCHLD}},
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
        {"mount", ALL, SYS_mount, {P("x"), P(dir), P("tmpfs"), MS_RDONLY, 0}},
        {"mount the new way", ALL, SYS_fsopen, {P("tmpfs"), 0}},
        {"change the root", ALL, SYS_chroot, {P(dir)}},
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
        {"use swap", ALL, SYS_swapon, {P(outside), 0}},
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
        {"open the state folder", FILES, SYS_openat, {HERE, P(state_dir), O_RDONLY | O_DIRECTORY}},
        {"open the medium", COURIER, SYS_openat, {HERE, P(media_dir), O_RDONLY | O_DIRECTORY}},
        {"make a file",
         FILES,
         SYS_openat,
         {HERE, P(folder_path(state_dir, "new")), O_WRONLY | O_CREAT, 0600}},
        {"make one on the medium",
         COURIER,
         SYS_openat,
         {HERE, P(folder_path(media_dir, "new")), O_WRONLY | O_CREAT, 0600}},
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

/* --- what takes more than a call --- */

/* The sockets of keeper and helpers stay, no other descriptor does. */
static int close_all_others(void)
{
    static struct pollfd polled[] = {
        {.fd = KEPT}, {.fd = KEPT_TOO}, {.fd = BETWEEN}, {.fd = OTHER}};

    poll(polled, 4, 0);
    errno = EIO;
    return polled[0].revents == 0 && polled[1].revents == 0 && polled[2].revents == POLLNVAL &&
                   polled[3].revents == POLLNVAL
               ? 0
               : -1;
}

static int work_at_a_terminal(void)
{
    struct winsize size;
    struct termios line;
    char lights;
    struct sigaction action = {.sa_handler = SIG_IGN};

    ioctl(0, TIOCGWINSZ, &size);
    ioctl(0, KDGKBLED, &lights); /* is Caps Lock on? */
    tcgetattr(1, &line);
    tcsetattr(1, TCSADRAIN, &line);
    tcflush(0, TCIFLUSH);
    tcflow(1, TCOOFF);
    tcflow(1, TCOON);
    alarm(60);
    alarm(0);
    return sigaction(SIGWINCH, &action, NULL);
}

/* More memory than is there at the start, and less and more again. */
static int work_with_memory(void)
{
    char *volatile some = malloc(1 << 20);
    char *volatile more = some != NULL ? realloc(some, 1 << 24) : NULL;

    if (more == NULL)
        return -1;
    more[(1 << 24) - 1] = 'x';
    free(more);
    return 0;
}

/* A file as the courier writes it, and a database. */
static int work_with_files(void)
{
    static const uint8_t envelope[64];
    struct outbox *outbox = NULL;
    struct outbox_tip tip = {.seq = 1, .day = 1};
    const int at = open(state_dir, O_RDONLY | O_DIRECTORY);
    int result = -1;

    if (at < 0 || file_write(at, "card", 0600, "x", 1) != ERROR_NONE ||
        file_write(at, "card", 0600, "y", 1) != ERROR_NONE)
        return -1;
    file_sweep(at);
    if (outbox_open(folder_path(state_dir, "outbox.db"), DB_CREATE, &outbox) == ERROR_NONE &&
        outbox_append(outbox, &tip, envelope, sizeof envelope) == ERROR_NONE &&
        outbox_tip(outbox, &tip) == ERROR_NONE)
        result = unlinkat(at, "card", 0);
    outbox_close(&outbox);
    unlink(folder_path(state_dir, "outbox.db"));
    return result;
}

static int speak(void)
{
    int status = -1;
    const pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/true", "true", NULL);
        _exit(1);
    }
    return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

/* Whatever the speech program starts, it signals nobody else. */
static int signal_parent(void)
{
    return kill(getppid(), SIGCONT);
}

static int print(void)
{
    struct stat st;
    const int fd = stat(pinned, &st) == 0 ? open(pinned, O_RDWR | O_NONBLOCK) : -1;

    return fd >= 0 && write(fd, "x", 1) == 1 && read(fd, &st, 1) == 1 && close(fd) == 0 ? 0 : -1;
}

/* What stands above the 32 bits of an int is up to the C library and the compiler. */
static int print_by_wide_words(void)
{
    const long narrow = (long)(uint32_t)AT_FDCWD, wide = AT_FDCWD;
    struct stat st;

    return syscall(SYS_newfstatat, narrow, pinned, &st, 0) == 0 &&
                   syscall(SYS_newfstatat, wide, pinned, &st, 0) == 0 &&
                   close((int)syscall(SYS_openat, narrow, pinned, O_RDWR | O_NONBLOCK)) == 0 &&
                   close((int)syscall(SYS_openat, wide, pinned, O_RDWR | O_NONBLOCK)) == 0
               ? 0
               : -1;
}

/* The same words elsewhere in memory are another path to the filter: no other could be told from it. */
static int print_elsewhere(void)
{
    return open(device, O_RDWR | O_NONBLOCK);
}

static int print_over(void)
{
    return open(pinned, O_RDWR | O_NONBLOCK | O_TRUNC);
}

static int end_by_itself(void)
{
    raise(SIGTERM);
    return 0;
}

#ifndef __SANITIZE_ADDRESS__
static int change_signals(void)
{
    return signal(SIGTERM, SIG_IGN) == SIG_ERR;
}
#endif

static int grow_in_place(void)
{
    return mremap(&ends, 4096, 8192, MREMAP_MAYMOVE) != MAP_FAILED;
}

#ifdef __x86_64__
/* The way in of 32-bit programs has other numbers: 5 is open(2) there. */
static int call_the_old_way(void)
{
    long result = 5;

    __asm__ volatile("int $0x80" : "+a"(result) : "b"(0), "c"(0), "d"(0) : "memory");
    return (int)result;
}

/* How a confined process ends that calls the old way: by the filter; but on a kernel without 32-bit
   system calls by a fault, as any process there, for no filter is asked. */
static enum outcome end_of_the_old_way(void)
{
    const pid_t pid = fork();

    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        call_the_old_way();
        _exit(DONE);
    }
    return outcome_of(pid) == FAULTED ? FAULTED : KILLED;
}
#endif

static void test_deeds(void **state)
{
    const struct {
        const char *name;
        int parts;
        int (*deed)(void);
        enum outcome want;
    } deeds[] = {
        {"keep its descriptors", SESSION, close_all_others, DONE},
        {"work at a terminal", SESSION, work_at_a_terminal, DONE},
        {"work with memory", SESSION | FILES, work_with_memory, DONE},
        {"work with files", FILES, work_with_files, DONE},
        {"start a program", SPEAKER, speak, DONE},
        {"open its device", PRINTER, print, DONE},
        {"open its device by wide words", PRINTER, print_by_wide_words, DONE},
        {"open its device's name", PRINTER, print_elsewhere, KILLED},
        {"cut its device", PRINTER, print_over, KILLED},
        {"grow in place", SESSION, grow_in_place, DONE},
#ifndef __SANITIZE_ADDRESS__
        {"change signals", SESSION | PRINTER, change_signals, KILLED},
#endif
        {"raise", SESSION | PRINTER, end_by_itself, KILLED},
#ifdef __x86_64__
        {"call the old way", SESSION | FILES | PRINTER, call_the_old_way, end_of_the_old_way()},
#endif
    };

    (void)state;
    tried = wrong = 0;
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
        for (size_t p = 0; p < PARTS; p++)
            if ((deeds[i].parts & parts[p].part) != 0)
                judge(parts[p].name, deeds[i].name, outcome_of_deed(parts[p].part, deeds[i].deed),
                      deeds[i].want);
    if (landlock_abi() >= 6)
        judge("speaker", "signal the parent", outcome_of_deed(SPEAKER, signal_parent), REFUSED);
    print_message("%u deeds, %u otherwise\n", tried, wrong);
    assert_int_equal(wrong, 0);
}

static int open_outside(void)
{
    return open(outside, O_RDONLY);
}

static int open_parent(void)
{
    return open(dir, O_RDONLY | O_DIRECTORY);
}

/* A file of the speech program's may carry words in its name, so it makes none, by whichever call. */
static int make_files(void)
{
    const int flags = O_WRONLY | O_CREAT;
    char path[PATH_MAX];
    bool none = false;

    snprintf(path, sizeof path, "%s/words", dir);
    none = syscall(SYS_openat, AT_FDCWD, path, flags, 0600) == -1 && errno == EPERM;
#ifdef SYS_open
    none = none && syscall(SYS_open, path, flags, 0600) == -1 && errno == EPERM;
    none = none && syscall(SYS_open, "/dev/null", O_RDWR, 0) >= 0;
#endif
    return none ? 0 : -1;
}

/* Landlock, as a kernel without it answers. */
static void take_landlock_away(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0);
    seccomp_load(filter);
    seccomp_release(filter);
}

/* There the lists of system calls hold alone: a keeper may open what its user may, a session nothing. */
static void test_without_landlock(void **state)
{
    static const struct {
        enum part part;
        int (*deed)(void);
        enum outcome want;
    } tries[] = {
        {SESSION, open_outside, KILLED}, {KEEPER, open_outside, DONE},
        {KEEPER, work_with_files, DONE}, {COURIER, open_parent, DONE},
        {PRINTER, open_outside, KILLED}, {PRINTER, print, DONE},
        {SPEAKER, speak, DONE},          {SPEAKER, make_files, DONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        const pid_t pid = fork();

        if (pid == 0) {
            take_places();
            take_landlock_away();
            if (landlock_abi() != 0 || confine(tries[i].part) != 0)
                _exit(NOT_CONFINED);
            end_with(tries[i].deed());
        }
        assert_int_equal(outcome_of(pid), tries[i].want);
    }
}

/* --- what the world sees of a session --- */

static void read_line_of(pid_t pid, const char *file, const char *name, char value[64])
{
    char path[64], line[256];
    FILE *stream = NULL;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    stream = fopen(path, "r");
    assert_non_null(stream);
    value[0] = '\0';
    while (value[0] == '\0' && fgets(line, sizeof line, stream) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            (void)sscanf(line + strlen(name), "%63s", value);
    fclose(stream);
}

static void assert_line(pid_t pid, const char *file, const char *name, const char *want)
{
    char value[64];

    read_line_of(pid, file, name, value);
    if (strcmp(value, want) != 0)
        fail_msg("%s is %s, not %s", name, value, want);
}

enum { LOCKING = 1 << CAP_IPC_LOCK };

static unsigned long long capabilities_of(pid_t pid, const char *set)
{
    char value[64];

    read_line_of(pid, "status", set, value);
    return strtoull(value, NULL, 16);
}

static void test_limits_of_a_session(void **state)
{
    char ready = 0, locked[64];
    struct pollfd other = {.fd = -1};
    int others[2];
    pid_t pid;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(pipe(others), 0);
    assert_int_equal(dup2(others[1], KEPT_TOO + 10), KEPT_TOO + 10);
    close(others[1]);
    other.fd = others[0];
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[0], KEPT);
        dup2(ends[0], KEPT_TOO);
        if (sandbox_session(kept, 2) == 0)
            (void)!write(KEPT, "r", 1);
        poll(NULL, 0, -1);
        _exit(0);
    }
    assert_int_equal(read(ends[1], &ready, 1), 1);
    close(KEPT_TOO + 10);
    assert_int_equal(poll(&other, 1, 0), 1); /* nor does the session hold that end any more */
    assert_int_equal(other.revents, POLLHUP);
    close(others[0]);
    assert_line(pid, "status", "NoNewPrivs:", "1");
    assert_line(pid, "status", "Seccomp:", "2");
    assert_int_equal(capabilities_of(pid, "CapEff:") & ~LOCKING, 0);
    assert_int_equal(capabilities_of(pid, "CapPrm:") & ~LOCKING, 0);
    assert_int_equal(capabilities_of(pid, "CapInh:"), 0);
    assert_line(pid, "limits", "Max core file size", "0");
    assert_line(pid, "limits", "Max file size", "0");
    assert_line(pid, "limits", "Max processes", "0");
    assert_line(pid, "limits", "Max open files", "7");
    read_line_of(pid, "status", "VmLck:", locked);
#ifndef __SANITIZE_ADDRESS__
    if ((capabilities_of(getpid(), "CapEff:") & LOCKING) != 0) /* all of it */
        assert_true(atoi(locked) > 1000);
#endif
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ends[0]);
    close(ends[1]);
}

/* Of a folder that is root's the keeper stays root, but one that may do no more than its owner. */
static void test_keeper_has_no_capabilities(void **state)
{
    char ready = 0;
    int end[2];
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(end), 0);
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (sandbox_keeper(state_dir) == 0)
            (void)!write(end[1], "r", 1);
        poll(NULL, 0, -1);
        _exit(0);
    }
    close(end[1]);
    assert_int_equal(read(end[0], &ready, 1), 1);
    assert_int_equal(capabilities_of(pid, "CapEff:"), 0);
    assert_int_equal(capabilities_of(pid, "CapPrm:"), 0);
    assert_int_equal(capabilities_of(pid, "CapInh:"), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(end[0]);
}

/* --- users --- */

static bool is_nobody(void)
{
    gid_t group;

    return getuid() == NOBODY && geteuid() == NOBODY && getgid() == NOBODY && getegid() == NOBODY &&
           setuid(0) != 0 && seteuid(0) != 0 && setgid(0) != 0 && setgroups(0, NULL) != 0 &&
           (getgroups(0, NULL) == 0 || (getgroups(1, &group) == 1 && group == NOBODY));
}

static void assert_true_in_child(bool (*check)(void))
{
    const pid_t pid = fork();

    if (pid == 0) {
        const gid_t before[] = {0, 6}; /* that of disks */

        _exit(setgroups(2, before) == 0 && check() ? DONE : BROKEN);
    }
    assert_int_equal(outcome_of(pid), DONE);
}

static bool owner_is_taken(void)
{
    return user_become_owner(state_dir) == 0 && is_nobody();
}

static bool root_stays(void)
{
    return user_become_owner(media_dir) == 0 && user_become_owner("/nowhere") == 0 &&
           geteuid() == 0;
}

static bool user_is_taken(void)
{
    return user_become_named("nobody") == 0 && is_nobody() && user_become_named("nobody") != 0 &&
           user_become_owner("/") == 0 && is_nobody();
}

static bool nobody_becomes_root(void)
{
    return user_become_named("root") != 0 && user_become_named("no such user") != 0 &&
           geteuid() == 0;
}

static void test_users(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(state_dir, NOBODY, 0), 0);
    assert_true_in_child(owner_is_taken);
    assert_true_in_child(root_stays);
    assert_true_in_child(user_is_taken);
    assert_true_in_child(nobody_becomes_root);
    assert_int_equal(chown(state_dir, 0, 0), 0);
}

static void give_to(const char *folder, uid_t owner)
{
    struct dirent *entry = NULL;
    DIR *all = opendir(folder);

    assert_non_null(all);
    while ((entry = readdir(all)) != NULL)
        if (strcmp(entry->d_name, "..") != 0)
            assert_int_equal(fchownat(dirfd(all), entry->d_name, owner, owner, 0), 0);
    closedir(all);
}

/* A kernel that takes no filter, once this one is in. */
static void take_filters_away(void)
{
    const struct scmp_arg_cmp set[] = {SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(seccomp), 0);
    seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, set);
    seccomp_load(filter);
    seccomp_release(filter);
}

static int exchange(bool filters)
{
    int status = -1;
    const pid_t pid = fork();

    if (pid == 0) {
        if (!filters)
            take_filters_away();
        execl(served_program("sandyq-courier"), "sandyq-courier", "exchange", "--state", state_dir,
              "--media", media_dir, NULL);
        _exit(99);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Started as root the courier is the kiosk's user: what it writes is that user's, and where that user may not write it does
   not, whatever root might. */
static void test_courier_of_the_owner(void **state)
{
    char kiosk[CARD_KIOSK_TEXT_LEN], request[PATH_MAX + CARD_KIOSK_TEXT_LEN + 10];
    struct stat st;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(secret_start(), ERROR_NONE);
    assert_int_equal(enroll_kiosk(state_dir, 1, kiosk), ERROR_NONE);
    snprintf(request, sizeof request, "%s/%s.request", media_dir, kiosk);
    give_to(state_dir, NOBODY);
    assert_int_equal(chmod(dir, 0711), 0);
    assert_int_equal(exchange(true), 1);
    assert_int_equal(lstat(request, &st), -1);
    give_to(media_dir, NOBODY);
    assert_int_equal(exchange(false), 1); /* not unconfined */
    assert_int_equal(lstat(request, &st), -1);
    assert_int_equal(exchange(true), 0);
    assert_int_equal(lstat(request, &st), 0);
    assert_int_equal(st.st_uid, NOBODY);
    assert_int_equal(st.st_gid, NOBODY);
}

/* An ordinary user's process that could dump its core, unless it is confined. */
static pid_t start_open(bool confine)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    if (geteuid() == 0 && setuid(NOBODY) != 0)
        _exit(1);
    signal(SIGSYS, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 1);
    dup2(ends[0], KEPT);
    if (confine && sandbox_session(kept, 1) != 0)
        _exit(NOT_CONFINED);
    /* Ready: now it waits for the signal that a forbidden call would give it. */
    (void)!write(KEPT, "r", 1);
    for (;;)
        poll(NULL, 0, -1);
}

/* The limit as /proc has it: prlimit(2) is not for everybody. */
static void read_core_limit(pid_t pid, char limit[32])
{
    char path[64], line[256];
    FILE *file = NULL;

    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    file = fopen(path, "r");
    assert_non_null(file);
    limit[0] = '\0';
    while (limit[0] == '\0' && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "Max core file size %31s", limit);
    fclose(file);
}

/* Waits until it is ready; then, as who /proc shows it (root, when nobody may look into it), its
   limit of cores, and whether it leaves one. */
static void assert_core(bool confine, uid_t owner)
{
    char path[64], limit[32], ready = 0;
    struct stat st;
    int status = 0;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pid_t pid = start_open(confine);
    assert_true(pid > 0);
    close(ends[0]);
    assert_int_equal(read(ends[1], &ready, 1), 1);
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, owner);
    read_core_limit(pid, limit);
    if (confine)
        assert_string_equal(limit, "0");
    kill(pid, SIGSYS);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    if (confine)
        assert_false(WCOREDUMP(status));
    else if (!WCOREDUMP(status))
        print_message("this machine writes no core here\n");
    close(ends[1]);
}

/* A session leaves no core, and no other process of its user may look into it. What is not confined
   shows that the look can tell. */
static void test_no_core(void **state)
{
    const uid_t user = geteuid() == 0 ? NOBODY : geteuid();
    struct rlimit limit;
    char *here = folder_make();

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(chmod(here, 0777), 0);
    assert_int_equal(chdir(here), 0);
    assert_core(false, user);
    assert_core(true, 0);
    assert_int_equal(chdir("/"), 0);
    folder_remove(&here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_files),
        cmocka_unit_test(test_no_others),
        cmocka_unit_test(test_no_more_descriptors_or_memory),
        cmocka_unit_test(test_no_rights),
        cmocka_unit_test(test_allowed),
        cmocka_unit_test(test_deeds),
        cmocka_unit_test(test_without_landlock),
        cmocka_unit_test(test_limits_of_a_session),
        cmocka_unit_test(test_keeper_has_no_capabilities),
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_courier_of_the_owner),
        cmocka_unit_test(test_no_core),
    };

    return cmocka_run_group_tests(tests, make_places, remove_places);
}
