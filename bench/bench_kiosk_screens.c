/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session at work: `bench_kiosk_screens KIOSK STATE`. Writes as much as the editor holds, then
   prints, a line each: key to screen (p50 and p99 in milliseconds), wake-ups of keeper and
   session per minute while a person reads and while it counts down, and the KiB that keeper and
   session have resident. */
#include <inttypes.h>
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

enum {
    KEYS = 1000,
    TEXT_BYTES = 14200, /* of 14,400: room for the keys that are measured */
    QUIET_MS = 20,      /* a screen is out when nothing follows for so long */
    PATIENCE_MS = 30000,
    IDLE_SECONDS = 10,
    SLEPT_MS = 1,
};

static int terminal = -1,
           screen = -1; /* screen held: a kiosk lets go of its terminal between visitors */
static pid_t keeper;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "bench_kiosk_screens: %s\n", what);
    if (keeper > 0)
        kill(keeper, SIGTERM);
    exit(EXIT_FAILURE);
}

/* Takes what the program draws until it is quiet; returns when the last of it came. */
static double drawn(int patience_ms)
{
    static char bytes[65536];
    struct pollfd ready = {.fd = terminal, .events = POLLIN};
    double last = 0;

    while (poll(&ready, 1, last == 0 ? patience_ms : QUIET_MS) == 1) {
        if (read(terminal, bytes, sizeof bytes) <= 0)
            die("the kiosk has ended");
        last = now();
    }
    if (last == 0)
        die("the kiosk shows nothing");
    return last;
}

static double press(const char *keys)
{
    const double start = now();

    if (write(terminal, keys, strlen(keys)) != (ssize_t)strlen(keys))
        die("the kiosk takes no keys");
    return drawn(PATIENCE_MS) - start;
}

/* A text as long as the editor takes, in pieces that the terminal holds. */
static void fill_text(void)
{
    static const char words[] = "They took me out at night and nobody saw me. ";
    char piece[sizeof words + 12];

    for (size_t len = 0; len < TEXT_BYTES; len += sizeof words - 1) {
        snprintf(piece, sizeof piece, "\033[200~%s\033[201~", words);
        press(piece);
    }
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void measure_keys(void)
{
    static double took[KEYS];
    char key[] = "a";

    for (int i = 0; i < KEYS; i++) {
        key[0] = i % 20 < 10 ? (char)('a' + i % 10) : '\177';
        took[i] = press(key);
    }
    qsort(took, KEYS, sizeof *took, by_size);
    printf("key to screen, full text: p50 %.2f ms, p99 %.2f ms (at most 5)\n", took[KEYS / 2] * 1e3,
           took[KEYS * 99 / 100] * 1e3);
}

static pid_t child_of(pid_t pid)
{
    char path[64];
    int child = 0;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *in = fopen(path, "re");
    if (in == NULL || fscanf(in, "%d", &child) != 1)
        die("the kiosk has no session");
    fclose(in);
    return (pid_t)child;
}

/* The keeper's child is the launcher, which starts the sessions. */
static pid_t session_of(pid_t pid)
{
    return child_of(child_of(pid));
}

/* --- wake-ups --- */

/* Lines of strace up to where its file ends now: "PID poll(...) = 1 <0.999867>". A wake-up is the
   end of a wait that slept; one that found its answer there returns at once. What a process waits
   for a disk is none. */
static long wakes(FILE *trace, pid_t pid)
{
    char line[1024];
    long n = 0;

    clearerr(trace);
    while (fgets(line, sizeof line, trace) != NULL) {
        const char *took = strrchr(line, '<');

        n += took != NULL && strtol(line, NULL, 10) == pid &&
             strtod(took + 1, NULL) * 1e3 >= SLEPT_MS;
    }
    return n;
}

/* Wake-ups in so many seconds, as a rate. The terminal is read meanwhile: a countdown draws. */
static void measure_wakes(const char *name, const char *trace)
{
    const pid_t session = session_of(keeper);
    struct pollfd ready = {.fd = terminal, .events = POLLIN};
    char bytes[4096];
    double left;
    FILE *in = fopen(trace, "re");

    if (in == NULL || fseek(in, 0, SEEK_END) != 0)
        die("strace writes nothing");
    const long from = ftell(in);
    const double start = now();
    while ((left = start + IDLE_SECONDS - now()) > 0)
        if (poll(&ready, 1, (int)(left * 1e3) + 1) == 1)
            (void)!read(terminal, bytes, sizeof bytes);
    const long of_keeper = wakes(in, keeper);
    fseek(in, from, SEEK_SET);
    printf("wake-ups a minute %s: keeper %ld, session %ld\n", name, of_keeper * 60 / IDLE_SECONDS,
           wakes(in, session) * 60 / IDLE_SECONDS);
    fclose(in);
}

/* trace: where strace writes the waits of all its processes; NULL for none. With -D the keeper
   stays our child. */
static void start(const char *kiosk, const char *state, const char *idle, const char *trace)
{
    const struct winsize size = {.ws_row = 25, .ws_col = 80};

    if (openpty(&terminal, &screen, NULL, NULL, &size) != 0 || (keeper = fork()) < 0)
        die("there is no pseudo-terminal");
    if (keeper == 0) {
        close(terminal);
        login_tty(screen);
        setenv("TERM", "xterm", 1);
        if (trace != NULL)
            execlp("strace", "strace", "-D", "-f", "-T", "-o", trace, "-e", "trace=poll,ppoll",
                   kiosk, "--state", state, "--idle", idle, "--once", NULL);
        else
            execl(kiosk, kiosk, "--state", state, "--idle", idle, "--once", NULL);
        _exit(127);
    }
    drawn(PATIENCE_MS);
    press("3"); /* English, the menu */
}

static void stop(void)
{
    char bytes[4096];

    kill(keeper, SIGTERM);
    close(screen);
    while (read(terminal, bytes, sizeof bytes) > 0)
        continue;
    waitpid(keeper, NULL, 0);
    close(terminal);
}

static void walk_to_editor(void)
{
    static const char *const way[] = {"1", "1", "1", "2", "0", "0", "0", "2"};

    for (size_t i = 0; i < sizeof way / sizeof *way; i++)
        press(way[i]);
}

int main(int argc, char **argv)
{
    char trace[] = "/tmp/bench_kiosk_screens.XXXXXX";

    if (argc != 3)
        return 2;
    if (mkstemp(trace) < 0)
        die("there is no room for a trace");
    start(argv[1], argv[2], "600", NULL);
    walk_to_editor();
    fill_text();
    measure_keys();
    printf("resident: keeper %" PRIu64 " KiB, session %" PRIu64 " KiB\n",
           process_number(keeper, "status", "VmRSS:"),
           process_number(session_of(keeper), "status", "VmRSS:"));
    stop();
    start(argv[1], argv[2], "600", trace);
    walk_to_editor();
    measure_wakes("while a person reads (the keeper: its clock, 60)", trace);
    stop();
    start(argv[1], argv[2], "36", trace); /* a countdown of a third, 12 seconds */
    drawn(PATIENCE_MS);                   /* it begins */
    measure_wakes("during the countdown (60)", trace);
    stop();
    unlink(trace);
    return EXIT_SUCCESS;
}
