/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classifiers of a page each. They are not clever; what they find is told without effort. */
#include "tests/apart/learn.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDS = 10, NEIGHBOURS = 5, THRESHOLDS = 9 };

const char *const learn_names[LEARN_CLASSIFIERS] = {"naive Bayes", "one number", "five neighbours"};

static uint32_t seeded;

static bool toss(void)
{
    seeded ^= seeded << 13;
    seeded ^= seeded >> 17;
    seeded ^= seeded << 5;
    return (seeded >> 16) & 1;
}

double learn_tail(size_t right, size_t n, double chance)
{
    double sum = 0;

    for (size_t k = right; k <= n; k++)
        sum += exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) +
                   (double)k * log(chance) + (double)(n - k) * log(1 - chance));
    return sum < 1 ? sum : 1;
}

/* --- the numbers --- */

static void centre(struct learn_data *data, size_t column, size_t rounds)
{
    double *sum = calloc(rounds, sizeof *sum);
    size_t *n = calloc(rounds, sizeof *n);
    double spread = 0;

    if (sum == NULL || n == NULL)
        err(2, "memory");
    for (size_t i = 0; i < data->count; i++) {
        sum[data->round[i]] += data->x[i * data->width + column];
        n[data->round[i]]++;
    }
    for (size_t i = 0; i < data->count; i++) {
        double *x = &data->x[i * data->width + column];

        *x -= sum[data->round[i]] / (double)n[data->round[i]];
        spread += *x * *x;
    }
    spread = sqrt(spread / (double)data->count);
    for (size_t i = 0; i < data->count; i++) {
        double *x = &data->x[i * data->width + column];

        *x = spread > 1e-9 ? *x / spread : 0;
    }
    free(sum);
    free(n);
}

/* Drops the columns that are zeros now; returns how many are left, and which. */
static size_t drop_constant(struct learn_data *data, size_t which[LEARN_NAMED])
{
    size_t kept = 0;

    for (size_t column = 0; column < data->width; column++) {
        bool constant = true;

        for (size_t i = 0; i < data->count && constant; i++)
            constant = data->x[i * data->width + column] == 0;
        if (constant)
            continue;
        if (kept < LEARN_NAMED)
            which[kept] = column;
        for (size_t i = 0; i < data->count; i++)
            data->x[i * data->width + kept] = data->x[i * data->width + column];
        kept++;
    }
    return kept;
}

static const double *row(const struct learn_data *data, size_t i)
{
    return data->x + i * data->width;
}

static bool is_taught(const struct learn_data *data, size_t i, size_t fold)
{
    return data->round[i] % FOLDS != fold;
}

/* --- naive Bayes --- */

/* The sum over all numbers of how much better it fits those that filed. */
static double bayes_number(const struct learn_data *data, size_t fold, size_t column, double x)
{
    double n[2] = {0}, sum[2] = {0}, squares[2] = {0}, fit[2];

    for (size_t i = 0; i < data->count; i++) {
        const double value = row(data, i)[column];

        if (!is_taught(data, i, fold))
            continue;
        n[data->filing[i]]++;
        sum[data->filing[i]] += value;
        squares[data->filing[i]] += value * value;
    }
    for (int c = 0; c < 2; c++) {
        const double mean = n[c] > 0 ? sum[c] / n[c] : 0;
        const double variance = (n[c] > 0 ? squares[c] / n[c] : 0) - mean * mean + 0.01;

        fit[c] = -log(variance) / 2 - (x - mean) * (x - mean) / (2 * variance);
    }
    return fit[1] - fit[0];
}

static double bayes(const struct learn_data *data, size_t varied, size_t fold, size_t asked)
{
    double sum = 0;

    for (size_t column = 0; column < varied; column++)
        sum += bayes_number(data, fold, column, row(data, asked)[column]);
    return sum;
}

/* --- one number --- */

struct stump {
    size_t column;
    double threshold;
    double sign;
    long won;
};

static void stump_try(const struct learn_data *data, size_t fold, struct stump *best,
                      struct stump one)
{
    for (size_t i = 0; i < data->count; i++)
        if (is_taught(data, i, fold))
            one.won += (row(data, i)[one.column] > one.threshold) == data->filing[i] ? 1 : -1;
    one.sign = one.won < 0 ? -1 : 1;
    one.won = labs(one.won);
    if (one.won > best->won)
        *best = one;
}

