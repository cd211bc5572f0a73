/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper's two loops: one visit after the other, and within a visit whatever comes first: the
   session's envelope, its end, a new day, a new file in the state folder, a request to end.

   Each visit has its own process for the printer and for the speaker, where the place has them. One of
   a kind at a time: a printer's process may still write a slip when its visit is over, and then that of
   the next waits, with its end of the session's socket, until the device is free.

   From when somebody has passed the language screen, the keeper writes by its own clock, once a second, what the visit comes to so
   far: a cover of its own, until an envelope of the session's lies in the mailbox. So nothing that the keeper does, and nothing
   on the disk, depends on what the visitor does; and a power cut costs nothing that was acknowledged. When the process has ended
   the record goes into the outbox.

   Covers are owed: one from the start, unless a cut-off visit has left its record, and one for every day that has no
   record yet. What is owed is written between visits, and stays owed while the disk refuses it. While the disk
   refuses a visit's own record nobody else is taken. */
#include "kiosk/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "kiosk/brief.h"
#include "kiosk/chain.h"
#include "kiosk/mailbox.h"
#include "kiosk/printer.h"
#include "kiosk/spawn.h"
#include "sandbox/sandbox.h"
#include "session/session.h"

enum {
    KEEPER_LOOK_MS = 60000,  /* how often a waiting keeper looks at the date */
    KEEPER_TICK_MS = 1000,   /* how often the record of a visit is written */
    KEEPER_ORDER_MS = 20000, /* how long a session may take to end in order */
    KEEPER_SHORT_MS = 1000,  /* a session that ends by itself sooner had no terminal to wait on */
    KEEPER_FAILURES_MAX = 5,
    KEEPER_DAY_MAX = 500,   /* visits of a day, after which one is a rarity or a mischief */
    KEEPER_REST_MS = 10000, /* and the rest before each one more */
    KEEPER_LOCK_MS = 1000,  /* how long a lock may still be held for a keeper that was killed */
    KEEPER_LOCK_STEP_MS = 20,
    KEEPER_HELPER_MS = PRINTER_WAIT_MS, /* how long a helper may take to end after its visit */
    KEEPER_WORDS = 8,                   /* that are read of a session's in one turn */
    KEEPER_PTY_MAJOR_FIRST = 136,
    KEEPER_PTY_MAJOR_LAST = 143,
};

struct helper {
    enum spawn_kind kind;
    const char *name; /* of its device or program; "" when there is none */
    int type;         /* of its socket */
    bool runs;        /* name is a program: one that cannot be run is not offered */
    int process;      /* -1: none */
    int socket;       /* that the next process gets; -1: none waits for one */
    int64_t deadline; /* when the process is killed; 0 for never */
};

enum { PRINTER, SPEAKER, HELPERS };

struct keeper {
    struct state *state; /* as it was at the start: path and signing key */
    struct state *now;   /* as it is on disk; read anew before each visit */
    enum error closed;   /* why visitors are not taken, an enum error */
    struct launcher *launcher;
    const struct keeper_options *options;
    struct helper helpers[HELPERS];
    struct chain *chain;
    int lock;
    int signals;
    int watch;
    unsigned owed;     /* covers */
    unsigned failures; /* visits in a row that never began */
    unsigned visits;   /* of this day, that owed an envelope */
    uint32_t day;
    bool ending;
    bool pseudo; /* the terminal is a window's: when that closes there is nobody left to serve */
};

struct visit {
    int process;
    int socket; /* -1 once the session's end of it is closed */
    struct mailbox *mailbox;
    int given[SPAWN_GIVEN]; /* the session's descriptors; -1 for none */
    bool open;              /* visitors are taken */
    bool begun;             /* somebody passed the language screen: an envelope is owed ... */
    bool sealed;            /* ... and this is it, so far: */
    uint8_t envelope[ENVELOPE_LEN];
    uint32_t day;
    bool asked; /* was asked to end */
    bool dead;
    int said; /* its last word, or -1 */
    int64_t began;
    int64_t tick;     /* when the record is written next */
    int64_t deadline; /* when it is killed; 0 for never */
};

static int64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- the chain --- */

