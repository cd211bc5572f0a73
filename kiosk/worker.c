/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session's process from its brief to its exit status, and the processes of its helpers. */
#include "kiosk/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/lang.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "kiosk/brief.h"
#include "kiosk/mailbox.h"
#include "kiosk/printer.h"
#include "kiosk/spawn.h"
#include "kiosk/speech.h"
#include "protocol/board_folder.h"
#include "sandbox/harden.h"
#include "sandbox/sandbox.h"
#include "session/library.h"
#include "session/out_of_order.h"
#include "session/session.h"
#include "session/ui.h"
#include "tui/term.h"

/* Set by signals. A request to make room (SIGUSR1) counts only while nobody is here: it is
   remembered from before the first screen, and never disturbs a visitor. */
static volatile sig_atomic_t stop;
static volatile sig_atomic_t make_room;
static volatile sig_atomic_t nobody_here;

static struct mailbox *mailbox;

/* More than a session ever takes from the heap: the heap grows by it once, before the sandbox locks
   it. Without that the kernel counts faults when somebody writes much. */
enum { HEAP_AHEAD = 1 << 20 };

/* How long a session may work between two waits for a key: to derive keys, to print. */
enum { WORKER_GRACE_SECONDS = 30 + UI_COUNTDOWN };

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

static void io_size(void *context, int *rows, int *cols)
{
    (void)context;
    term_size(rows, cols);
}

static void io_show(void *context, const struct screen *screen)
{
    (void)context;
    term_show(screen);
}

static struct keypress io_key(void *context, int seconds)
{
    (void)context;
    nobody_here = seconds == 0; /* only the first screen waits for ever */
    /* A terminal that takes no output may block us in write(): then the alarm ends the process, and
       the keeper cleans up. */
    alarm(nobody_here ? 0 : (unsigned)seconds + WORKER_GRACE_SECONDS);
    if (stop || (nobody_here && make_room))
        return (struct keypress){.kind = KEYPRESS_GONE};
    return term_key(seconds);
}

static void io_drop(void *context)
{
    (void)context;
    term_drop();
}

static int io_derive(void *context, const char *code, const char *pin,
                     const struct argon_watch *watch, struct code_keys *keys)
{
    const struct session_place *place = context;
    return code_derive(code, pin, place->charter.office, watch, keys) == ERROR_NONE ? 0 : -1;
}

/* A signal ends no wait: how long a visit takes to end tells nothing of it. */
static void io_wait(void *context, unsigned milliseconds)
{
    struct timespec now, until;
    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    do {
        (void)poll(NULL, 0, (int)milliseconds);
        clock_gettime(CLOCK_MONOTONIC, &now);
        const int64_t left =
            (int64_t)(until.tv_sec - now.tv_sec) * 1000 + (until.tv_nsec - now.tv_nsec) / 1000000;
        milliseconds = left > 0 ? (unsigned)left : 0;
    } while (milliseconds > 0);
}

/* Sends the keeper a status byte. */
static void tell(uint8_t status)
{
    ssize_t n;
    do
        n = write(BRIEF_SOCKET, &status, sizeof status);
    while (n < 0 && errno == EINTR);
}

static void io_begin(void *context)
{
    (void)context;
    tell(BRIEF_BEGUN);
}

static int io_store(void *context, const uint8_t envelope[ENVELOPE_LEN])
{
    (void)context;
    return mailbox_store(mailbox, BRIEF_SOCKET, envelope);
}

static int io_print(void *context, const uint8_t *bytes, size_t len)
{
    (void)context;
    return printer_slip(BRIEF_PRINTER, bytes, len);
}

static void io_say(void *context, const char *language, int pace, const char *text, size_t len)
{
    (void)context;
    speech_say(BRIEF_SPEECH, language, pace, text, len);
}

/* Whether it is the very board that the keeper checked, and no other one of the office. */
static bool is_checked(const struct brief *brief, const struct board_folder *board)
{
    const struct hash_part head = {board->head_bytes, board->head_len};
    uint8_t hash[HASH_LEN];
    return hash_sha256(hash, &head, 1) == 0 && memcmp(hash, brief->board_hash, sizeof hash) == 0;
}

