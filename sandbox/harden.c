/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capabilities, limits and descriptors. */
#include "sandbox/harden.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int harden_limit(__rlimit_resource_t resource, rlim_t most)
{
    const struct rlimit both = {most, most};

    return setrlimit(resource, &both);
}

int harden_drop_capabilities_but(unsigned spare)
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

int harden_drop_capabilities(void)
{
    return harden_drop_capabilities_but(0);
}

int harden_hide(void)
{
    return harden_limit(RLIMIT_CORE, 0) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 &&
                   prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
               ? 0
               : -1;
}

int harden_limit_to(int last)
{
    return harden_limit(RLIMIT_FSIZE, 0) == 0 && harden_limit(RLIMIT_NPROC, 0) == 0 &&
                   harden_limit(RLIMIT_NOFILE, (rlim_t)last + 1) == 0
               ? 0
               : -1;
}

int harden_close_others(const int *kept, size_t count)
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
