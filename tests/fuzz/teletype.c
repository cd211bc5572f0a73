/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before curses and the kernel: a pipe for the keys, nothing for the picture, a clock
   that goes when it is looked at. */
#include "tests/fuzz/teletype.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { ESCAPE = 0x1B, CALM_MS = 1000, HURRIED_MS = 10 };

enum order { PAUSE, RESIZE, AWAY, HURRY = 5, BURST = 0x0E, CAPS = 0x11, STOP, ENDLESS = 0x17, END };

static const char orders[] = "\1\2\5\16\21\22\27\30"; /* and PAUSE */

static struct teletype *now;
static int keys[2] = {-1, -1}; /* a pipe */
static FILE *picture, *keyboard;
static int64_t clock_ms;

static const int sizes[][2] = {{24, 64}, {25, 80}, {80, 200}, {100, 300}, {1, 1},   {24, 63},
                               {23, 64}, {10, 20}, {0, 0},    {50, 132},  {30, 64}, {24, 200}};

static void start(void)
{
    if (keyboard != NULL)
        return;
    must(pipe2(keys, O_CLOEXEC | O_NONBLOCK) == 0);
    keyboard = fdopen(keys[0], "r");
    picture = fopen("/dev/null", "w");
    must(keyboard != NULL && picture != NULL);
}

/* Keys that nobody took are for nobody else. */
static void drain(void)
{
    char bytes[512];

    while (read(keys[0], bytes, sizeof bytes) > 0)
        ;
}

void teletype_set(struct teletype *teletype)
{
    start();
    drain();
    now = teletype;
    clock_ms = 0;
}

void teletype_type(struct teletype *teletype, const char *text)
{
    snprintf(teletype->typed, sizeof teletype->typed, "%s", text);
}

static bool is_order(uint8_t byte)
{
    return byte == PAUSE || (byte < 0x20 && (strchr(orders, byte) || strchr(now->orders, byte)));
}

/* --- what is pressed --- */

/* The bytes of one key: a character, or Esc with what it introduces. */
static size_t one_key(const uint8_t *data, size_t size)
{
    size_t n = 1;

    if (data[0] == ESCAPE && size > 2 && (data[1] == '[' || data[1] == 'O')) {
        for (n = 2; n < size && data[n] >= 0x20 && data[n] < 0x40;)
            n++;
        n += n < size && !is_order(data[n]);
        n += data[n - 1] == '[' && n < size && !is_order(data[n]);
    } else if (data[0] >= 0xC0) {
        while (n < size && n < 4 && (data[n] & 0xC0) == 0x80)
            n++;
    }
    return n;
}

static size_t burst(const uint8_t *data, size_t size)
{
    size_t n = 0;

    while (n < size && !is_order(data[n]))
        n++;
    return n;
}

static void send_keys(const void *bytes, size_t len)
{
    must(write(keys[1], bytes, len) == (ssize_t)len);
}

void teletype_press(struct teletype *teletype, const char *bytes, size_t len)
{
    send_keys(bytes, len);
}

/* Longer than any terminal sends. */
static int send_endless(void)
{
    static const char endless[6000] = "\033]";

    send_keys(endless, sizeof endless);
    return 1;
}

static bool send_typed(struct teletype *t)
{
    if (t->typed[0] == '\0')
        return false;
    send_keys(t->typed, 1);
    memmove(t->typed, t->typed + 1, sizeof t->typed - 1);
    return true;
}

static int resize(struct teletype *t)
{
    const size_t which = t->at < t->size ? t->data[t->at++] : 0;

    t->rows = sizes[which % (sizeof sizes / sizeof *sizes)][0];
    t->cols = sizes[which % (sizeof sizes / sizeof *sizes)][1];
    raise(SIGWINCH);
    errno = EINTR;
    return -1;
}

/* Obeys; returns what ppoll is to return, 1 to look on. */
static int obey(struct teletype *t, uint8_t byte)
{
    switch (byte) {
    case PAUSE:
        return 0;
    case RESIZE:
        return resize(t);
    case AWAY:
        t->away = true;
        return 0;
    case HURRY:
        t->hurried = !t->hurried;
        return 1;
    case CAPS:
        t->caps = !t->caps;
        return 1;
    case STOP:
        t->stop = t->over = true;
        errno = EINTR;
        return -1;
    default:
        t->order(t, byte);
        return 1;
    }
}

