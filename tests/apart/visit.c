/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The visits, key by key, in English. A visitor comes to the moment that matters (the receipt,
   the answer, a page of the library), stands there until a tick of the keeper's, when the folder
   is looked at, and leaves at another. */
#include "tests/apart/visit.h"

#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "device/pending.h"
#include "protocol/record.h"
#include "tests/apart/snap.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"

enum {
    LEAVE_BEFORE = 4,  /* ticks from the first key of leaving to the end */
    IDLE_SECONDS = 10, /* the least that the kiosk takes */
    IDLE_TICKS = 4,    /* a visitor presses a key at least so often */
    PHASE_MS = 400,    /* the end comes so long after a tick */
    LINE = 4096,
};

#define LANGUAGES "Choose a language"
#define MENU      "What do you want to do?"
#define EDITOR    "your own words"
#define REVIEW    "Is this right?"
#define GOODBYE   "Goodbye"

const char *const visit_names[VISIT_KINDS] = {"filed",      "follow-up", "answer read",
                                              "wrong code", "library",   "abandoned"};

const char *const visit_counters[VISIT_COUNTS] = {"rchar",      "wchar",       "syscr",   "syscw",
                                                  "read_bytes", "write_bytes", "cminflt", "cmajflt",
                                                  "cutime",     "cstime",      "minflt",  "FDSize"};

struct play {
    struct visit_kiosk *kiosk;
    const struct visit_plan *plan;
    FILE *trace;
    char line[LINE]; /* of the trace, as much of it as there is */
    int ticks;       /* seen in it during this visit */
    int pressed;     /* the tick of the last key */
};

/* --- the keeper's clock --- */

static bool is_tick(const char *line)
{
    static char ends[64];

    if (ends[0] == '\0')
        snprintf(ends, sizeof ends, ", %d, %d) = %d", RECORD_LEN, PENDING_STEP, RECORD_LEN);
    return strstr(line, ends) != NULL;
}

/* Reads on in the trace. */
static void follow(struct play *play)
{
    size_t len = strlen(play->line);

    clearerr(play->trace);
    while (fgets(play->line + len, (int)(LINE - len), play->trace) != NULL) {
        len = strlen(play->line);
        if (play->line[len - 1] != '\n' && len < LINE - 1)
            continue;
        play->ticks += is_tick(play->line);
        play->line[len = 0] = '\0';
    }
}

static void go(struct play *play, const char *keys, const char *text)
{
    kiosk_go(&play->kiosk->process, keys, text);
    follow(play);
    play->pressed = play->ticks;
}

/* Stands there until the n-th tick; now and then presses a key that means nothing, unless
   `still`. When ticks stay away the visit is over, and too late. */
static void stand(struct play *play, int ticks, bool still)
{
    time_t until = time(NULL) + play->kiosk->lost_seconds;

    for (follow(play); play->ticks < ticks && time(NULL) < until; follow(play)) {
        const int before = play->ticks;

        pty_pass(play->kiosk->process.pty, 10);
        follow(play);
        if (play->ticks > before)
            until = time(NULL) + play->kiosk->lost_seconds;
        if (still || play->ticks < play->pressed + IDLE_TICKS)
            continue;
        pty_type(play->kiosk->process.pty, "x");
        play->pressed = play->ticks;
    }
}

/* --- the kinds --- */

static void file(struct play *play)
{
    if (play->plan->way % 2 == 0) {
        go(play, "8", "Press Enter and this is sent");
        go(play, "\r", KIOSK_STORED);
        return;
    }
    go(play, "1112\r0\r2", EDITOR);
    pty_type(play->kiosk->process.pty, "They hit me. It was at night.");
    go(play, "\r", REVIEW);
    go(play, "1", "do you want a PIN?");
    go(play, "\r", KIOSK_STORED);
}

static void ask(struct play *play, const char *code, const char *text)
{
    go(play, "2", "Your number");
    go(play, code, "Your number");
    go(play, "\r", "Your PIN");
    go(play, "\r", text);
}

