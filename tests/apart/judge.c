/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A byte of a file is ciphertext when it varies among visits of one kind, too. What is the same
   within every kind and not in all of them tells the kinds apart. */
#include "tests/apart/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN = 12, /* findings of one comparison that are printed */
    /* With few visits ciphertext may be the same by chance, but not so many bytes on a side ... */
    NEAR = 3,
    ENOUGH = 6,     /* ... with so many pairs of one kind not even one */
    LATER_MS = 400, /* times that are nearer are the same */
};

static size_t compared;

size_t judge_compared(void)
{
    return compared;
}

static __attribute__((format(printf, 3, 4))) void
found(unsigned *count, const struct judge_visit *const pair[2], const char *format, ...)
{
    va_list arguments;

    if (++*count > SHOWN)
        return;
    printf("  %s, %s: ", visit_names[pair[0]->kind], visit_names[pair[1]->kind]);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

/* --- system calls --- */

unsigned judge_traces(const struct judge_visit *const *who, size_t n)
{
    unsigned count = 0;

    for (size_t i = 1; i < n; i++) {
        const struct trace *one = &who[0]->trace, *other = &who[i]->trace;
        const struct judge_visit *const pair[2] = {who[0], who[i]};
        size_t at = 0;

        while (at < one->count && at < other->count &&
               strcmp(one->lines[at], other->lines[at]) == 0)
            at++;
        if (at < one->count || at < other->count)
            found(&count, pair, "call %zu of %zu and %zu\n    %s\n    %s", at, one->count,
                  other->count, at < one->count ? one->lines[at] : "(none)",
                  at < other->count ? other->lines[at] : "(none)");
    }
    return count;
}

/* --- counters --- */

unsigned judge_counts(const struct judge_visit *const *who, size_t n)
{
    unsigned count = 0;

    for (size_t i = 1; i < n; i++)
        for (int c = 0; c < VISIT_EXACT; c++) {
            const struct judge_visit *const pair[2] = {who[0], who[i]};
            const struct visit_result *one = &who[0]->result, *other = &who[i]->result;

            if (one->keeper[c] != other->keeper[c])
                found(&count, pair, "%s of the keeper: %ld and %ld", visit_counters[c],
                      (long)one->keeper[c], (long)other->keeper[c]);
            if (one->launcher[c] != other->launcher[c])
                found(&count, pair, "%s of the launcher: %ld and %ld", visit_counters[c],
                      (long)one->launcher[c], (long)other->launcher[c]);
        }
    return count;
}

/* --- the folder --- */

static bool judge_names(const struct snap *one, const struct snap *other)
{
    if (one->count != other->count)
        return false;
    for (size_t i = 0; i < one->count; i++)
        if (strcmp(one->files[i].name, other->files[i].name) != 0)
            return false;
    return true;
}

static unsigned judge_stat(const struct judge_visit *const pair[2], const struct snap_file *one,
                           const struct snap_file *other)
{
    const struct {
        const char *what;
        long long one, other;
    } all[] = {
        {"bytes", one->st.st_size, other->st.st_size},
        {"blocks", one->st.st_blocks, other->st.st_blocks},
        {"mode", one->st.st_mode, other->st.st_mode},
        {"links", (long long)one->st.st_nlink, (long long)other->st.st_nlink},
        {"owner", one->st.st_uid, other->st.st_uid},
        {"group", one->st.st_gid, other->st.st_gid},
        {"new file", one->fresh, other->fresh},
        {"read", one->accessed, other->accessed},
        {"written", one->modified, other->modified},
        {"changed", one->changed, other->changed},
    };
    unsigned count = 0;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].one != all[i].other)
            found(&count, pair, "%s: %s %lld and %lld", one->name, all[i].what, all[i].one,
                  all[i].other);
    return count;
}

