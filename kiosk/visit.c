/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The states of a visit, and its record.

   Once a visitor passes the language screen, rewrite the record every second: a cover until the
   session delivers an envelope. So nothing that the keeper does, and nothing on the disk, depends
   on what the visitor does; and a power cut costs nothing that was acknowledged. */
#include "kiosk/visit.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "kiosk/mailbox.h"
#include "kiosk/spawn.h"

enum {
    VISIT_TICK_MS = 1000,   /* how often the record is written */
    VISIT_ORDER_MS = 45000, /* how long a session may take to end in order: it has keys to derive */
    VISIT_KILL_MS = 1000,   /* a kill that did not work is repeated */
    VISIT_SHORT_MS = 1000,  /* a session that ends by itself sooner had no terminal to wait on */
    VISIT_BYTES = 8,        /* how much of what a session says is read in one turn */
};
#define NEVER INT64_MAX

enum visit_state {
    STAY,          /* no state: what a table of zeros says */
    IDLE,          /* the session waits on its first screen */
    ASKED,         /* the same, and was asked to exit */
    BUSY,          /* somebody is there: a record is written */
    STOPPING,      /* nobody is there, and the process must end */
    BUSY_STOPPING, /* somebody is there, and the process must end */
    ENDED,         /* by itself, and nobody ever came */
    ENDED_ASKED,   /* because it was asked or told to, and nobody ever came */
    ENDED_BUSY,    /* somebody came: a record is owed */
    STATES
};

enum visit_event {
    VISITOR,  /* somebody passed the language screen */
    ROOM,     /* the keeper has something to do between visits */
    STOP,     /* the service ends */
    DEADLINE, /* the time to end in order is over */
    SECOND,   /* the record is due */
    END,      /* the process has ended */
    EVENTS
};

struct visit {
    struct launcher *launcher;
    struct chain *chain;
    struct charter charter;
    struct card card;
    struct mailbox *mailbox;
    int process;
    int socket; /* -1 once the session's end of it is closed */
    int status; /* the last byte it sent, BRIEF_BEGUN aside, or -1 */
    bool open;  /* visitors are taken */
    enum visit_state state;
    int64_t began;
    int64_t tick;     /* clock_ms at which the record is written next, or NEVER */
    int64_t deadline; /* clock_ms at which the process is killed, or NEVER */
    bool sealed;      /* what the visit comes to so far is in: */
    uint8_t envelope[ENVELOPE_LEN];
    uint32_t day;
};

/* --- the record --- */

/* Writes what the visit comes to so far, and answers the session. */
static void write_record(struct visit *visit)
{
    uint8_t offered[ENVELOPE_LEN];
    enum error error = ERROR_NONE;
    /* The session's envelope replaces a cover that stands already; and it counts only once it is
       stored, since the person is told that it was not sent when it was not. */
    if (!visit->sealed)
        error =
            chain_begin(visit->chain, &visit->charter, &visit->card, visit->envelope, &visit->day);
    visit->sealed = error == ERROR_NONE;
    memcpy(offered, visit->envelope, sizeof offered);
    const uint32_t turn = mailbox_look(visit->mailbox, offered);
    if (visit->sealed)
        error = chain_write(visit->chain, offered, visit->day);
    if (error == ERROR_NONE)
        memcpy(visit->envelope, offered, sizeof offered);
    mailbox_answer(visit->mailbox, turn, error == ERROR_NONE);
}

/* --- what is done when an event comes --- */

static void start_clock(struct visit *visit)
{
    visit->tick = clock_ms();
}

static void ask(struct visit *visit)
{
    launcher_signal(visit->launcher, visit->process, SIGUSR1);
}

static void terminate(struct visit *visit)
{
    launcher_signal(visit->launcher, visit->process, SIGTERM);
    visit->deadline = clock_ms() + VISIT_ORDER_MS;
}

static void destroy(struct visit *visit)
{
    launcher_signal(visit->launcher, visit->process, SIGKILL);
    visit->deadline += VISIT_KILL_MS;
}

/* What a slow disk or a stopped machine has missed is not made up for. */
static void write_in_time(struct visit *visit)
{
    write_record(visit);
    while (visit->tick <= clock_ms())
        visit->tick += VISIT_TICK_MS;
}

/* A session reports a visitor at most once, also when that is read only after its end. An event for
   which a state has no entry changes nothing. */
static const struct step {
    enum visit_state next;
    void (*act)(struct visit *visit);
} steps[STATES][EVENTS] = {
    [IDLE] = {[VISITOR] = {BUSY, start_clock},
              [ROOM] = {ASKED, ask},
              [STOP] = {STOPPING, terminate},
              [END] = {ENDED, NULL}},
    [ASKED] = {[VISITOR] = {BUSY, start_clock},
               [STOP] = {STOPPING, terminate},
               [END] = {ENDED_ASKED, NULL}},
    [BUSY] = {[STOP] = {BUSY_STOPPING, terminate},
              [SECOND] = {BUSY, write_in_time},
              [END] = {ENDED_BUSY, NULL}},
    [STOPPING] = {[VISITOR] = {BUSY_STOPPING, start_clock},
                  [DEADLINE] = {STOPPING, destroy},
                  [END] = {ENDED_ASKED, NULL}},
    [BUSY_STOPPING] = {[DEADLINE] = {BUSY_STOPPING, destroy},
                       [SECOND] = {BUSY_STOPPING, write_in_time},
                       [END] = {ENDED_BUSY, NULL}},
    [ENDED] = {[VISITOR] = {ENDED_BUSY, NULL}},
    [ENDED_ASKED] = {[VISITOR] = {ENDED_BUSY, NULL}},
};

