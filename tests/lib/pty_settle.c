/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When nothing more will come out of a pseudo-terminal: /proc tells. */
#include "tests/lib/pty_inside.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "tests/lib/process.h"

enum { QUIET_MS = 40, DROPPED_MS = 2000 };

int64_t pty_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- the processes, as /proc tells --- */

static ssize_t proc_read(pid_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        return -1;
    n = read(fd, out, size - 1);
    close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n;
}

/* State letter and parent of a process; '\0' when it is gone. */
static char proc_state(pid_t pid, pid_t *parent)
{
    char text[512], state = '\0';
    const char *end;
    int ppid = 0;

    if (proc_read(pid, "stat", text, sizeof text) <= 0 || (end = strrchr(text, ')')) == NULL)
        return '\0';
    if (sscanf(end + 1, " %c %d", &state, &ppid) != 2)
        return '\0';
    if (parent != NULL)
        *parent = (pid_t)ppid;
    return state;
}

static bool is_descendant(pid_t pid, pid_t of)
{
    for (int depth = 0; pid > 1 && depth < 8; depth++) {
        if (pid == of)
            return true;
        if (proc_state(pid, &pid) == '\0')
            return false;
    }
    return false;
}

/* Kernels that do not list children: every process is asked for its ancestors. */
static size_t family_by_search(pid_t of, pid_t *out, size_t max)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    size_t n = 0;

    if (dir == NULL)
        return 0;
    while (n < max && (entry = readdir(dir)) != NULL) {
        pid_t pid = (pid_t)atoi(entry->d_name);

        if (pid > 1 && is_descendant(pid, of))
            out[n++] = pid;
    }
    closedir(dir);
    return n;
}

/* The process started and all below it; returns how many. */
static size_t family(pid_t of, pid_t *out, size_t max)
{
    size_t n = 0;

    if (proc_state(of, NULL) == '\0')
        return 0;
    out[n++] = of;
    for (size_t i = 0; i < n; i++) {
        char name[64], text[1024], *at = text, *end = NULL;

        snprintf(name, sizeof name, "task/%d/children", (int)out[i]);
        if (proc_read(out[i], name, text, sizeof text) < 0) {
            if (i == 0)
                return family_by_search(of, out, max);
            continue;
        }
        for (long pid = strtol(at, &end, 10); end != at && n < max; pid = strtol(at, &end, 10)) {
            out[n++] = (pid_t)pid;
            at = end;
        }
    }
    return n;
}

static bool fd_is_terminal(const struct pty *pty, pid_t pid, int fd)
{
    char path[64], target[128];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
    n = readlink(path, target, sizeof target - 1);
    if (n <= 0)
        return false;
    target[n] = '\0';
    return strcmp(target, pty->device) == 0 || strcmp(target, "/dev/tty") == 0;
}

static bool copy_from(pid_t pid, unsigned long address, void *out, size_t len)
{
    struct iovec local = {out, len};
    struct iovec remote = {(void *)address, len}; /* NOLINT: an address in the other process */

    return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)len;
}

static bool polls_terminal(const struct pty *pty, pid_t pid, unsigned long fds, unsigned long n)
{
    struct pollfd polled;

    for (unsigned long i = 0; i < n && i < 8; i++) {
        if (!copy_from(pid, fds + i * sizeof polled, &polled, sizeof polled))
            return false;
        if (fd_is_terminal(pty, pid, polled.fd))
            return true;
    }
    return false;
}

/* Is the process inside a system call that waits for this terminal, and not just for an instant? */
static bool waits_for_terminal(const struct pty *pty, pid_t pid)
{
    char text[256];
    unsigned long a, b, c;
    struct timespec limit;
    long call;

    if (proc_read(pid, "syscall", text, sizeof text) <= 0 ||
        sscanf(text, "%ld 0x%lx 0x%lx 0x%lx", &call, &a, &b, &c) != 4)
        return false;
    if (call == SYS_read)
        return fd_is_terminal(pty, pid, (int)a);
    if (call == SYS_ppoll) {
        if (c != 0 && (!copy_from(pid, c, &limit, sizeof limit) || limit.tv_sec < 1))
            return false;
        return polls_terminal(pty, pid, a, b);
    }
#ifdef SYS_poll
    if (call == SYS_poll || call == SYS_restart_syscall)
        return ((int)c < 0 || (int)c >= 1000) && polls_terminal(pty, pid, a, b);
#endif
    return false;
}

/* One look at the family: who reads the terminal, and a sum that changes when any of them ran. */
struct pty_look {
    pid_t reader;
    bool idle;   /* the reader waits for input */
    bool hidden; /* /proc does not tell; then idle means that all of them sleep */
    uint64_t switches;
};

static bool look_at(const struct pty *pty, pid_t pid, struct pty_look *look)
{
    char text[64];

    if (!waits_for_terminal(pty, pid)) {
        if (proc_read(pid, "syscall", text, sizeof text) < 0 &&
            strchr("ZX", proc_state(pid, NULL)) == NULL)
            look->hidden = true;
        return false;
    }
    look->switches = process_number(pid, "status", "voluntary_ctxt_switches:");
    look->reader = pid;
    look->idle = proc_state(pid, NULL) == 'S' && waits_for_terminal(pty, pid);
    return true;
}

