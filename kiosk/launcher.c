/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests over one socket, descriptors beside them (unix(7), SCM_RIGHTS), answered one after the
   other, in order. A request names neither terminal nor program: the launcher has those from its
   start, and a keeper that was taken over cannot choose others. */
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
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/harden.h"
#include "sandbox/user.h"
#include "tui/term.h"

enum request_type {
    REQUEST_SPAWN,
    REQUEST_SIGNAL,
    REQUEST_SWEEP,
    REQUEST_TERMINAL,
    REQUEST_HOLD,
    REQUEST_TYPES
};

struct launcher {
    int socket;
    pid_t pid;
};

struct request {
    int32_t type;
    int32_t kind;               /* REQUEST_SPAWN: an enum spawn_kind */
    int32_t number;             /* REQUEST_SIGNAL: of the signal */
    int32_t given[SPAWN_GIVEN]; /* REQUEST_SPAWN: 1 where a descriptor comes beside it */
};

/* --- messages with descriptors --- */

/* Sends bytes and those of fds that are not -1. Returns 0 or -1. */
static int send_message(int socket, const void *bytes, size_t len, const int *fds, size_t count)
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

/* Receives exactly len bytes; fds gets up to SPAWN_GIVEN descriptors, -1 after the last. Returns 0,
   or -1 at the end of the socket or for a message of another length. */
static int receive_message(int socket, void *bytes, size_t len, int fds[SPAWN_GIVEN])
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

struct server {
    const struct spawn_place *place;
    struct termios line; /* the terminal's settings before the first session */
    bool has_line;
    bool held; /* term_hold */
};

/* An answer is a status, 0 or -1, and perhaps a descriptor. */
struct answer {
    int32_t status;
    int fd; /* closed once it was sent; -1: none */
};

/* For a process that is gone already, a descriptor that can be read serves as well. */
static int watch(pid_t pid)
{
    const int fd = pidfd_open(pid, 0);
    return fd >= 0 || errno != ESRCH ? fd : eventfd(1, EFD_CLOEXEC);
}

static int start_one(const struct spawn_place *place, const struct request *request,
                     const int came[SPAWN_GIVEN], int *process)
{
    int fds[SPAWN_GIVEN];
    size_t n = 0;
    if (request->kind < 0 || request->kind >= SPAWN_KINDS)
        return -1;
    for (size_t i = 0; i < SPAWN_GIVEN; i++)
        fds[i] = request->given[i] ? came[n++] : -1;
    const pid_t pid = spawn_process((enum spawn_kind)request->kind, place, fds);
    *process = pid > 0 ? watch(pid) : -1;
    if (pid > 0 && *process < 0)
        kill(pid, SIGKILL); /* the keeper could not */
    return *process >= 0 ? 0 : -1;
}

static void serve_spawn(struct server *server, const struct request *request,
                        const int came[SPAWN_GIVEN], struct answer *answer)
{
    answer->status = start_one(server->place, request, came, &answer->fd);
}

/* Signals only a child of our own: a keeper that was taken over must not reach others through us.
   WNOWAIT leaves the child to the kernel, which collects it (wait(2)). */
static void serve_signal(struct server *server, const struct request *request,
                         const int came[SPAWN_GIVEN], struct answer *answer)
{
    const int number = request->number;
    siginfo_t info;
    (void)server;
    if ((number == SIGTERM || number == SIGUSR1 || number == SIGKILL) &&
        waitid(P_PIDFD, (id_t)came[0], &info, WEXITED | WNOHANG | WNOWAIT) == 0)
        answer->status = pidfd_send_signal(came[0], number, NULL, 0);
}

static void serve_sweep(struct server *server, const struct request *request,
                        const int came[SPAWN_GIVEN], struct answer *answer)
{
    (void)request, (void)came, (void)answer;
    spawn_sweep(server->place->config->tty, server->has_line ? &server->line : NULL);
}

