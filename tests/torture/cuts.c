/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a power cut may leave. */
#include "tests/torture/cuts.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t WHOLE = ~UINT64_C(0);

/* What becomes of an operation: picked or not, and of a write which sectors arrive. */
struct fate {
    bool open; /* not synced: it may be missing */
    bool picked;
    uint64_t torn;
};

/* One moment: the log up to `at`, and what of it is open. */
struct moment {
    const struct cuts *cuts;
    struct cut cut;
    struct disk settled;  /* the first operations, as long as none of them is open */
    size_t settled_count; /* how many */
    struct fate *fates;
    size_t open_count;
    uint64_t seed;
};

uint64_t cuts_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool is_name(const struct disk_op *op)
{
    return op->kind == DISK_CREATE || op->kind == DISK_RENAME || op->kind == DISK_UNLINK;
}

static bool is_sync(const struct disk_op *op)
{
    return op->kind == DISK_SYNC || op->kind == DISK_UNSYNC;
}

/* Does this sync make that operation durable, or, when it failed, say that it never will be? The
   kernel forgets data that it could not write and lets the next sync pass; names it keeps. */
static bool settles(const struct disk_op *sync, const struct disk_op *op, bool journal)
{
    if (!is_name(op))
        return sync->node == op->node;
    if (sync->kind == DISK_UNSYNC)
        return false;
    return sync->node == op->folder || (journal && sync->node == op->node);
}

static bool is_durable(const struct disk_log *log, size_t i, size_t end, bool journal)
{
    for (size_t j = i + 1; j < end; j++)
        if (is_sync(&log->ops[j]) && settles(&log->ops[j], &log->ops[i], journal))
            return log->ops[j].kind == DISK_SYNC;
    return false;
}

/* A journal holds the names before a durable one, too. */
static void close_names(const struct disk_log *log, struct fate *fates, size_t end)
{
    bool later = false;
    for (size_t i = end; i-- > 0;) {
        if (!is_name(&log->ops[i]))
            continue;
        later = later || !fates[i].open;
        fates[i].open = !later;
    }
}

static void look(struct moment *moment)
{
    const struct disk_log *log = moment->cuts->log;
    moment->open_count = 0;
    for (size_t i = 0; i < moment->cut.at; i++) {
        struct fate *fate = &moment->fates[i];
        fate->torn = WHOLE;
        if (is_sync(&log->ops[i]))
            fate->open = false;
        else if (fate->open)
            fate->open = !is_durable(log, i, moment->cut.at, moment->cut.journal);
    }
    if (moment->cut.journal)
        close_names(log, moment->fates, moment->cut.at);
    for (size_t i = 0; i < moment->cut.at; i++)
        moment->open_count += moment->fates[i].open;
    for (; moment->settled_count < moment->cut.at; moment->settled_count++) {
        if (moment->fates[moment->settled_count].open)
            break;
        disk_apply(&moment->settled, &log->ops[moment->settled_count], WHOLE);
    }
    disk_hash(&moment->settled); /* once for all copies */
}

static void build(const struct moment *moment, struct disk *disk)
{
    disk_copy(disk, &moment->settled);
    for (size_t i = moment->settled_count; i < moment->cut.at; i++)
        if (!moment->fates[i].open || moment->fates[i].picked)
            disk_apply(disk, &moment->cuts->log->ops[i], moment->fates[i].torn);
}

static void give(struct moment *moment, const char *how)
{
    struct disk disk;
    build(moment, &disk);
    moment->cut.how = how;
    moment->cuts->each(moment->cuts->context, &moment->cut, &disk);
    disk_free(&disk);
}

static void pick_all(struct moment *moment, bool picked)
{
    for (size_t i = 0; i < moment->cut.at; i++)
        moment->fates[i].picked = picked;
}

/* On a disk with a journal the first n open names are there, and no others. */
static void pick_names(struct moment *moment, size_t n)
{
    for (size_t i = 0, seen = 0; i < moment->cut.at; i++)
        if (moment->fates[i].open && is_name(&moment->cuts->log->ops[i]))
            moment->fates[i].picked = seen++ < n;
}

static size_t count_names(const struct moment *moment)
{
    size_t n = 0;
    for (size_t i = 0; i < moment->cut.at; i++)
        n += moment->fates[i].open && is_name(&moment->cuts->log->ops[i]);
    return n;
}

static void give_singles(struct moment *moment)
{
    for (size_t i = 0; i < moment->cut.at; i++) {
        if (!moment->fates[i].open || (moment->cut.journal && is_name(&moment->cuts->log->ops[i])))
            continue;
        pick_all(moment, true);
        moment->fates[i].picked = false;
        give(moment, "one missing");
        pick_all(moment, false);
        moment->fates[i].picked = true;
        give(moment, "one alone");
    }
}