/* Waits for a key: one lies in the pipe then. */
static int wait_key(struct teletype *t, struct pollfd *fd)
{
    int result = 1;
    size_t n = 0;

    fd->revents = POLLIN;
    t->late = t->late || t->over;
    while (!t->away && result == 1 && !send_typed(t)) {
        if (t->at >= t->size) {
            t->over = true;
            fd->revents = POLLHUP;
            return 1;
        }
        if (t->data[t->at] == END) {
            t->at = t->size;
            t->over = true;
            return 1;
        }
        if (t->data[t->at] == ENDLESS) {
            t->at++;
            return send_endless();
        }
        if (is_order(t->data[t->at]) && t->data[t->at] != BURST) {
            result = obey(t, t->data[t->at++]);
            continue;
        }
        const bool at_once = t->data[t->at] == BURST;
        t->at += at_once;
        n = (at_once ? burst : one_key)(t->data + t->at, t->size - t->at);
        send_keys(t->data + t->at, n);
        t->at += n;
        if (n > 0)
            return 1;
    }
    return t->away ? 0 : result;
}

/* --- in the place of the real ones --- */

WRAP(SCREEN *, newterm, const char *type, FILE *out, FILE *in)
{
    return now == NULL ? __real_newterm(type, out, in)
                       : __real_newterm(now->type, picture, keyboard);
}

WRAP(int, isatty, int fd)
{
    return now != NULL && fd <= STDOUT_FILENO ? now->type != NULL : __real_isatty(fd);
}

WRAP(int, tcflow, int fd, int action)
{
    return now != NULL && fd <= STDOUT_FILENO ? 0 : __real_tcflow(fd, action);
}

WRAP(ssize_t, write, int fd, const void *bytes, size_t len)
{
    if (now == NULL || fd != STDOUT_FILENO)
        return __real_write(fd, bytes, len);
    errno = now->dead ? EIO : EINTR;
    now->stuck = !now->stuck;
    return now->dead || now->stuck ? -1 : 1;
}

/* Nobody waits for the rest of a sequence: what has not come by now never comes. */
WRAP(int, set_escdelay, int ms)
{
    return __real_set_escdelay(now == NULL ? ms : 0);
}

WRAP(void, wtimeout, WINDOW *window, int ms)
{
    __real_wtimeout(window, now == NULL ? ms : 0);
}

WRAP(int, clock_gettime, clockid_t id, struct timespec *t)
{
    if (now == NULL)
        return __real_clock_gettime(id, t);
    clock_ms += now->hurried ? HURRIED_MS : CALM_MS;
    *t = (struct timespec){clock_ms / 1000, clock_ms % 1000 * 1000000};
    return 0;
}

WRAP(int, ppoll, struct pollfd *fds, nfds_t n, const struct timespec *limit, const sigset_t *mask)
{
    sigset_t before;

    if (now == NULL)
        return __real_ppoll(fds, n, limit, mask);
    const int result = wait_key(now, fds);
    const int error = errno;
    sigprocmask(SIG_SETMASK, mask, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return result;
}

WRAP(int, ioctl, int fd, unsigned long request, ...)
{
    va_list args;

    va_start(args, request);
    void *argument = va_arg(args, void *);
    va_end(args);
    if (now != NULL && now->front != 0 && request == VT_GETSTATE) {
        *(struct vt_stat *)argument = (struct vt_stat){.v_active = now->front};
        return 0;
    }
    if (now == NULL || fd > STDOUT_FILENO)
        return __real_ioctl(fd, request, argument);
    if (request == TIOCGWINSZ)
        *(struct winsize *)argument = (struct winsize){.ws_row = (unsigned short)now->rows,
                                                       .ws_col = (unsigned short)now->cols};
    if (request == KDGKBLED)
        *(char *)argument = now->caps ? K_CAPSLOCK : 0;
    return request == TIOCGWINSZ || now->leds ? 0 : -1;
}
