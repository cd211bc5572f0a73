/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes of a test, held by ptrace(2) and looked up in /proc. */
#include "tests/lib/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start_held(process_run_fn *run, void *context)
{
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(1);
        raise(SIGSTOP);
        run(context);
        _exit(0);
    }
    return child;
}

unsigned process_step(process_run_fn *run, process_at_fn *at, void *context)
{
    const pid_t child = start_held(run, context);
    unsigned stops = 0;
    int status = 0;

    assert_int_equal(waitpid(child, &status, 0), child);
    while (WIFSTOPPED(status)) {
        const bool on = at(context, ++stops);

        assert_int_equal(on ? ptrace(PTRACE_SYSCALL, child, NULL, NULL) : kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!on)
            return stops;
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return stops;
}

struct cut {
    process_run_fn *run;
    void *context;
    unsigned last;
};

static void run_cut(void *context)
{
    const struct cut *cut = context;

    cut->run(cut->context);
}

static bool before_last(void *context, unsigned stop)
{
    const struct cut *cut = context;

    return stop < cut->last;
}

unsigned process_cut(process_run_fn *run, void *context, unsigned n)
{
    struct cut cut = {run, context, n};

    return process_step(run_cut, before_last, &cut);
}

static bool is_event(int status)
{
    return status >> 16 == PTRACE_EVENT_CLONE || status >> 16 == PTRACE_EVENT_FORK ||
           status >> 16 == PTRACE_EVENT_VFORK || status >> 16 == PTRACE_EVENT_EXIT;
}

/* The stops of being held (SIGSTOP, SIGTRAP) are ours, every other signal is its own. */
static long signal_of(int status)
{
    const int number = WSTOPSIG(status);

    return number == SIGSTOP || number == SIGTRAP ? 0 : number;
}

struct process_watched process_watch(process_run_fn *run, void *context)
{
    const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT | PTRACE_O_TRACECLONE |
                         PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
    const pid_t child = start_held(run, context);
    struct process_watched watched = {0};
    int status = 0;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, NULL, options), 0);
    assert_int_equal(ptrace(PTRACE_CONT, child, NULL, 0), 0);
    for (;;) {
        const pid_t at = waitpid(-1, &status, __WALL);

        assert_true(at > 0);
        if (at == child && !WIFSTOPPED(status))
            break;
        if (!WIFSTOPPED(status))
            continue;
        if (is_event(status)) {
            watched.stops++;
            watched.confined += process_confined(at);
        }
        (void)ptrace(PTRACE_CONT, at, NULL, signal_of(status)); /* it may have been killed */
    }
    assert_true(WIFEXITED(status));
    watched.status = WEXITSTATUS(status);
    return watched;
}

void process_deny(uint32_t call)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

bool process_may_look(void)
{
    unsigned long long effective = 0;
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");

    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL)
        (void)sscanf(line, "CapEff: %llx", &effective);
    fclose(status);
    return (effective & 1ULL << CAP_SYS_PTRACE) != 0;
}

uint64_t process_number(pid_t pid, const char *file, const char *name)
{
    char path[64], line[256];
    uint64_t number = 0;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    FILE *in = fopen(path, "re");
    while (in != NULL && number == 0 && fgets(line, sizeof line, in) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            number = strtoull(line + strlen(name), NULL, 10);
    if (in != NULL)
        fclose(in);
    return number;
}

bool process_confined(pid_t pid)
{
    return process_number(pid, "status", "Seccomp:") == SECCOMP_MODE_FILTER &&
           process_number(pid, "status", "NoNewPrivs:") == 1;
}