static void serve_terminal(struct server *server, const struct request *request,
                           const int came[SPAWN_GIVEN], struct answer *answer)
{
    (void)request, (void)came;
    answer->fd = open(server->place->config->tty, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static void serve_hold(struct server *server, const struct request *request,
                       const int came[SPAWN_GIVEN], struct answer *answer)
{
    (void)request, (void)came, (void)answer;
    server->held = server->held || term_hold(server->place->config->tty, true) == 0;
}

/* Whether a terminal could be swept, opened or held changes nothing for the keeper: the status of
   these stays -1. */
static void (*const services[REQUEST_TYPES])(struct server *, const struct request *,
                                             const int came[SPAWN_GIVEN], struct answer *) = {
    [REQUEST_SPAWN] = serve_spawn, [REQUEST_SIGNAL] = serve_signal,
    [REQUEST_SWEEP] = serve_sweep, [REQUEST_TERMINAL] = serve_terminal,
    [REQUEST_HOLD] = serve_hold,
};

static void serve(int socket, const struct spawn_place *place)
{
    struct server server = {.place = place};
    struct request request;
    int came[SPAWN_GIVEN];
    server.has_line = spawn_line(place->config->tty, &server.line) == 0;
    while (receive_message(socket, &request, sizeof request, came) == 0) {
        struct answer answer = {.status = -1, .fd = -1};
        if (request.type >= 0 && request.type < REQUEST_TYPES)
            services[request.type](&server, &request, came, &answer);
        (void)send_message(socket, &answer.status, sizeof answer.status, &answer.fd, 1);
        if (answer.fd >= 0)
            close(answer.fd);
        for (int i = 0; i < SPAWN_GIVEN; i++)
            if (came[i] >= 0)
                close(came[i]);
    }
    if (server.held)
        term_hold(place->config->tty, false);
}

/* Only SIGKILL ends the launcher before its keeper. Its children are born with all signals blocked,
   and are never waited for. */
static void shelter(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, SIG_IGN);
    (void)harden_hide();
}

static _Noreturn void run(int socket, const struct spawn_place *place)
{
    const int null = open("/dev/null", O_RDWR);
    if (null < 0)
        _exit(EXIT_FAILURE); /* the keeper says that no session could be started */
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
    if (launcher == NULL || user_owner(state_dir, &place.owner) != ERROR_NONE ||
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

/* Sends a request with these descriptors and waits for the answer. *process (NULL: none is
   expected) gets the descriptor that came with it. Returns the answer's status, or -1 without a
   launcher. */
static int ask(struct launcher *launcher, const struct request *request, const int *fds,
               size_t count, int *process)
{
    int came[SPAWN_GIVEN];
    int32_t answer = -1;
    if (send_message(launcher->socket, request, sizeof *request, fds, count) != 0 ||
        receive_message(launcher->socket, &answer, sizeof answer, came) != 0)
        return -1;
    if (process != NULL)
        *process = came[0];
    return answer;
}

int launcher_spawn(struct launcher *launcher, enum spawn_kind kind, const int fds[SPAWN_GIVEN],
                   int *process)
{
    struct request request = {.type = REQUEST_SPAWN, .kind = kind};
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
    const struct request request = {.type = REQUEST_SIGNAL, .number = number};
    (void)ask(launcher, &request, &process, 1, NULL);
}

void launcher_sweep(struct launcher *launcher)
{
    const struct request request = {.type = REQUEST_SWEEP};
    (void)ask(launcher, &request, NULL, 0, NULL);
}

int launcher_terminal(struct launcher *launcher)
{
    const struct request request = {.type = REQUEST_TERMINAL};
    int terminal = -1;
    (void)ask(launcher, &request, NULL, 0, &terminal);
    return terminal;
}

void launcher_hold(struct launcher *launcher)
{
    const struct request request = {.type = REQUEST_HOLD};
    (void)ask(launcher, &request, NULL, 0, NULL);
}
