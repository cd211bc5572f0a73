/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Can anything be learned? Three simple classifiers, each asked about visits of rounds that it
   was not taught: naive Bayes, the best single number with a threshold, and the five nearest
   neighbours. */
#ifndef TESTS_APART_LEARN_H
#define TESTS_APART_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct learn_data {
    double *x;     /* count rows of width numbers */
    bool *filing;  /* what is to be told */
    size_t *round; /* visits of one round are alike in all else */
    size_t count;
    size_t width;
};

enum { LEARN_CLASSIFIERS = 3, LEARN_NAMED = 16 };
extern const char *const learn_names[LEARN_CLASSIFIERS];

struct learn_result {
    size_t right[LEARN_CLASSIFIERS]; /* of count */
    size_t best;                     /* the classifier that was right most often */
    double accuracy;                 /* its share */
    double p; /* the chance of as many or more from guessing, for any of the three (Bonferroni) */
    size_t which[LEARN_NAMED]; /* the first of these: */
    size_t varied;             /* numbers that are not the same for all visits of their round */
};

/* Changes data->x: each number becomes its distance from the mean of its round, in standard
   deviations. seed decides where a classifier cannot. */
struct learn_result learn(struct learn_data *data, uint32_t seed);

/* The chance of `right` or more of n, when each comes with this chance. */
double learn_tail(size_t right, size_t n, double chance);

#endif
