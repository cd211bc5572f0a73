/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper's two loops: one visit after the other, and within a visit whatever comes first: the
   session's start, beat and end (kiosk/visit), a new day, a new file in the state folder, a request
   to end. When the session's process has ended, its record goes into the outbox.

   Covers are owed: one from the start, unless a cut-off visit has left its record, and one for
   every day that has no record yet. What is owed is written between visits, and stays owed while
   the disk refuses it. While the disk refuses a visit's own record nobody else is taken. */
#include "kiosk/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/day.h"
#include "base/error.h"
#include "kiosk/brief.h"
#include "kiosk/chain.h"
#include "kiosk/helper.h"
#include "kiosk/printer.h"
#include "kiosk/spawn.h"
#include "kiosk/visit.h"
#include "kiosk/watch.h"
#include "sandbox/sandbox.h"

enum {
    KEEPER_LOOK_MS = 60000, /* how often a waiting keeper looks at the date */
    KEEPER_RETRY_MS = 1000, /* the rest after a session that could not begin */
    KEEPER_FAILURES_MAX = 5,
    KEEPER_DAY_MAX = 500,   /* visits of a day, after which one is a rarity or a mischief */
    KEEPER_REST_MS = 10000, /* and the rest before each one more */
    KEEPER_LOCK_MS = 1000,  /* how long a lock may still be held for a keeper that was killed */
    KEEPER_LOCK_STEP_MS = 20,
    KEEPER_KILL_MS = 1000, /* how long a helper that was killed may take to end */
    KEEPER_PTY_MAJOR_FIRST = 136,
    KEEPER_PTY_MAJOR_LAST = 143,
};

enum { PRINTER, SPEECH, HELPERS };

struct keeper {
    struct state *state; /* as it was at the start: path and signing key */
    struct state *now;   /* as it is on disk; read anew before each visit */
    enum error closed;   /* why visitors are not taken */
    struct launcher *launcher;
    const struct keeper_options *options;
    struct helper *helpers[HELPERS];
    struct chain *chain;
    int lock;
    int signals;
    struct watch watch;
    unsigned owed;     /* covers that the chain still lacks */
    unsigned failures; /* sessions in a row that could not begin */
    unsigned visits;   /* that had a visitor on this day: */
    uint32_t day;
    bool ending; /* the service ends: take nobody else */
    bool pseudo; /* a pseudoterminal: when its window closes there is nobody left to serve */
};

/* --- the chain --- */

/* True when this day has no record yet. */
static bool day_is_owed(struct keeper *keeper)
{
    struct outbox_tip tip;
    return chain_tip(keeper->chain, &tip) == ERROR_NONE && day_today() > tip.day;
}

/* Delivers what is held and appends the covers that are owed. Without a valid charter there is no
   key to seal to: then all stays owed. */
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

static void attend_helpers(struct keeper *keeper)
{
    for (int i = 0; i < HELPERS; i++)
        helper_attend(keeper->helpers[i]);
}

static void dismiss_helpers(struct keeper *keeper)
{
    for (int i = 0; i < HELPERS; i++)
        helper_dismiss(keeper->helpers[i]);
}

/* How long to wait at most, of so many milliseconds, before a helper needs attention. */
static int wait_for_helpers(const struct keeper *keeper, int ms)
{
    for (int i = 0; i < HELPERS; i++)
        ms = helper_wait(keeper->helpers[i], ms);
    return ms;
}

/* --- a visit --- */

/* What just cannot be read does not set the kiosk back to an older charter, or to none; nor does it
   take a visitor the board, when that may be over by the next visit. */
static bool is_read(const struct state *state)
{
    return state->unread == ERROR_NONE && !error_passes(state->board_error);
}

static void refresh(struct keeper *keeper)
{
    struct state *fresh = NULL;
    keeper->closed = state_open(keeper->state->path, &fresh);
    if (keeper->closed != ERROR_NONE)
        return;
    if (keeper->now == NULL || !is_read(keeper->now) || is_read(fresh)) {
        struct state *old = keeper->now;
        keeper->now = fresh;
        fresh = old;
    }
    state_close(&fresh);
    keeper->closed = state_ready(keeper->now, day_today());
}

/* The day up to which the office has our records, or 0. Trust the watermark only if it is on our
   chain: the office may have another one under our numbers. */
static uint32_t arrived(struct keeper *keeper)
{
    const struct state *now = keeper->now;
    if (keeper->closed != ERROR_NONE || !now->has_mark || now->mark.seq == 0 ||
        !chain_has(keeper->chain, now->mark.seq, now->mark.hash))
        return 0;
    return now->mark.day;
}

/* The board's folder, if there is one, and what the session must know of it. */
static void give_board(const struct keeper *keeper, int *fd, struct brief *brief)
{
    const enum error error = state_board(keeper->now, fd);
    brief->has_board = error == ERROR_NONE;
    brief->board_lost = error != ERROR_NONE && error != ERROR_MISSING;
    memcpy(brief->board_key, keeper->now->board_key, sizeof brief->board_key);
    memcpy(brief->board_hash, keeper->now->board_hash, sizeof brief->board_hash);
}

