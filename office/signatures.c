/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of signatures and a crew that checks them. Each thread writes a verdict of its own;
   nothing else changes while they run. */
#include "office/signatures.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/grow.h"
#include "office/crew.h"

/* What is known of one. */
enum verdict { UNKNOWN, RIGHT, WRONG };

enum { JOB = 16 }; /* signatures that a thread takes at once */

struct signatures {
    struct crew *crew;
    bool running;
    struct signatures_one *all;
    _Atomic uint8_t *verdicts;
    size_t n, room, verdict_room;
    struct signatures_one *wrong;
    size_t wrong_count, wrong_room;
    _Atomic bool doubted;
    _Atomic bool lacked_memory;
    _Atomic int64_t until; /* in milliseconds of clock_ms */
};

enum error signatures_new(struct signatures **out)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL ? ERROR_NONE : ERROR_MEMORY;
}

void signatures_free(struct signatures **signatures)
{
    struct signatures *old = *signatures;
    if (old == NULL)
        return;
    old->until = 0;
    if (old->running)
        crew_finish(old->crew);
    crew_free(&old->crew);
    free(old->all);
    free(old->verdicts);
    free(old->wrong);
    free(old);
    *signatures = NULL;
}

/* --- in a thread --- */

static void check_one(struct signatures *signatures, size_t i)
{
    const struct signatures_one *one = &signatures->all[i];
    const enum error error =
        signature_check(one->by, SIGNATURES_DOMAIN, one->hash, HASH_LEN, one->signature);
    if (error == ERROR_NONE || error == ERROR_FORGED)
        signatures->verdicts[i] = error == ERROR_NONE ? RIGHT : WRONG;
    else
        signatures->lacked_memory = true;
    if (error == ERROR_FORGED)
        signatures->doubted = true;
}

static void check_some(void *context, size_t job)
{
    struct signatures *signatures = context;
    const size_t end = (job + 1) * JOB < signatures->n ? (job + 1) * JOB : signatures->n;
    for (size_t i = job * JOB; i < end && clock_ms() < signatures->until; i++)
        if (signatures->verdicts[i] == UNKNOWN)
            check_one(signatures, i);
}

/* --- the list --- */

static void start(struct signatures *signatures, int64_t until)
{
    signatures->until = until;
    if (signatures->crew == NULL && crew_new(&signatures->crew) != ERROR_NONE)
        return;
    signatures->running = true;
    crew_start(signatures->crew, check_some, signatures, (signatures->n + JOB - 1) / JOB);
}

/* Keeps the wrong ones, if there is memory: without it they stay unknown, to be found again. */
static enum error keep_wrong(struct signatures *signatures, size_t found)
{
    enum error error =
        GROW(signatures->wrong, signatures->wrong_count, found, signatures->wrong_room);
    if (error != ERROR_NONE)
        return error;
    for (size_t i = 0; i < signatures->n; i++)
        if (signatures->verdicts[i] == WRONG)
            signatures->wrong[signatures->wrong_count++] = signatures->all[i];
    return ERROR_NONE;
}

/* Takes off what is known. */
static enum error sift(struct signatures *signatures)
{
    size_t left = 0, found = 0;
    for (size_t i = 0; i < signatures->n; i++)
        found += signatures->verdicts[i] == WRONG;
    const enum error error = found > 0 ? keep_wrong(signatures, found) : ERROR_NONE;
    for (size_t i = 0; i < signatures->n; i++)
        if (signatures->verdicts[i] == UNKNOWN ||
            (signatures->verdicts[i] == WRONG && error != ERROR_NONE))
            signatures->all[left++] = signatures->all[i];
    for (size_t i = 0; i < left; i++)
        signatures->verdicts[i] = UNKNOWN;
    signatures->n = left;
    return error;
}

static enum error stop(struct signatures *signatures)
{
    if (!signatures->running)
        return ERROR_NONE;
    crew_finish(signatures->crew);
    signatures->running = false;
    return sift(signatures);
}

enum error signatures_add(struct signatures *signatures, const struct signatures_one *one)
{
    signatures->until = 0;
    enum error error = stop(signatures);
    if (error == ERROR_NONE)
        error = GROW(signatures->all, signatures->n, 1, signatures->room);
    if (error == ERROR_NONE)
        error = GROW(signatures->verdicts, signatures->n, 1, signatures->verdict_room);
    if (error != ERROR_NONE)
        return error;
    signatures->verdicts[signatures->n] = UNKNOWN;
    signatures->all[signatures->n++] = *one;
    return ERROR_NONE;
}

void signatures_begin(struct signatures *signatures)
{
    if (!signatures->running && signatures->n > 0)
        start(signatures, INT64_MAX);
}

enum error signatures_check(struct signatures *signatures, int64_t ms)
{
    signatures->until = 0;
    enum error error = stop(signatures);
    signatures->lacked_memory = false;
    if (error != ERROR_NONE || ms == 0 || signatures->n == 0)
        return error;
    start(signatures, ms == SIGNATURES_ALL ? INT64_MAX : clock_ms() + ms);
    error = signatures->running ? stop(signatures) : ERROR_MEMORY;
    return error == ERROR_NONE && signatures->lacked_memory ? ERROR_MEMORY : error;
}

bool signatures_doubted(const struct signatures *signatures)
{
    return signatures->doubted;
}

uint64_t signatures_first(const struct signatures *signatures)
{
    for (size_t i = 0; i < signatures->n; i++)
        if (signatures->verdicts[i] != RIGHT)
            return signatures->all[i].txn;
    return 0;
}

const struct signatures_one *signatures_left(const struct signatures *signatures, size_t *n)
{
    *n = signatures->n;
    return signatures->all;
}

const struct signatures_one *signatures_wrong(const struct signatures *signatures, size_t *n)
{
    *n = signatures->wrong_count;
    return signatures->wrong;
}
