/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts a program in a pseudo-terminal: `bench_start TEXT PROGRAM ARGUMENT...`. Prints the seconds
   until TEXT was on the screen and the KiB that the program and its children then have resident
   (what they share counts for each), then ends it. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "tests/lib/process.h"

enum { PATIENCE_MS = 120000, SCREEN_BYTES = 65536 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Memory of a process and of all below it. */
static long memory(long pid)
{
    char path[64];
    long sum = (long)process_number((pid_t)pid, "status", "VmRSS:"), child = 0;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", pid, pid);
    FILE *in = fopen(path, "re");
    while (in != NULL && fscanf(in, "%ld", &child) == 1)
        sum += memory(child);
    if (in != NULL)
        fclose(in);
    return sum;
}

/* Reads what the program draws until text is among it. Returns 0 or -1. */
static int wait_for(int terminal, const char *text)
{
    static char seen[SCREEN_BYTES];
    size_t len = 0;
    struct pollfd ready = {.fd = terminal, .events = POLLIN};
    while (len < sizeof seen && poll(&ready, 1, PATIENCE_MS) == 1) {
        ssize_t n = read(terminal, seen + len, sizeof seen - len);
        if (n <= 0)
            return -1;
        len += (size_t)n;
        if (memmem(seen, len, text, strlen(text)) != NULL)
            return 0;
    }
    return -1;
}

/* Takes what the program still draws, so that it can end; until it has let go of the terminal. */
static void drain(int terminal)
{
    char bytes[4096];
    while (read(terminal, bytes, sizeof bytes) > 0)
        continue;
}

int main(int argc, char **argv)
{
    const struct winsize size = {.ws_row = 25, .ws_col = 80};
    int terminal = -1, screen = -1;
    if (argc < 3 || openpty(&terminal, &screen, NULL, NULL, &size) != 0)
        return 2;
    double start = now();
    pid_t pid = fork();
    if (pid == 0) {
        close(terminal);
        login_tty(screen);
        setenv("TERM", "xterm", 1);
        execv(argv[2], argv + 2);
        _exit(127);
    }
    int rc = pid < 0 ? -1 : wait_for(terminal, argv[1]);
    if (rc == 0)
        printf("%.6f %ld\n", now() - start, memory(pid));
    if (pid > 0) {
        kill(pid, SIGTERM);
        close(screen); /* held until here: a kiosk lets go of its terminal between visitors */
        drain(terminal);
        close(terminal);
        waitpid(pid, NULL, 0);
    }
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
