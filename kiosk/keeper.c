/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper's two loops: one visit after the other, and within a visit whatever comes first: the
   session's envelope, its end, a new day, a new file in the state folder, a request to end.

   Each visit has its own process for the printer and for the speaker, where the place has them. One of
   a kind at a time: a printer's process may still write a slip when its visit is over, and then that of
   the next waits, with its end of the session's socket, until the device is free.

   Covers are owed: one from the start (the keeper may have been cut off in the middle of a
   session), one for every session that ended without its envelope, one for every day that has no
   record yet. What is owed is written between visits, and stays owed while the disk refuses it. */
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "courier/record.h"
#include "courier/refusal.h"
#include "kiosk/cover.h"
#include "kiosk/printer.h"
#include "kiosk/session.h"
#include "kiosk/spawn.h"
#include "store/outbox.h"

enum {
    KEEPER_TICK_MS = 60000,  /* how often a waiting keeper looks at the date */
    KEEPER_ORDER_MS = 20000, /* how long a session may take to end in order */
    KEEPER_SHORT_MS = 1000,  /* a session that ends by itself sooner had no terminal to wait on */
    KEEPER_FAILURES_MAX = 5,
    KEEPER_DAY_MAX = 500,   /* visits of a day, after which one is a rarity or a mischief */
    KEEPER_REST_MS = 10000, /* and the rest before each one more */
    KEEPER_LOCK_MS = 1000,  /* how long a lock may still be held for a keeper that was killed */
    KEEPER_LOCK_STEP_MS = 20,
    KEEPER_HELPER_MS = PRINTER_WAIT_MS, /* how long a helper may take to end after its visit */
    KEEPER_PTY_MAJOR_FIRST = 136,
    KEEPER_PTY_MAJOR_LAST = 143,
};

struct helper {
    const char *word; /* of spawn_helper */
    const char *name; /* of its device or program; "" when there is none */
    int type;         /* of its socket */
    bool runs;        /* name is a program: one that cannot be run is not offered */
    pid_t pid;        /* 0: no process */
    int socket;       /* that the next process gets; -1: none waits for one */
    int64_t deadline; /* when the process is killed; 0 for never */
};

enum { PRINTER, SPEAKER, HELPERS };

struct keeper {
    struct state *state; /* as it was at the start: path and signing key */
    struct state *now;   /* as it is on disk; read anew before each visit */
    int closed;          /* why visitors are not taken, an enum refusal */
    const struct keeper_options *options;
    struct helper helpers[HELPERS];
    struct outbox *outbox;
    int lock;
    int signals;
    int watch;
    unsigned owed;     /* covers */
    unsigned failures; /* visits in a row that never began */
    unsigned visits;   /* of this day, that owed an envelope */
    uint32_t day;
    bool ending;
    bool has_line;
    struct termios line; /* of the terminal as it was found */
    bool pseudo; /* the terminal is a window's: when that closes there is nobody left to serve */
};

struct visit {
    struct spawn session;
    size_t got; /* bytes of the envelope */
    uint8_t envelope[ENVELOPE_LEN];
    bool stored;
    bool asked; /* was asked to end */
    bool dead;
    int64_t began;
    int64_t deadline; /* when it is killed; 0 for never */
    int status;       /* as of waitpid */
};

static int64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- the outbox --- */

static int tip_now(struct keeper *keeper, struct outbox_tip *tip)
{
    return state_db_refusal(outbox_tip(keeper->outbox, tip));
}

/* A clock set back does not take the chain back. */
static uint32_t day_now(const struct outbox_tip *tip)
{
    uint32_t today = state_today();

    return today > tip->day ? today : tip->day;
}

static int append(struct keeper *keeper, const uint8_t envelope[ENVELOPE_LEN])
{
    uint8_t record[RECORD_LEN];
    struct outbox_tip tip, next;
    int refusal = tip_now(keeper, &tip);

    if (refusal != REFUSAL_NONE)
        return refusal;
    next.seq = tip.seq + 1;
    next.day = day_now(&tip);
    refusal = record_encode(next.seq, tip.hash, next.day, envelope, keeper->state->seed, record,
                            next.hash);
    if (refusal != REFUSAL_NONE)
        return refusal;
    return state_db_refusal(outbox_append(keeper->outbox, &next, record, sizeof record));
}