/* With words, or with an answer to the office's question. */
static void write_more(struct play *play)
{
    ask(play, play->kiosk->code, "We come on Tuesday");
    if (play->plan->way % 2 == 0) {
        go(play, "1", EDITOR);
        pty_type(play->kiosk->process.pty, "Thank you. It goes on.");
        go(play, "\r", "who may know?");
    } else {
        go(play, "2", "The office asks you");
        go(play, "1", "who may know?");
    }
    go(play, "0", REVIEW);
    go(play, "1", "Send it now?");
    go(play, "\r", "It is stored");
}

static void come(struct play *play)
{
    static const char *const pages[] = {"1", "2", "3"};

    go(play, "3", MENU);
    switch (play->plan->kind) {
    case VISIT_FILED:
        file(play);
        break;
    case VISIT_FOLLOW_UP:
        write_more(play);
        break;
    case VISIT_ANSWER:
        ask(play, play->kiosk->code, "We come on Tuesday");
        break;
    case VISIT_WRONG:
        ask(play, FAKE_SESSION_UNKNOWN, "There is nothing to read yet");
        break;
    case VISIT_LIBRARY:
        go(play, "3", "My rights");
        go(play, pages[play->plan->way % 3], "read   Esc");
        break;
    default:
        go(play, play->plan->way % 2 == 0 ? "1112\r0\r2" : "2",
           play->plan->way % 2 == 0 ? EDITOR : "Your number");
        break;
    }
}

/* From the moment to the last screen. */
static void leave(struct play *play)
{
    switch (play->plan->kind) {
    case VISIT_FILED:
        go(play, "0", "Wipe the number and leave?");
        go(play, "\r", GOODBYE);
        return;
    case VISIT_FOLLOW_UP:
        go(play, "\r", GOODBYE);
        return;
    case VISIT_LIBRARY:
        go(play, "\033", "My rights");
        go(play, "\033", MENU);
        break;
    default:
        go(play, "\r", MENU);
        break;
    }
    go(play, "7", GOODBYE);
}

/* Till the end comes by itself. The session then does the work that is left, and waits for the
   keeper's next tick before it goes. */
static void abandon(struct play *play)
{
    stand(play, play->plan->ticks - IDLE_SECONDS - 1, false);
    pty_type(play->kiosk->process.pty, "1");
    stand(play, play->plan->ticks - VISIT_LOOK, true);
}

/* --- what is recorded --- */

static int64_t number_in(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at != NULL ? strtoll(at + strlen(name), NULL, 10) : 0;
}

static void read_proc(pid_t pid, const char *name, char text[LINE])
{
    char path[64];
    FILE *in = NULL;
    size_t len = 0;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    in = fopen(path, "re");
    if (in != NULL) {
        len = fread(text, 1, LINE - 1, in);
        fclose(in);
    }
    text[len] = '\0';
}

static void count(pid_t pid, int64_t counts[VISIT_COUNTS])
{
    static const char *const io[] = {
        "rchar: ", "wchar: ", "syscr: ", "syscw: ", "\nread_bytes: ", "\nwrite_bytes: "};
    long long stat[6] = {0};
    char text[LINE];

    read_proc(pid, "io", text);
    for (int i = VISIT_RCHAR; i <= VISIT_WRITTEN; i++)
        counts[i] = number_in(text, io[i]);
    read_proc(pid, "stat", text);
    if (sscanf(text, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %lld %lld %lld %lld %*u %*u %lld %lld",
               &stat[0], &stat[1], &stat[2], &stat[3], &stat[4], &stat[5]) != 6)
        errx(2, "/proc/%d/stat: cannot be read", (int)pid);
    counts[VISIT_MINFLT] = stat[0];
    counts[VISIT_CHILD_MINFLT] = stat[1];
    counts[VISIT_CHILD_MAJFLT] = stat[3];
    counts[VISIT_CHILD_UTIME] = stat[4];
    counts[VISIT_CHILD_STIME] = stat[5];
    read_proc(pid, "status", text);
    counts[VISIT_FDSIZE] = number_in(text, "FDSize:");
}

