/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate's queue of locked bytes. Waiting is by naps: the kernel can wait for a lock, but only a
   signal ends that, and signals are the program's. */
#include "office/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { NAP_NS = 500000 };

static int lock(int gate, int command, short type, int64_t place, struct flock *out)
{
    *out =
        (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)place, .l_len = 1};
    return fcntl(gate, command, out);
}

void gate_leave(int gate, int64_t place)
{
    struct flock unused;
    (void)lock(gate, F_OFD_SETLK, F_UNLCK, place, &unused);
}

/* A place that another holds of the n from `first` on, all when n is 0; -1: none. */
static enum error look(int gate, int64_t first, int64_t n, int64_t *held)
{
    struct flock found = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)first, .l_len = (off_t)n};
    if (fcntl(gate, F_OFD_GETLK, &found) != 0)
        return error_of_errno(errno);
    *held = found.l_type == F_UNLCK ? -1 : (int64_t)found.l_start;
    return ERROR_NONE;
}

static enum error nap(int64_t end)
{
    const struct timespec time = {.tv_nsec = NAP_NS};
    if (clock_ms() >= end)
        return ERROR_OFFICE_BUSY;
    nanosleep(&time, NULL);
    return ERROR_NONE;
}

/* Within byte 0, so that no two take one place. */
static enum error take_place(int gate, int64_t *place)
{
    struct flock unused;
    int64_t held = 0;
    enum error error = ERROR_NONE;
    for (*place = GATE_FIRST; held >= 0 && error == ERROR_NONE;) {
        error = look(gate, *place, 0, &held);
        if (error == ERROR_NONE && held >= 0)
            *place = held + 1;
    }
    if (error == ERROR_NONE && lock(gate, F_OFD_SETLK, F_WRLCK, *place, &unused) != 0)
        error = error_of_errno(errno);
    return error;
}

static enum error queue_up(int gate, int64_t end, int64_t *place)
{
    struct flock unused;
    enum error error = ERROR_NONE;
    while (lock(gate, F_OFD_SETLK, F_WRLCK, 0, &unused) != 0) {
        error = errno == EAGAIN || errno == EACCES ? nap(end) : error_of_errno(errno);
        if (error != ERROR_NONE)
            return error;
    }
    error = take_place(gate, place);
    gate_leave(gate, 0);
    return error;
}

enum error gate_enter(int gate, int64_t ms, gate_meanwhile_fn *meanwhile, void *context,
                      int64_t *place)
{
    const int64_t end = clock_ms() + ms;
    int64_t held = 0;
    enum error error = queue_up(gate, end, place);
    if (error != ERROR_NONE)
        return error;
    while (held >= 0 && error == ERROR_NONE) {
        error = look(gate, 1, *place - 1, &held);
        if (error == ERROR_NONE && held >= 0 && meanwhile != NULL)
            error = meanwhile(context);
        if (error == ERROR_NONE && held >= 0)
            error = nap(end);
    }
    if (error != ERROR_NONE)
        gate_leave(gate, *place);
    return error;
}
