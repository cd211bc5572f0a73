/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A seccomp filter: the list of system calls that this process may do, or may not do, from then on.
   A list that cannot be completed is remembered as failed, so only filter_enforce has to be
   asked. */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter {
    void *rules; /* libseccomp's; owned from filter_begin to filter_enforce */
    bool failed;
};

/* What becomes of a call: one of these, or the errno that it fails with. */
enum { FILTER_ALLOW = 0, FILTER_KILL = -1 };

/* What an argument of a call must be for a rule to apply. */
struct filter_test {
    unsigned argument; /* from 0 */
    bool differs;      /* false: equal under the mask; true: not equal, and no mask */
    uint64_t mask;
    uint64_t value;
};

/* FILTER_BITS: equal in the bits of the mask. FILTER_NOT: not equal. */
/* Versions of clang-format lay these out differently. */
/* clang-format off */
#define FILTER_BITS(argument, mask, value) {(argument), false, (mask), (value)}
#define FILTER_NOT(argument, value) {(argument), true, 0, (value)}
/* clang-format on */

/* Equal, for an argument that the kernel takes as an int. What stands above its 32 bits is
   anything, and not always 0. libseccomp's own macros for 32 bits want it to be 0, and would take
   1 << 32 | TIOCSTI for another request than TIOCSTI. */
#define FILTER_INT(argument, value) FILTER_BITS(argument, UINT32_MAX, (uint32_t)(value))

#define FILTER_COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Starts a list. Calls that match no rule get the action `otherwise`, which no rule may have. */
struct filter filter_begin(int otherwise);

/* Adds a rule for the system call of that name: the action applies where all tests hold (at most 3;
   count 0 for always). */
void filter_add(struct filter *filter, int action, const char *call,
                const struct filter_test *tests, size_t count);

/* Adds a rule without tests for each of the calls. */
void filter_add_all(struct filter *filter, int action, const char *const *calls, size_t count);

/* The same two with FILTER_ALLOW. */
void filter_allow(struct filter *filter, const char *call, const struct filter_test *tests,
                  size_t count);
void filter_allow_all(struct filter *filter, const char *const *calls, size_t count);

/* Allows what every process does that computes, waits and ends. Calls that the C library makes to
   save memory or time, and does without, get the action `spared_calls`. */
void filter_allow_plain(struct filter *filter, int spared_calls);

/* Allows what the address sanitizer does, in a build that has it. Part of filter_allow_plain. */
void filter_allow_sanitizer(struct filter *filter);

/* Allows a call whose first argument is this descriptor. */
void filter_allow_on(struct filter *filter, const char *call, int fd);

/* Allows these requests of ioctl on this descriptor. */
void filter_allow_requests(struct filter *filter, int fd, const unsigned *requests, size_t count);

/* Allows what is asked of a terminal on this descriptor: its modes, its size, to let stopped output
   go on and, on a console, the look whether Caps Lock is on. No TIOCSTI: it would type for whoever
   comes next. */
void filter_allow_terminal(struct filter *filter, int fd);

/* Puts the list into force, irrevocably, and frees it. Returns 0, or -1 when anything failed since
   filter_begin: then no call is barred. */
int filter_enforce(struct filter *filter);

#endif
