/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times what a person waits for after the PIN: for a number that nobody has, for a wrong PIN,
   and for an answer that is not there yet, in turn. Says for each two of them whether a
   Mann-Whitney U test can tell them apart. SANDYQ_SAMPLES in the environment: how many of each
   (200, which take ten minutes). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/secret.h"
#include "tests/lib/fake_session.h"

enum { KINDS = 3, SAMPLES = 200, SAMPLES_MAX = 10000, SCRIPT = 128 };

/* All have numbers in order and PINs of four digits; the board has a message for
   FAKE_SESSION_CODE with FAKE_SESSION_PIN. The last number is a fresh one in every run, whose
   answer is not on the board. */
static struct {
    const char *name;
    char script[SCRIPT];
} kinds[KINDS] = {
    {"unknown number", "Language 2 " FAKE_SESSION_UNKNOWN " Enter 1357 Enter"},
    {"wrong PIN", "Language 2 " FAKE_SESSION_CODE " Enter 1357 Enter"},
    {"nothing yet", ""},
};

static struct fake_session *session;
static struct keypress (*session_key)(void *context, int seconds);
static double asked;  /* when the last press was given */
static double waited; /* the longest time from a press to the question for the next */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Between the press of Enter behind the PIN and the next question lies the derivation: nothing
   takes longer. */
static struct keypress timed_press(void *context, int seconds)
{
    const double wait = asked > 0 ? now() - asked : 0;
    struct keypress press;

    if (wait > waited)
        waited = wait;
    press = session_key(context, seconds);
    asked = now();
    return press;
}

static double one(int kind)
{
    asked = waited = 0;
    if (fake_session_play(session, kinds[kind].script) != SESSION_STORED || session->derived != 4 ||
        strstr(session->terminal.last, "nothing to read yet") == NULL) {
        fprintf(stderr, "bench_reading: %s: not what was expected\n%s\n", kinds[kind].name,
                session->terminal.last);
        exit(EXIT_FAILURE);
    }
    return waited;
}

/* --- are two samples of one kind? --- */

struct ranked {
    double value;
    int of;
};

static int by_value(const void *a, const void *b)
{
    const double x = ((const struct ranked *)a)->value, y = ((const struct ranked *)b)->value;

    return (x > y) - (x < y);
}

/* Two-sided p of the Mann-Whitney U test of two samples of n, by its normal approximation. Times
   of nanoseconds have hardly any ties. */
static double mann_whitney(const double *a, const double *b, size_t n)
{
    struct ranked *all = calloc(2 * n, sizeof *all);
    const double mean = (double)(n * n) / 2;
    double ranks = 0;

    if (all == NULL)
        exit(EXIT_FAILURE);
    for (size_t i = 0; i < n; i++) {
        all[i] = (struct ranked){a[i], 0};
        all[n + i] = (struct ranked){b[i], 1};
    }
    qsort(all, 2 * n, sizeof *all, by_value);
    for (size_t i = 0; i < 2 * n; i++)
        ranks += all[i].of == 0 ? (double)(i + 1) : 0;
    free(all);
    const double u = ranks - (double)(n * (n + 1)) / 2;
    const double deviation = sqrt((double)(n * n) * (double)(2 * n + 1) / 12);
    return erfc(fabs(u - mean) / deviation / sqrt(2));
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const double *values, size_t n)
{
    static double sorted[SAMPLES_MAX];

    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, by_size);
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

static int report(double took[KINDS][SAMPLES_MAX], size_t n)
{
    int apart = 0;

    for (int k = 0; k < KINDS; k++)
        printf("%-16s median %.6f s of %zu\n", kinds[k].name, median(took[k], n), n);
    for (int k = 0; k < KINDS; k++) {
        const int other = (k + 1) % KINDS;
        const double p = mann_whitney(took[k], took[other], n);

        printf("%s and %s: p = %.4f, %s\n", kinds[k].name, kinds[other].name, p,
               p > 0.01 ? "cannot be told apart" : "CAN BE TOLD APART");
        apart += p <= 0.01;
    }
    return apart;
}

static int prepare(void)
{
    static const char *const texts[] = {"It arrived.", "We come on Tuesday."};
    struct code_keys keys;
    char code[CODE_LEN];

    if (secret_start() != ERROR_NONE || (session = fake_session_new()) == NULL ||
        fake_session_derive(session, FAKE_SESSION_CODE, FAKE_SESSION_PIN, NULL, &keys) != 0 ||
        fake_session_answer(session, &keys, texts, 2) != 0)
        return -1;
    session_key = session->io.key;
    session->io.key = timed_press;
    code_new(code);
    snprintf(kinds[KINDS - 1].script, SCRIPT, "Language 2 %s Enter 8642 Enter", code);
    return 0;
}

int main(void)
{
    static double took[KINDS][SAMPLES_MAX];
    const char *set = getenv("SANDYQ_SAMPLES");
    const size_t n = set != NULL ? strtoul(set, NULL, 10) : SAMPLES;
    int apart;

    if (n < 1 || n > SAMPLES_MAX || prepare() != 0) {
        fputs("bench_reading: SANDYQ_SAMPLES is wrong, or memory is short\n", stderr);
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < KINDS; k++)
            took[(k + (int)i) % KINDS][i] = one((k + (int)i) % KINDS);
    apart = report(took, n);
    fake_session_free(&session);
    return apart == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
