/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pty.c and pty_settle.c know of a pseudo-terminal, and nobody else. */
#ifndef TESTS_LIB_PTY_INSIDE_H
#define TESTS_LIB_PTY_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vterm.h>

#include "tests/lib/pty.h"

enum { PTY_BARRIER_MAX = 32, PTY_COLOURS = 16, PTY_SETTLE_SECONDS = 60 };

struct pty {
    int master;
    int slave; /* our own: for the output barrier and to ask how much input waits */
    char device[64];
    pid_t pid;
    bool ended;
    int status;
    VTerm *vterm;
    VTermScreen *screen;
    pid_t reader;         /* last process seen reading the terminal */
    pid_t typed_to;       /* the reader when the last bytes were typed */
    uint64_t read_target; /* what its count of bytes read must reach */
    unsigned barriers;
    VTermColor palette[PTY_COLOURS]; /* as it was at first */
    char tail[PTY_BARRIER_MAX]; /* last bytes that came out, to find a barrier across two reads */
    size_t tail_len;
    void (*tap)(void *context, const char *bytes, size_t len);
    void *tap_context;
};

/* The monotonic clock. */
int64_t pty_now_ms(void);

/* Takes what has come out of the terminal, waiting up to wait_ms for something. True when the
   barrier (or NULL) has come by. */
bool pty_pump(struct pty *pty, int wait_ms, const char *barrier);

/* True when all that was written to the terminal so far has come out. */
bool pty_pass_barrier(struct pty *pty);

/* True when the process started has ended; its status is kept. */
bool pty_has_ended(struct pty *pty);

#endif
