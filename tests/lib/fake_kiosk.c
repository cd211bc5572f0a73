/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk in memory. */
#include "tests/lib/fake_kiosk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "protocol/bundle.h"
#include "tests/lib/fake_office.h"

void fake_kiosk_make(struct fake_kiosk *kiosk, const char *facility)
{
    fake_office_start();
    memset(kiosk, 0, sizeof *kiosk);
    kiosk->seed = secret_new(SIGNATURE_SEED_LEN);
    assert_non_null(kiosk->seed);
    assert_int_equal(signature_key_new(kiosk->seed, kiosk->key), 0);
    assert_int_equal(card_kiosk_id(kiosk->key, kiosk->id), ERROR_NONE);
    snprintf(kiosk->facility, sizeof kiosk->facility, "%s", facility);
}

void fake_kiosk_drop(struct fake_kiosk *kiosk)
{
    secret_free(kiosk->seed);
    free(kiosk->records);
}

struct letter fake_kiosk_letter(const struct fake_kiosk *kiosk, char who, const char *text)
{
    struct letter letter = {.kind = LETTER_COMPLAINT,
                            .session = kiosk->seq + 1,
                            .day = FAKE_KIOSK_DAY,
                            .language = "ru",
                            .category = "A1",
                            .consent = 1,
                            .text = text,
                            .text_len = strlen(text)};
    memcpy(letter.facility, kiosk->facility, sizeof letter.facility);
    memcpy(letter.kiosk, kiosk->id, sizeof letter.kiosk);
    memset(letter.tag_key, who, sizeof letter.tag_key);
    memset(letter.answer_key, who + 1, sizeof letter.answer_key);
    return letter;
}

void fake_kiosk_keys(char who, struct code_keys *keys)
{
    memset(keys->tag, who, sizeof keys->tag);
    memset(keys->answer, who + 1, sizeof keys->answer);
}

void fake_kiosk_raw(struct fake_kiosk *kiosk, const uint8_t *envelope)
{
    if (kiosk->seq >= kiosk->room) {
        kiosk->room = kiosk->seq == 0 ? 1 : 2 * kiosk->seq;
        kiosk->records = realloc(kiosk->records, kiosk->room * RECORD_LEN);
    }
    assert_non_null(kiosk->records);
    uint8_t *at = kiosk->records + kiosk->seq * RECORD_LEN;
    uint8_t hash[RECORD_HASH_LEN];
    kiosk->seq++;
    assert_int_equal(record_encode(kiosk->seq, kiosk->hash, FAKE_KIOSK_DAY + (uint32_t)kiosk->seq,
                                   envelope, kiosk->seed, at, hash),
                     ERROR_NONE);
    memcpy(kiosk->hash, hash, sizeof hash);
}

void fake_kiosk_add(struct fake_kiosk *kiosk, const struct charter *charter,
                    const struct letter *letter)
{
    uint8_t raw[LETTER_LEN], envelope[ENVELOPE_LEN];
    assert_int_equal(letter_encode(letter, raw), ERROR_NONE);
    assert_int_equal(envelope_seal(charter->intake[0].key, raw, envelope), ERROR_NONE);
    fake_kiosk_raw(kiosk, envelope);
}

void fake_kiosk_cover(struct fake_kiosk *kiosk, const struct charter *charter)
{
    struct letter letter = fake_kiosk_letter(kiosk, 0, "");
    letter.kind = LETTER_COVER;
    fake_kiosk_add(kiosk, charter, &letter);
}

uint8_t *fake_kiosk_bundle(const struct fake_kiosk *kiosk, uint64_t first, uint64_t last,
                           size_t *len)
{
    struct bundle bundle = {.first = first,
                            .last = last,
                            .charter_number = 1,
                            .board = {kiosk->board > 0, kiosk->board, {0}},
                            .misfits = kiosk->misfits,
                            .health = BUNDLE_PRINTER_OK | BUNDLE_DISK_OK | BUNDLE_CLOCK_OK};
    memcpy(bundle.kiosk, kiosk->id, sizeof bundle.kiosk);
    memcpy(bundle.office, kiosk->office, sizeof bundle.office);
    if (kiosk->board > 0)
        memcpy(bundle.board.hash, kiosk->board_hash, sizeof bundle.board.hash);
    *len = bundle_len(last + 1 - first);
    uint8_t *out = malloc(*len);
    assert_non_null(out);
    if (last >= first)
        memcpy(out + BUNDLE_HEADER_LEN, kiosk->records + (first - 1) * RECORD_LEN,
               (last + 1 - first) * RECORD_LEN);
    assert_int_equal(bundle_seal(&bundle, kiosk->seed, out), ERROR_NONE);
    return out;
}
