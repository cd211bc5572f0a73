/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nothing here knows what a leak would look like. */
#include "tests/apart/features.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash(uint32_t start, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        start = (start ^ (uint8_t)text[i]) * 16777619U;
    return start;
}

static uint32_t fold(uint32_t h, uint32_t places)
{
    return (h ^ h >> 15) % places;
}

/* The numbers between the call's name and its result, and the result. */
static void add_numbers(const char *line, uint32_t name, double *results, double *given)
{
    const char *end = strstr(line, ") = ");

    for (const char *at = line; end != NULL && at < end; at++) {
        char *next = NULL;

        if (strchr("( =", *at) == NULL || at[1] < '0' || at[1] > '9')
            continue;
        given[name] += (double)strtoll(at + 1, &next, 10);
        at = next - 1;
    }
    if (end != NULL)
        results[name] += (double)strtoll(end + 4, NULL, 10);
}

void features_trace(const struct trace *trace, double out[FEATURES_TRACE])
{
    double *const calls = out, *const pairs = calls + FEATURES_WORDS,
                  *const triples = pairs + FEATURES_WORDS;
    double *const results = triples + FEATURES_WORDS, *const given = results + FEATURES_NAMES;
    uint32_t before[2] = {0, 0};

    memset(out, 0, FEATURES_TRACE * sizeof *out);
    for (size_t i = 0; i < trace->count; i++) {
        const char *line = trace->lines[i];
        const uint32_t name = hash(2166136261U, line, strcspn(line, "("));

        calls[fold(hash(2166136261U, line, strlen(line)), FEATURES_WORDS)]++;
        pairs[fold(before[0] * 31 + name, FEATURES_WORDS)]++;
        triples[fold(before[1] * 961 + before[0] * 31 + name, FEATURES_WORDS)]++;
        add_numbers(line, fold(name, FEATURES_NAMES), results, given);
        before[1] = before[0];
        before[0] = name;
    }
}

static void features_file(const struct snap_file *file, double out[FEATURES_FILE])
{
    const size_t blocks = snap_blocks(file);

    out[0] = (double)file->st.st_size;
    out[1] = (double)file->st.st_blocks;
    out[2] = file->fresh;
    out[3] = file->accessed;
    out[4] = file->modified;
    out[5] = file->changed;
    for (size_t block = 0; block < blocks; block++) {
        out[6] += file->touched[block];
        out[7] = file->touched[block] ? (double)block : out[7];
        out[8] += file->touched[block] ? (double)block * (double)block : 0;
    }
}

void features_snap(const struct snap *snap, double out[FEATURES_SNAP])
{
    memset(out, 0, FEATURES_SNAP * sizeof *out);
    for (size_t i = 0; i < snap->count && i < FEATURES_FILES; i++)
        features_file(&snap->files[i], out + i * FEATURES_FILE);
}

void features_counts(const struct visit_result *result, double out[FEATURES_COUNTS])
{
    for (size_t i = 0; i < VISIT_COUNTS; i++) {
        out[i] = (double)result->keeper[i];
        out[VISIT_COUNTS + i] = (double)result->launcher[i];
    }
}

void features_name(size_t number, char out[FEATURES_NAME])
{
    static const char *const traces[] = {"calls", "pairs of calls", "triples of calls"};

    if (number < 3 * FEATURES_WORDS) {
        snprintf(out, FEATURES_NAME, "%s, hashed to %zu", traces[number / FEATURES_WORDS],
                 number % FEATURES_WORDS);
    } else if (number < FEATURES_TRACE) {
        snprintf(out, FEATURES_NAME, "sums of calls %zu", number - 3 * FEATURES_WORDS);
    } else if (number < FEATURES_TRACE + 2 * FEATURES_SNAP) {
        number -= FEATURES_TRACE;
        snprintf(out, FEATURES_NAME, "%s, file %zu, number %zu",
                 number < FEATURES_SNAP ? "during" : "after",
                 number % FEATURES_SNAP / FEATURES_FILE, number % FEATURES_FILE);
    } else {
        number -= FEATURES_TRACE + 2 * FEATURES_SNAP;
        snprintf(out, FEATURES_NAME, "%s of the %s", visit_counters[number % VISIT_COUNTS],
                 number < VISIT_COUNTS ? "keeper" : "launcher");
    }
}