static void give_names(struct moment *moment)
{
    size_t n = count_names(moment);
    for (size_t i = 0; i <= n && n > 0; i++) {
        pick_all(moment, true);
        pick_names(moment, i);
        give(moment, "names in order, all data");
        pick_all(moment, false);
        pick_names(moment, i);
        give(moment, "names in order, no data");
    }
}

/* The write that the power went in. */
static void give_torn(struct moment *moment)
{
    static const uint64_t tears[] = {
        0, 0x1, 0xff, UINT64_C(0xffffffff), UINT64_C(0x7fffffffffffffff),
        /* back to front, every other one, every other 4096 bytes */
        ~UINT64_C(1), ~UINT64_C(0xff), UINT64_C(0x5555555555555555), UINT64_C(0xff00ff00ff00ff00)};
    struct fate *last = moment->cut.at > 0 ? &moment->fates[moment->cut.at - 1] : NULL;
    if (last == NULL || !last->open ||
        moment->cuts->log->ops[moment->cut.at - 1].kind != DISK_WRITE)
        return;
    for (size_t i = 0; i < sizeof tears / sizeof *tears; i++) {
        pick_all(moment, true);
        last->torn = tears[i];
        give(moment, "last write torn");
        pick_all(moment, false);
        last->picked = true;
        give(moment, "last write torn, alone");
    }
    last->torn = WHOLE;
}

static uint64_t tear(uint64_t *seed)
{
    uint64_t mask = cuts_random(seed);
    switch (cuts_random(seed) % 8) {
    case 0: /* sectors */
        return mask;
    case 1: /* 4096 bytes */
        return ((mask & UINT64_C(0x0101010101010101)) * 255);
    case 2: /* the beginning */
        return WHOLE >> mask % 64;
    default:
        return WHOLE;
    }
}

static void give_random(struct moment *moment)
{
    uint64_t *seed = &moment->seed;
    size_t names = count_names(moment);
    for (unsigned n = 0; n < moment->cuts->random; n++) {
        uint64_t density = 1 + cuts_random(seed) % 7;
        for (size_t i = 0; i < moment->cut.at; i++) {
            moment->fates[i].picked = cuts_random(seed) % 8 < density;
            moment->fates[i].torn = moment->fates[i].open ? tear(seed) : WHOLE;
        }
        if (moment->cut.journal)
            pick_names(moment, (size_t)(cuts_random(seed) % (names + 1)));
        give(moment, "any part");
    }
    for (size_t i = 0; i < moment->cut.at; i++)
        moment->fates[i].torn = WHOLE;
}

static void cut_here(struct moment *moment)
{
    look(moment);
    pick_all(moment, false);
    give(moment, "what was synced");
    if (moment->open_count == 0)
        return;
    pick_all(moment, true);
    give(moment, "everything");
    give_singles(moment);
    give_torn(moment);
    if (moment->cut.journal)
        give_names(moment);
    if (moment->open_count > 1)
        give_random(moment);
}

static void begin(struct moment *moment, const struct cuts *cuts, bool journal)
{
    *moment = (struct moment){.cuts = cuts, .seed = cuts->seed ^ (journal ? WHOLE : 0)};
    moment->cut.journal = journal;
    disk_copy(&moment->settled, cuts->base);
    moment->fates = calloc(cuts->log->n + 1, sizeof *moment->fates);
    if (moment->fates == NULL)
        abort();
    for (size_t i = 0; i < cuts->log->n; i++)
        moment->fates[i].open = true;
}

static void finish(struct moment *moment)
{
    disk_free(&moment->settled);
    free(moment->fates);
}

void cuts_each(const struct cuts *cuts)
{
    struct moment moment;
    for (int journal = 0; journal < 2; journal++) {
        begin(&moment, cuts, journal);
        for (size_t at = 0; at <= cuts->log->n; at++) {
            moment.cut.at = at;
            moment.cut.marks = at < cuts->log->n ? cuts->log->ops[at].marks : cuts->marks;
            cut_here(&moment);
        }
        finish(&moment);
    }
}

void cuts_synced(const struct disk *base, const struct disk_log *log, struct disk *out)
{
    const struct cuts cuts = {.base = base, .log = log};
    struct moment moment;
    begin(&moment, &cuts, false);
    moment.cut.at = log->n;
    look(&moment);
    build(&moment, out);
    disk_own(out);
    finish(&moment);
}
