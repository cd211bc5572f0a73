/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any order of whole, cut, changed and forged records as the files of a damaged kiosk: what is
   found is this kiosk's own and stands in its place, and nothing whole is missed. Input: which call
   fails (1 byte), records a run (1), the tip (1), then pieces: a byte says file (2 bits), number
   (3) and kind (3), its arguments follow. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/signature.h"
#include "device/pending.h"
#include "device/salvage.h"
#include "protocol/record.h"
#include "store/outbox_raw.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/folder.h"

enum { HEAD = 3, RECORDS = 8, FILES = 3, LOG = 1, PENDING = 2, DAY = 20000, UNIT = 64 };
enum {
    LOG_HEADER = 32,
    LOG_FRAME = 24,
    ROW_AT = 200,
    ROW_LEN = 11,
    ROW_HERE = 572 /* of a record in its leaf */
};

/* FORGED: signed by another kiosk. PAGED: as an outbox has it. */
enum kind { WHOLE, FORKED, FORGED, CUT, CHANGED, SPACE, WORDS, PAGED, KINDS };

enum { FILE_LEN = 8 * PENDING_STEP };

struct pieces {
    const uint8_t *at;
    const uint8_t *end;
};

static const char *const names[FILES] = {"outbox.db", "outbox.db-wal", "pending"};
static const uint8_t seeds[2][SIGNATURE_SEED_LEN] = {{1, 2, 3}, {4}};
static uint8_t records[CUT][RECORDS][RECORD_LEN]; /* of each kind that is whole */
static uint8_t hashes[CUT][RECORDS][RECORD_HASH_LEN];
static uint8_t key[SIGNATURE_PUBLIC_LEN];
static char *folder;
static int root = -1;

static struct {
    uint8_t bytes[FILES][FILE_LEN];
    size_t len[FILES];
    bool stands[CUT][RECORDS]; /* in the outbox's files */
    bool found[CUT][RECORDS];
    bool confused; /* there are words that begin no record */
    bool failing;
} world;

static void finish(void)
{
    close(root);
    folder_remove(&folder);
}

static void make_chain(enum kind kind)
{
    static uint8_t envelope[ENVELOPE_LEN] = "SANDYQE1";
    uint8_t previous[RECORD_HASH_LEN] = {(uint8_t)kind};

    for (size_t i = 0; i < RECORDS; i++) {
        must(record_encode(i + 1, previous, DAY, envelope, seeds[kind == FORGED], records[kind][i],
                           hashes[kind][i]) == ERROR_NONE);
        memcpy(previous, hashes[kind][i], sizeof previous);
    }
}

static void start(void)
{
    fuzz_start();
    fuzz_fail_at(0);
    if (root >= 0)
        return;
    folder = folder_make();
    root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(root >= 0 && atexit(finish) == 0);
    must(signature_public(seeds[0], key) == 0);
    for (enum kind kind = WHOLE; kind < CUT; kind++)
        make_chain(kind);
}

static uint8_t take(struct pieces *pieces)
{
    return pieces->at < pieces->end ? *pieces->at++ : 0;
}

static bool append(size_t file, const void *bytes, size_t len)
{
    if (len > FILE_LEN - world.len[file])
        return false;
    if (bytes != NULL)
        memcpy(world.bytes[file] + world.len[file], bytes, len);
    world.len[file] += len;
    return true;
}

/* A keeper's copy begins at a place of its own. */
static size_t space(size_t file, uint8_t argument)
{
    return file == PENDING ? PENDING_STEP - world.len[file] % PENDING_STEP : argument;
}

static void put_damaged(size_t file, enum kind kind, size_t number, struct pieces *pieces)
{
    uint8_t bytes[RECORD_LEN];
    size_t place = take(pieces) * (size_t)UNIT;

    world.confused = true;
    memcpy(bytes, records[WHOLE][number], sizeof bytes);
    if (kind == CUT)
        append(file, bytes, place);
    if (kind == CHANGED) {
        bytes[place] ^= (uint8_t)(1 + take(pieces) % 255);
        append(file, bytes, sizeof bytes);
    }
    for (; kind == WORDS && place > 0; place -= UNIT)
        append(file, "SANDYQE1", 8);
}