static int append_cover(struct keeper *keeper)
{
    uint8_t envelope[ENVELOPE_LEN];
    struct outbox_tip tip;
    int refusal = tip_now(keeper, &tip);

    if (refusal != REFUSAL_NONE)
        return refusal;
    if (cover_seal(&keeper->now->charter, &keeper->now->card, tip.seq + 1, day_now(&tip),
                   envelope) != 0)
        return REFUSAL_IO;
    return append(keeper, envelope);
}

/* True when this day has no record yet. */
static bool day_is_owed(struct keeper *keeper)
{
    struct outbox_tip tip;

    return tip_now(keeper, &tip) == REFUSAL_NONE && state_today() > tip.day;
}

/* Without a valid charter there is no key to seal to: then all stays owed. */
static int pay(struct keeper *keeper)
{
    if (keeper->closed != REFUSAL_NONE)
        return REFUSAL_NONE;
    if (keeper->owed == 0 && day_is_owed(keeper))
        keeper->owed = 1;
    while (keeper->owed > 0) {
        int refusal = append_cover(keeper);

        if (refusal != REFUSAL_NONE)
            return refusal;
        keeper->owed--;
    }
    return REFUSAL_NONE;
}

static bool out_of_order(const struct keeper *keeper)
{
    return keeper->closed != REFUSAL_NONE || keeper->options->misconfigured;
}

/* --- the helpers --- */

static void start_helper(struct helper *helper)
{
    if (helper->socket < 0 || helper->pid != 0)
        return;
    helper->pid = spawn_helper(helper->word, helper->name, helper->socket);
    helper->pid =
        helper->pid > 0 ? helper->pid : 0; /* without it the session's socket is at its end */
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
    if (helper->pid != 0 && helper->deadline == 0)
        helper->deadline = clock_ms() + KEEPER_HELPER_MS;
}

/* Reaps one that has ended and starts the one that waited for it. */
static void look_after_helper(struct helper *helper)
{
    if (helper->deadline != 0 && clock_ms() >= helper->deadline) {
        kill(helper->pid, SIGKILL);
        helper->deadline = 0;
    }
    if (helper->pid != 0 && waitpid(helper->pid, NULL, WNOHANG) == helper->pid)
        helper->pid = 0, helper->deadline = 0;
    start_helper(helper);
}

static void look_after_helpers(struct keeper *keeper)
{
    for (int i = 0; i < HELPERS; i++)
        look_after_helper(&keeper->helpers[i]);
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
    if (keeper->closed != REFUSAL_NONE)
        return;
    state_close(&keeper->now);
    keeper->now = fresh;
    keeper->closed = state_ready(fresh, state_today());
}

static bool send_brief(struct keeper *keeper, const struct visit *visit, size_t board_len)
{
    struct keeper_brief brief;
    struct outbox_tip tip;

    if (tip_now(keeper, &tip) != REFUSAL_NONE)
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
    brief.today = day_now(&tip);
    brief.config = keeper->options->config;
    brief.has_printer = visit->session.printer >= 0;
    brief.has_speaker = visit->session.speaker >= 0;
    return send(visit->session.socket, &brief, sizeof brief, MSG_NOSIGNAL) == sizeof brief;
}

static void close_given(const struct spawn *session)
{
    const int given[] = {session->board, session->printer, session->speaker};

    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i] >= 0)
            close(given[i]);
}

static bool begin(struct keeper *keeper, struct visit *visit)
{
    size_t board_len = 0;
    bool begun = false;

    memset(visit, 0, sizeof *visit);
    visit->began = clock_ms();
    visit->session.tty = keeper->options->config.tty;
    visit->session.board = -1;
    visit->session.printer = prepare_helper(keeper, &keeper->helpers[PRINTER]);
    visit->session.speaker = prepare_helper(keeper, &keeper->helpers[SPEAKER]);
    if (!out_of_order(keeper))
        (void)state_board(keeper->now, &visit->session.board, &board_len);
    if (spawn_session(&visit->session) == 0) {
        /* A session that died at once is noticed by its end. */
        (void)send_brief(keeper, visit, board_len);
        begun = true;
    }
    close_given(&visit->session);
    return begun;
}

static void ask_to_end(struct visit *visit, int number)
{
    if (visit->dead || visit->asked)
        return;
    kill(visit->session.pid, number);
    visit->asked = true;
}

/* A whole envelope has come: stores it and answers. One is stored a visit; a session that could not
   store may send it again. */