static struct pty_look pty_look_around(const struct pty *pty)
{
    struct pty_look look = {0};
    pid_t pids[64];
    size_t n;

    if (pty->reader != 0 && look_at(pty, pty->reader, &look))
        return look;
    look = (struct pty_look){0};
    n = family(pty->pid, pids, sizeof pids / sizeof pids[0]);
    for (size_t i = 0; i < n; i++)
        if (look_at(pty, pids[i], &look))
            return look;
    if (!look.hidden)
        return look;
    look.idle = n > 0;
    for (size_t i = 0; i < n; i++) {
        char state = proc_state(pids[i], NULL);

        look.idle = look.idle && (state == 'S' || state == 'Z');
        look.reader = pids[i] > look.reader ? pids[i] : look.reader;
        look.switches += process_number(pids[i], "status", "voluntary_ctxt_switches:");
    }
    return look;
}

/* --- settling --- */

static int input_waiting(const struct pty *pty)
{
    int n = 0;

    return ioctl(pty->slave, FIONREAD, &n) == 0 ? n : 0;
}

/* Has the reader taken all that was typed? Bytes pass through a kernel worker on their way, so an
   empty queue alone does not say so; but the reader's own count does. */
static bool input_taken(struct pty *pty, const struct pty_look *look, int64_t started)
{
    uint64_t count;

    if (input_waiting(pty) > 0)
        return false;
    if (look->hidden || look->reader != pty->typed_to)
        return true;
    count = process_number(look->reader, "io", "rchar:");
    /* A reader that flushed its input never counts it: idle for so long means that this is the
     * case. */
    if (pty_now_ms() > started + DROPPED_MS)
        pty->read_target = count;
    return count >= pty->read_target;
}

bool pty_has_ended(struct pty *pty)
{
    int status;

    if (pty->ended)
        return true;
    if (waitpid(pty->pid, &status, WNOHANG) != pty->pid)
        return false;
    pty->ended = true;
    pty->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

/* Without /proc's word, quiet of the whole family must last a while. */
static bool stays_quiet(struct pty *pty, const struct pty_look *before)
{
    int64_t until = pty_now_ms() + QUIET_MS;

    while (pty_now_ms() < until) {
        struct pty_look look;

        pty_pump(pty, 5, NULL);
        look = pty_look_around(pty);
        if (!look.idle || look.reader != before->reader || look.switches != before->switches)
            return false;
    }
    return true;
}

static bool is_settled(struct pty *pty, int64_t started)
{
    struct pty_look before = pty_look_around(pty), after;

    pty->reader = before.hidden ? 0 : before.reader;
    if (!before.idle)
        return false;
    if (!input_taken(pty, &before, started))
        return false;
    if (!pty_pass_barrier(pty) || (before.hidden && !stays_quiet(pty, &before)))
        return false;
    after = pty_look_around(pty);
    return after.idle && after.reader == before.reader && after.switches == before.switches &&
           input_waiting(pty) == 0;
}

enum pty_state pty_settle(struct pty *pty)
{
    int64_t started = pty_now_ms();

    while (pty_now_ms() < started + PTY_SETTLE_SECONDS * 1000) {
        pty_pump(pty, 0, NULL);
        if (pty_has_ended(pty)) {
            pty_pass_barrier(pty);
            return PTY_ENDED;
        }
        if (is_settled(pty, started))
            return PTY_IDLE;
        pty_pump(pty, 1, NULL);
    }
    return PTY_STUCK;
}

bool pty_wait_text(struct pty *pty, const char *needle, int seconds)
{
    int64_t started = pty_now_ms();

    for (;;) {
        pty_pump(pty, 0, NULL);
        if (pty_has_ended(pty)) {
            pty_pass_barrier(pty);
            return pty_shows(pty, needle);
        }
        if (is_settled(pty, started) && pty_shows(pty, needle))
            return true;
        if (pty_now_ms() > started + (int64_t)seconds * 1000)
            return false;
        pty_pump(pty, 2, NULL);
    }
}

pid_t pty_reader(struct pty *pty)
{
    struct pty_look look;

    if (pty->ended)
        return 0;
    look = pty_look_around(pty);
    if (!look.hidden)
        pty->reader = look.reader;
    return look.hidden && look.reader == pty->pid ? 0 : look.reader;
}

pid_t pty_grandchild(const struct pty *pty)
{
    pid_t pids[64], newest = 0, parent, grandparent;
    size_t n = family(pty->pid, pids, sizeof pids / sizeof pids[0]);

    for (size_t i = 0; i < n; i++) {
        char state = proc_state(pids[i], &parent);

        if (state != '\0' && state != 'Z' && proc_state(parent, &grandparent) != '\0' &&
            grandparent == pty->pid)
            newest = pids[i];
    }
    return newest;
}
