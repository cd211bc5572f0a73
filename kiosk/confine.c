/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one file that knows libseccomp. */
#include "kiosk/confine.h"

#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <linux/kd.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* What a session calls once it is confined. Reading, writing and waiting go only to descriptors
   that are open by then: the terminal, the keeper and the helpers. */
static const int allowed[] = {
    SCMP_SYS(read),         SCMP_SYS(write),
    SCMP_SYS(writev),       SCMP_SYS(poll),
    SCMP_SYS(ppoll),        SCMP_SYS(close),
    SCMP_SYS(munmap),       SCMP_SYS(mremap),
    SCMP_SYS(brk),          SCMP_SYS(madvise),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday), SCMP_SYS(futex),
    SCMP_SYS(getpid),       SCMP_SYS(getrusage),
    SCMP_SYS(gettid),       SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),  SCMP_SYS(alarm),
    SCMP_SYS(setitimer),    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* Of the many things ioctl does, those of a terminal, and on a console the look whether Caps Lock is on.
   No TIOCSTI: it would type for the next visitor. */
static const unsigned long terminal_requests[] = {
    TCGETS, TCSETS, TCSETSW, TCSETSF, TCFLSH, TIOCGWINSZ, KDGKBLED,
};

/* Stopped output goes on: stopping it and letting it go, but not sending a stop character. */
static int allow_flow(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 2,
                            SCMP_A1_32(SCMP_CMP_EQ, TCXONC), SCMP_A2_32(SCMP_CMP_LE, TCOON)) == 0
               ? 0
               : -1;
}

static int allow_calls(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
            return -1;
    for (size_t i = 0; i < sizeof terminal_requests / sizeof terminal_requests[0]; i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                             SCMP_A1_32(SCMP_CMP_EQ, terminal_requests[i])) != 0)
            return -1;
    return 0;
}

/* Memory, but none that can be run. */
static int allow_memory(scmp_filter_ctx filter)
{
    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                         SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) != 0)
        return -1;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0
               ? 0
               : -1;
}

static int filter_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int result = -1;

    if (filter == NULL)
        return -1;
    if (allow_calls(filter) == 0 && allow_flow(filter) == 0 && allow_memory(filter) == 0 &&
        seccomp_load(filter) == 0)
        result = 0;
    seccomp_release(filter);
    return result;
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

int confine_session(const int *kept, size_t count)
{
    const struct rlimit none = {0, 0};

    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return close_others(kept, count) == 0 ? filter_calls() : -1;
}