/* Reads the board while the process still may, and lets go of its folder. Without one people can
   still write, whatever is wrong with it. */
static void read_board(const struct brief *brief, struct board_folder *board,
                       struct session_place *place)
{
    place->board_lost = brief->board_lost;
    if (!brief->has_board)
        return;
    if (board_folder_open(BRIEF_BOARD, brief->board_key, brief->charter.office, board) ==
            ERROR_NONE &&
        is_checked(brief, board))
        place->board = board;
    place->board_lost = place->board == NULL;
    close(BRIEF_BOARD);
}

/* The rights library: in the folder that the configuration names, else in `texts` beside the
   program (a build, run in place), else where an installation has it. */
static const struct library *load_library(const char *dir)
{
    char path[PATH_MAX + 32];
    if (dir[0] != '\0')
        return library_load(dir);
    const ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    path[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(path, '/');
    snprintf(slash != NULL ? slash : path, 32, "/texts");
    if (access(path, X_OK) != 0)
        snprintf(slash != NULL ? slash : path, 32, "/../share/sandyq/texts");
    return library_load(path);
}

static void fill_place(const struct brief *brief, struct session_place *place)
{
    place->charter = brief->charter;
    place->card = brief->card;
    place->number = brief->number;
    place->today = brief->today;
    place->arrived = place->board_lost ? 0 : brief->arrived;
    place->idle_seconds = brief->config.idle;
    place->paper = brief->config.paper;
    place->large = brief->config.large;
    place->contrast = brief->config.contrast;
    memcpy(place->languages, brief->config.languages, sizeof place->languages);
}

static int enter_sandbox(const struct brief *brief)
{
    int kept[3] = {BRIEF_SOCKET};
    size_t count = 1;
    if (brief->has_printer)
        kept[count++] = BRIEF_PRINTER;
    if (brief->has_speech)
        kept[count++] = BRIEF_SPEECH;
    return sandbox_session(kept, count);
}

static int run(const struct brief *brief, struct session_place *place)
{
    const struct session_io io = {
        .context = place,
        .size = io_size,
        .show = io_show,
        .key = io_key,
        .drop = io_drop,
        .derive = io_derive,
        .wait = io_wait,
        .begin = io_begin,
        .store = io_store,
        .print = brief->has_printer ? io_print : NULL,
        .say = brief->has_speech ? io_say : NULL,
    };

    if (enter_sandbox(brief) != 0)
        return SPAWN_NOT_CONFINED;
    if (!brief->closed)
        return (int)session_run(&io, place);
    out_of_order_run(&io, brief->once);
    return SESSION_NOBODY;
}

static int begin(void)
{
    static struct board_folder board;
    struct brief brief;
    struct session_place place = {0};
    (void)harden_hide(); /* or others could look in before the sandbox closes */
    take_signals();
    (void)mallopt(M_TOP_PAD, HEAP_AHEAD);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mailbox = mailbox_join(BRIEF_MAILBOX);
    if (mailbox == NULL || !read_all(BRIEF_SOCKET, &brief, sizeof brief))
        return SESSION_NOBODY;
    /* All files are read before the sandbox closes. */
    if (secret_start() != ERROR_NONE || (place.library = load_library(brief.config.texts)) == NULL)
        return SPAWN_NO_MEMORY;
    read_board(&brief, &board, &place);
    fill_place(&brief, &place);
    if (lang_start(brief.config.locale[0] != '\0' ? brief.config.locale : NULL) != 0 ||
        term_open(&stop) != ERROR_NONE)
        return SPAWN_NO_TERMINAL;
    const int end = run(&brief, &place);
    term_close();
    return end;
}

int worker_session(void)
{
    const int end = begin();
    tell((uint8_t)end);
    return end;
}

/* --- the helpers: printer_run and speech_run hide and confine the process --- */

int worker_printer(const char *device)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t set;
    sigaction(SIGTERM, &action, NULL); /* comes when the launcher ends */
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    return printer_run(BRIEF_SOCKET, device);
}

int worker_speech(const char *program)
{
    return speech_run(BRIEF_SOCKET, program);
}
