/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps files, and puts zeros in the place of pages that cannot be had. */
#include "base/mapping.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/grow.h"

/* What is mapped now, for the handler. */
static struct mapping *held;
static size_t held_count, held_room;
static uintptr_t page_size;
static volatile sig_atomic_t lost;

/* --- pages that cannot be had --- */

static bool is_ours(uintptr_t at)
{
    for (size_t i = 0; i < held_count; i++) {
        const uintptr_t first = (uintptr_t)held[i].bytes;
        const uintptr_t end = (first + held[i].len + page_size - 1) & ~(page_size - 1);
        if (at >= first && at < end)
            return true;
    }
    return false;
}

/* A fault that is not ours, or cannot be mended, comes once more and ends the process. mmap is a
   plain system call, which a confined session may make for memory of its own. */
static void mend(int signal_number, siginfo_t *info, void *context)
{
    const int before = errno;
    const uintptr_t page = (uintptr_t)info->si_addr & ~(page_size - 1);
    (void)context;
    lost = 1;
    if (!is_ours(page) || mmap((void *)page, page_size, PROT_READ,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        signal(signal_number, SIG_DFL);
    errno = before;
}

static void watch(void)
{
    struct sigaction action = {.sa_sigaction = mend, .sa_flags = SA_SIGINFO};
    page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}

bool mapping_lost(void)
{
    return lost != 0;
}

/* --- maps --- */

static enum error hold(const struct mapping *mapping)
{
    const enum error error = GROW(held, held_count, 1, held_room);
    if (error == ERROR_NONE)
        held[held_count++] = *mapping;
    return error;
}

static void let_go(const struct mapping *mapping)
{
    size_t i = 0;
    while (i < held_count && held[i].bytes != mapping->bytes)
        i++;
    if (i < held_count)
        held[i] = held[--held_count];
    if (held_count > 0)
        return;
    free(held);
    held = NULL;
    held_room = 0;
}

static enum error map(int fd, bool resident, struct mapping *mapping)
{
    void *bytes =
        mmap(NULL, mapping->len, PROT_READ, MAP_PRIVATE | (resident ? MAP_POPULATE : 0), fd, 0);
    if (bytes == MAP_FAILED)
        return error_of_lack(errno, ERROR_IO);
    mapping->bytes = bytes;
    const enum error error = hold(mapping);
    if (error != ERROR_NONE)
        munmap(bytes, mapping->len);
    return error;
}

enum error mapping_open(int dir, const char *name, size_t max, bool resident,
                        struct mapping *mapping)
{
    int fd = -1;
    watch();
    enum error error = file_open(dir, name, max, &fd, &mapping->len);
    mapping->bytes = NULL;
    if (error == ERROR_NONE)
        error = mapping->len == 0 ? ERROR_TRUNCATED : map(fd, resident, mapping);
    if (fd >= 0)
        close(fd);
    if (error != ERROR_NONE)
        *mapping = (struct mapping){NULL, 0};
    return error;
}

void mapping_close(struct mapping *mapping)
{
    if (mapping->bytes != NULL) {
        let_go(mapping);
        munmap((void *)(uintptr_t)mapping->bytes, mapping->len);
    }
    *mapping = (struct mapping){NULL, 0};
}