static struct stump stump_learn(const struct learn_data *data, size_t varied, size_t fold)
{
    struct stump best = {.won = 0};

    for (size_t column = 0; column < varied; column++)
        for (int t = 0; t < THRESHOLDS; t++)
            stump_try(
                data, fold, &best,
                (struct stump){.column = column, .threshold = (t - THRESHOLDS / 2) * 0.4 + 0.05});
    return best;
}

static double stump_say(const struct learn_data *data, const struct stump *stump, size_t asked)
{
    if (stump->won == 0)
        return 0;
    return row(data, asked)[stump->column] > stump->threshold ? stump->sign : -stump->sign;
}

/* --- neighbours --- */

static double distance(const struct learn_data *data, size_t varied, size_t one, size_t other)
{
    double sum = 0;

    for (size_t column = 0; column < varied; column++) {
        const double d = row(data, one)[column] - row(data, other)[column];

        sum += d * d;
    }
    return sum;
}

static double neighbours(const struct learn_data *data, size_t varied, size_t fold, size_t asked)
{
    double near[NEIGHBOURS];
    int vote[NEIGHBOURS] = {0};
    double sum = 0;

    for (int k = 0; k < NEIGHBOURS; k++)
        near[k] = INFINITY;
    for (size_t i = 0; i < data->count && varied > 0; i++) {
        int k = NEIGHBOURS;
        double d;

        if (!is_taught(data, i, fold))
            continue;
        for (d = distance(data, varied, asked, i); k > 0 && d < near[k - 1]; k--)
            continue;
        if (k == NEIGHBOURS)
            continue;
        memmove(near + k + 1, near + k, (size_t)(NEIGHBOURS - 1 - k) * sizeof *near);
        memmove(vote + k + 1, vote + k, (size_t)(NEIGHBOURS - 1 - k) * sizeof *vote);
        near[k] = d;
        vote[k] = data->filing[i] ? 1 : -1;
    }
    for (int k = 0; k < NEIGHBOURS; k++)
        sum += vote[k];
    return sum;
}

/* --- all of it --- */

static void count_right(const struct learn_data *data, size_t asked,
                        const double said[LEARN_CLASSIFIERS], struct learn_result *result)
{
    for (size_t c = 0; c < LEARN_CLASSIFIERS; c++) {
        const bool filing = said[c] == 0 ? toss() : said[c] > 0;

        result->right[c] += filing == data->filing[asked];
    }
}

static void judge(const struct learn_data *data, struct learn_result *result)
{
    size_t filing = 0;
    double chance;

    for (size_t i = 0; i < data->count; i++)
        filing += data->filing[i];
    /* Who always says the same is right so often. */
    chance =
        (double)(2 * filing > data->count ? filing : data->count - filing) / (double)data->count;
    for (size_t c = 1; c < LEARN_CLASSIFIERS; c++)
        if (result->right[c] > result->right[result->best])
            result->best = c;
    result->accuracy = (double)result->right[result->best] / (double)data->count;
    result->p = LEARN_CLASSIFIERS * learn_tail(result->right[result->best], data->count, chance);
    result->p = result->p < 1 ? result->p : 1;
}

struct learn_result learn(struct learn_data *data, uint32_t seed)
{
    struct learn_result result = {0};
    size_t rounds = 0;

    seeded = seed | 1;
    for (size_t i = 0; i < data->count; i++)
        rounds = data->round[i] >= rounds ? data->round[i] + 1 : rounds;
    for (size_t column = 0; column < data->width; column++)
        centre(data, column, rounds);
    result.varied = drop_constant(data, result.which);
    for (size_t fold = 0; fold < FOLDS; fold++) {
        const struct stump stump = stump_learn(data, result.varied, fold);

        for (size_t i = 0; i < data->count; i++) {
            if (is_taught(data, i, fold))
                continue;
            const double said[LEARN_CLASSIFIERS] = {bayes(data, result.varied, fold, i),
                                                    stump_say(data, &stump, i),
                                                    neighbours(data, result.varied, fold, i)};
            count_right(data, i, said, &result);
        }
    }
    judge(data, &result);
    return result;
}
