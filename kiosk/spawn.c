/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fork and exec of a session and its helpers. */
#include "kiosk/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "kiosk/brief.h"
#include "sandbox/user.h"

/* Opens the terminal. If it is the keeper's own controlling terminal, the process stays in the
   keeper's process group, in front of the shell; otherwise it takes the terminal as its controlling
   one. Both ways the kernel tells it of a new window size. */
static int take_terminal(const char *tty)
{
    int fd = open(tty, O_RDWR | O_NOCTTY);
    if (fd < 0 || !isatty(fd))
        return -1;
    /* Keys pressed in a session that was cut off must not reach the next visitor's. */
    tcflush(fd, TCIFLUSH);
    if (tcgetsid(fd) != getsid(0)) {
        setsid();
        /* A getty may hold it: then only new window sizes go unnoticed. */
        (void)ioctl(fd, TIOCSCTTY, 0);
    }
    return fd;
}

enum { DESCRIPTORS = BRIEF_SOCKET + SPAWN_GIVEN, OUT_OF_THE_WAY = 16 };

/* Moves each descriptor to its number (-1: closes that one) and closes all others. */
static bool place_descriptors(int standard, const int fds[SPAWN_GIVEN])
{
    int wanted[DESCRIPTORS];
    for (int i = 0; i < DESCRIPTORS; i++) {
        wanted[i] = i < BRIEF_SOCKET ? standard : fds[i - BRIEF_SOCKET];
        if (wanted[i] >= 0 && (wanted[i] = fcntl(wanted[i], F_DUPFD, OUT_OF_THE_WAY)) < 0)
            return false;
    }
    for (int i = 0; i < DESCRIPTORS; i++) {
        if (wanted[i] < 0)
            close(i);
        else if (dup2(wanted[i], i) < 0)
            return false;
    }
    return close_range(DESCRIPTORS, ~0U, 0) == 0;
}

/* Comes after the terminal was opened, which may be root's. */
static bool become_other(const struct spawn_place *place)
{
    const char *visitor = place->config->visitor;
    return (visitor[0] != '\0' ? user_become_named(visitor) : user_become(place->owner)) == 0;
}

/* Lets the kernel end us when the parent dies; false when it is dead already. */
static bool tie_to(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == parent;
}

/* Reports a failed start by the session's status byte. */
static _Noreturn void give_up(int socket)
{
    static const uint8_t status = SPAWN_NO_TERMINAL;
    (void)send(socket, &status, sizeof status, MSG_NOSIGNAL);
    _exit(SPAWN_NO_TERMINAL);
}

/* A helper leaves the keeper's terminal session: keys pressed there must not signal it. */
static int take_standard(enum spawn_kind kind, const char *tty)
{
    if (kind == SPAWN_SESSION)
        return take_terminal(tty);
    setsid();
    return open("/dev/null", O_RDWR);
}

static _Noreturn void become(enum spawn_kind kind, const struct spawn_place *place,
                             const int fds[SPAWN_GIVEN], pid_t parent)
{
    const struct config *const config = place->config;
    const char *const argv[SPAWN_KINDS][4] = {
        [SPAWN_SESSION] = {"sandyq-kiosk", SPAWN_SESSION_WORD},
        [SPAWN_PRINTER] = {"sandyq-kiosk", SPAWN_PRINTER_WORD, config->printer},
        [SPAWN_SPEECH] = {"sandyq-kiosk", SPAWN_SPEECH_WORD, config->speaker},
    };
    const int standard = take_standard(kind, config->tty);

    /* The launcher ignores it; the speech process waits for its program. */
    signal(SIGCHLD, SIG_DFL);
    if (standard < 0)
        give_up(fds[0]);
    if (!place_descriptors(standard, fds))
        give_up(fds[0]);
    if (!become_other(place) || !tie_to(parent))
        give_up(BRIEF_SOCKET);
    execv("/proc/self/exe", (char *const *)(uintptr_t)argv[kind]);
    give_up(BRIEF_SOCKET);
}

pid_t spawn_process(enum spawn_kind kind, const struct spawn_place *place,
                    const int fds[SPAWN_GIVEN])
{
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0)
        become(kind, place, fds, parent);
    return pid;
}

int spawn_line(const char *tty, struct termios *line)
{
    int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int result = fd < 0 ? -1 : tcgetattr(fd, line);
    if (fd >= 0)
        close(fd);
    return result;
}

void spawn_sweep(const char *tty, const struct termios *line)
{
    /* RIS resets and clears the terminal; the second sequence wipes a scrollback. */
    static const char wipe[] = "\033c\033[3J";
    int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    tcflush(fd, TCIOFLUSH);
    if (line != NULL)
        tcsetattr(fd, TCSANOW, line);
    /* Resume output that was stopped; the kernel resumes only after a stop of our own. */
    tcflow(fd, TCOOFF);
    tcflow(fd, TCOON);
    /* A terminal that takes nothing must not show later what was written before. */
    if (write(fd, wipe, sizeof wipe - 1) < 0)
        tcflush(fd, TCOFLUSH);
    close(fd);
}
