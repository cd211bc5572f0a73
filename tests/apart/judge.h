/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares visits of one number at kiosks that are otherwise alike. Their session counts are the
   same and so are the times that the visitors stood there; so nothing may differ but ciphertext. */
#ifndef TESTS_APART_JUDGE_H
#define TESTS_APART_JUDGE_H

#include <stddef.h>

#include "tests/apart/snap.h"
#include "tests/apart/trace.h"
#include "tests/apart/visit.h"

/* What is known of one visit. */
struct judge_visit {
    enum visit_kind kind;
    struct visit_result result;
    struct trace trace;
};

/* Each prints what tells kinds apart and returns how many such things it has found. `who` has
   the n visits; `snaps` the folder of each. */
unsigned judge_traces(const struct judge_visit *const *who, size_t n);
unsigned judge_counts(const struct judge_visit *const *who, size_t n);
unsigned judge_folders(const struct judge_visit *const *who, const struct snap *const *snaps,
                       size_t n);

/* Bytes that judge_folders has compared so far. */
size_t judge_compared(void);

#endif
