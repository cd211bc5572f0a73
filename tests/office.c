/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Throw-away offices and kiosks for tests. */
#include "tests/office.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/envelope.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "device/enroll.h"
#include "protocol/record.h"
#include "store/outbox.h"

void office_open(struct office *office)
{
    static bool started;

    if (!started)
        assert_int_equal(secret_start(), ERROR_NONE);
    started = true;
    memset(office, 0, sizeof *office);
    office->root_seed = secret_new(SIGNATURE_SEED_LEN);
    office->board_seed = secret_new(SIGNATURE_SEED_LEN);
    office->intake_secret = secret_new(ENVELOPE_KEY_LEN);
    assert_non_null(office->root_seed);
    assert_non_null(office->board_seed);
    assert_non_null(office->intake_secret);
    assert_int_equal(signature_key_new(office->root_seed, office->charter.root), 0);
    assert_int_equal(signature_key_new(office->board_seed, office->charter.board), 0);
    assert_int_equal(envelope_key_new(office->intake_secret, office->charter.intake), ERROR_NONE);
    office->charter.number = 1;
    office->charter.issued = OFFICE_DAY;
    office->charter.expires = OFFICE_DAY + 365;
    office->charter.epoch = 1;
    strcpy(office->charter.name, "Office of the Commissioner");
    office_charter(office);
}

void office_charter(struct office *office)
{
    assert_int_equal(charter_encode(&office->charter, office->root_seed, office->charter_bytes),
                     ERROR_NONE);
    assert_int_equal(charter_decode(office->charter_bytes, CHARTER_LEN, &office->charter),
                     ERROR_NONE);
}

void office_close(struct office *office)
{
    secret_free(office->root_seed);
    secret_free(office->board_seed);
    secret_free(office->intake_secret);
    memset(office, 0, sizeof *office);
}

/* A test that kills processes needs no disk: what was written stays in the kernel. In memory the
   many fsyncs cost nothing. */
static const char *scratch_base(void)
{
    struct statvfs room;
    const char *base = getenv("TMPDIR");

    if (base != NULL)
        return base;
    if (access("/dev/shm", W_OK | X_OK) == 0 && statvfs("/dev/shm", &room) == 0 &&
        (room.f_flag & ST_NOEXEC) == 0 && /* some tests write programs there */
        (uint64_t)room.f_bavail * room.f_frsize >= UINT64_C(512) << 20)
        return "/dev/shm";
    return "/tmp";
}

void office_scratch(char dir[OFFICE_PATH_LEN])
{
    snprintf(dir, OFFICE_PATH_LEN, "%s/sandyq-test-XXXXXX", scratch_base());
    assert_non_null(mkdtemp(dir));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

void office_remove(const char *dir)
{
    assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT), 0);
}

static void make_card(const struct office *office, const struct card *card,
                      uint8_t out[CARD_FILE_LEN])
{
    assert_int_equal(card_encode(card, office->charter_bytes, office->root_seed, out), ERROR_NONE);
}

void office_card(const struct office *office, const uint8_t key[32], uint32_t number,
                 uint8_t out[CARD_FILE_LEN])
{
    struct card card = {.number = number,
                        .issued = OFFICE_DAY,
                        .expires = OFFICE_DAY + 365,
                        .facility = "PC-17",
                        .type = 1};

    memcpy(card.key, key, sizeof card.key);
    make_card(office, &card, out);
}

void office_kiosk(const struct office *office, const char *dir, const char *facility, uint8_t type)
{
    struct card card = {
        .number = 1, .issued = OFFICE_DAY, .expires = OFFICE_DAY + 365, .type = type};
    char id[CARD_KIOSK_TEXT_LEN];
    uint8_t file[CARD_FILE_LEN];
    struct state *state = NULL;

    assert_int_equal(enroll_kiosk(dir, OFFICE_DAY, id), ERROR_NONE);
    assert_int_equal(state_open(dir, &state), ERROR_NONE);
    memcpy(card.key, state->key, sizeof card.key);
    snprintf(card.facility, sizeof card.facility, "%s", facility);
    make_card(office, &card, file);
    assert_int_equal(state_install_card(state, file, sizeof file), ERROR_NONE);
    state_close(&state);
}

static struct outbox *open_outbox(const struct state *state)
{
    struct outbox *outbox = NULL;
    char path[4096];

    state_outbox_path(state, path);
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    return outbox;
}

/* Noise behind the header of an envelope: cheap, never twice the same (splitmix64). */
static void fake_envelope(uint8_t envelope[ENVELOPE_LEN])
{
    static const uint8_t header[14] = {'S', 'A', 'N', 'D', 'Y', 'Q', 'E', '1', 0x20, 0, 1, 0, 3, 0};
    static uint64_t counter;

    if (counter == 0)
        random_bytes(&counter, sizeof counter);
    for (size_t i = 0; i < ENVELOPE_LEN; i += sizeof counter) {
        uint64_t z = counter += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        wire_put64(envelope + i, z ^ z >> 31);
    }
    memcpy(envelope, header, sizeof header);
}

static void append(struct outbox *outbox, const uint8_t *seed, const uint8_t *envelope,
                   uint32_t day)
{
    uint8_t record[RECORD_LEN];
    uint8_t fake[ENVELOPE_LEN];
    struct outbox_tip tip;
    struct outbox_tip next = {.day = day};

    if (envelope == NULL)
        fake_envelope(fake);
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    next.seq = tip.seq + 1;
    assert_int_equal(record_encode(next.seq, tip.hash, day, envelope == NULL ? fake : envelope,
                                   seed, record, next.hash),
                     ERROR_NONE);
    assert_int_equal(outbox_append(outbox, &next, record, sizeof record), ERROR_NONE);
}

