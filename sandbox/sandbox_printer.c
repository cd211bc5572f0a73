/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox of the process that prints. */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/lp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/filter.h"
#include "sandbox/harden.h"
#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"

static const unsigned printer_requests[] = {TCGETS, TCSETS, TCFLSH, TIOCOUTQ, LPGETSTATUS};

/* A copy of the path, for the filter, which compares its address. Nothing can be written there any
   more. */
static const char *pin(const char *device)
{
    const size_t len = strlen(device) + 1;
    char *copy = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (copy == MAP_FAILED)
        return NULL;
    memcpy(copy, device, len);
    return mprotect(copy, len, PROT_READ) == 0 ? copy : NULL;
}

/* Allows the folder of the device, since a device that is plugged in again is a new file there. */
static int fence_printer(const char *device)
{
    char folder[PATH_MAX];
    const struct landlock_place place = {folder, LANDLOCK_DEVICE};

    if (landlock_folder(device, folder) != 0)
        return -1;
    if (strncmp(device, "/dev/", 5) == 0)
        strcpy(folder, "/dev"); /* udev's links lead elsewhere in it */
    return landlock_restrict(&place, 1);
}

/* No more mmap: it could put another path in the place of the pinned one. */
static int limit_calls(int socket, int opened, const char *device)
{
    const struct filter_test named[] = {
        FILTER_INT(0, AT_FDCWD),
        FILTER_BITS(1, UINT64_MAX, (uintptr_t)device),
    };
    const struct filter_test as_it_is[] = {
        named[0],
        named[1],
        FILTER_BITS(2, O_CREAT | O_TRUNC | O_TMPFILE, 0),
    };
    static const char *const calls[] = {
        "poll",         "ppoll",           "close", "clock_gettime",
        "rt_sigreturn", "restart_syscall", "exit",  "exit_group",
    };
    struct filter filter = filter_begin(FILTER_KILL);

    filter_allow_all(&filter, calls, FILTER_COUNT(calls));
    filter_allow_sanitizer(&filter);
    filter_allow(&filter, "newfstatat", named, FILTER_COUNT(named));
    filter_allow(&filter, "openat", as_it_is, FILTER_COUNT(as_it_is));
    filter_allow_on(&filter, "read", socket);
    filter_allow_on(&filter, "sendto", socket);
    filter_allow_on(&filter, "read", opened);
    filter_allow_on(&filter, "write", opened);
    filter_allow_requests(&filter, opened, printer_requests, FILTER_COUNT(printer_requests));
    return filter_enforce(&filter);
}

const char *sandbox_printer(int socket, const char *device)
{
    const char *pinned = pin(device);
    int opened = -1;

    if (pinned == NULL || harden_close_others(&socket, 1) != 0 || (opened = dup(socket)) < 0)
        return NULL;
    close(opened); /* opening the device will give this lowest free descriptor again */
    if (harden_drop_capabilities() != 0 || harden_hide() != 0 || fence_printer(device) != 0 ||
        harden_limit_to(opened > socket ? opened : socket) != 0)
        return NULL;
    return limit_calls(socket, opened, pinned) == 0 ? pinned : NULL;
}