/* True when this day has no record yet. */
static bool day_is_owed(struct keeper *keeper)
{
    struct outbox_tip tip;

    return chain_tip(keeper->chain, &tip) == ERROR_NONE && day_today() > tip.day;
}

/* Without a valid charter there is no key to seal to: then all stays owed. */
static enum error pay(struct keeper *keeper)
{
    enum error error = chain_deliver(keeper->chain);

    if (error != ERROR_NONE || keeper->closed != ERROR_NONE)
        return error;
    if (keeper->owed == 0 && day_is_owed(keeper))
        keeper->owed = 1;
    while (keeper->owed > 0) {
        error = chain_cover(keeper->chain, &keeper->now->charter, &keeper->now->card);
        if (error != ERROR_NONE)
            return error;
        keeper->owed--;
    }
    return ERROR_NONE;
}

static bool out_of_order(const struct keeper *keeper)
{
    return keeper->closed != ERROR_NONE || keeper->options->misconfigured ||
           chain_holding(keeper->chain);
}

/* --- the helpers --- */

static void start_helper(struct keeper *keeper, struct helper *helper)
{
    const int given[SPAWN_GIVEN] = {helper->socket, -1, -1, -1, -1};

    if (helper->socket < 0 || helper->process >= 0)
        return;
    /* Without it the session's socket is at its end. */
    (void)launcher_spawn(keeper->launcher, helper->kind, given, &helper->process);
    helper->deadline = 0;
    close(helper->socket);
    helper->socket = -1;
}

