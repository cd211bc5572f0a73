/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds records in damaged files.

   The files are not read as a database, which is what is damaged, but as bytes: an envelope begins
   with a fixed word, the record around it stands in pages as store/outbox_raw knows them, or in one
   piece, and its signature says that it is whole. */
#include "device/salvage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/grow.h"
#include "store/outbox_raw.h"

enum { FILES = 3, PENDING = 2, BLOCK = 1 << 20, PAGE = 4096, WORD_LEN = 8, FAILURES = 4 };

/* The last one is the keeper's: only there stands what it took in a visit that a power cut
   ended. */
static const char *const names[FILES] = {"outbox.db", "outbox.db-wal", "pending"};
static const enum outbox_raw forms[FILES] = {OUTBOX_RAW_FILE, OUTBOX_RAW_LOG, OUTBOX_RAW_WHOLE};
static const char word[] = "SANDYQE1";

struct found {
    uint64_t seq;
    uint8_t previous[RECORD_HASH_LEN];
    uint8_t hash[RECORD_HASH_LEN];
    int fd;
    enum outbox_raw form;
    off_t at;
};

struct salvage {
    int fds[FILES];
    struct found *all; /* by number */
    size_t n, room;
};

/* One file on the way through it. */
struct search {
    struct salvage *salvage;
    const uint8_t *key;
    int fd;
    enum outbox_raw form;
    off_t failed[FAILURES]; /* where the last words without a record behind them stood */
    size_t failures;
};

static enum error add(struct salvage *salvage, const struct found *one)
{
    enum error error = GROW(salvage->all, salvage->n, 1, salvage->room);
    if (error == ERROR_NONE)
        salvage->all[salvage->n++] = *one;
    return error;
}

/* Checking a signature takes time. Within the length of one record there are no more than so many
   words unless somebody put them there to keep us busy. */
static bool is_crowded(const struct search *search, off_t at)
{
    return search->failures >= FAILURES &&
           at - search->failed[search->failures % FAILURES] < RECORD_LEN;
}

/* Is there a whole record here, of this kiosk? */
static enum error weigh(struct search *search, off_t at)
{
    static const struct found none;
    uint8_t bytes[RECORD_LEN];
    struct record record;
    struct found one = none;

    one.form = search->form;
    if (at < 0 || is_crowded(search, at))
        return ERROR_NONE;
    if (!outbox_raw_read(search->fd, one.form, at, bytes, sizeof bytes)) {
        one.form = OUTBOX_RAW_WHOLE;
        if (!outbox_raw_read(search->fd, one.form, at, bytes, sizeof bytes))
            return ERROR_NONE;
    }
    enum error error = record_decode(bytes, &record);
    if (error == ERROR_NONE)
        error = record_check(&record, search->key);
    if (error != ERROR_NONE && !error_is_machine(error)) {
        search->failed[search->failures++ % FAILURES] = at;
        return ERROR_NONE;
    }
    if (error != ERROR_NONE)
        return error;
    one.seq = record.seq;
    one.fd = search->fd;
    one.at = at;
    memcpy(one.previous, record.previous, sizeof one.previous);
    memcpy(one.hash, record.hash, sizeof one.hash);
    return add(search->salvage, &one);
}

static enum error weigh_block(struct search *search, off_t at, const uint8_t *block, size_t len)
{
    const uint8_t *from = block;
    enum error error = ERROR_NONE;

    while (error == ERROR_NONE) {
        from = memmem(from, len - (size_t)(from - block), word, WORD_LEN);
        if (from == NULL)
            break;
        error = weigh(search, at + (from - block) - RECORD_ENVELOPE);
        from++;
    }
    return error;
}

static ssize_t read_some(int fd, off_t at, uint8_t *block)
{
    ssize_t n = 0;

    do
        n = pread(fd, block, BLOCK, at);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Goes block by block, each with the end of the one before, so that no word is cut in two. Passes
   over holes and each page that the disk cannot read. */
static enum error search_file(struct search *search, uint8_t *block)
{
    off_t at = lseek(search->fd, 0, SEEK_DATA);
    enum error error = ERROR_NONE;

    while (at >= 0 && error == ERROR_NONE) {
        const ssize_t n = read_some(search->fd, at, block);
        if (n == 0)
            break;
        if (n > 0)
            error = weigh_block(search, at, block, (size_t)n);
        at = n < 0 ? (at / PAGE + 1) * PAGE : n < WORD_LEN ? at + n : at + n - (WORD_LEN - 1);
        at = lseek(search->fd, at, SEEK_DATA);
    }
    return error;
}

/* Of the keeper's two copies the first one counts that is whole, as for the keeper. */
static enum error search_named(struct salvage *salvage, int dir, int i, const uint8_t key[32],
                               uint8_t *block)
{
    const size_t before = salvage->n;
    struct search search = {.salvage = salvage, .key = key, .form = forms[i]};
    size_t len = 0;

    enum error error = file_open(dir, names[i], INT64_MAX, &search.fd, &len);
    if (error != ERROR_NONE)
        return error == ERROR_MISSING ? ERROR_NONE : error;
    salvage->fds[i] = search.fd;
    error = search_file(&search, block);
    if (i == PENDING && salvage->n > before + 1)
        salvage->n = before + 1;
    return error;
}

static int compare(const void *a, const void *b)
{
    const struct found *one = a;
    const struct found *other = b;

    if (one->seq != other->seq)
        return one->seq < other->seq ? -1 : 1;
    return memcmp(one->hash, other->hash, sizeof one->hash);
}

/* One record may stand in several files. */
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

/* A file that cannot be searched does not hide what the others have. */
enum error salvage_find(int dir, const uint8_t kiosk_key[32], bool pending, struct salvage **out)
{
    struct salvage *salvage = calloc(1, sizeof *salvage);
    uint8_t *block = malloc(BLOCK);
    enum error error = salvage != NULL && block != NULL ? ERROR_NONE : ERROR_MEMORY;

    for (int i = 0; salvage != NULL && i < FILES; i++)
        salvage->fds[i] = -1;
    if (error != ERROR_NONE)
        salvage_free(&salvage);
    for (int i = 0; salvage != NULL && i < FILES; i++) {
        const enum error one =
            i == PENDING && !pending ? ERROR_NONE : search_named(salvage, dir, i, kiosk_key, block);
        if (error == ERROR_NONE)
            error = one;
    }
    free(block);
    if (salvage != NULL)
        sort(salvage);
    *out = salvage;
    return error;
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

bool salvage_next(const struct salvage *salvage, uint64_t max, struct salvage_run *run)
{
    const size_t end = run->at < salvage->n ? run->at : salvage->n;
    size_t at = end - 1;

    if (end == 0)
        return false;
    while (follows(salvage, at) && end - at < max)
        at--;
    *run = (struct salvage_run){salvage->all[at].seq, salvage->all[end - 1].seq, at};
    return true;
}

size_t salvage_runs(const struct salvage *salvage, uint64_t max)
{
    struct salvage_run run = SALVAGE_START;
    size_t count = 0;

    while (salvage_next(salvage, max, &run))
        count++;
    return count;
}

enum error salvage_read(const struct salvage *salvage, const struct salvage_run *run, uint8_t *out)
{
    for (uint64_t i = 0; i <= run->last - run->first; i++) {
        const struct found *one = &salvage->all[run->at + i];
        if (!outbox_raw_read(one->fd, one->form, one->at, out + i * RECORD_LEN, RECORD_LEN))
            return ERROR_IO;
    }
    return ERROR_NONE;
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
