/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does the keeper, or the disk, tell visitors who file from those who do not? Several kiosks
   side by side are visited in rounds; in a round everyone stays for the same drawn time, and
   which kiosk gets which kind of visitor is drawn, too.

   SANDYQ_SESSIONS  how many visits (400); fewer than two rounds are compared only
   SANDYQ_SEED      of what is drawn
   SANDYQ_PACE      how many times as long a visit may take (1), for a machine that is busy */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/secret.h"
#include "device/enroll.h"
#include "device/state.h"
#include "tests/apart/features.h"
#include "tests/apart/judge.h"
#include "tests/apart/learn.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"

enum {
    KIOSKS = 12,
    SESSIONS = 400,
    TICKS_MIN = 17,
    TICKS_RANGE = 4,
    LOST_SECONDS = 4, /* ticks come each second */
    APART_MS = 1500,  /* from one kiosk's first visitor to the next one's */
    DAYS = 30,
    SMALL = 100,         /* with fewer visits the control has its leak in each that files ... */
    LEAK_IN = 3,         /* ... else in one of so many */
    SPARE = 20,          /* one of so many more is planned */
    LATE_SHARE = 10,     /* one of so many may have been too slow; of a single round one of two */
    TOO_SLOW = 3,        /* the exit status when more were */
    MISSED_SCREEN = 255, /* of a kiosk's process: an assertion of tests/lib ended it */
};

enum look { DURING, AFTER, LOOKS };

struct kiosk {
    struct visit_kiosk visit;
    struct visit_plan *plans;
    struct trace *traces;
    FILE *snaps;
    FILE *results;
    struct snap before; /* the folder after the round before, */
    struct snap now;    /* ... and at the look */
    pid_t pid;
};

struct all {
    struct kiosk kiosks[KIOSKS];
    size_t n;
    size_t rounds;
    char *dir;
    double (*features)[FEATURES]; /* of visit round * n + kiosk */
    bool *late;
    unsigned told;
    int pace;
    uint32_t seed;
    uint32_t state;
};

static uint32_t draw(struct all *all, uint32_t below)
{
    all->state ^= all->state << 13;
    all->state ^= all->state >> 17;
    all->state ^= all->state << 5;
    return (all->state >> 8) % below;
}

static void *need(size_t n, size_t size)
{
    void *memory = calloc(n, size);

    if (memory == NULL)
        err(2, "memory");
    return memory;
}

/* --- the kiosks --- */

static void make_kiosks(struct all *all)
{
    struct visit_kiosk *first = &all->kiosks[0].visit;
    char *dirs[KIOSKS];
    char id[CARD_KIOSK_TEXT_LEN];

    all->dir = folder_make();
    fake_office_open(&first->process.office);
    first->process.office.charter.expires = day_today() + DAYS;
    fake_office_charter(&first->process.office);
    code_new(first->code);
    for (size_t k = 0; k < all->n; k++) {
        struct visit_kiosk *kiosk = &all->kiosks[k].visit;

        kiosk->process.office = first->process.office;
        memcpy(kiosk->code, first->code, sizeof kiosk->code);
        kiosk->process.dir = folder_make();
        assert_int_equal(enroll_kiosk(kiosk->process.dir, day_today(), id), ERROR_NONE);
        kiosk_card(&kiosk->process, 1, day_today() + DAYS);
        dirs[k] = kiosk->process.dir;
        if (snprintf(kiosk->out, sizeof kiosk->out, "%s/%zu", all->dir, k) >=
            (int)sizeof kiosk->out)
            errx(2, "%s: too long", all->dir);
        kiosk->plans = all->kiosks[k].plans = need(all->rounds, sizeof *kiosk->plans);
        kiosk->count = (int)all->rounds;
        kiosk->lost_seconds = all->pace * LOST_SECONDS;
        kiosk->late_ms = all->pace * (int)k * APART_MS;
    }
    kiosk_board(&first->process.office, first->code, dirs, all->n);
}

/* Half of a round's visitors file something; the others are of all other kinds, as evenly as it
   goes. */