/* A page of an outbox's file, or of its log with the header of a frame before it. */
static bool put_page(size_t file, uint32_t number, const uint8_t page[OUTBOX_RAW_PAGE])
{
    const uint8_t frame[LOG_FRAME] = {0, 0, (uint8_t)(number >> 8), (uint8_t)number};

    return (file != LOG || append(file, frame, sizeof frame)) &&
           append(file, page, OUTBOX_RAW_PAGE);
}

/* Fills up to where the next page may stand; returns its number. */
static uint32_t next_page(size_t file)
{
    const size_t start = file == LOG ? LOG_HEADER : 0;
    const size_t step = OUTBOX_RAW_PAGE + (file == LOG ? LOG_FRAME : 0);

    if (world.len[file] < start)
        append(file, NULL, start - world.len[file]);
    if ((world.len[file] - start) % step != 0)
        append(file, NULL, step - (world.len[file] - start) % step);
    return (uint32_t)((world.len[file] - start) / step) + 1;
}

/* A row of the outbox: its leaf with the first bytes of the record, and the pages behind. The
   argument says which page number is wrong, if any. */
static bool put_pages(size_t file, size_t number, uint8_t spoilt)
{
    static const uint8_t row[ROW_LEN] = {9,    0,    2,    0x4c,     0x82,        0x81,
                                         0x64, 0x86, 0x2c, DAY >> 8, (uint8_t)DAY};
    uint8_t page[OUTBOX_RAW_PAGE] = {0}, *at = page + ROW_AT;
    const uint8_t *from = records[WHOLE][number], *const end = from + RECORD_LEN;
    uint32_t own = next_page(file);

    memcpy(at, row, sizeof row);
    memcpy(at + ROW_LEN, hashes[WHOLE][number], RECORD_HASH_LEN);
    memcpy(at + ROW_LEN + RECORD_HASH_LEN, from, ROW_HERE);
    at += ROW_LEN + RECORD_HASH_LEN + ROW_HERE;
    from += ROW_HERE;
    for (int i = 1;; i++, own++, at = page) {
        const uint32_t next = own + (i == spoilt ? 7 : 1);
        const size_t take =
            (size_t)(end - from) < OUTBOX_RAW_PAGE - 4 ? (size_t)(end - from) : OUTBOX_RAW_PAGE - 4;

        at[2] = (uint8_t)(next >> 8);
        at[3] = (uint8_t)next;
        if (!put_page(file, own, page))
            return false;
        if (from == end)
            return spoilt == 0;
        memset(page, 0, sizeof page);
        memcpy(page + 4, from, take);
        from += take;
    }
}

static void put_paged(size_t file, size_t number, uint8_t spoilt)
{
    if (file != PENDING && put_pages(file, number, spoilt))
        world.stands[WHOLE][number] = true;
    else
        world.confused = true;
}

static void put_piece(struct pieces *pieces)
{
    const uint8_t byte = take(pieces);
    const size_t file = byte % 4 % FILES, number = byte / 4 % RECORDS;
    const enum kind kind = byte / 32 % KINDS;

    if (kind == SPACE)
        append(file, NULL, space(file, take(pieces)));
    else if (kind == PAGED)
        put_paged(file, number, take(pieces));
    else if (kind >= CUT)
        put_damaged(file, kind, number, pieces);
    else if (append(file, records[kind][number], RECORD_LEN) && file != PENDING)
        world.stands[kind][number] = true;
}

/* What is read is one of the kiosk's own. Returns its kind. */
static enum kind know(const uint8_t record[RECORD_LEN], uint64_t seq)
{
    must(seq >= 1 && seq <= RECORDS);
    for (enum kind kind = WHOLE; kind < FORGED; kind++)
        if (memcmp(record, records[kind][seq - 1], RECORD_LEN) == 0) {
            must(!world.found[kind][seq - 1]);
            world.found[kind][seq - 1] = true;
            return kind;
        }
    must(false);
    return FORGED;
}

/* Of what stands in the keeper's file alone one record counts. */
static size_t count_not_in_outbox(void)
{
    size_t n = 0;

    for (enum kind kind = WHOLE; kind < FORGED && !world.confused; kind++)
        for (size_t i = 0; i < RECORDS; i++)
            n += world.found[kind][i] && !world.stands[kind][i];
    return n;
}

