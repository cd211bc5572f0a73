/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slips to a device that may be slow, empty, or gone. */
#include "kiosk/printer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/lp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/sandbox.h"
#include "session/slip.h"

enum { PAPER_MS = 300, DROP_MS = 1000, NAP_MS = 10, STALE_BYTES = 64 };
enum { MARK = 0x70696c73 };

/* Precedes a slip on the socket. The ticket is the time at which it was sent (now), which no two
   slips share. */
struct print_head {
    int64_t ticket;
    int64_t wait_ms; /* how long the session waits from then on */
    uint32_t mark;
    uint32_t len;
};

struct answer {
    int64_t ticket;
    int64_t status;
};

/* The monotonic clock in nanoseconds: fine enough for a ticket. */
static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int64_t after_ms(int64_t start, int ms)
{
    return start + ms * INT64_C(1000000);
}

/* Waits for the events, or for an error, which the next read or write reports. False when the time
   is over. */
static bool ready(int fd, short events, int64_t until)
{
    struct pollfd polled = {.fd = fd, .events = events};
    int64_t left;
    while ((left = until - now()) > 0) {
        const int n = poll(&polled, 1, (int)(left / 1000000) + 1);
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
    }
    return false;
}

static bool try_again(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* --- the session's side --- */

/* A UNIX socket is ready for writing when three quarters of its buffer are free, which is room for
   two slips: neither write blocks, and no slip is sent in part. */
static int send_slip(int socket, const struct print_head *head, const uint8_t *bytes, int64_t until)
{
    if (!ready(socket, POLLOUT, until))
        return PRINTER_SLOW;
    if (write(socket, head, sizeof *head) != sizeof *head ||
        write(socket, bytes, head->len) != (ssize_t)head->len)
        return PRINTER_GONE;
    return PRINTER_DONE;
}

static int await_answer(int socket, int64_t ticket, int64_t until)
{
    while (ready(socket, POLLIN, until)) {
        struct answer answer;
        const ssize_t n = read(socket, &answer, sizeof answer);
        if (try_again(n))
            continue;
        if (n != sizeof answer)
            return PRINTER_GONE;
        if (answer.ticket == ticket)
            return answer.status >= PRINTER_DONE && answer.status <= PRINTER_SLOW
                       ? (int)answer.status
                       : PRINTER_GONE;
    }
    return PRINTER_SLOW;
}

int printer_slip_within(int socket, const uint8_t *bytes, size_t len, int wait_ms)
{
    assert(len > 0 && len <= SLIP_MAX && wait_ms > PRINTER_MARGIN_MS && wait_ms <= PRINTER_WAIT_MS);
    const struct print_head head = {
        .ticket = now(), .wait_ms = wait_ms, .mark = MARK, .len = (uint32_t)len};
    const int64_t until = after_ms(head.ticket, wait_ms);
    const int status = send_slip(socket, &head, bytes, until);

    return status == PRINTER_DONE ? await_answer(socket, head.ticket, until) : status;
}

int printer_slip(int socket, const uint8_t *bytes, size_t len)
{
    return printer_slip_within(socket, bytes, len, PRINTER_WAIT_MS);
}

/* --- the device --- */

/* Opens only what can be a printer: a slip written to a disk's device would destroy the disk, and a
   file would keep the slip. A FIFO is not opened for reading: it would then always have a reader,
   and our questions would come back as answers. */
static int open_device(const char *device, struct stat *st)
{
    const int flags = O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    if (stat(device, st) != 0)
        return -1;
    if (S_ISFIFO(st->st_mode))
        return open(device, O_WRONLY | flags);
    if (!S_ISCHR(st->st_mode))
        return -1;
    const int fd = open(device, O_RDWR | flags);
    return fd >= 0 ? fd : open(device, O_WRONLY | flags);
}

/* Lets bytes pass unchanged. Speed and flow control stay as they were set up. */
static int make_raw(int fd)
{
    struct termios line;
    if (tcgetattr(fd, &line) != 0)
        return -1;
    const tcflag_t flow = line.c_iflag & IXON;
    cfmakeraw(&line);
    line.c_iflag |= flow;
    line.c_cflag |= CLOCAL | CREAD;
    return tcsetattr(fd, TCSANOW, &line);
}

/* Only the drivers of parallel and USB printers can tell. */
static bool driver_misses_paper(int fd)
{
    int status = 0;
    return ioctl(fd, LPGETSTATUS, &status) == 0 && (status & LP_POUTPA) != 0;
}

/* Asks for the paper sensor (ESC/POS: DLE EOT 4). A printer that does not answer counts as having
   paper. */
static bool misses_paper(int fd, int64_t until)
{
    static const uint8_t question[] = {0x10, 0x04, 0x04};
    const int64_t answered = after_ms(now(), PAPER_MS);
    uint8_t byte = 0;
    for (int i = 0; i < STALE_BYTES && read(fd, &byte, 1) == 1; i++)
        ;
    if (write(fd, question, sizeof question) != sizeof question ||
        !ready(fd, POLLIN, answered < until ? answered : until) || read(fd, &byte, 1) != 1)
        return false;
    return (byte & 0x93) == 0x12 && (byte & 0x60) != 0;
}

/* A driver may say that it is ready and yet take nothing: the nap keeps us from spinning. */
static bool wait_for_room(int fd, int64_t until)
{
    const bool room = ready(fd, POLLOUT, until);
    poll(NULL, 0, NAP_MS);
    return room;
}

/* Printer drivers report ENOSPC when the paper is out. */
static int status_of_error(const struct stat *st)
{
    return errno == ENOSPC && S_ISCHR(st->st_mode) ? PRINTER_PAPER : PRINTER_GONE;
}

static int push(int fd, const struct stat *st, const uint8_t *bytes, size_t len, int64_t until)
{
    while (len > 0) {
        if (now() >= until)
            return PRINTER_SLOW;
        const ssize_t n = write(fd, bytes, len);

        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (n < 0 && !try_again(n)) {
            return status_of_error(st);
        } else if (!wait_for_room(fd, until)) {
            return PRINTER_SLOW;
        }
    }
    return PRINTER_DONE;
}

/* Waits until all bytes have left a serial line's buffer, which holds a good part of a slip. */
static int drain(int fd, int64_t until)
{
    int left = 0;
    while (ioctl(fd, TIOCOUTQ, &left) == 0) {
        if (left == 0)
            return PRINTER_DONE;
        if (now() >= until)
            return PRINTER_SLOW;
        poll(NULL, 0, NAP_MS);
    }
    return PRINTER_GONE;
}

/* Tells a printer that holds part of a slip to drop it. True when the command could be written. */
static bool tell_to_drop(int fd)
{
    uint8_t drop[SLIP_DROP_LEN];
    slip_drop(drop);
    return write(fd, drop, sizeof drop) == sizeof drop;
}

/* A slip given up must not come out later, when somebody else stands there, nor block close(2). */
static void abandon_serial(int fd, int status)
{
    tcflush(fd, TCOFLUSH);
    if (status == PRINTER_SLOW && tell_to_drop(fd) &&
        drain(fd, after_ms(now(), DROP_MS)) == PRINTER_DONE)
        return;
    tcflush(fd, TCOFLUSH);
}

static int put_serial(int fd, const struct stat *st, const uint8_t *bytes, size_t len,
                      int64_t until)
{
    if (make_raw(fd) != 0)
        return PRINTER_GONE;
    if (misses_paper(fd, until))
        return PRINTER_PAPER;
    int status = push(fd, st, bytes, len, until);
    if (status == PRINTER_DONE)
        status = drain(fd, until);
    if (status != PRINTER_DONE)
        abandon_serial(fd, status);
    return status;
}

/* close(2) drops what the driver still holds. */
static int put_parallel(int fd, const struct stat *st, const uint8_t *bytes, size_t len,
                        int64_t until)
{
    if (driver_misses_paper(fd) || misses_paper(fd, until))
        return PRINTER_PAPER;
    int status = push(fd, st, bytes, len, until);
    if (status == PRINTER_DONE && !ready(fd, POLLOUT, until))
        status = PRINTER_SLOW;
    if (status == PRINTER_SLOW && tell_to_drop(fd))
        (void)ready(fd, POLLOUT, after_ms(now(), DROP_MS));
    return status == PRINTER_SLOW && driver_misses_paper(fd) ? PRINTER_PAPER : status;
}

static int put_pipe(int fd, const struct stat *st, const uint8_t *bytes, size_t len, int64_t until)
{
    const int status = push(fd, st, bytes, len, until);
    if (status == PRINTER_SLOW)
        (void)tell_to_drop(fd);
    return status;
}

int printer_put(const char *device, const uint8_t *bytes, size_t len, int limit_ms)
{
    const int64_t until = after_ms(now(), limit_ms);
    struct stat st;
    int fd = open_device(device, &st);
    int status;
    if (fd < 0)
        return PRINTER_GONE;
    if (isatty(fd))
        status = put_serial(fd, &st, bytes, len, until);
    else if (S_ISCHR(st.st_mode))
        status = put_parallel(fd, &st, bytes, len, until);
    else
        status = put_pipe(fd, &st, bytes, len, until);
    close(fd);
    return status;
}

/* --- the process --- */

static uint8_t slip[SLIP_MAX];

static int protect(void)
{
    static const int deaf[] = {SIGINT,  SIGQUIT, SIGHUP,  SIGPIPE, SIGTSTP,
                               SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof deaf / sizeof deaf[0]; i++)
        signal(deaf[i], SIG_IGN);
    return mlock(slip, sizeof slip);
}

/* Reads len bytes. Returns 1; 0 at the end of the socket; -1 when that comes in their middle. */
static int receive(int socket, void *to, size_t len)
{
    uint8_t *at = to;
    size_t got = 0;
    while (got < len) {
        struct pollfd polled = {.fd = socket, .events = POLLIN};
        ssize_t n = -1;
        if (poll(&polled, 1, -1) > 0)
            n = read(socket, at + got, len - got);
        if (try_again(n))
            continue;
        if (n <= 0)
            return n == 0 && got == 0 ? 0 : -1;
        got += (size_t)n;
    }
    return 1;
}

/* A ticket of the future or an unlimited wait would give no deadline. */
static bool is_slip(const struct print_head *head)
{
    return head->mark == MARK && head->len > 0 && head->len <= sizeof slip && head->ticket > 0 &&
           head->ticket <= now() && head->wait_ms > 0 && head->wait_ms <= PRINTER_WAIT_MS;
}

static int print(const struct print_head *head, const char *device)
{
    const int64_t until = after_ms(head->ticket, (int)head->wait_ms - PRINTER_MARGIN_MS);
    const int64_t left_ms = (until - now()) / 1000000;
    return left_ms > 0 ? printer_put(device, slip, head->len, (int)left_ms) : PRINTER_SLOW;
}

/* Prints one slip; returns as receive does. A session that is gone by then gets no answer. */
static int serve(int socket, const char *device)
{
    struct print_head head = {0};
    int got = receive(socket, &head, sizeof head);
    if (got != 1)
        return got;
    if (!is_slip(&head))
        return -1;
    got = receive(socket, slip, head.len);
    if (got == 1) {
        const struct answer answer = {.ticket = head.ticket, .status = print(&head, device)};
        send(socket, &answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    explicit_bzero(slip, sizeof slip);
    return got;
}

int printer_run(int socket, const char *device)
{
    int going = protect() == 0 && (device = sandbox_printer(socket, device)) != NULL ? 1 : -1;
    while (going == 1)
        going = serve(socket, device);
    return going == 0 ? 0 : 1;
}