static void plan(struct all *all)
{
    for (size_t round = 0; round < all->rounds; round++) {
        const int ticks = all->pace * TICKS_MIN + (int)draw(all, TICKS_RANGE);
        enum visit_kind kinds[KIOSKS];

        for (size_t k = 0; k < all->n; k++)
            kinds[k] = k < all->n / 2
                           ? (enum visit_kind)(k % VISIT_FILING)
                           : (enum visit_kind)(VISIT_FILING +
                                               (k + 2 * round) % (VISIT_KINDS - VISIT_FILING));
        for (size_t k = all->n; k > 0; k--) {
            const size_t other = draw(all, (uint32_t)k);
            const enum visit_kind kind = kinds[other];

            kinds[other] = kinds[k - 1];
            all->kiosks[k - 1].plans[round] =
                (struct visit_plan){.kind = kind, .ticks = ticks, .way = (int)draw(all, 6)};
        }
    }
}

static void visit(struct all *all)
{
    bool failed = false, missed = false;

    for (size_t k = 0; k < all->n; k++) {
        fflush(NULL);
        all->kiosks[k].pid = fork();
        if (all->kiosks[k].pid < 0)
            err(2, "fork");
        if (all->kiosks[k].pid == 0) {
            visit_all(&all->kiosks[k].visit);
            _exit(0);
        }
    }
    for (size_t k = 0; k < all->n; k++) {
        int status = 0;

        const bool waited = waitpid(all->kiosks[k].pid, &status, 0) >= 0;
        if (waited && WIFEXITED(status) && WEXITSTATUS(status) == MISSED_SCREEN)
            missed = true;
        else if (!waited || status != 0)
            failed = true;
    }
    if (failed || missed)
        warnx("a kiosk failed; what it left is in %s", all->dir);
    /* Whoever is held up for longer than a visit may rest finds it ended, and not the next screen:
       that is late, too. */
    if (failed || missed)
        exit(!failed && all->rounds == 1 ? TOO_SLOW : 2);
}

/* --- comparing --- */

static FILE *open_in(const struct kiosk *kiosk, const char *what)
{
    char path[FOLDER_PATH];
    FILE *file = NULL;

    snprintf(path, sizeof path, "%s%s", kiosk->visit.out, what);
    file = fopen(path, "re");
    if (file == NULL)
        err(2, "%s", path);
    return file;
}

static void open_results(struct all *all)
{
    static const struct snap none;

    for (size_t k = 0; k < all->n; k++) {
        struct kiosk *kiosk = &all->kiosks[k];
        char path[FOLDER_PATH];

        kiosk->traces = need(all->rounds, sizeof *kiosk->traces);
        snprintf(path, sizeof path, "%s.trace", kiosk->visit.out);
        trace_read(path, kiosk->visit.process.dir, kiosk->traces, all->rounds);
        kiosk->snaps = open_in(kiosk, ".snap");
        kiosk->results = open_in(kiosk, ".result");
        if (!snap_next(&none, &kiosk->before, kiosk->snaps))
            errx(2, "there is no picture of the folder");
    }
}

/* One look at the folders of a round. who: those that were in time. */
static void compare_folders(struct all *all, size_t round, int look,
                            const struct judge_visit *const *who)
{
    const struct judge_visit *in_time[KIOSKS];
    const struct snap *snaps[KIOSKS];
    size_t n = 0;

    for (size_t k = 0; k < all->n; k++) {
        struct kiosk *kiosk = &all->kiosks[k];
        double *to = all->features[round * all->n + k] + FEATURES_TRACE;

        if (!snap_next(&kiosk->before, &kiosk->now, kiosk->snaps))
            errx(2, "a picture of the folder is missing");
        features_snap(&kiosk->now, to + look * FEATURES_SNAP);
        if (who[k] == NULL)
            continue;
        in_time[n] = who[k];
        snaps[n++] = &kiosk->now;
    }
    if (n > 0)
        all->told += judge_folders(in_time, snaps, n);
    for (size_t k = 0; k < all->n; k++) {
        struct kiosk *kiosk = &all->kiosks[k];

        /* Each look is compared with what was there before the visit: a power cut that leaves
           the one takes away the other. */
        snap_free(look == DURING ? &kiosk->now : &kiosk->before);
        if (look == AFTER)
            kiosk->before = kiosk->now;
    }
}