static void count_both(pid_t keeper, struct visit_result *result)
{
    char path[64], text[LINE];

    snprintf(path, sizeof path, "task/%d/children", (int)keeper);
    read_proc(keeper, path, text);
    count(keeper, result->keeper);
    count((pid_t)strtol(text, NULL, 10), result->launcher);
}

static void write_result(FILE *out, const struct visit_result *before, struct visit_result now)
{
    for (int i = 0; i < VISIT_COUNTS; i++) {
        now.keeper[i] -= before->keeper[i];
        now.launcher[i] -= before->launcher[i];
    }
    if (fwrite(&now, sizeof now, 1, out) != 1 || fflush(out) != 0)
        err(2, "a result");
}

static FILE *open_out(const struct visit_kiosk *kiosk, const char *what, const char *mode)
{
    char path[FOLDER_PATH];
    FILE *file = NULL;

    snprintf(path, sizeof path, "%s%s", kiosk->out, what);
    file = fopen(path, mode);
    if (file == NULL)
        err(2, "%s", path);
    return file;
}

/* --- all of it --- */

static void play_one(struct play *play, struct visit_result *result, struct snap *snap, FILE *snaps)
{
    struct kiosk_process *process = &play->kiosk->process;
    const bool abandoned = play->plan->kind == VISIT_ABANDONED;
    const int ticks = play->plan->ticks;
    struct snap now;

    follow(play);
    play->ticks = 0;
    come(play);
    if (abandoned)
        abandon(play);
    else
        stand(play, ticks - VISIT_LOOK, false);
    pty_pass(process->pty, PHASE_MS);
    follow(play);
    result->looked = play->ticks;
    snap_take(snap, &now, process->dir, snaps);
    snap_free(&now);
    if (!abandoned) {
        stand(play, ticks - LEAVE_BEFORE, false);
        leave(play);
        stand(play, ticks, true);
        pty_pass(process->pty, PHASE_MS);
        pty_type(process->pty, " ");
    }
    kiosk_wait(process, LANGUAGES);
    follow(play);
    result->ticks = play->ticks;
    snap_take(snap, &now, process->dir, snaps);
    snap_free(snap);
    *snap = now;
}

/* strace is no parent of the keeper (-D), so the keeper's process is the one that was started;
   what the launcher and its children do is not traced. */
static void start(struct visit_kiosk *kiosk)
{
    static char path[FOLDER_PATH];
    const char *argv[] = {"strace",
                          "-D",
                          "-o",
                          path,
                          "-a",
                          "1",
                          "-s",
                          "12",
                          kiosk_program("sandyq-kiosk"),
                          "--state",
                          kiosk->process.dir,
                          "--idle",
                          "10",
                          NULL};

    /* The leak checker of a sanitizer does not bear being traced. */
    static const char *const env[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};

    snprintf(path, sizeof path, "%s.trace", kiosk->out);
    kiosk->process.pty = pty_start(24, 64, argv, env);
    if (kiosk->process.pty == NULL)
        errx(2, "there is no pseudo-terminal");
    kiosk_wait(&kiosk->process, LANGUAGES);
}

void visit_all(struct visit_kiosk *kiosk)
{
    struct play play = {.kiosk = kiosk};
    struct visit_result before = {0}, now = {0};
    struct snap snap, none = {0};
    FILE *snaps = open_out(kiosk, ".snap", "we");
    FILE *results = open_out(kiosk, ".result", "we");

    start(kiosk);
    play.trace = open_out(kiosk, ".trace", "re");
    pty_pass(kiosk->process.pty, kiosk->late_ms);
    snap_take(&none, &snap, kiosk->process.dir, snaps);
    count_both(pty_process(kiosk->process.pty), &before);
    for (int i = 0; i < kiosk->count; i++) {
        play.plan = &kiosk->plans[i];
        play_one(&play, &now, &snap, snaps);
        count_both(pty_process(kiosk->process.pty), &now);
        write_result(results, &before, now);
        before = now;
    }
    if (kiosk_end(&kiosk->process) != 0)
        errx(2, "the kiosk did not end in order");
    fclose(play.trace);
    fclose(results);
    fclose(snaps);
    snap_free(&snap);
}