static int64_t ms_of(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Which of two of a folder's times is clearly the later one; -1, 0, 1. Times are the files' last
   writes and changes. */
static int order(const struct snap *snap, size_t one, size_t other)
{
    int64_t times[2];

    for (size_t i = 0; i < 2; i++) {
        const size_t at = i == 0 ? one : other;
        const struct stat *st = &snap->files[at / 2].st;

        times[i] = ms_of(at % 2 == 0 ? st->st_mtim : st->st_ctim);
    }
    return times[0] > times[1] + LATER_MS ? 1 : times[1] > times[0] + LATER_MS ? -1 : 0;
}

static unsigned judge_order(const struct judge_visit *const pair[2], const struct snap *one,
                            const struct snap *other)
{
    unsigned count = 0;

    for (size_t i = 0; i < 2 * one->count; i++)
        for (size_t j = 0; j < i; j++)
            if (order(one, i, j) * order(other, i, j) < 0)
                found(&count, pair, "%s, %s: in another order", one->files[i / 2].name,
                      one->files[j / 2].name);
    return count;
}

/* Does the byte vary among the visits of one kind? */
static bool varies(const struct judge_visit *const *who, const struct snap *const *snaps, size_t n,
                   size_t file, size_t at)
{
    int known[VISIT_KINDS];

    memset(known, -1, sizeof known);
    for (size_t i = 0; i < n; i++) {
        const int byte = snaps[i]->files[file].bytes[at];

        if (known[who[i]->kind] >= 0 && known[who[i]->kind] != byte)
            return true;
        known[who[i]->kind] = byte;
    }
    return false;
}

static size_t pairs(const struct judge_visit *const *who, size_t n)
{
    bool seen[VISIT_KINDS] = {false};
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        count += seen[who[i]->kind];
        seen[who[i]->kind] = true;
    }
    return count;
}

static bool is_ciphertext(const struct judge_visit *const *who, const struct snap *const *snaps,
                          size_t n, size_t file, size_t at)
{
    const size_t near = pairs(who, n) < ENOUGH ? NEAR : 0;
    const size_t size = (size_t)snaps[0]->files[file].st.st_size;

    for (size_t i = at < near ? 0 : at - near; i <= at + near && i < size; i++)
        if (varies(who, snaps, n, file, i))
            return true;
    return false;
}

static bool touched(const struct snap *const *snaps, size_t n, size_t file, size_t block)
{
    for (size_t i = 0; i < n; i++)
        if (snaps[i]->files[file].touched[block])
            return true;
    return false;
}

/* The first byte of a block, from `at` on, that is not the same for all and no ciphertext; `end`
   when there is none. */
static unsigned judge_block(const struct judge_visit *const *who, const struct snap *const *snaps,
                            size_t n, size_t file, size_t block)
{
    const struct snap_file *first = &snaps[0]->files[file];
    const size_t end = (block + 1) * SNAP_BLOCK;
    unsigned count = 0;

    for (size_t at = block * SNAP_BLOCK; at < end && at < (size_t)first->st.st_size;
         at++, compared += n)
        for (size_t i = 1; i < n; i++) {
            const struct judge_visit *const pair[2] = {who[0], who[i]};
            const uint8_t byte = snaps[i]->files[file].bytes[at];

            if (byte == first->bytes[at] || is_ciphertext(who, snaps, n, file, at))
                continue;
            found(&count, pair, "%s: byte %zu is %02x and %02x", first->name, at, first->bytes[at],
                  byte);
            break;
        }
    return count;
}

unsigned judge_folders(const struct judge_visit *const *who, const struct snap *const *snaps,
                       size_t n)
{
    unsigned count = 0;

    for (size_t i = 1; i < n; i++) {
        const struct judge_visit *const pair[2] = {who[0], who[i]};

        if (!judge_names(snaps[0], snaps[i])) {
            found(&count, pair, "other files");
            return count;
        }
        for (size_t file = 0; file < snaps[0]->count; file++)
            count += judge_stat(pair, &snaps[0]->files[file], &snaps[i]->files[file]);
        count += judge_order(pair, snaps[0], snaps[i]);
    }
    if (count > 0)
        return count;
    for (size_t file = 0; file < snaps[0]->count; file++)
        for (size_t block = 0; block < snap_blocks(&snaps[0]->files[file]); block++)
            if (touched(snaps, n, file, block))
                count += judge_block(who, snaps, n, file, block);
    return count;
}