static void check_runs(const struct salvage *salvage, uint64_t max)
{
    static uint8_t out[RECORDS * RECORD_LEN];
    struct salvage_run run = SALVAGE_START;
    uint64_t before = UINT64_MAX;
    size_t n = 0;

    for (; salvage_next(salvage, max, &run); n++) {
        must(run.first <= run.last && run.last - run.first < max && run.last <= before);
        before = run.last;
        must(salvage_read(salvage, &run, out) == ERROR_NONE);
        const enum kind kind = know(out, run.first);
        for (uint64_t i = 1; i <= run.last - run.first; i++)
            must(know(out + i * RECORD_LEN, run.first + i) == kind);
    }
    must(n == salvage_runs(salvage, max));
    must(count_not_in_outbox() <= 1);
}

static void check_whole(const struct salvage *salvage)
{
    bool all = true, forked = false;

    for (size_t i = 0; i < RECORDS; i++) {
        must(world.confused || world.failing || world.found[WHOLE][i] || !world.stands[WHOLE][i]);
        must(world.confused || world.failing || world.found[FORKED][i] || !world.stands[FORKED][i]);
        all = all && world.found[WHOLE][i];
        forked = forked || world.found[FORKED][i];
        const bool has = salvage_has(salvage, 1, i + 1, hashes[WHOLE][i]);
        must(has == all || (forked && !has));
    }
}

/* What is gone by the time that it is read is not made up. */
static void lose_all(const struct salvage *salvage)
{
    static uint8_t out[RECORD_LEN];
    struct salvage_run run = SALVAGE_START;

    for (size_t i = 0; i < FILES; i++)
        (void)!truncate(folder_path(folder, names[i]), 0);
    if (salvage_next(salvage, 1, &run))
        must(salvage_read(salvage, &run, out) == ERROR_IO);
}

static void look(uint64_t max, bool pending)
{
    struct salvage *salvage = NULL;

    const int error = salvage_find(root, key, pending, &salvage);
    must(error == ERROR_NONE || world.failing);
    fuzz_fail_at(0);
    if (salvage == NULL)
        return;
    check_runs(salvage, max);
    check_whole(salvage);
    lose_all(salvage);
    salvage_free(&salvage);
}

/* A file of nothing is none, but the keeper's. */
static void write_file(size_t file)
{
    unlinkat(root, names[file], 0);
    if (world.len[file] > 0 || file == PENDING)
        folder_write(folder_path(folder, names[file]), world.bytes[file], world.len[file]);
}

/* What the keeper finds at its start. */
static void find_pending(uint64_t seq)
{
    static const struct outbox_tip none;
    static uint8_t record[RECORD_LEN];
    struct outbox_tip tip = {.seq = seq, .day = DAY}, next = none;
    enum pending_finding finding = PENDING_OLD;
    const uint8_t *want = records[WHOLE][seq];
    const int fd = openat(root, names[PENDING], O_RDONLY | O_CLOEXEC);

    must(fd >= 0);
    memcpy(tip.hash, seq > 0 ? hashes[WHOLE][seq - 1] : (uint8_t[RECORD_HASH_LEN]){WHOLE},
           sizeof tip.hash);
    const int error = pending_find(fd, key, &tip, record, &next, &finding);
    close(fd);
    must(error == ERROR_NONE || error == ERROR_IO);
    for (size_t i = 0; i < PENDING_COPIES; i++)
        must(finding == PENDING_NEXT ||
             memcmp(world.bytes[PENDING] + i * PENDING_STEP, want, RECORD_LEN) != 0);
    if (finding == PENDING_NEXT)
        must(error == ERROR_NONE && memcmp(record, want, RECORD_LEN) == 0 && next.seq == seq + 1 &&
             memcmp(next.hash, hashes[WHOLE][seq], sizeof next.hash) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pieces pieces = {data + HEAD, data + size};

    start();
    if (size < HEAD)
        return 0;
    memset(&world, 0, sizeof world);
    while (pieces.at < pieces.end)
        put_piece(&pieces);
    for (size_t i = 0; i < FILES; i++)
        write_file(i);
    find_pending(data[2] % RECORDS);
    world.failing = data[0] % 32 > 0;
    fuzz_fail_at(data[0] % 32);
    look(1 + data[1] % RECORDS, data[2] / RECORDS % 2 == 1);
    return 0;
}
