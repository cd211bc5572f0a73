/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk's state folder: enrolled, filled with records, looked at. */
#include "tests/lib/kiosk_folder.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/envelope.h"
#include "crypto/random.h"
#include "device/enroll.h"
#include "device/state.h"
#include "protocol/record.h"
#include "store/outbox.h"
#include "tests/lib/fake_office.h"

void kiosk_folder_enroll(const struct fake_office *office, const char *dir, const char *facility,
                         uint8_t type)
{
    struct card card = {
        .number = 1, .issued = FAKE_OFFICE_DAY, .expires = FAKE_OFFICE_DAY + 365, .type = type};
    char id[CARD_KIOSK_TEXT_LEN];
    uint8_t file[CARD_FILE_LEN];
    struct state *state = NULL;

    assert_int_equal(enroll_kiosk(dir, FAKE_OFFICE_DAY, id), ERROR_NONE);
    assert_int_equal(state_open(dir, &state), ERROR_NONE);
    memcpy(card.key, state->key, sizeof card.key);
    snprintf(card.facility, sizeof card.facility, "%s", facility);
    fake_office_sign(office, &card, file);
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

uint64_t kiosk_folder_append(const char *dir, const uint8_t *envelope, uint32_t day)
{
    return append_many(dir, envelope, day, 1);
}

uint64_t kiosk_folder_fill(const char *dir, unsigned n)
{
    return append_many(dir, NULL, FAKE_OFFICE_DAY, n);
}

static enum error note_hash(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    struct head_mark *mark = context;
    struct record record;

    assert_int_equal(len, RECORD_LEN);
    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    mark->seq = record.seq;
    mark->day = record.day;
    memcpy(mark->hash, record.hash, sizeof mark->hash);
    return ERROR_NONE;
}

struct head_mark kiosk_folder_mark(const char *dir, uint64_t seq)
{
    struct head_mark mark = {.seq = 0};
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

static enum error note_seq(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    uint64_t *next = context;

    assert_int_equal(seq, *next);
    *next = seq + 1;
    return ERROR_NONE;
}

void kiosk_folder_held(const char *dir, uint64_t *first, uint64_t *last)
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

struct chain {
    uint64_t next;
    uint8_t hash[RECORD_HASH_LEN];
    uint32_t day;
    const uint8_t *key;
};

static enum error check_record(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    struct chain *chain = context;
    struct record record;

    assert_int_equal(len, RECORD_LEN);
    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    assert_int_equal(record_check(&record, chain->key), ERROR_NONE);
    assert_int_equal(seq, chain->next);
    assert_int_equal(record.seq, chain->next);
    assert_memory_equal(record.previous, chain->hash, RECORD_HASH_LEN);
    assert_true(record.day >= chain->day);
    memcpy(chain->hash, record.hash, RECORD_HASH_LEN);
    chain->day = record.day;
    chain->next++;
    return ERROR_NONE;
}

uint64_t kiosk_folder_check(const char *dir)
{
    struct chain chain = {.next = 1};
    struct outbox_tip tip;
    struct state *state = NULL;

    assert_int_equal(state_open(dir, &state), ERROR_NONE);
    struct outbox *outbox = open_outbox(state);
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    chain.key = state->key;
    assert_int_equal(outbox_each(outbox, 1, tip.seq, check_record, &chain), ERROR_NONE);
    assert_int_equal(chain.next, tip.seq + 1);
    outbox_close(&outbox);
    state_close(&state);
    return tip.seq;
}