static void take_envelope(struct keeper *keeper, struct visit *visit)
{
    uint8_t word = KEEPER_NOT_STORED;

    if (!visit->stored && append(keeper, visit->envelope) == REFUSAL_NONE)
        visit->stored = true, word = KEEPER_STORED;
    visit->got = 0;
    (void)send(visit->session.socket, &word, sizeof word, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Reads what the session has sent so far; closes the socket at its end. */
static void take_bytes(struct keeper *keeper, struct visit *visit)
{
    ssize_t n;

    while (visit->session.socket >= 0) {
        n = recv(visit->session.socket, visit->envelope + visit->got, ENVELOPE_LEN - visit->got,
                 MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close(visit->session.socket);
            visit->session.socket = -1;
            return;
        }
        visit->got += (size_t)n;
        if (visit->got == ENVELOPE_LEN)
            take_envelope(keeper, visit);
    }
}

static void end_service(struct keeper *keeper, struct visit *visit)
{
    keeper->ending = true;
    if (visit == NULL || visit->dead || visit->deadline != 0)
        return;
    kill(visit->session.pid, SIGTERM);
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
    if (visit != NULL && !visit->dead &&
        waitpid(visit->session.pid, &visit->status, WNOHANG) == visit->session.pid)
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

/* One wait for whatever comes first. A waiting session makes room for a new day's cover, for a new
   card, charter or board, and when the outbox is gone; one that a visitor uses goes on. */
static void attend(struct keeper *keeper, struct visit *visit)
{
    struct pollfd polled[] = {
        {.fd = keeper->signals, .events = POLLIN},
        {.fd = keeper->watch, .events = POLLIN},
        {.fd = visit->session.socket, .events = POLLIN},
    };
    int wait_ms = wait_for_helpers(keeper, KEEPER_TICK_MS);

    if (visit->deadline != 0) {
        int64_t left = visit->deadline - clock_ms();

        wait_ms = left > wait_ms ? wait_ms : left > 0 ? (int)left : 0;
        if (left <= 0)
            kill(visit->session.pid, SIGKILL);
    }
    if (poll(polled, 3, wait_ms) == 0 && (day_is_owed(keeper) || outbox_moved(keeper->outbox)))
        ask_to_end(visit, SIGUSR1);
    take_bytes(keeper, visit);
    if (polled[1].revents != 0 && news_came(keeper))
        ask_to_end(visit, SIGUSR1);
    take_signals(keeper, visit);
}

/* Why a process ended that was no session; 0 when it was one. */
static int not_begun(int status)
{
    switch (status) {
    case SPAWN_NO_TERMINAL:
        return KEEPER_NO_TERMINAL;
    case SPAWN_NO_MEMORY:
        return KEEPER_NO_MEMORY;
    case SPAWN_NOT_CONFINED:
        return KEEPER_NOT_CONFINED;
    default:
        return 0;
    }
}

/* What a visit came to: an enum session_end, or KEEPER_NO_TERMINAL and its like. */
static int settle(struct keeper *keeper, struct visit *visit)
{
    int end = WIFEXITED(visit->status) ? WEXITSTATUS(visit->status) : SESSION_FAILED;

    take_bytes(keeper, visit);
    if (visit->session.socket >= 0)
        close(visit->session.socket);
    if (!WIFEXITED(visit->status))
        spawn_sweep(keeper->options->config.tty, keeper->has_line ? &keeper->line : NULL);
    explicit_bzero(visit->envelope, sizeof visit->envelope);
    if (visit->stored)
        return SESSION_STORED;
    if (not_begun(end) != 0)
        return not_begun(end);
    if (end == SESSION_NOBODY)
        return SESSION_NOBODY;
    keeper->owed++;
    return SESSION_FAILED;
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
static void count_failure(struct keeper *keeper, const struct visit *visit, int end)
{
    if (visit->asked ||
        (end >= 0 && (end == SESSION_STORED || clock_ms() - visit->began > KEEPER_SHORT_MS))) {
        keeper->failures = 0;
        return;
    }
    keeper->failures++;
    rest(keeper, KEEPER_SHORT_MS);
}

static void count_visit(struct keeper *keeper)
{
    uint32_t today = state_today();

    if (today != keeper->day)
        keeper->visits = 0;
    keeper->day = today;
    if (++keeper->visits >= KEEPER_DAY_MAX && !keeper->ending)
        rest(keeper, KEEPER_REST_MS);
}

/* Who filed has written earlier than who only left: afterwards the times of the files are those of the visit's end, whatever
   it was for. */
static void even_times(const struct keeper *keeper)
{
    static const char *const names[] = {"outbox.db", "outbox.db-wal", "outbox.db-shm"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)utimensat(keeper->state->dir, names[i], NULL, AT_SYMLINK_NOFOLLOW);
}

static int visit_once(struct keeper *keeper)
{
    struct visit visit;
    int end = KEEPER_NO_PROCESS;

    if (begin(keeper, &visit)) {
        look_after_helpers(keeper);
        while (!visit.dead)
            attend(keeper, &visit);
        end = settle(keeper, &visit);
        even_times(keeper);
    }
    for (int i = 0; i < HELPERS; i++)
        dismiss_helper(&keeper->helpers[i]);
    if (end > SESSION_NOBODY)
        count_visit(keeper);
    if (!keeper->ending && !keeper->options->once)
        count_failure(keeper, &visit, end);
    return end;
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
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigdelset(&set, SIGUSR1); /* blocked only so that a session is born with it blocked */
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
static int take_lock(struct keeper *keeper)
{
    const int64_t until = clock_ms() + KEEPER_LOCK_MS;
    int refusal = state_lock(keeper->state, "lock", &keeper->lock);

    while (refusal == REFUSAL_BUSY && clock_ms() < until) {
        poll(NULL, 0, KEEPER_LOCK_STEP_MS);
        refusal = state_lock(keeper->state, "lock", &keeper->lock);
    }
    return refusal;
}

static int keeper_open(struct keeper *keeper)
{
    char path[4096];
    int refusal = take_lock(keeper);

    if (refusal != REFUSAL_NONE)
        return refusal;
    state_outbox_path(keeper->state, path);
    refusal = state_db_refusal(outbox_open(path, DB_OPEN, &keeper->outbox));
    if (refusal != REFUSAL_NONE)
        return refusal;
    keeper->signals = open_signals();
    keeper->watch = open_watch(keeper->state->path);
    if (keeper->signals < 0 || keeper->watch < 0)
        return REFUSAL_IO;
    keeper->pseudo = is_pseudo(keeper->options->config.tty);
    keeper->has_line = spawn_line(keeper->options->config.tty, &keeper->line) == 0;
    refresh(keeper);
    return pay(keeper);
}

/* The last visit's slip is still printed. A process that not even a kill ends is left behind. */
static void await_helpers(struct keeper *keeper)
{
    struct pollfd polled = {.fd = keeper->signals, .events = POLLIN};
    const int64_t until = clock_ms() + KEEPER_HELPER_MS + KEEPER_SHORT_MS;

    look_after_helpers(keeper);
    while ((keeper->helpers[PRINTER].pid != 0 || keeper->helpers[SPEAKER].pid != 0) &&
           clock_ms() < until) {
        poll(&polled, 1, wait_for_helpers(keeper, KEEPER_SHORT_MS));
        take_signals(keeper, NULL);
    }
}

static void keeper_close(struct keeper *keeper)
{
    await_helpers(keeper);
    outbox_close(&keeper->outbox);
    state_close(&keeper->now);
    if (keeper->watch >= 0)
        close(keeper->watch);
    if (keeper->signals >= 0)
        close(keeper->signals);
    if (keeper->lock >= 0)
        close(keeper->lock);
}

static int serve(struct keeper *keeper)
{
    int end = SESSION_NOBODY;

    while (!keeper->ending) {
        /* Not out of order but over: only who opens the outbox anew knows what is left of it. */
        if (outbox_moved(keeper->outbox))
            return REFUSAL_CORRUPT;
        refresh(keeper);
        (void)pay(keeper); /* what the disk refuses stays owed */
        end = visit_once(keeper);
        if (end < 0 && (keeper->options->once || keeper->failures >= KEEPER_FAILURES_MAX))
            return end;
        if (keeper->options->once && out_of_order(keeper))
            return keeper->closed;
        if (keeper->options->once && end != SESSION_NOBODY)
            break;
    }
    return pay(keeper);
}

int keeper_serve(struct state *state, const struct keeper_options *options)
{
    struct keeper keeper = {
        .state = state,
        .options = options,
        .helpers = {{SPAWN_PRINTER, options->config.printer, SOCK_STREAM, false, .socket = -1},
                    {SPAWN_SPEAKER, options->config.speaker, SOCK_SEQPACKET, true, .socket = -1}},
        .lock = -1,
        .signals = -1,
        .watch = -1,
        .owed = 1,
    };
    int refusal = keeper_open(&keeper);

    if (refusal == REFUSAL_NONE) {
        let_go_of_terminal();
        refusal = serve(&keeper);
    }
    keeper_close(&keeper);
    return refusal;
}
