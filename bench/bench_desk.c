/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an officer waits for at a desk that is open, in a casebook (tests/casebook) with eight
   officers: `bench_desk FOLDER`. It prints a name and numbers a line: "argon", the seconds and
   processor seconds of a passphrase; "act" and "seen", the median milliseconds of a note and of
   taking in what a colleague wrote; "writers", the median, the 99th percentile and the longest of
   eight officers who write at once. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/secret.h"
#include "office/casefile.h"
#include "office/officer.h"

enum { OFFICERS = 8, ACTS = 200, TRIES = 3, PATH = 4096 };

static const char *folder;

static double clock_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now(void)
{
    return clock_of(CLOCK_MONOTONIC);
}

static void must(enum error error, const char *what)
{
    if (error == ERROR_NONE)
        return;
    fprintf(stderr, "bench_desk: %s: %s\n", what, error_text(error));
    exit(1);
}

static int by_size(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static double quantile(double *all, size_t n, double of)
{
    qsort(all, n, sizeof *all, by_size);
    return all[(size_t)ceil(of * (double)n) - 1];
}

/* --- a desk --- */

static struct passphrase *read_passphrase(void)
{
    char path[PATH];
    struct passphrase *passphrase = secret_new(sizeof *passphrase);
    snprintf(path, sizeof path, "%s/passphrase", folder);
    FILE *in = fopen(path, "re");
    if (passphrase == NULL || in == NULL ||
        fgets(passphrase->text, sizeof passphrase->text, in) == NULL)
        must(ERROR_MISSING, path);
    fclose(in);
    passphrase->len = strcspn(passphrase->text, "\n");
    passphrase->text[passphrase->len] = '\0';
    return passphrase;
}

static void home_of(int officer, char path[PATH])
{
    snprintf(path, PATH, "%s/officer-%d", folder, officer);
}

static struct vault *open_desk(int officer)
{
    char office[PATH], home[PATH];
    struct vault *vault = NULL;
    struct passphrase *passphrase = read_passphrase();
    snprintf(office, sizeof office, "%s/office", folder);
    home_of(officer, home);
    must(vault_open(office, &vault), office);
    must(vault_unlock(vault, home, passphrase), home);
    passphrase_free(&passphrase);
    return vault;
}

static void measure_argon(const struct vault *vault)
{
    char home[PATH];
    double wall[TRIES], used[TRIES];
    struct passphrase *passphrase = read_passphrase();
    home_of(1, home);
    for (int i = 0; i < TRIES; i++) {
        wall[i] = now();
        used[i] = clock_of(CLOCK_PROCESS_CPUTIME_ID);
        must(officer_check(home, vault->charter.office, passphrase), home);
        wall[i] = now() - wall[i];
        used[i] = clock_of(CLOCK_PROCESS_CPUTIME_ID) - used[i];
    }
    passphrase_free(&passphrase);
    printf("argon %.6f %.6f\n", quantile(wall, TRIES, 0.5), quantile(used, TRIES, 0.5));
}

/* --- acts --- */

/* Milliseconds of a note, as an officer adds it who has the case open. */
static double write_note(struct vault *vault, uint64_t number)
{
    struct casefile *casefile = NULL;
    must(casefile_load(vault, number, &casefile), "a case");
    const double start = now();
    must(casefile_note(casefile, day_minute(), "seen", 4), "a note");
    const double end = now();
    casefile_free(&casefile);
    return (end - start) * 1000;
}

static void measure_acts(struct vault *mine, struct vault *theirs)
{
    static double act[ACTS], seen[ACTS];
    const uint64_t cases = fold_case_count(mine->history.fold);
    for (uint64_t i = 0; i < ACTS; i++) {
        act[i] = write_note(mine, 1 + i * 7919 % cases);
        const double start = now();
        must(history_follow(&theirs->history), "following");
        seen[i] = (now() - start) * 1000;
    }
    printf("act %.3f\n", quantile(act, ACTS, 0.5));
    printf("seen %.3f\n", quantile(seen, ACTS, 0.5));
}

/* --- eight at once --- */

/* One after another they open the office, since each passphrase takes much memory. */
static void be_writer(int officer, int turn, int ready, int start, int out)
{
    static double took[ACTS];
    char token = 0;
    if (read(turn, &token, 1) != 1)
        _exit(1);
    struct vault *vault = open_desk(officer);
    const uint64_t cases = fold_case_count(vault->history.fold);
    if (write(ready, &token, 1) != 1 || read(start, &token, 1) != 1)
        _exit(1);
    for (uint64_t i = 0; i < ACTS; i++)
        took[i] = write_note(vault, 1 + (i * 7919 + (uint64_t)officer * 104729) % cases);
    const ssize_t n = write(out, took, sizeof took);
    vault_close(&vault);
    _exit(n == (ssize_t)sizeof took ? 0 : 1);
}

static void measure_writers(void)
{
    static double took[OFFICERS * ACTS];
    int turn[2], ready[2], start[2], out[2];
    char tokens[OFFICERS] = {0};
    size_t len = 0;
    if (pipe(turn) != 0 || pipe(ready) != 0 || pipe(start) != 0 || pipe(out) != 0)
        exit(1);
    for (int officer = 1; officer <= OFFICERS; officer++)
        if (fork() == 0)
            be_writer(officer, turn[0], ready[1], start[0], out[1]);
    for (int i = 0; i < OFFICERS; i++)
        if (write(turn[1], tokens, 1) != 1 || read(ready[0], tokens, 1) != 1)
            exit(1);
    if (write(start[1], tokens, OFFICERS) != OFFICERS)
        exit(1);
    while (len < sizeof took) {
        const ssize_t n = read(out[0], (char *)took + len, sizeof took - len);
        if (n <= 0)
            exit(1);
        len += (size_t)n;
    }
    while (wait(NULL) > 0)
        continue;
    printf("writers %.3f %.3f %.3f\n", quantile(took, OFFICERS * ACTS, 0.5),
           quantile(took, OFFICERS * ACTS, 0.99), quantile(took, OFFICERS * ACTS, 1));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    folder = argv[1];
    must(secret_start(), "start");
    /* Before any desk is open here: no connection to a database goes through a fork. */
    fflush(stdout);
    measure_writers();
    struct vault *mine = open_desk(1), *theirs = open_desk(2);
    measure_argon(mine);
    measure_acts(mine, theirs);
    vault_close(&mine);
    vault_close(&theirs);
    return 0;
}