static void read_visit(struct all *all, size_t round, size_t k, struct judge_visit *out)
{
    const struct visit_plan *planned = &all->kiosks[k].plans[round];
    double *features = all->features[round * all->n + k];

    out->kind = planned->kind;
    out->trace = all->kiosks[k].traces[round];
    if (fread(&out->result, sizeof out->result, 1, all->kiosks[k].results) != 1)
        errx(2, "a result is missing");
    /* One more is written when the session has ended. */
    all->late[round * all->n + k] = out->result.ticks != planned->ticks + 1 ||
                                    out->result.looked != planned->ticks - VISIT_LOOK;
    if (all->late[round * all->n + k])
        printf("  too slow: %s, %lld and %lld ticks instead of %d and %d\n", visit_names[out->kind],
               (long long)out->result.looked, (long long)out->result.ticks - 1,
               planned->ticks - VISIT_LOOK, planned->ticks);
    features_trace(&out->trace, features);
    features_counts(&out->result, features + FEATURES_TRACE + LOOKS * FEATURES_SNAP);
}

static void compare(struct all *all, size_t round)
{
    struct judge_visit visits[KIOSKS];
    const struct judge_visit *who[KIOSKS] = {NULL}, *in_time[KIOSKS];
    size_t n = 0;

    for (size_t k = 0; k < all->n; k++) {
        read_visit(all, round, k, &visits[k]);
        if (all->late[round * all->n + k])
            continue;
        who[k] = in_time[n++] = &visits[k];
    }
    if (n > 0)
        all->told += judge_traces(in_time, n) + judge_counts(in_time, n);
    compare_folders(all, round, DURING, who);
    compare_folders(all, round, AFTER, who);
}

static size_t count_late(const struct all *all)
{
    size_t late = 0;

    for (size_t i = 0; i < all->rounds * all->n; i++)
        late += all->late[i];
    return late;
}

/* --- learning --- */

/* Those that were in time; with a leak, some that file have one more call in their traces. */
static struct learn_result teach(struct all *all, bool leak)
{
    const size_t most = all->rounds * all->n;
    struct learn_data data = {.x = need(most, sizeof *all->features),
                              .filing = need(most, sizeof(bool)),
                              .round = need(most, sizeof(size_t)),
                              .width = FEATURES};
    struct learn_result result;
    size_t leaks = 0;

    for (size_t i = 0; i < most; i++) {
        struct trace *trace = &all->kiosks[i % all->n].traces[i / all->n];
        const bool filing = all->kiosks[i % all->n].plans[i / all->n].kind < VISIT_FILING;
        double *x = data.x + data.count * FEATURES;

        if (all->late[i])
            continue;
        if (leak && filing && (most < SMALL || leaks++ % LEAK_IN == 0))
            trace_insert(trace, trace->count / 2, "poll([], 6, T) = 1 ([{fd=7, revents=POLLIN}])");
        memcpy(x, all->features[i], sizeof all->features[i]);
        features_trace(trace, x);
        data.filing[data.count] = filing;
        data.round[data.count++] = i / all->n;
    }
    result = learn(&data, all->seed);
    free(data.x);
    free(data.filing);
    free(data.round);
    return result;
}

static void print_learned(const char *what, const struct learn_result *result, size_t count)
{
    printf("%s:", what);
    for (size_t c = 0; c < LEARN_CLASSIFIERS; c++)
        printf(" %s %.1f%%%s", learn_names[c], 100.0 * (double)result->right[c] / (double)count,
               c + 1 < LEARN_CLASSIFIERS ? "," : "");
    printf("; %zu of %d numbers vary within a round\n", result->varied, FEATURES);
    for (size_t i = 0; i < result->varied && i < LEARN_NAMED; i++) {
        char name[FEATURES_NAME];

        features_name(result->which[i], name);
        printf("  varies: %s\n", name);
    }
}

/* --- all of it --- */