static uint64_t append_many(const char *dir, const uint8_t *envelope, uint32_t day, unsigned n)
{
    struct state *state = NULL;
    struct outbox_tip tip;

    assert_int_equal(state_open(dir, &state), ERROR_NONE);
    struct outbox *outbox = open_outbox(state);
    for (unsigned i = 0; i < n; i++)
        append(outbox, state->seed, envelope, day);
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    outbox_close(&outbox);
    state_close(&state);
    return tip.seq;
}

uint64_t office_append(const char *dir, const uint8_t *envelope, uint32_t day)
{
    return append_many(dir, envelope, day, 1);
}

uint64_t office_fill(const char *dir, unsigned n)
{
    return append_many(dir, NULL, OFFICE_DAY, n);
}

static enum error note_hash(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    struct board_mark *mark = context;
    struct record record;

    assert_int_equal(len, RECORD_LEN);
    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    mark->seq = record.seq;
    mark->day = record.day;
    memcpy(mark->hash, record.hash, sizeof mark->hash);
    return ERROR_NONE;
}

struct board_mark office_mark(const char *dir, uint64_t seq)
{
    struct board_mark mark = {.seq = 0};
    struct state *state = NULL;

    assert_int_equal(state_open(dir, &state), ERROR_NONE);
    struct outbox *outbox = open_outbox(state);
    memcpy(mark.kiosk, state->kiosk, sizeof mark.kiosk);
    assert_int_equal(outbox_each(outbox, seq, seq, note_hash, &mark), ERROR_NONE);
    assert_int_equal(mark.seq, seq);
    outbox_close(&outbox);
    state_close(&state);
    return mark;
}

uint8_t *office_board(const struct office *office, uint32_t number, const struct board_mark *marks,
                      uint32_t mark_count, const uint8_t *entries, uint32_t entry_count,
                      size_t *len)
{
    struct board board = {.number = number,
                          .day = OFFICE_DAY,
                          .kiosk_count = mark_count,
                          .entry_count = entry_count,
                          .entries = entries};
    uint8_t *random = NULL;
    uint8_t *out = NULL;

    if (entries == NULL && entry_count > 0) {
        random = malloc((size_t)entry_count * BOARD_ENTRY_LEN);
        assert_non_null(random);
        random_bytes(random, (size_t)entry_count * BOARD_ENTRY_LEN);
        board.entries = random;
    }
    memcpy(board.office, office->charter.office, sizeof board.office);
    assert_int_equal(board_encode(&board, marks, office->board_seed, &out, len), ERROR_NONE);
    free(random);
    return out;
}

static enum error note_seq(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    uint64_t *next = context;

    assert_int_equal(seq, *next);
    *next = seq + 1;
    return ERROR_NONE;
}

void office_held(const char *dir, uint64_t *first, uint64_t *last)
{
    struct state *state = NULL;
    struct outbox_tip tip;

    assert_int_equal(state_open(dir, &state), ERROR_NONE);
    struct outbox *outbox = open_outbox(state);
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    assert_int_equal(outbox_first(outbox, first), ERROR_NONE);
    if (*first == 0)
        *first = tip.seq + 1;
    uint64_t next = *first;
    assert_int_equal(outbox_each(outbox, *first, tip.seq, note_seq, &next), ERROR_NONE);
    assert_int_equal(next, tip.seq + 1);
    *last = tip.seq;
    outbox_close(&outbox);
    state_close(&state);
}

void office_put(const char *dir, const char *name, const void *data, size_t len)
{
    char path[2 * OFFICE_PATH_LEN];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

uint8_t *office_get(const char *dir, const char *name, size_t *len)
{
    char path[2 * OFFICE_PATH_LEN];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &st), 0);
    uint8_t *data = malloc((size_t)st.st_size + 1);
    assert_non_null(data);
    *len = (size_t)st.st_size;
    assert_int_equal(fread(data, 1, *len, file), *len);
    fclose(file);
    return data;
}

static int read_copy(const uint8_t *bytes, size_t len, office_read_fn *read, void *context)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    /* With nothing to read, whatever is read is too much: point at the end. */
    int error = read(context, len == 0 ? copy + 1 : copy, len);
    free(copy);
    return error;
}

static size_t next_place(size_t i, size_t len, size_t step)
{
    if (i < 200 || i + 200 >= len)
        return i + 1;
    return i + step + 200 < len ? i + step : len - 200;
}

void office_spoil(const uint8_t *good, size_t len, size_t step, office_read_fn *read, void *context)
{
    uint8_t *bad = malloc(len + 1);

    assert_non_null(bad);
    memcpy(bad, good, len);
    bad[len] = 0;
    assert_int_equal(read_copy(bad, len, read, context), ERROR_NONE);
    assert_int_equal(read_copy(bad, len + 1, read, context), ERROR_TRUNCATED);
    for (size_t i = 0; i < len; i = next_place(i, len, step)) {
        if (read_copy(bad, i, read, context) != ERROR_TRUNCATED)
            fail_msg("taken, or another error, when cut to %zu bytes", i);
        bad[i] ^= (uint8_t)(1U << i % 8);
        if (read_copy(bad, len, read, context) == ERROR_NONE)
            fail_msg("taken with byte %zu changed", i);
        bad[i] = good[i];
    }
    bad[7]++;
    assert_int_equal(read_copy(bad, len, read, context), ERROR_NEWER);
    bad[7] = good[7];
    bad[6] = '?';
    assert_int_equal(read_copy(bad, len, read, context), ERROR_FOREIGN);
    free(bad);
}
