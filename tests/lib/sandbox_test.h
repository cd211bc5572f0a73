/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the sandbox have in common: the parts, each confined in a process of its
   own, in one folder with their places; and how a confined process ends. Everything fails the
   running test. */
#ifndef TESTS_LIB_SANDBOX_TEST_H
#define TESTS_LIB_SANDBOX_TEST_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "device/state.h"

enum { KEPT = 3, BETWEEN = 4, KEPT_TOO = 6, OTHER = 9, NOT_CONFINED = 90, NOBODY = 65534 };

/* Descriptors that stay, and sockets for some of them. */
extern const int sandbox_kept[2];
extern int sandbox_pair[2];

enum part { SESSION = 1, KEEPER = 2, COURIER = 4, PRINTER = 8, SPEAKER = 16, DESK = 32 };

#define FILES (KEEPER | COURIER | DESK)

enum { PARTS = 6 };

struct sandbox_part {
    enum part part;
    const char *name;
};

extern const struct sandbox_part sandbox_parts[PARTS];

/* One folder with the places of all parts, and a file outside them. */
extern char *sandbox_dir;

extern char sandbox_state[PATH_MAX], sandbox_media[PATH_MAX], sandbox_device[PATH_MAX],
    sandbox_outside[PATH_MAX];

/* A file on the medium. */
extern char sandbox_read[PATH_MAX];

/* The path that the printer opens. */
extern const char *sandbox_pinned;

/* Of a group of tests: makes the folder, the places and the sockets. */
int sandbox_test_setup(void **state);

/* Removes the folder and prints how much was tried. */
int sandbox_test_teardown(void **state);

/* Confines this process as the part: 0, or -1. The office of the desk is the state folder, and
   the medium is what it reads. */
int sandbox_test_enter(enum part part);

/* A terminal-less standard input that is always ready, and something at each descriptor that is
   tried. */
void sandbox_test_take_places(void);

/* Of a child: FAULTED by SIGSEGV, KILLED by SIGSYS. */
enum outcome { DONE, REFUSED, KILLED, FAULTED, BROKEN };

/* Waits for a child: how it ended. */
enum outcome sandbox_test_outcome(pid_t pid);

/* An error says so in one of these ways; any other error is the call's own. */
_Noreturn void sandbox_test_end(long result);

/* Acts counted since a test set these to 0. */
extern unsigned sandbox_tried, sandbox_wrong;

/* Counts an act of a part, and prints it when it ended otherwise. */
void sandbox_test_judge(const char *part, const char *name, enum outcome got, enum outcome want);

#endif
