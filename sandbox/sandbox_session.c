/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox of a session. */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/filter.h"
#include "sandbox/harden.h"
#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"

/* Where memory may be locked without limit, all of it is, and nothing of this process reaches the
   swap. Elsewhere only the pool of secrets is: the key derivation's memory would exceed the
   limit. */
static int lock_memory(void)
{
    struct rlimit locked = {0};

    (void)harden_limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
    if (getrlimit(RLIMIT_MEMLOCK, &locked) != 0)
        return -1;
    /* With a limit it takes the capability for every piece that is mapped later. */
    const int left =
        harden_drop_capabilities_but(locked.rlim_cur != RLIM_INFINITY ? 1U << CAP_IPC_LOCK : 0);
    if (left > 0 || (left == 0 && locked.rlim_cur == RLIM_INFINITY))
        (void)mlockall(MCL_CURRENT | MCL_FUTURE);
    return left < 0 ? -1 : 0;
}

/* Memory that is private, of no file, and cannot be executed. */
static void allow_own_memory(struct filter *filter)
{
    const struct filter_test own[] = {
        FILTER_BITS(2, PROT_EXEC, 0),
        FILTER_BITS(3, MAP_TYPE | MAP_ANONYMOUS, MAP_PRIVATE | MAP_ANONYMOUS),
    };

    filter_allow(filter, "mmap", own, FILTER_COUNT(own));
}

static int limit_calls(const int *kept, size_t count)
{
    const struct filter_test resize[] = {FILTER_INT(0, SIGWINCH)};
    struct filter filter = filter_begin(FILTER_KILL);

    filter_allow_plain(&filter, ENOMEM);
    allow_own_memory(&filter);
    filter_allow_on(&filter, "read", STDIN_FILENO);
    filter_allow_on(&filter, "write", STDOUT_FILENO);
    filter_allow_on(&filter, "write", STDERR_FILENO);
    for (size_t i = 0; i < count; i++) {
        filter_allow_on(&filter, "read", kept[i]);
        filter_allow_on(&filter, "write", kept[i]);
    }
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        filter_allow_terminal(&filter, fd);
#ifndef __SANITIZE_ADDRESS__
    filter_allow(&filter, "rt_sigaction", resize, FILTER_COUNT(resize));
#else
    (void)resize;
#endif
    return filter_enforce(&filter);
}

int sandbox_session(const int *kept, size_t count)
{
    const int last = count > 0 ? kept[count - 1] : STDERR_FILENO;

    if (lock_memory() != 0 || harden_close_others(kept, count) != 0 || harden_hide() != 0 ||
        landlock_restrict(NULL, 0) != 0 || harden_limit_to(last) != 0)
        return -1;
    return limit_calls(kept, count);
}
