/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process of a session, from its brief to its exit status. */
#include "kiosk/child.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "kiosk/closed.h"
#include "kiosk/confine.h"
#include "kiosk/keeper.h"
#include "kiosk/session.h"
#include "kiosk/spawn.h"
#include "tui/lang.h"
#include "tui/term.h"

/* Set by signals. A request to make room (SIGUSR1) counts only while nobody is here; it is
   remembered from before the first screen, and a visitor is never disturbed by it. */
static volatile sig_atomic_t stop;
static volatile sig_atomic_t make_room;
static volatile sig_atomic_t nobody_here;

/* What a session may take, beyond the idle limit, from one wait to the next. */
enum { CHILD_GRACE_SECONDS = 30 };

static void on_stop(int number)
{
    (void)number;
    stop = 1;
}

static void on_make_room(int number)
{
    (void)number;
    make_room = 1;
    if (nobody_here)
        stop = 1;
}

static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_stop};
    sigset_t set;

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = on_make_room;
    sigaction(SIGUSR1, &action, NULL);
    action.sa_handler = SIG_DFL;
    sigaction(SIGALRM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGQUIT, &action, NULL);
    sigaction(SIGTSTP, &action, NULL);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

static bool read_all(int fd, void *out, size_t len)
{
    uint8_t *at = out;

    while (len > 0) {
        ssize_t n = read(fd, at, len);

        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static bool write_all(int fd, const void *in, size_t len)
{
    const uint8_t *at = in;

    while (len > 0) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static void child_size(void *context, int *rows, int *cols)
{
    (void)context;
    term_size(rows, cols);
}

static void child_show(void *context, const struct screen *screen)
{
    (void)context;
    term_show(screen);
}

static struct press child_press(void *context, int idle_seconds)
{
    (void)context;
    nobody_here = idle_seconds == 0; /* only the first screen waits for ever */
    /* A terminal that takes no output may hold us in write(): then this ends the process, and the
       keeper cleans up. */
    alarm(nobody_here ? 0 : (unsigned)idle_seconds + CHILD_GRACE_SECONDS);
    if (stop || (nobody_here && make_room))
        return (struct press){.kind = PRESS_GONE};
    return term_press(idle_seconds);
}

static int child_store(void *context, const uint8_t envelope[ENVELOPE_LEN])
{
    uint8_t word = KEEPER_NOT_STORED;

    (void)context;
    if (!write_all(KEEPER_SOCKET, envelope, ENVELOPE_LEN) ||
        !read_all(KEEPER_SOCKET, &word, sizeof word))
        return -1;
    return word == KEEPER_STORED ? 0 : -1;
}

/* Maps the board before the process can no longer; 0 also when there is none. */
static int map_board(const struct keeper_brief *brief, struct session_place *place)
{
    void *map = NULL;

    if (brief->board_len == 0)
        return 0;
    map = mmap(NULL, brief->board_len, PROT_READ, MAP_PRIVATE, KEEPER_BOARD, 0);
    if (map == MAP_FAILED)
        return -1;
    place->board = map;
    place->board_len = brief->board_len;
    return 0;
}

/* Nothing of this process may reach a disk: no core, and no look into it by others of the same
 * user. */
static void hide(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

int child_run(const char *locale)
{
    static const struct session_io io = {
        .size = child_size, .show = child_show, .press = child_press, .store = child_store};
    struct keeper_brief brief;
    struct session_place place = {0};
    int end = SESSION_NOBODY;

    hide();
    take_signals();
    if (!read_all(KEEPER_SOCKET, &brief, sizeof brief) || map_board(&brief, &place) != 0)
        return SESSION_NOBODY;
    place.charter = brief.charter;
    place.card = brief.card;
    place.number = brief.number;
    place.today = brief.today;
    place.idle_seconds = brief.idle_seconds;
    if (secret_start() != SECRET_OK)
        return SPAWN_NO_MEMORY;
    if (lang_start(locale) != 0 || term_open(&stop) != TERM_OK)
        return SPAWN_NO_TERMINAL;
    if (confine_session(KEEPER_SOCKET) == 0) {
        if (brief.closed)
            closed_run(&io, brief.once);
        else
            end = session_run(&io, &place);
    } else {
        end = SPAWN_NOT_CONFINED;
    }
    term_close();
    return end;
}
