/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of a damaged outbox.

   The files are not read as a database, which is what is damaged, but as bytes: an envelope begins with a
   fixed word, a record stands in one piece around it, and its signature says that it is whole. */
#include "courier/salvage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "courier/file.h"
#include "courier/refusal.h"

enum { FILES = 2, BLOCK = 1 << 20, WORD_LEN = 8 };

static const char *const names[FILES] = {"outbox.db", "outbox.db-wal"};
static const char word[] = "SANDYQE1";

struct found {
    uint64_t seq;
    uint8_t previous[RECORD_HASH_LEN];
    uint8_t hash[RECORD_HASH_LEN];
    int fd;
    off_t at;
};

struct salvage {
    int fds[FILES];
    struct found *all; /* by number */
    size_t n;
};

static bool read_at(int fd, off_t at, uint8_t *out, size_t len)
{
    size_t got = 0;

    while (got < len) {
        ssize_t n = pread(fd, out + got, len - got, at + (off_t)got);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        if (n > 0)
            got += (size_t)n;
    }
    return true;
}

static int add(struct salvage *salvage, const struct found *one)
{
    struct found *more = NULL;

    if ((salvage->n & (salvage->n - 1)) == 0) {
        more = realloc(salvage->all, (salvage->n == 0 ? 1 : 2 * salvage->n) * sizeof *more);
        if (more == NULL)
            return REFUSAL_IO;
        salvage->all = more;
    }
    salvage->all[salvage->n++] = *one;
    return REFUSAL_NONE;
}

/* Is there a whole record here, of this kiosk? */
static int weigh(struct salvage *salvage, int fd, off_t at, const uint8_t key[32])
{
    static const struct found none;
    uint8_t bytes[RECORD_LEN];
    struct record record;
    struct found one = none;

    if (at < 0 || !read_at(fd, at, bytes, sizeof bytes))
        return REFUSAL_NONE;
    if (record_decode(bytes, &record) != REFUSAL_NONE)
        return REFUSAL_IO;
    if (record_check(bytes, key) != REFUSAL_NONE)
        return REFUSAL_NONE;
    one.seq = record.seq;
    one.fd = fd;
    one.at = at;
    memcpy(one.previous, record.previous, sizeof one.previous);
    memcpy(one.hash, record.hash, sizeof one.hash);
    return add(salvage, &one);
}

static int weigh_block(struct salvage *salvage, int fd, off_t at, const uint8_t *block, size_t len,
                       const uint8_t key[32])
{
    const uint8_t *from = block;
    int refusal = REFUSAL_NONE;

    while (refusal == REFUSAL_NONE) {
        from = memmem(from, len - (size_t)(from - block), word, WORD_LEN);
        if (from == NULL)
            break;
        refusal = weigh(salvage, fd, at + (from - block) - RECORD_ENVELOPE, key);
        from++;
    }
    return refusal;
}

/* Block by block, each with the end of the one before, so that no word is cut in two. Holes are passed over. */
static int search(struct salvage *salvage, int fd, uint8_t *block, const uint8_t key[32])
{
    off_t at = lseek(fd, 0, SEEK_DATA);
    int refusal = REFUSAL_NONE;

    while (at >= 0 && refusal == REFUSAL_NONE) {
        ssize_t n = pread(fd, block, BLOCK, at);
        if (n < WORD_LEN)
            break;
        refusal = weigh_block(salvage, fd, at, block, (size_t)n, key);
        at = lseek(fd, at + n - (WORD_LEN - 1), SEEK_DATA);
        if (n < BLOCK)
            break;
    }
    return refusal;
}

static int compare(const void *a, const void *b)
{
    const struct found *one = a;
    const struct found *other = b;

    if (one->seq != other->seq)
        return one->seq < other->seq ? -1 : 1;
    return memcmp(one->hash, other->hash, sizeof one->hash);
}

/* One record may stand in the file and in its log. */
static void sort(struct salvage *salvage)
{
    size_t kept = 0;

    if (salvage->n == 0)
        return;
    qsort(salvage->all, salvage->n, sizeof *salvage->all, compare);
    for (size_t i = 1; i < salvage->n; i++)
        if (compare(&salvage->all[i], &salvage->all[kept]) != 0)
            salvage->all[++kept] = salvage->all[i];
    salvage->n = kept + 1;
}

int salvage_find(int dir, const uint8_t kiosk_key[32], struct salvage **out)
{
    struct salvage *salvage = calloc(1, sizeof *salvage);
    uint8_t *block = malloc(BLOCK);
    int refusal = salvage != NULL && block != NULL ? REFUSAL_NONE : REFUSAL_IO;
    size_t len = 0;

    for (int i = 0; salvage != NULL && i < FILES; i++)
        salvage->fds[i] = -1;
    for (int i = 0; refusal == REFUSAL_NONE && i < FILES; i++)
        if (file_open(dir, names[i], INT64_MAX, &salvage->fds[i], &len) == REFUSAL_NONE)
            refusal = search(salvage, salvage->fds[i], block, kiosk_key);
    free(block);
    if (refusal != REFUSAL_NONE)
        salvage_free(&salvage);
    else
        sort(salvage);
    *out = salvage;
    return refusal;
}

void salvage_free(struct salvage **salvage)
{
    if (*salvage == NULL)
        return;
    for (int i = 0; i < FILES; i++)
        if ((*salvage)->fds[i] >= 0)
            close((*salvage)->fds[i]);
    free((*salvage)->all);
    free(*salvage);
    *salvage = NULL;
}

static bool follows(const struct salvage *salvage, size_t i)
{
    const struct found *one = &salvage->all[i];

    return i > 0 && one->seq == one[-1].seq + 1 &&
           memcmp(one->previous, one[-1].hash, sizeof one->previous) == 0;
}

/* The run that ends before index end. */
static struct salvage_run run_before(const struct salvage *salvage, size_t end, uint64_t max)
{
    size_t at = end - 1;

    while (follows(salvage, at) && end - at < max)
        at--;
    return (struct salvage_run){salvage->all[at].seq, salvage->all[end - 1].seq, at};
}

size_t salvage_runs(const struct salvage *salvage, uint64_t max)
{
    size_t count = 0;

    for (size_t end = salvage->n; end > 0; count++)
        end = run_before(salvage, end, max).at;
    return count;
}

struct salvage_run salvage_run(const struct salvage *salvage, uint64_t max, size_t i)
{
    struct salvage_run run = {0, 0, salvage->n};

    for (size_t j = 0; j <= i && run.at > 0; j++)
        run = run_before(salvage, run.at, max);
    return run;
}

int salvage_read(const struct salvage *salvage, const struct salvage_run *run, uint8_t *out)
{
    for (uint64_t i = 0; i <= run->last - run->first; i++) {
        const struct found *one = &salvage->all[run->at + i];
        if (!read_at(one->fd, one->at, out + i * RECORD_LEN, RECORD_LEN))
            return REFUSAL_IO;
    }
    return REFUSAL_NONE;
}

bool salvage_has(const struct salvage *salvage, uint64_t first, uint64_t last,
                 const uint8_t hash[RECORD_HASH_LEN])
{
    for (size_t i = 0; i < salvage->n; i++) {
        if (salvage->all[i].seq != last || memcmp(salvage->all[i].hash, hash, RECORD_HASH_LEN) != 0)
            continue;
        while (salvage->all[i].seq > first && follows(salvage, i))
            i--;
        return salvage->all[i].seq == first;
    }
    return false;
}