static void happen(struct visit *visit, enum visit_event event)
{
    const struct step *step = &steps[visit->state][event];
    if (step->next == STAY)
        return;
    visit->state = step->next;
    if (step->act != NULL)
        step->act(visit);
}

/* --- what brings events --- */

static bool has_visitor(const struct visit *visit)
{
    return visit->state == BUSY || visit->state == BUSY_STOPPING || visit->state == ENDED_BUSY;
}

/* Takes what the session says, a little at a time; closes the socket at its end. A kiosk that takes
   no visitors has none, whatever its session says. */
static void read_bytes(struct visit *visit)
{
    for (int i = 0; i < VISIT_BYTES && visit->socket >= 0; i++) {
        uint8_t byte = 0;
        const ssize_t n = recv(visit->socket, &byte, sizeof byte, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close(visit->socket);
            visit->socket = -1;
        } else if (byte != BRIEF_BEGUN) {
            visit->status = byte;
        } else if (visit->open) {
            happen(visit, VISITOR);
        }
    }
}

void visit_listen(struct visit *visit)
{
    if (!has_visitor(visit))
        read_bytes(visit);
}

void visit_make_room(struct visit *visit)
{
    happen(visit, ROOM);
}

void visit_stop(struct visit *visit)
{
    happen(visit, STOP);
}

void visit_enforce(struct visit *visit)
{
    if (clock_ms() >= visit->deadline)
        happen(visit, DEADLINE);
}

void visit_check(struct visit *visit)
{
    if (launcher_ended(visit->process))
        happen(visit, END);
}

void visit_tick(struct visit *visit)
{
    if (clock_ms() >= visit->tick)
        happen(visit, SECOND);
}

/* --- what the keeper waits for --- */

int visit_process(const struct visit *visit)
{
    return visit->process;
}

int visit_socket(const struct visit *visit)
{
    return has_visitor(visit) ? -1 : visit->socket;
}

int visit_wait(const struct visit *visit, int ms)
{
    const int64_t now = clock_ms();
    const int64_t next = visit->tick < visit->deadline ? visit->tick : visit->deadline;
    return next - now >= ms ? ms : next > now ? (int)(next - now) : 0;
}

bool visit_is_idle(const struct visit *visit)
{
    return !has_visitor(visit) && !visit_is_over(visit);
}

bool visit_is_over(const struct visit *visit)
{
    return visit->state >= ENDED;
}

/* --- start and end --- */

/* Makes the socket and the mailbox, and starts the process with them. Returns 0 or -1; ends and fds
   of what was made are set, the rest of them -1. */
static int start_process(struct visit *visit, const int given[SPAWN_GIVEN], int ends[2],
                         int *mailbox)
{
    int fds[SPAWN_GIVEN];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
        mailbox_make(&visit->mailbox, mailbox) != 0)
        return -1;
    memcpy(fds, given, sizeof fds);
    fds[0] = ends[1];
    fds[BRIEF_MAILBOX - BRIEF_SOCKET] = *mailbox;
    return launcher_spawn(visit->launcher, SPAWN_SESSION, fds, &visit->process);
}

struct visit *visit_begin(struct launcher *launcher, struct chain *chain, const struct brief *brief,
                          const int given[SPAWN_GIVEN])
{
    int ends[2] = {-1, -1}, mailbox = -1;
    struct visit *visit = calloc(1, sizeof *visit);
    if (visit == NULL)
        return NULL;
    visit->launcher = launcher;
    visit->chain = chain;
    visit->charter = brief->charter;
    visit->card = brief->card;
    visit->open = !brief->closed;
    visit->state = IDLE;
    visit->began = clock_ms();
    visit->tick = visit->deadline = NEVER;
    visit->status = visit->process = -1;
    const bool started = start_process(visit, given, ends, &mailbox) == 0;
    visit->socket = ends[0];
    /* A session that died at once is noticed by its end. */
    if (started)
        (void)!send(visit->socket, brief, sizeof *brief, MSG_NOSIGNAL);
    if (ends[1] >= 0)
        close(ends[1]);
    if (mailbox >= 0)
        close(mailbox);
    if (!started)
        visit_free(&visit);
    return visit;
}

/* Why a process ended that was no session; ERROR_NONE when it was one. */
static enum error error_of(int status)
{
    switch (status) {
    case SPAWN_NO_TERMINAL:
        return ERROR_SESSION_TERMINAL;
    case SPAWN_NO_MEMORY:
        return ERROR_MEMORY_LOCK;
    case SPAWN_NOT_CONFINED:
        return ERROR_SESSION_CONFINED;
    default:
        return ERROR_NONE;
    }
}

static void close_both(struct visit *visit)
{
    if (visit->socket >= 0)
        close(visit->socket);
    if (visit->process >= 0)
        close(visit->process);
    visit->socket = visit->process = -1;
}

struct visit_result visit_settle(struct visit *visit)
{
    struct visit_result result = {ERROR_NONE, false, false};
    read_bytes(visit);
    close_both(visit);
    if (visit->status < 0)
        launcher_sweep(visit->launcher);
    result.begun = has_visitor(visit);
    if (result.begun)
        write_record(visit);
    else
        result.error = error_of(visit->status);
    result.failed = visit->state == ENDED &&
                    (result.error != ERROR_NONE || clock_ms() - visit->began <= VISIT_SHORT_MS);
    return result;
}

void visit_free(struct visit **visit)
{
    if (*visit == NULL)
        return;
    close_both(*visit);
    mailbox_free(&(*visit)->mailbox);
    explicit_bzero((*visit)->envelope, sizeof(*visit)->envelope);
    free(*visit);
    *visit = NULL;
}
