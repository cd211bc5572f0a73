/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A throw-away office in memory. */
#include "tests/lib/fake_office.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "protocol/names.h"
#include "protocol/segment.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"

void fake_office_start(void)
{
    static bool started;
    if (!started)
        assert_int_equal(secret_start(), ERROR_NONE);
    started = true;
}

void fake_office_open(struct fake_office *office)
{
    fake_office_start();
    memset(office, 0, sizeof *office);
    office->root_seed = secret_new(SIGNATURE_SEED_LEN);
    office->board_seed = secret_new(SIGNATURE_SEED_LEN);
    office->intake_secret = secret_new(ENVELOPE_KEY_LEN);
    assert_non_null(office->root_seed);
    assert_non_null(office->board_seed);
    assert_non_null(office->intake_secret);
    assert_int_equal(signature_key_new(office->root_seed, office->charter.root), 0);
    assert_int_equal(signature_key_new(office->board_seed, office->charter.board), 0);
    assert_int_equal(envelope_key_new(office->intake_secret, office->charter.intake[0].key),
                     ERROR_NONE);
    office->charter.number = 1;
    office->board_days = OUTBOX_KEPT_DAYS;
    office->charter.issued = FAKE_OFFICE_DAY;
    office->charter.expires = FAKE_OFFICE_DAY + 365;
    office->charter.intake_count = 1;
    office->charter.intake[0].epoch = 1;
    charter_usual(&office->charter);
    assert_int_equal(
        charter_add_text(&office->charter, CHARTER_NAME, "-", "Office of the Commissioner"),
        ERROR_NONE);
    fake_office_charter(office);
}

void fake_office_charter(struct fake_office *office)
{
    assert_int_equal(charter_encode(&office->charter, office->root_seed, office->charter_bytes),
                     ERROR_NONE);
    assert_int_equal(charter_decode(office->charter_bytes, CHARTER_LEN, &office->charter),
                     ERROR_NONE);
}

static void forget_segments(struct fake_office *office, uint32_t at, uint32_t count)
{
    struct fake_segment *first = office->segments + at;
    for (uint32_t i = 0; i < count; i++)
        free(first[i].bytes);
    office->segment_count -= count;
    memmove(first, first + count, (office->segment_count - at) * sizeof *first);
}

void fake_office_forget(struct fake_office *office)
{
    forget_segments(office, 0, office->segment_count);
}

void fake_office_close(struct fake_office *office)
{
    secret_free(office->root_seed);
    secret_free(office->board_seed);
    secret_free(office->intake_secret);
    fake_office_forget(office);
    memset(office, 0, sizeof *office);
}

void fake_office_sign(const struct fake_office *office, const struct card *card,
                      uint8_t out[CARD_FILE_LEN])
{
    assert_int_equal(card_encode(card, office->charter_bytes, office->root_seed, out), ERROR_NONE);
}

void fake_office_card(const struct fake_office *office, const uint8_t key[32], uint32_t number,
                      uint8_t out[CARD_FILE_LEN])
{
    struct card card = {.number = number,
                        .issued = FAKE_OFFICE_DAY,
                        .expires = FAKE_OFFICE_DAY + 365,
                        .facility = "PC-17",
                        .type = 1};

    memcpy(card.key, key, sizeof card.key);
    fake_office_sign(office, &card, out);
}

/* --- boards --- */

/* Makes room for the two segments of a board, behind those of lower numbers. */
static void make_room(struct fake_office *office, uint32_t number)
{
    uint32_t below = 0;
    while (below < office->segment_count && office->segments[below].named.number < number)
        below++;
    forget_segments(office, below, office->segment_count - below);
    if (below > 2 * (FAKE_OFFICE_BOARDS - 1))
        forget_segments(office, 0, 2);
}

static void add_segment(struct fake_office *office, const struct segment *segment,
                        const uint8_t *given, size_t entry_len)
{
    struct fake_segment *made = &office->segments[office->segment_count++];
    const size_t len = segment->count * entry_len;
    uint8_t *entries = malloc(len + 1);
    assert_non_null(entries);
    if (given != NULL)
        memcpy(entries, given, len);
    else
        random_bytes(entries, len);
    assert_int_equal(segment_encode(segment, entries, &made->bytes, &made->len), ERROR_NONE);
    free(entries);
    made->named = (struct head_segment){segment->number, segment->kind, segment->count, {0}};
    const struct hash_part part = {made->bytes, made->len};
    assert_int_equal(hash_sha256(made->named.hash, &part, 1), 0);
}

static void add_segments(struct fake_office *office, const struct fake_board *board, uint32_t day)
{
    struct segment segment = {.kind = SEGMENT_ARRIVALS,
                              .number = board->number,
                              .day = day,
                              .charter = office->charter.number,
                              .count = board->arrival_count};
    memcpy(segment.office, office->charter.office, sizeof segment.office);
    make_room(office, board->number);
    add_segment(office, &segment, board->arrivals, SEGMENT_TAG_LEN);
    segment.kind = SEGMENT_ANSWERS;
    segment.count = board->answer_count;
    add_segment(office, &segment, board->answers, SEGMENT_ANSWER_LEN);
}

static void write_head(struct fake_office *office, const struct fake_board *board, uint32_t day,
                       const char *dir)
{
    struct head_segment named[2 * FAKE_OFFICE_BOARDS];
    const struct head_lists lists = {board->marks, NULL, named, board->notices};
    struct head head = {.charter = office->charter.number,
                        .number = board->number,
                        .day = day,
                        .kiosk_count = board->mark_count,
                        .segment_count = office->segment_count};
    uint8_t *bytes = NULL;
    size_t len = 0;
    memcpy(head.office, office->charter.office, sizeof head.office);
    if (office->head_number + 1 == board->number)
        memcpy(head.before, office->head_hash, sizeof head.before);
    if (board->notices != NULL)
        head.notices_len = (uint32_t)strlen(board->notices);
    for (uint32_t i = 0; i < office->segment_count; i++)
        named[i] = office->segments[i].named;
    assert_int_equal(head_encode(&head, &lists, office->board_seed, &bytes, &len), ERROR_NONE);
    folder_write(folder_path(dir, NAMES_BOARD), bytes, len);
    const struct hash_part part = {bytes, len};
    assert_int_equal(hash_sha256(office->head_hash, &part, 1), 0);
    office->head_number = board->number;
    free(bytes);
}

void fake_office_board(struct fake_office *office, const struct fake_board *board, const char *dir)
{
    const uint32_t usual = FAKE_OFFICE_DAY + (board->number - 1) * office->board_days;
    const uint32_t day = board->day != 0 ? board->day : usual;
    char name[NAMES_LEN];
    add_segments(office, board, day);
    for (uint32_t i = 0; i < office->segment_count; i++) {
        const struct fake_segment *segment = &office->segments[i];
        assert_true(names_segment(&segment->named, name));
        folder_write(folder_path(dir, name), segment->bytes, segment->len);
    }
    write_head(office, board, day, dir);
}
