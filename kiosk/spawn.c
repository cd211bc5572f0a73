/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fork and exec of a session. */
#include "kiosk/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "kiosk/keeper.h"

/* Opens the terminal. Where it is the keeper's own controlling terminal the session stays in the
   keeper's process group, in front of the shell; elsewhere it becomes the leader of a session of
   its own. Both ways the kernel tells it of a new window size. */
static int take_terminal(const char *tty)
{
    int fd = open(tty, O_RDWR | O_NOCTTY);

    if (fd < 0 || !isatty(fd))
        return -1;
    /* Keys pressed in a session that was cut off are not the next visitor's. */
    tcflush(fd, TCIFLUSH);
    if (tcgetsid(fd) != getsid(0)) {
        setsid();
        /* Another session may hold it (a getty): then there is only no word of a new size. */
        (void)ioctl(fd, TIOCSCTTY, 0);
    }
    return fd;
}

/* Puts the descriptors where the session looks for them and closes all others. */
static bool place_descriptors(int terminal, int socket, int board)
{
    int high[3] = {terminal, socket, board};

    for (int i = 0; i < 3; i++)
        if (high[i] >= 0 && (high[i] = fcntl(high[i], F_DUPFD, 16)) < 0)
            return false;
    for (int fd = 0; fd <= 2; fd++)
        if (dup2(high[0], fd) < 0)
            return false;
    if (dup2(high[1], KEEPER_SOCKET) < 0)
        return false;
    if (high[2] >= 0)
        return dup2(high[2], KEEPER_BOARD) >= 0 && close_range(KEEPER_BOARD + 1, ~0U, 0) == 0;
    return close_range(KEEPER_BOARD, ~0U, 0) == 0;
}

static _Noreturn void become_session(const struct spawn *spawn, int socket, pid_t parent)
{
    const char *argv[] = {"sandyq-kiosk", "--session", NULL, NULL, NULL};
    int terminal = -1;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(SPAWN_NO_TERMINAL);
    terminal = take_terminal(spawn->tty);
    if (terminal < 0 || !place_descriptors(terminal, socket, spawn->board))
        _exit(SPAWN_NO_TERMINAL);
    if (spawn->locale != NULL) {
        argv[2] = "--locale";
        argv[3] = spawn->locale;
    }
    execv("/proc/self/exe", (char *const *)(void *)argv);
    _exit(SPAWN_NO_TERMINAL);
}

int spawn_session(struct spawn *spawn)
{
    pid_t parent = getpid();
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    spawn->pid = fork();
    if (spawn->pid == 0)
        become_session(spawn, ends[1], parent);
    close(ends[1]);
    spawn->socket = ends[0];
    if (spawn->pid < 0)
        close(ends[0]);
    return spawn->pid < 0 ? -1 : 0;
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
    /* RIS resets a terminal and clears it; the second wipes the scrollback where there is one. */
    static const char wipe[] = "\033c\033[3J";
    int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    tcflush(fd, TCIOFLUSH);
    if (line != NULL)
        tcsetattr(fd, TCSANOW, line);
    /* Output that was stopped goes on; a stop that is not ours has to be made ours first. */
    tcflow(fd, TCOOFF);
    tcflow(fd, TCOON);
    /* A terminal that takes nothing now shows nothing new either. */
    if (write(fd, wipe, sizeof wipe - 1) < 0)
        tcflush(fd, TCOFLUSH);
    close(fd);
}