static void fill_brief(struct keeper *keeper, const int given[SPAWN_GIVEN], struct brief *brief)
{
    struct outbox_tip tip;
    if (chain_tip(keeper->chain, &tip) != ERROR_NONE)
        memset(&tip, 0, sizeof tip);
    brief->closed = out_of_order(keeper);
    brief->once = keeper->options->once;
    if (!brief->closed) {
        brief->charter = keeper->now->charter;
        brief->card = keeper->now->card;
    }
    brief->number = tip.seq + 1;
    brief->today = day_today() > tip.day ? day_today() : tip.day;
    brief->arrived = arrived(keeper);
    brief->config = keeper->options->config;
    brief->has_printer = given[BRIEF_PRINTER - BRIEF_SOCKET] >= 0;
    brief->has_speech = given[BRIEF_SPEECH - BRIEF_SOCKET] >= 0;
}

/* Returns NULL when no session's process could be started. */
static struct visit *begin(struct keeper *keeper)
{
    int given[SPAWN_GIVEN] = {-1, -1, -1, -1, -1};
    struct brief brief;
    memset(&brief, 0, sizeof brief);
    launcher_hold(keeper->launcher); /* as soon as it is in front */
    if (!out_of_order(keeper)) {
        given[BRIEF_PRINTER - BRIEF_SOCKET] = helper_prepare(keeper->helpers[PRINTER]);
        given[BRIEF_SPEECH - BRIEF_SOCKET] = helper_prepare(keeper->helpers[SPEECH]);
        give_board(keeper, &given[BRIEF_BOARD - BRIEF_SOCKET], &brief);
    }
    fill_brief(keeper, given, &brief);
    struct visit *visit = visit_begin(keeper->launcher, keeper->chain, &brief, given);
    for (int i = 0; i < SPAWN_GIVEN; i++)
        if (given[i] >= 0)
            close(given[i]);
    return visit;
}

/* visit is NULL between visits. */
static void take_signals(struct keeper *keeper, struct visit *visit)
{
    struct signalfd_siginfo info;
    while (read(keeper->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGHUP && !keeper->pseudo)
            continue;
        keeper->ending = true;
        if (visit != NULL)
            visit_stop(visit);
    }
}

/* The cause may pass without a new file or a new day: a clock that was wrong at the start, a folder
   that could not be read. */
static bool is_open_again(struct keeper *keeper)
{
    if (keeper->closed == ERROR_NONE)
        return false;
    refresh(keeper);
    return keeper->closed == ERROR_NONE;
}

/* True when there is something to do between visits: a new day's cover, an outbox that is gone, a
   kiosk that is in order again, a held record that the disk takes now. */
static bool is_due(struct keeper *keeper)
{
    return day_is_owed(keeper) || chain_moved(keeper->chain) || is_open_again(keeper) ||
           (chain_holding(keeper->chain) && chain_deliver(keeper->chain) == ERROR_NONE);
}

/* One wait for whatever comes first. An idle session makes room for what is due, and for a new
   card, charter or board; one that a visitor uses goes on. */
static void attend(struct keeper *keeper, struct visit *visit)
{
    enum { SIGNALS, WATCH };
    struct pollfd polled[] = {
        [SIGNALS] = {.fd = keeper->signals, .events = POLLIN},
        [WATCH] = {.fd = keeper->watch.fd, .events = POLLIN},
        {.fd = visit_process(visit), .events = POLLIN},
        {.fd = visit_socket(visit), .events = POLLIN},
        {.fd = helper_process(keeper->helpers[PRINTER]), .events = POLLIN},
        {.fd = helper_process(keeper->helpers[SPEECH]), .events = POLLIN},
    };

    visit_enforce(visit);
    const int ms = visit_wait(visit, wait_for_helpers(keeper, KEEPER_LOOK_MS));
    const bool quiet = poll(polled, sizeof polled / sizeof polled[0], ms) == 0;
    visit_listen(visit);
    if ((quiet && visit_is_idle(visit) && is_due(keeper)) ||
        (polled[WATCH].revents != 0 && watch_came(&keeper->watch)))
        visit_make_room(visit);
    take_signals(keeper, visit);
    visit_check(visit);
    attend_helpers(keeper);
    visit_tick(visit);
}

/* A visit's record goes from its file into the outbox, or is held until the disk takes it. */
static void keep(struct keeper *keeper)
{
    if (!chain_keep(keeper->chain))
        keeper->owed++;
    (void)chain_deliver(keeper->chain);
}

/* Waits between visits, until the time is over or the service ends. */
static void rest(struct keeper *keeper, int ms)
{
    struct pollfd polled = {.fd = keeper->signals, .events = POLLIN};
    const int64_t until = clock_ms() + ms;
    int64_t left = ms;
    while (left > 0 && !keeper->ending) {
        poll(&polled, 1, wait_for_helpers(keeper, (int)left));
        take_signals(keeper, NULL);
        attend_helpers(keeper);
        left = until - clock_ms();
    }
}