/* A new visit: the session's end of a socket whose other one the helper gets; -1 for none. */
static int prepare_helper(struct keeper *keeper, struct helper *helper)
{
    int ends[2];

    if (helper->name[0] == '\0' || out_of_order(keeper) ||
        (helper->runs && access(helper->name, X_OK) != 0) ||
        socketpair(AF_UNIX, helper->type | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    helper->socket = ends[1];
    return ends[0];
}

/* The visit is over: what its process was not yet started for is over too. */
static void dismiss_helper(struct helper *helper)
{
    if (helper->socket >= 0)
        close(helper->socket);
    helper->socket = -1;
    if (helper->process >= 0 && helper->deadline == 0)
        helper->deadline = clock_ms() + KEEPER_HELPER_MS;
}

/* True when the process has ended; what a descriptor of its says (pidfd_open(2)). */
static bool has_ended(int process)
{
    struct pollfd polled = {.fd = process, .events = POLLIN};

    return poll(&polled, 1, 0) == 1;
}

/* Lets go of one that has ended and starts the one that waited for it. */
static void look_after_helper(struct keeper *keeper, struct helper *helper)
{
    if (helper->deadline != 0 && clock_ms() >= helper->deadline) {
        launcher_signal(keeper->launcher, helper->process, SIGKILL);
        helper->deadline = 0;
    }
    if (helper->process >= 0 && has_ended(helper->process)) {
        close(helper->process);
        helper->process = -1;
        helper->deadline = 0;
    }
    start_helper(keeper, helper);
}

static void look_after_helpers(struct keeper *keeper)
{
    for (int i = 0; i < HELPERS; i++)
        look_after_helper(keeper, &keeper->helpers[i]);
}

/* How long to wait at most, of so many milliseconds, before a helper is to be killed. */
static int wait_for_helpers(const struct keeper *keeper, int ms)
{
    for (int i = 0; i < HELPERS; i++) {
        const int64_t deadline = keeper->helpers[i].deadline;
        const int64_t left = deadline - clock_ms();

        if (deadline != 0 && left < ms)
            ms = left > 0 ? (int)left : 0;
    }
    return ms;
}

/* --- a visit --- */

static void refresh(struct keeper *keeper)
{
    struct state *fresh = NULL;

    keeper->closed = state_open(keeper->state->path, &fresh);
    if (keeper->closed != ERROR_NONE)
        return;
    state_close(&keeper->now);
    keeper->now = fresh;
    keeper->closed = state_ready(fresh, day_today());
}

/* The board's mark is a comfort only when it lies on the chain that is here: the office may have another one under our numbers. */
static uint32_t arrived(struct keeper *keeper)
{
    const struct state *now = keeper->now;

    if (keeper->closed != ERROR_NONE || !now->has_mark || now->mark.seq == 0 ||
        !chain_has(keeper->chain, now->mark.seq, now->mark.hash))
        return 0;
    return now->mark.day;
}

static bool send_brief(struct keeper *keeper, const struct visit *visit, size_t board_len)
{
    struct brief brief;
    struct outbox_tip tip;

    if (chain_tip(keeper->chain, &tip) != ERROR_NONE)
        memset(&tip, 0, sizeof tip);
    memset(&brief, 0, sizeof brief);
    brief.closed = out_of_order(keeper);
    brief.once = keeper->options->once;
    if (!brief.closed) {
        brief.charter = keeper->now->charter;
        brief.card = keeper->now->card;
    }
    brief.number = tip.seq + 1;
    brief.board_len = board_len;
    brief.today = day_today() > tip.day ? day_today() : tip.day;
    brief.arrived = arrived(keeper);
    brief.config = keeper->options->config;
    brief.has_printer = visit->given[BRIEF_PRINTER - BRIEF_SOCKET] >= 0;
    brief.has_speech = visit->given[BRIEF_SPEECH - BRIEF_SOCKET] >= 0;
    return send(visit->socket, &brief, sizeof brief, MSG_NOSIGNAL) == sizeof brief;
}

/* What the session's process is given. False when it cannot do without one of them. */
static bool prepare(struct keeper *keeper, struct visit *visit, size_t *board_len)
{
    int *const given = visit->given;
    int ends[2];

    for (int i = 0; i < SPAWN_GIVEN; i++)
        given[i] = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    visit->socket = ends[0];
    given[0] = ends[1];
    given[BRIEF_PRINTER - BRIEF_SOCKET] = prepare_helper(keeper, &keeper->helpers[PRINTER]);
    given[BRIEF_SPEECH - BRIEF_SOCKET] = prepare_helper(keeper, &keeper->helpers[SPEAKER]);
    if (!out_of_order(keeper))
        (void)state_board(keeper->now, &given[BRIEF_BOARD - BRIEF_SOCKET], board_len);
    return mailbox_make(&visit->mailbox, &given[BRIEF_MAILBOX - BRIEF_SOCKET]) == 0;
}

static bool begin(struct keeper *keeper, struct visit *visit)
{
    size_t board_len = 0;
    bool begun = false;

    memset(visit, 0, sizeof *visit);
    visit->began = clock_ms();
    visit->open = !out_of_order(keeper);
    launcher_hold(keeper->launcher); /* as soon as it is in front */
    visit->said = visit->socket = visit->process = -1;
    if (prepare(keeper, visit, &board_len) &&
        launcher_spawn(keeper->launcher, SPAWN_SESSION, visit->given, &visit->process) == 0) {
        /* A session that died at once is noticed by its end. */
        (void)send_brief(keeper, visit, board_len);
        begun = true;
    }
    for (int i = 0; i < SPAWN_GIVEN; i++)
        if (visit->given[i] >= 0)
            close(visit->given[i]);
    if (!begun) {
        mailbox_free(&visit->mailbox);
        if (visit->socket >= 0)
            close(visit->socket);
    }
    return begun;
}

/* A process that waits makes room; one that somebody uses goes on, and a request that comes to it all the same is nothing
   to it. */
static void ask_for_room(struct keeper *keeper, struct visit *visit)
{
    if (visit->dead || visit->begun || visit->asked)
        return;
    launcher_signal(keeper->launcher, visit->process, SIGUSR1);
    visit->asked = true;
}

/* Writes what the visit comes to so far, and answers the session. */
static void write_record(struct keeper *keeper, struct visit *visit)
{
    uint8_t offered[ENVELOPE_LEN];
    enum error error = ERROR_NONE;
    uint32_t turn;

    /* The cover first: what the session offers takes its place, not the other way round; and only once it is stored, for the
       person is told that it was not sent when it was not. */
    if (!visit->sealed)
        error = chain_begin(keeper->chain, &keeper->now->charter, &keeper->now->card,
                            visit->envelope, &visit->day);
    visit->sealed = error == ERROR_NONE;
    memcpy(offered, visit->envelope, sizeof offered);
    turn = mailbox_look(visit->mailbox, offered);
    if (visit->sealed)
        error = chain_write(keeper->chain, offered, visit->day);
    if (error == ERROR_NONE)
        memcpy(visit->envelope, offered, sizeof offered);
    mailbox_answer(visit->mailbox, turn, error == ERROR_NONE);
}

/* The clock begins with the visitor and does not wait for anything. What a slow disk or a stopped machine has missed is not made
   up for. */
static void tick(struct keeper *keeper, struct visit *visit)
{
    if (!visit->begun || visit->dead || clock_ms() < visit->tick)
        return;
    write_record(keeper, visit);
    while (visit->tick <= clock_ms())
        visit->tick += KEEPER_TICK_MS;
}

/* Takes what the session says, a little at a time; closes the socket at its end. Nobody begins anything where no visitors are
   taken. */
static void take_words(struct visit *visit)
{
    for (int i = 0; i < KEEPER_WORDS && visit->socket >= 0; i++) {
        uint8_t word = 0;
        const ssize_t n = recv(visit->socket, &word, sizeof word, MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close(visit->socket);
            visit->socket = -1;
        } else if (word != BRIEF_BEGUN) {
            visit->said = word;
        } else if (visit->open && !visit->begun) {
            visit->begun = true;
            visit->tick = clock_ms();
        }
    }
}

static void end_service(struct keeper *keeper, struct visit *visit)
{
    keeper->ending = true;
    if (visit == NULL || visit->dead || visit->deadline != 0)
        return;
    launcher_signal(keeper->launcher, visit->process, SIGTERM);
    visit->asked = true;
    visit->deadline = clock_ms() + KEEPER_ORDER_MS;
}

/* visit is NULL between visits. */
static void take_signals(struct keeper *keeper, struct visit *visit)
{
    struct signalfd_siginfo info;

    while (read(keeper->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGTERM || (info.ssi_signo == SIGHUP && keeper->pseudo))
            end_service(keeper, visit);
    }
    if (visit != NULL && !visit->dead && has_ended(visit->process))
        visit->dead = true;
    look_after_helpers(keeper);
}

static bool news_came(struct keeper *keeper)
{
    char events[4096] __attribute__((aligned(8)));
    bool came = false;

    while (read(keeper->watch, events, sizeof events) > 0)
        came = true;
    return came;
}

/* How long to wait for anything that comes. */
static int wait_for_visit(const struct keeper *keeper, const struct visit *visit)
{
    int ms = wait_for_helpers(keeper, KEEPER_LOOK_MS);
    const int64_t now = clock_ms();
    const int64_t times[] = {visit->deadline, visit->begun ? visit->tick : 0};

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (times[i] != 0 && times[i] - now < ms)
            ms = times[i] > now ? (int)(times[i] - now) : 0;
    return ms;
}

/* What closed it may be over without a new file and a new day: a clock that was wrong at the start, a folder that could not be
   read. */
static bool is_open_again(struct keeper *keeper)
{
    if (keeper->closed == ERROR_NONE)
        return false;
    refresh(keeper);
    return keeper->closed == ERROR_NONE;
}

/* While nobody is there: a new day's cover, an outbox that is gone, an end of what closed the kiosk, or a record that the disk takes
   now. */
static bool is_due(struct keeper *keeper)
{
    return day_is_owed(keeper) || chain_moved(keeper->chain) || is_open_again(keeper) ||
           (chain_holding(keeper->chain) && chain_deliver(keeper->chain) == ERROR_NONE);
}

/* One wait for whatever comes first. A waiting session makes room for what is due, and for a new
   card, charter or board; one that a visitor uses goes on. Of that the keeper wants to know one thing, that its process has ended:
   how its last word, the end of its socket and its death follow each other depends on what its memory was used for. */
static void attend(struct keeper *keeper, struct visit *visit)
{
    struct pollfd polled[] = {
        {.fd = keeper->signals, .events = POLLIN},
        {.fd = keeper->watch, .events = POLLIN},
        {.fd = visit->process, .events = POLLIN},
        {.fd = visit->begun ? -1 : visit->socket, .events = POLLIN},
        {.fd = keeper->helpers[PRINTER].process, .events = POLLIN},
        {.fd = keeper->helpers[SPEAKER].process, .events = POLLIN},
    };

    if (visit->deadline != 0 && clock_ms() >= visit->deadline) {
        launcher_signal(keeper->launcher, visit->process, SIGKILL);
        visit->deadline += KEEPER_SHORT_MS;
    }
    const bool quiet =
        poll(polled, sizeof polled / sizeof polled[0], wait_for_visit(keeper, visit)) == 0;
    if (!visit->begun)
        take_words(visit);
    if ((quiet && !visit->begun && is_due(keeper)) || (polled[1].revents != 0 && news_came(keeper)))
        ask_for_room(keeper, visit);
    take_signals(keeper, visit);
    tick(keeper, visit);
}

/* Why a process ended that was no session; ERROR_NONE when it was one. */
static enum error not_begun(int said)
{
    switch (said) {
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

/* What somebody's visit came to goes from its file into the outbox, or is held until the disk takes it. */
static void keep(struct keeper *keeper, struct visit *visit)
{
    write_record(keeper, visit);
    if (!chain_keep(keeper->chain))
        keeper->owed++;
    (void)chain_deliver(keeper->chain);
}

/* Returns why no session could begin; ERROR_NONE when one did, whether somebody came or not. */
static enum error settle(struct keeper *keeper, struct visit *visit)
{
    take_words(visit);
    if (visit->socket >= 0)
        close(visit->socket);
    close(visit->process);
    if (visit->said < 0)
        launcher_sweep(keeper->launcher);
    if (visit->begun)
        keep(keeper, visit);
    mailbox_free(&visit->mailbox);
    explicit_bzero(visit->envelope, sizeof visit->envelope);
    return visit->begun ? ERROR_NONE : not_begun(visit->said);
}

/* Between visits: until the time is over or the service ends. */
static void rest(struct keeper *keeper, int ms)
{
    struct pollfd polled = {.fd = keeper->signals, .events = POLLIN};
    const int64_t until = clock_ms() + ms;
    int64_t left = ms;

    while (left > 0 && !keeper->ending) {
        poll(&polled, 1, wait_for_helpers(keeper, (int)left));
        take_signals(keeper, NULL);
        left = until - clock_ms();
    }
}

/* A terminal that gives no session a start must not make the keeper spin. */
static void count_failure(struct keeper *keeper, const struct visit *visit, enum error error)
{
    if (visit->asked || visit->begun ||
        (error == ERROR_NONE && clock_ms() - visit->began > KEEPER_SHORT_MS)) {
        keeper->failures = 0;
        return;
    }
    keeper->failures++;
    rest(keeper, KEEPER_SHORT_MS);
}

static void count_visit(struct keeper *keeper)
{
    uint32_t today = day_today();

    if (today != keeper->day)
        keeper->visits = 0;
    keeper->day = today;
    if (++keeper->visits >= KEEPER_DAY_MAX && !keeper->ending)
        rest(keeper, KEEPER_REST_MS);
}

/* *begun: somebody passed the language screen. Returns why no session could begin, or ERROR_NONE. */
static enum error visit_once(struct keeper *keeper, bool *begun)
{
    struct visit visit;
    enum error error = ERROR_SESSION_PROCESS;

    if (begin(keeper, &visit)) {
        look_after_helpers(keeper);
        while (!visit.dead)
            attend(keeper, &visit);
        error = settle(keeper, &visit);
    }
    for (int i = 0; i < HELPERS; i++)
        dismiss_helper(&keeper->helpers[i]);
    *begun = visit.begun;
    if (*begun)
        count_visit(keeper);
    if (!keeper->ending && !keeper->options->once)
        count_failure(keeper, &visit, error);
    return error;
}

/* --- start and end --- */

static int open_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t set;

    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGQUIT, &ignore, NULL);
    sigaction(SIGTSTP, &ignore, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int open_watch(const char *dir)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    /* Card, charter and board arrive by a rename; the outbox and the folder never go. */
    if (fd >= 0 &&
        inotify_add_watch(fd, dir, IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MOVE_SELF) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool is_pseudo(const char *tty)
{
    struct stat st;

    if (stat(tty, &st) != 0)
        return false;
    return major(st.st_rdev) >= KEEPER_PTY_MAJOR_FIRST &&
           major(st.st_rdev) <= KEEPER_PTY_MAJOR_LAST;
}

/* The kernel wipes what was typed when the last one closes the terminal: that must be the session.
 */
static void let_go_of_terminal(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; fd <= 2; fd++)
        if (isatty(fd))
            dup2(null, fd);
    close(null);
}

/* A process that a killed keeper had just forked holds the lock until it executes something. */
static enum error take_lock(struct keeper *keeper)
{
    const int64_t until = clock_ms() + KEEPER_LOCK_MS;
    enum error error = state_lock(keeper->state, "lock", &keeper->lock);

    while (error == ERROR_BUSY && clock_ms() < until) {
        poll(NULL, 0, KEEPER_LOCK_STEP_MS);
        error = state_lock(keeper->state, "lock", &keeper->lock);
    }
    return error;
}

static enum error open_keeper(struct keeper *keeper)
{
    enum error error = take_lock(keeper);

    if (error == ERROR_NONE)
        error = chain_open(keeper->state, &keeper->chain);
    if (error != ERROR_NONE)
        return error;
    /* One record at every start: that of a cut-off visit, or a cover. */
    keeper->owed = chain_holding(keeper->chain) ? 0 : 1;
    keeper->signals = open_signals();
    keeper->watch = open_watch(keeper->state->path);
    if (keeper->signals < 0 || keeper->watch < 0)
        return ERROR_IO;
    keeper->pseudo = is_pseudo(keeper->options->config.tty);
    refresh(keeper);
    return pay(keeper);
}

/* The last visit's slip is still printed. A process that not even a kill ends is left behind. */
static void await_helpers(struct keeper *keeper)
{
    struct pollfd polled = {.fd = keeper->signals, .events = POLLIN};
    const int64_t until = clock_ms() + KEEPER_HELPER_MS + KEEPER_SHORT_MS;

    look_after_helpers(keeper);
    while ((keeper->helpers[PRINTER].process >= 0 || keeper->helpers[SPEAKER].process >= 0) &&
           clock_ms() < until) {
        poll(&polled, 1, wait_for_helpers(keeper, KEEPER_SHORT_MS));
        take_signals(keeper, NULL);
    }
}

static void close_keeper(struct keeper *keeper)
{
    await_helpers(keeper);
    chain_close(&keeper->chain);
    state_close(&keeper->now);
    if (keeper->watch >= 0)
        close(keeper->watch);
    if (keeper->signals >= 0)
        close(keeper->signals);
    if (keeper->lock >= 0)
        close(keeper->lock);
}

static enum error serve(struct keeper *keeper)
{
    enum error error;
    bool begun = false;

    while (!keeper->ending) {
        /* Not out of order but over: only who opens the outbox anew knows what is left of it. */
        if (chain_moved(keeper->chain))
            return ERROR_OUTBOX;
        refresh(keeper);
        (void)pay(keeper); /* what the disk refuses stays owed */
        error = visit_once(keeper, &begun);
        if (error != ERROR_NONE &&
            (keeper->options->once || keeper->failures >= KEEPER_FAILURES_MAX))
            return error;
        if (keeper->options->once && (out_of_order(keeper) || begun))
            break;
    }
    error = pay(keeper);
    return error != ERROR_NONE || !keeper->options->once ? error : keeper->closed;
}

enum error keeper_serve(struct state *state, struct launcher *launcher,
                        const struct keeper_options *options)
{
    struct keeper keeper = {
        .state = state,
        .launcher = launcher,
        .options = options,
        .helpers = {{SPAWN_PRINTER, options->config.printer, SOCK_STREAM, false, -1, -1, 0},
                    {SPAWN_SPEECH, options->config.speaker, SOCK_SEQPACKET, true, -1, -1, 0}},
        .lock = -1,
        .signals = -1,
        .watch = -1,
    };
    enum error error = open_keeper(&keeper);

    if (error == ERROR_NONE) {
        let_go_of_terminal();
        error = sandbox_keeper(state->path) == 0 ? serve(&keeper) : ERROR_SESSION_CONFINED;
    }
    close_keeper(&keeper);
    return error;
}
