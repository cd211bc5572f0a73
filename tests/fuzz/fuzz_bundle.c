/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a bundle; then the same as changes to a good one of 0 to 3 records, signed anew with
   a fixed key and, if asked, chained anew, so that what stands behind signature and chain is
   reached. Input: records (1 byte), chain anew (1), place of the changes (2), changes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "courier/bundle.h"
#include "courier/refusal.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "crypto/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t seed[SIGN_SEED_LEN] = {1, 2, 3};
static uint8_t key[SIGN_PUBLIC_LEN];

static void start(void)
{
    static bool started;

    if (!started && (secret_start() != SECRET_OK || sign_public(seed, key) != 0))
        abort();
    started = true;
}

static void read_bundle(const uint8_t *in, size_t len)
{
    struct bundle bundle;
    struct record record;
    uint8_t id[CARD_KIOSK_LEN];

    if (bundle_decode(in, len, key, NULL, &bundle) != REFUSAL_NONE)
        return;
    if (bundle_names(in, len, id) != REFUSAL_NONE ||
        bundle_len(bundle.last - (bundle.first - 1)) != len)
        abort();
    const uint8_t *at = bundle.records;
    for (uint64_t seq = bundle.first; at < in + len - SIGN_LEN; seq++, at += RECORD_LEN)
        if (record_decode(at, &record) != REFUSAL_NONE || record.seq != seq)
            abort();
}

/* Makes a chain of what stands there, and the last record's signature. */
static void chain(uint8_t *at, unsigned records)
{
    struct record record;

    for (unsigned i = 1; i < records; i++, at += RECORD_LEN) {
        if (record_decode(at, &record) != REFUSAL_NONE)
            abort();
        memcpy(at + RECORD_LEN + 8, record.hash, RECORD_HASH_LEN);
    }
    if (records > 0 &&
        sign_make(seed, "sandyq record v1", at, RECORD_SIGNED_LEN, at + RECORD_SIGNED_LEN) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bundle bundle = {.first = 1, .charter_number = 1, .exchange_age = 65535};

    start();
    read_bundle(data, size);
    if (size < 4)
        return 0;
    unsigned records = data[0] % 4;
    size_t len = bundle_len(records);
    size_t place = wire_get16(data + 2) % (len - SIGN_LEN);
    uint8_t *in = calloc(1, len);
    if (in == NULL || card_kiosk_id(key, bundle.kiosk) != REFUSAL_NONE)
        abort();
    bundle.last = records;
    if (bundle_seal(&bundle, seed, in) != REFUSAL_NONE)
        abort();
    for (unsigned i = 0; i < records; i++)
        wire_put64(in + BUNDLE_HEADER_LEN + (size_t)i * RECORD_LEN, i + 1);
    for (size_t i = 4; i < size && place + i - 4 < len - SIGN_LEN; i++)
        in[place + i - 4] ^= data[i];
    if (data[1] & 1)
        chain(in + BUNDLE_HEADER_LEN, records);
    if (sign_make(seed, "sandyq bundle v1", in, len - SIGN_LEN, in + len - SIGN_LEN) != 0)
        abort();
    read_bundle(in, len);
    free(in);
    return 0;
}