/* A terminal that gives no session a start must not make the keeper spin. */
static void count_failure(struct keeper *keeper, bool failed)
{
    keeper->failures = failed ? keeper->failures + 1 : 0;
    if (failed)
        rest(keeper, KEEPER_RETRY_MS);
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

static struct visit_result visit_once(struct keeper *keeper)
{
    struct visit_result result = {.error = ERROR_SESSION_PROCESS, .failed = true};
    struct visit *visit = begin(keeper);
    if (visit != NULL) {
        attend_helpers(keeper);
        while (!visit_is_over(visit))
            attend(keeper, visit);
        result = visit_settle(visit);
        if (result.begun)
            keep(keeper);
        visit_free(&visit);
    }
    dismiss_helpers(keeper);
    if (result.begun)
        count_visit(keeper);
    if (!keeper->ending && !keeper->options->once)
        count_failure(keeper, result.failed);
    return result;
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
    sigaction(SIGXFSZ, &ignore, NULL); /* a file that may not grow fails with EFBIG */
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool is_pseudo(const char *tty)
{
    struct stat st;
    if (stat(tty, &st) != 0)
        return false;
    return major(st.st_rdev) >= KEEPER_PTY_MAJOR_FIRST &&
           major(st.st_rdev) <= KEEPER_PTY_MAJOR_LAST;
}

/* The kernel wipes what was typed when the last descriptor of the terminal is closed: that one must
   be the session's. Returns false when it cannot. */
static bool let_go_of_terminal(void)
{
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool gone = null >= 0;
    for (int fd = 0; fd <= 2 && gone; fd++)
        gone = !isatty(fd) || dup2(null, fd) == fd;
    if (null >= 0)
        close(null);
    return gone;
}

/* A process that a killed keeper had just forked holds the lock until its exec. */
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
    if (keeper->signals < 0 || !watch_open(keeper->state->path, &keeper->watch))
        return error_of_lack(errno, ERROR_IO);
    keeper->pseudo = is_pseudo(keeper->options->config.tty);
    refresh(keeper);
    return pay(keeper);
}

/* The last visit's slip is still printed. A process that not even a kill ends is left behind. */
static void await_helpers(struct keeper *keeper)
{
    struct pollfd polled = {.fd = keeper->signals, .events = POLLIN};
    const int64_t until = clock_ms() + PRINTER_WAIT_MS + KEEPER_KILL_MS;
    attend_helpers(keeper);
    while ((helper_process(keeper->helpers[PRINTER]) >= 0 ||
            helper_process(keeper->helpers[SPEECH]) >= 0) &&
           clock_ms() < until) {
        poll(&polled, 1, wait_for_helpers(keeper, KEEPER_KILL_MS));
        take_signals(keeper, NULL);
        attend_helpers(keeper);
    }
}

static bool make_helpers(struct keeper *keeper)
{
    const struct config *config = &keeper->options->config;
    keeper->helpers[PRINTER] = helper_new(keeper->launcher, SPAWN_PRINTER, config->printer);
    keeper->helpers[SPEECH] = helper_new(keeper->launcher, SPAWN_SPEECH, config->speaker);
    return keeper->helpers[PRINTER] != NULL && keeper->helpers[SPEECH] != NULL;
}

static void close_keeper(struct keeper *keeper)
{
    for (int i = 0; i < HELPERS; i++)
        helper_free(&keeper->helpers[i]);
    chain_close(&keeper->chain);
    state_close(&keeper->now);
    watch_close(&keeper->watch);
    if (keeper->signals >= 0)
        close(keeper->signals);
    if (keeper->lock >= 0)
        close(keeper->lock);
}

static enum error serve(struct keeper *keeper)
{
    while (!keeper->ending) {
        /* Over, not just out of order: only opening the outbox again tells what is left of it. */
        if (chain_moved(keeper->chain))
            return ERROR_OUTBOX;
        refresh(keeper);
        (void)pay(keeper); /* what the disk refuses stays owed */
        const struct visit_result visit = visit_once(keeper);
        if (visit.error != ERROR_NONE &&
            (keeper->options->once || keeper->failures >= KEEPER_FAILURES_MAX))
            return visit.error;
        if (keeper->options->once && (out_of_order(keeper) || visit.begun))
            break;
    }
    const enum error error = pay(keeper);
    return error != ERROR_NONE || !keeper->options->once ? error : keeper->closed;
}

enum error keeper_serve(struct state *state, struct launcher *launcher,
                        const struct keeper_options *options)
{
    struct keeper keeper = {
        .state = state,
        .launcher = launcher,
        .options = options,
        .lock = -1,
        .signals = -1,
        .watch = {.fd = -1},
    };
    enum error error = make_helpers(&keeper) ? open_keeper(&keeper) : ERROR_MEMORY;

    if (error == ERROR_NONE) {
        errno = 0;
        if (!let_go_of_terminal())
            error = error_of_lack(errno, ERROR_NULL_DEVICE);
        else
            error = sandbox_keeper(state->path) == 0 ? serve(&keeper)
                                                     : error_of_lack(errno, ERROR_SESSION_CONFINED);
        await_helpers(&keeper);
    }
    close_keeper(&keeper);
    return error;
}
