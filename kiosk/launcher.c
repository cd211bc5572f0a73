/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests over one socket, descriptors beside them (unix(7), SCM_RIGHTS); answered one after the other, in order. The names of
   terminal and helpers are the launcher's own: a request has none. */
#include "kiosk/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/user.h"
#include "tui/term.h"

enum launcher_wish {
    LAUNCHER_SPAWN,
    LAUNCHER_SIGNAL,
    LAUNCHER_SWEEP,
    LAUNCHER_TERMINAL,
    LAUNCHER_HOLD
};

struct launcher {
    int socket;
    pid_t pid;
};

struct launcher_request {
    int32_t wish;
    int32_t kind;               /* LAUNCHER_SPAWN: an enum spawn_kind */
    int32_t number;             /* LAUNCHER_SIGNAL */
    int32_t given[SPAWN_GIVEN]; /* 1 where a descriptor comes beside it */
};

/* --- messages with descriptors --- */

/* Sends bytes and those of fds that are not -1. */
static int send_request(int socket, const void *bytes, size_t len, const int *fds, size_t count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(SPAWN_GIVEN * sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)bytes, len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int sent[SPAWN_GIVEN];
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            sent[n++] = fds[i];
    if (n > 0) {
        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(n * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(n * sizeof(int));
        memcpy(CMSG_DATA(&control.header), sent, n * sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -1;
}

/* Takes the descriptors of a message; more than there is room for are closed. */
static void take(struct msghdr *message, int fds[SPAWN_GIVEN])
{
    const struct cmsghdr *header = CMSG_FIRSTHDR(message);
    int came[2 * SPAWN_GIVEN];
    size_t n = 0;

    if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
        return;
    n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(came, CMSG_DATA(header), n * sizeof(int));
    for (size_t i = 0; i < n; i++) {
        if (i < SPAWN_GIVEN)
            fds[i] = came[i];
        else
            close(came[i]);
    }
}

/* Receives exactly len bytes; fds gets up to SPAWN_GIVEN descriptors, -1 behind the last. Returns 0, or -1 at the end. */
static int receive(int socket, void *bytes, size_t len, int fds[SPAWN_GIVEN])
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(SPAWN_GIVEN * sizeof(int))];
    } control;
    struct iovec part = {bytes, len};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof control.room};
    ssize_t n;

    for (int i = 0; i < SPAWN_GIVEN; i++)
        fds[i] = -1;
    do
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        take(&message, fds);
    return n == (ssize_t)len ? 0 : -1;
}

/* --- the launcher's side --- */

/* A process that is gone already is as good as a descriptor that can be read. */
static int watch(pid_t pid)
{
    const int fd = pidfd_open(pid, 0);

    return fd >= 0 || errno != ESRCH ? fd : eventfd(1, EFD_CLOEXEC);
}

static int start_one(const struct spawn_place *place, const struct launcher_request *request,
                     const int came[SPAWN_GIVEN], int *process)
{
    int fds[SPAWN_GIVEN];
    size_t n = 0;
    pid_t pid;

    if (request->kind < 0 || request->kind >= SPAWN_KINDS)
        return -1;
    for (size_t i = 0; i < SPAWN_GIVEN; i++)
        fds[i] = request->given[i] ? came[n++] : -1;
    pid = spawn_process((enum spawn_kind)request->kind, place, fds);
    *process = pid > 0 ? watch(pid) : -1;
    if (pid > 0 && *process < 0)
        kill(pid, SIGKILL); /* nobody could */
    return *process >= 0 ? 0 : -1;
}

/* Only to a child of our own: a keeper that was taken over must not reach others through us. To look at one does not take it
   from the kernel, which does that itself (wait(2)). */
