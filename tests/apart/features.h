/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visit in numbers: which calls, how often, in what order, with what results, sizes and
   offsets; what of which file changed; what the kernel counted. Words are hashed into a fixed
   number of places. */
#ifndef TESTS_APART_FEATURES_H
#define TESTS_APART_FEATURES_H

#include "tests/apart/snap.h"
#include "tests/apart/trace.h"
#include "tests/apart/visit.h"

enum {
    FEATURES_WORDS = 128, /* places for each of these: whole calls, pairs, triples of names */
    FEATURES_NAMES = 32, /* places for each of these: sums of results, of numbers that were given */
    FEATURES_TRACE = 3 * FEATURES_WORDS + 2 * FEATURES_NAMES,
    FEATURES_FILE = 9,
    FEATURES_FILES = 12,
    FEATURES_SNAP = FEATURES_FILE * FEATURES_FILES,
    FEATURES_COUNTS = 2 * VISIT_COUNTS,
    FEATURES_NAME = 64,
    FEATURES = FEATURES_TRACE + 2 * FEATURES_SNAP + FEATURES_COUNTS
};

void features_trace(const struct trace *trace, double out[FEATURES_TRACE]);
void features_snap(const struct snap *snap, double out[FEATURES_SNAP]);
void features_counts(const struct visit_result *result, double out[FEATURES_COUNTS]);

/* What a number is, in words. */
void features_name(size_t number, char out[FEATURES_NAME]);

#endif
