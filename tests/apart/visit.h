/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk that is watched while visitors come: the real program under strace(1), typed to by
   visits of six kinds. How long somebody stands there is the same for all kinds: it is counted
   in ticks of the keeper's clock, and drawn before. */
#ifndef TESTS_APART_VISIT_H
#define TESTS_APART_VISIT_H

#include <stdint.h>

#include "crypto/code.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"

enum visit_kind {
    VISIT_FILED,
    VISIT_FOLLOW_UP,
    VISIT_ANSWER,
    VISIT_WRONG,
    VISIT_LIBRARY,
    VISIT_ABANDONED,
    VISIT_KINDS,
    VISIT_FILING = VISIT_ANSWER /* kinds before this one file something */
};

extern const char *const visit_names[VISIT_KINDS];

/* The look at the folder during a visit is so many ticks before its end. */
enum { VISIT_LOOK = 5 };

struct visit_plan {
    enum visit_kind kind;
    int ticks; /* how long the visitor stays */
    int way;   /* a number that was drawn: which of the ways to do it */
};

/* What the kernel counts of a process. */
enum {
    VISIT_RCHAR,
    VISIT_WCHAR,
    VISIT_SYSCR,
    VISIT_SYSCW,
    VISIT_READ,
    VISIT_WRITTEN,
    VISIT_CHILD_MINFLT,
    VISIT_CHILD_MAJFLT,
    VISIT_CHILD_UTIME,
    VISIT_CHILD_STIME,
    VISIT_EXACT,                /* those before this one are numbers of what the process did, */
    VISIT_MINFLT = VISIT_EXACT, /* these depend on the kernel, too */
    VISIT_FDSIZE,
    VISIT_COUNTS
};

extern const char *const visit_counters[VISIT_COUNTS];

struct visit_result {
    int64_t keeper[VISIT_COUNTS]; /* of this visit alone */
    int64_t launcher[VISIT_COUNTS];
    int64_t ticks;  /* that there really were */
    int64_t looked; /* the tick of the look during the visit */
};

struct visit_kiosk {
    struct kiosk_process process; /* with an office and an enrolled folder */
    char code[CODE_LEN];          /* of an answer on its board */
    char out[FOLDER_PATH - 16]; /* path of what is recorded, but for ".trace", ".snap", ".result" */
    const struct visit_plan *plans;
    int count;
    int lost_seconds; /* when no tick comes for so long the visit is over */
    int late_ms;      /* the first visitor comes so much later: so that not all work at once */
};

/* Starts the kiosk, plays all visits, ends it. The .trace is what strace wrote; the .snap a
   picture of the folder before all, and one during and one after each visit; .result a struct
   visit_result for each. Ends the program when it cannot. */
void visit_all(struct visit_kiosk *kiosk);

#endif
