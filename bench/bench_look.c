/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times one look at the largest board that is usual: 285 boards, each with 256 answers and the
   arrivals of 700 kiosks with 8 records, and the hashes that the keeper takes of it before each
   visit, against one memcpy of the same bytes. Prints the seconds of the look, the copy and the
   hashes, the best of five. Everything is in memory already, as it is for a visitor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/answer.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "protocol/segment.h"

enum { BOARDS = 285, ARRIVALS = 700 * 8, ANSWERS = 256, TURNS = 5, MESSAGES = ANSWER_COUNT_MAX };

static struct segment segments[2 * BOARDS];
static uint8_t *files[2 * BOARDS];
static size_t lens[2 * BOARDS];
static uint8_t tags[MESSAGES][SEGMENT_TAG_LEN], found[ANSWER_ARRIVALS];
static uint8_t answers[MESSAGES][SEGMENT_ANSWER_LEN];
static uint8_t *copy;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "bench_look: %s\n", what);
    exit(EXIT_FAILURE);
}

static void make(uint32_t i, uint32_t kind, uint32_t count)
{
    const struct segment segment = {
        .kind = kind, .number = 1 + i / 2, .charter = 1, .count = count};
    const size_t len = segment_len(kind, count) - SEGMENT_HEADER_LEN;
    uint8_t *entries = malloc(len);
    must(entries != NULL, "memory");
    random_bytes(entries, len);
    must(segment_encode(&segment, entries, &files[i], &lens[i]) == ERROR_NONE, "segment");
    must(segment_view(files[i], lens[i], &segments[i]) == ERROR_NONE, "segment");
    free(entries);
}

static double look(void)
{
    const uint8_t(*wanted)[SEGMENT_TAG_LEN] = (const uint8_t(*)[SEGMENT_TAG_LEN])tags;
    const double start = now();
    for (size_t i = 0; i < 2 * BOARDS; i++) {
        if (segments[i].kind == SEGMENT_ARRIVALS)
            segment_find_tags(&segments[i], wanted, ANSWER_ARRIVALS, found);
        else
            segment_find_answers(&segments[i], wanted, MESSAGES, answers);
    }
    return now() - start;
}

static double copy_all(void)
{
    const double start = now();
    size_t at = 0;
    for (size_t i = 0; i < 2 * BOARDS; at += lens[i++])
        memcpy(copy + at, files[i], lens[i]);
    return now() - start;
}

static double hash_all(void)
{
    uint8_t hash[HASH_LEN];
    const double start = now();
    for (size_t i = 0; i < 2 * BOARDS; i++) {
        const struct hash_part part = {files[i], lens[i]};
        must(hash_sha256(hash, &part, 1) == 0, "hash");
    }
    return now() - start;
}

int main(void)
{
    double looked = 1e9, copied = 1e9, hashed = 1e9;
    size_t len = 0;
    must(secret_start() == ERROR_NONE, "libgcrypt");
    for (uint32_t i = 0; i < BOARDS; i++) {
        make(2 * i, SEGMENT_ARRIVALS, ARRIVALS);
        make(2 * i + 1, SEGMENT_ANSWERS, ANSWERS);
        len += lens[2 * i] + lens[2 * i + 1];
    }
    copy = malloc(len);
    must(copy != NULL, "memory");
    memset(copy, 1, len);
    random_bytes(tags, sizeof tags);
    for (int turn = 0; turn < TURNS; turn++) {
        const double a = look(), b = copy_all(), c = hash_all();
        looked = a < looked ? a : looked;
        copied = b < copied ? b : copied;
        hashed = c < hashed ? c : hashed;
    }
    printf("%.6f %.6f %.6f\n", looked, copied, hashed);
    for (size_t i = 0; i < 2 * BOARDS; i++)
        free(files[i]);
    free(copy);
    return 0;
}
