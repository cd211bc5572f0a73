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

enum { DESCRIPTORS = KEEPER_SPEAKER + 1, OUT_OF_THE_WAY = 16 };

/* Puts each descriptor where the process looks for it (-1: nothing there) and closes all others. */
static bool place_descriptors(int wanted[DESCRIPTORS])
{
    for (int i = 0; i < DESCRIPTORS; i++)
        if (wanted[i] >= 0 && (wanted[i] = fcntl(wanted[i], F_DUPFD, OUT_OF_THE_WAY)) < 0)
            return false;
    for (int i = 0; i < DESCRIPTORS; i++) {
        if (wanted[i] < 0)
            close(i);
        else if (dup2(wanted[i], i) < 0)
            return false;
    }
    return close_range(DESCRIPTORS, ~0U, 0) == 0;
}

/* Dies with its parent; false when that is dead already. */
static bool tie_to(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == parent;
}

static _Noreturn void become(const char *const argv[])
{
    execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
    _exit(SPAWN_NO_TERMINAL);
}

static _Noreturn void become_session(const struct spawn *spawn, int socket, pid_t parent)
{
    static const char *const argv[] = {"sandyq-kiosk", "--session", NULL};
    int terminal = tie_to(parent) ? take_terminal(spawn->tty) : -1;
    int wanted[DESCRIPTORS] = {terminal,     terminal,       terminal,      socket,
                               spawn->board, spawn->printer, spawn->speaker};

    if (terminal < 0 || !place_descriptors(wanted))
        _exit(SPAWN_NO_TERMINAL);
    become(argv);
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

/* A session of its own: what is pressed on the keeper's terminal is not for it. */
static _Noreturn void become_helper(const char *const argv[], int socket, pid_t parent)
{
    int null = open("/dev/null", O_RDWR);
    int wanted[DESCRIPTORS] = {null, null, null, socket, -1, -1, -1};

    setsid();
    if (!tie_to(parent) || null < 0 || !place_descriptors(wanted))
        _exit(SPAWN_NO_TERMINAL);
    become(argv);
}

pid_t spawn_helper(const char *word, const char *name, int socket)
{
    const char *const argv[] = {"sandyq-kiosk", word, name, NULL};
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0)
        become_helper(argv, socket, parent);
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
