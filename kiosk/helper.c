/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One helper's process after the other. */
#include "kiosk/helper.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "kiosk/printer.h"

static const struct {
    int socket;      /* type */
    bool is_program; /* name is a program; one that cannot be run is not offered */
} kinds[SPAWN_KINDS] = {
    [SPAWN_PRINTER] = {SOCK_STREAM, false},
    [SPAWN_SPEECH] = {SOCK_SEQPACKET, true},
};

struct helper {
    struct launcher *launcher;
    enum spawn_kind kind;
    const char *name;
    int process;      /* -1: none */
    int socket;       /* for the process to be started next; -1: none is to be */
    int64_t deadline; /* clock_ms at which the process is killed; 0: never */
};

struct helper *helper_new(struct launcher *launcher, enum spawn_kind kind, const char *name)
{
    struct helper *helper = calloc(1, sizeof *helper);
    if (helper != NULL)
        *helper = (struct helper){launcher, kind, name, -1, -1, 0};
    return helper;
}

void helper_free(struct helper **helper)
{
    if (*helper == NULL)
        return;
    if ((*helper)->process >= 0)
        close((*helper)->process);
    if ((*helper)->socket >= 0)
        close((*helper)->socket);
    free(*helper);
    *helper = NULL;
}

int helper_prepare(struct helper *helper)
{
    int ends[2];
    if (helper->name[0] == '\0' ||
        (kinds[helper->kind].is_program && access(helper->name, X_OK) != 0) ||
        socketpair(AF_UNIX, kinds[helper->kind].socket | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    helper->socket = ends[1];
    return ends[0];
}

void helper_dismiss(struct helper *helper)
{
    if (helper->socket >= 0)
        close(helper->socket);
    helper->socket = -1;
    if (helper->process >= 0 && helper->deadline == 0)
        helper->deadline = clock_ms() + PRINTER_WAIT_MS;
}

static void start(struct helper *helper)
{
    const int given[SPAWN_GIVEN] = {helper->socket, -1, -1, -1, -1};
    if (helper->socket < 0 || helper->process >= 0)
        return;
    /* If this fails the session finds its socket closed. */
    (void)launcher_spawn(helper->launcher, helper->kind, given, &helper->process);
    helper->deadline = 0;
    close(helper->socket);
    helper->socket = -1;
}

void helper_attend(struct helper *helper)
{
    if (helper->deadline != 0 && clock_ms() >= helper->deadline) {
        launcher_signal(helper->launcher, helper->process, SIGKILL);
        helper->deadline = 0;
    }
    if (helper->process >= 0 && launcher_ended(helper->process)) {
        close(helper->process);
        helper->process = -1;
        helper->deadline = 0;
    }
    start(helper);
}

int helper_process(const struct helper *helper)
{
    return helper->process;
}

int helper_wait(const struct helper *helper, int ms)
{
    if (helper->deadline == 0)
        return ms;
    const int64_t left = helper->deadline - clock_ms();
    return left >= ms ? ms : left > 0 ? (int)left : 0;
}