static void end(struct all *all)
{
    for (size_t k = 0; k < all->n; k++) {
        struct kiosk *kiosk = &all->kiosks[k];

        for (size_t round = 0; round < all->rounds; round++)
            trace_free(&kiosk->traces[round]);
        free(kiosk->traces);
        free(kiosk->plans);
        snap_free(&kiosk->before);
        fclose(kiosk->snaps);
        fclose(kiosk->results);
        folder_remove(&kiosk->visit.process.dir);
    }
    fake_office_close(&all->kiosks[0].visit.process.office);
    folder_remove(&all->dir);
    free(all->features);
    free(all->late);
}

/* Does the first round tell anything? Without two visits of one kind in time nothing tells
   ciphertext from what gives a kind away; and those who file are compared with those who do not. */
static bool is_telling(const struct all *all)
{
    bool filing[2] = {false}, pair = false;
    unsigned in_time[VISIT_KINDS] = {0};

    for (size_t k = 0; k < all->n; k++) {
        const enum visit_kind kind = all->kiosks[k].plans[0].kind;

        if (all->late[k])
            continue;
        filing[kind < VISIT_FILING] = true;
        pair = ++in_time[kind] == 2 || pair;
    }
    return pair && filing[false] && filing[true];
}

static int report(struct all *all, time_t started)
{
    const size_t most = all->rounds * all->n, late = count_late(all);
    const bool slow = late * (all->rounds > 1 ? LATE_SHARE : 2) > most;
    struct learn_result real = {0}, control = {0};
    bool learned = true;

    printf("compared: %zu bytes of files that were written; %zu visits were too slow and count for "
           "nothing\n",
           judge_compared(), late);
    if (all->rounds > 1) {
        real = teach(all, false);
        control = teach(all, true);
        print_learned("learned", &real, most - late);
        print_learned("control", &control, most - late);
        learned = real.p >= 0.01 && control.p < 0.01;
        printf("tell-apart: %zu sessions of %d kinds, %d features, accuracy %.1f%% (chance 50%%), "
               "p = %.2g for %d classifiers; "
               "control %.1f%% p = %.2g; ",
               most - late, VISIT_KINDS, FEATURES, 100 * real.accuracy, real.p, LEARN_CLASSIFIERS,
               100 * control.accuracy, control.p);
    } else {
        printf("tell-apart: %zu sessions of %d kinds, ", most - late, VISIT_KINDS);
    }
    printf("exact traces alike: %s; seed %u, %ld s\n", all->told == 0 ? "yes" : "no", all->seed,
           (long)(time(NULL) - started));
    /* Where the machine held one visit up, what differs between two others may be its doing. */
    if (all->rounds == 1 && (slow || !is_telling(all) || (all->told > 0 && late > 0)))
        return TOO_SLOW;
    if (all->told > 0 || !learned)
        return 1;
    return slow ? TOO_SLOW : 0;
}

int main(void)
{
    static struct all all;
    const char *sessions = getenv("SANDYQ_SESSIONS"), *seed = getenv("SANDYQ_SEED");
    const char *pace = getenv("SANDYQ_PACE");
    const size_t wanted = sessions != NULL ? (size_t)strtoul(sessions, NULL, 10) : SESSIONS;
    const time_t started = time(NULL);
    int status;

    all.n = wanted < KIOSKS ? wanted : KIOSKS;
    if (all.n < VISIT_KINDS)
        errx(2, "SANDYQ_SESSIONS: at least %d", VISIT_KINDS);
    /* Some will be too slow. */
    all.rounds = (wanted + (wanted > SMALL ? wanted / SPARE : 0) + all.n - 1) / all.n;
    all.pace = pace != NULL && atoi(pace) > 0 ? atoi(pace) : 1;
    all.seed = seed != NULL ? (uint32_t)strtoul(seed, NULL, 10) : (uint32_t)started;
    all.state = all.seed * 2654435761U | 1;
    all.features = need(all.rounds * all.n, sizeof *all.features);
    all.late = need(all.rounds * all.n, sizeof *all.late);
    make_kiosks(&all);
    plan(&all);
    visit(&all);
    open_results(&all);
    for (size_t round = 0; round < all.rounds; round++)
        compare(&all, round);
    status = report(&all, started);
    end(&all);
    return status;
}
