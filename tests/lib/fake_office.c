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
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "store/outbox.h"

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

void fake_office_close(struct fake_office *office)
{
    secret_free(office->root_seed);
    secret_free(office->board_seed);
    secret_free(office->intake_secret);
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

uint8_t *fake_office_board(const struct fake_office *office, uint32_t number,
                           const struct board_mark *marks, uint32_t mark_count,
                           const uint8_t *entries, uint32_t entry_count, size_t *len)
{
    struct board board = {.number = number,
                          .day = FAKE_OFFICE_DAY + (number - 1) * office->board_days,
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