static int signal_one(int process, int number)
{
    siginfo_t info;

    if ((number != SIGTERM && number != SIGUSR1 && number != SIGKILL) ||
        waitid(P_PIDFD, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return -1;
    return pidfd_send_signal(process, number, NULL, 0);
}

static void serve(int socket, const struct spawn_place *place)
{
    struct launcher_request request;
    struct termios line;
    const bool has_line = spawn_line(place->config->tty, &line) == 0;
    int came[SPAWN_GIVEN];
    bool held = false;

    while (receive(socket, &request, sizeof request, came) == 0) {
        int process = -1;
        int32_t answer = -1;

        if (request.wish == LAUNCHER_SPAWN)
            answer = start_one(place, &request, came, &process);
        else if (request.wish == LAUNCHER_SIGNAL)
            answer = signal_one(came[0], request.number);
        else if (request.wish == LAUNCHER_HOLD)
            held = held || term_hold(place->config->tty, true) == 0;
        else if (request.wish == LAUNCHER_TERMINAL)
            process = open(place->config->tty, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        else
            spawn_sweep(place->config->tty, has_line ? &line : NULL);
        (void)send_request(socket, &answer, sizeof answer, &process, 1);
        if (process >= 0)
            close(process);
        for (int i = 0; i < SPAWN_GIVEN; i++)
            if (came[i] >= 0)
                close(came[i]);
    }
    if (held)
        term_hold(place->config->tty, false);
}

/* No signal but a kill ends it before its keeper; its children are born with all of them blocked, and none is ever waited
   for. */
static void shelter(void)
{
    const struct rlimit none = {0, 0};
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, SIG_IGN);
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static _Noreturn void run(int socket, const struct spawn_place *place)
{
    const int null = open("/dev/null", O_RDWR);

    shelter();
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
    dup2(socket, STDERR_FILENO + 1);
    close_range(STDERR_FILENO + 2, ~0U, 0);
    fcntl(STDERR_FILENO + 1, F_SETFD, FD_CLOEXEC);
    serve(STDERR_FILENO + 1, place);
    _exit(0);
}

/* --- the keeper's side --- */

struct launcher *launcher_start(const struct config *config, const char *state_dir)
{
    struct spawn_place place = {.config = config};
    struct launcher *launcher = calloc(1, sizeof *launcher);
    int ends[2];

    if (launcher == NULL || user_owner(state_dir, &place.owner) != 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        free(launcher);
        return NULL;
    }
    launcher->pid = fork();
    if (launcher->pid == 0)
        run(ends[1], &place);
    close(ends[1]);
    launcher->socket = ends[0];
    if (launcher->pid < 0)
        launcher_end(&launcher);
    return launcher;
}

void launcher_end(struct launcher **launcher)
{
    if (*launcher == NULL)
        return;
    close((*launcher)->socket);
    if ((*launcher)->pid > 0)
        while (waitpid((*launcher)->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    free(*launcher);
    *launcher = NULL;
}

/* fds: what goes with the request. *process, where it is wanted, is what came with the answer. */
static int ask(struct launcher *launcher, const struct launcher_request *request, const int *fds,
               size_t count, int *process)
{
    int came[SPAWN_GIVEN];
    int32_t answer = -1;

    if (send_request(launcher->socket, request, sizeof *request, fds, count) != 0 ||
        receive(launcher->socket, &answer, sizeof answer, came) != 0)
        return -1;
    if (process != NULL)
        *process = came[0];
    return answer;
}

int launcher_spawn(struct launcher *launcher, enum spawn_kind kind, const int fds[SPAWN_GIVEN],
                   int *process)
{
    struct launcher_request request = {.wish = LAUNCHER_SPAWN, .kind = kind};

    *process = -1;
    for (int i = 0; i < SPAWN_GIVEN; i++)
        request.given[i] = fds[i] >= 0;
    return ask(launcher, &request, fds, SPAWN_GIVEN, process) == 0 && *process >= 0 ? 0 : -1;
}

bool launcher_ended(int process)
{
    struct pollfd polled = {.fd = process, .events = POLLIN};
    return poll(&polled, 1, 0) == 1;
}

void launcher_signal(struct launcher *launcher, int process, int number)
{
    const struct launcher_request request = {.wish = LAUNCHER_SIGNAL, .number = number};

    (void)ask(launcher, &request, &process, 1, NULL);
}

void launcher_sweep(struct launcher *launcher)
{
    const struct launcher_request request = {.wish = LAUNCHER_SWEEP};

    (void)ask(launcher, &request, NULL, 0, NULL);
}

int launcher_terminal(struct launcher *launcher)
{
    const struct launcher_request request = {.wish = LAUNCHER_TERMINAL};
    int terminal = -1;

    (void)ask(launcher, &request, NULL, 0, &terminal);
    return terminal;
}

void launcher_hold(struct launcher *launcher)
{
    const struct launcher_request request = {.wish = LAUNCHER_HOLD};

    (void)ask(launcher, &request, NULL, 0, NULL);
}
