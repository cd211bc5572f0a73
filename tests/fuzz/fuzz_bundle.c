/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a bundle; then the same as changes to a good one of 0 to 3 records, signed anew
   with a fixed key and, if asked, chained anew, so that what stands behind signature and chain
   is reached. Input: how (1 byte: which call fails; 16 when it is made, 32 another kiosk, 64
   chain anew, 128 leave the old signature), records (1: 128 signs the last one), place of the
   changes (2), changes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/envelope.h"
#include "crypto/signature.h"
#include "protocol/bundle.h"
#include "tests/fuzz/fuzz.h"

enum {
    HEAD = 4,
    MAKING = 16,
    RECORDS = 3,
    STRANGE = 32,
    CHAINED = 64,
    UNSIGNED = 128,
    LAST_SIGNED = 128
};

static const uint8_t seed[SIGNATURE_SEED_LEN] = {1, 2, 3};
static uint8_t key[SIGNATURE_PUBLIC_LEN];

/* Each record follows the one before it, the first of all follows none, and the kiosk signed the
   last. */
static void check_chain(const struct bundle *bundle, const uint8_t *end)
{
    uint8_t previous[RECORD_HASH_LEN] = {0};
    const uint8_t *at = bundle->records;
    struct record record, again;

    for (uint64_t seq = bundle->first; at < end; seq++, at += RECORD_LEN) {
        must(record_decode(at, &record) == ERROR_NONE && record.seq == seq);
        must(memcmp(record.previous, previous, sizeof previous) == 0 ||
             (seq == bundle->first && seq > 1));
        memcpy(previous, record.hash, sizeof previous);
        bundle_record(bundle, seq, &again);
        must(again.envelope == record.envelope && again.seq == seq && again.day == record.day &&
             memcmp(again.hash, record.hash, sizeof record.hash) == 0);
    }
    must(at == end && memcmp(bundle->last_hash, previous, sizeof previous) == 0);
    must(at == bundle->records || record_check(&record, key) == ERROR_NONE);
}

static void read_bundle(const uint8_t *in, size_t len, unsigned fault)
{
    struct bundle bundle;
    uint8_t id[CARD_KIOSK_LEN];

    fuzz_fail_at(fault);
    const int error = bundle_decode(in, len, key, NULL, &bundle);
    fuzz_fail_at(0);
    if (error != ERROR_NONE)
        return;
    must(bundle_names(in, len, id) == ERROR_NONE);
    must(bundle_len(bundle.last - (bundle.first - 1)) == len);
    check_chain(&bundle, in + len - SIGNATURE_LEN);
    uint8_t misfits[MISFIT_ALL_LEN];
    misfit_put(&bundle.misfits, misfits);
    must(memcmp(misfits, in + BUNDLE_HEADER_LEN - sizeof misfits, sizeof misfits) == 0);
    must(bundle_decode(in, len, key, bundle.office, &bundle) == ERROR_NONE);
    bundle.office[0] ^= 1;
    must(bundle_decode(in, len, key, bundle.office, &bundle) == ERROR_OFFICE);
}

static void sign_record(uint8_t *at)
{
    must(signature_sign(seed, "sandyq record v1", at, RECORD_SIGNED_LEN, at + RECORD_SIGNED_LEN) ==
         0);
}

/* Makes a chain of what stands there, and the last record's signature. */
static void chain(uint8_t *at, unsigned records)
{
    struct record record;

    for (unsigned i = 1; i < records; i++, at += RECORD_LEN) {
        must(record_decode(at, &record) == ERROR_NONE);
        memcpy(at + RECORD_LEN + 8, record.hash, RECORD_HASH_LEN);
    }
    if (records > 0)
        sign_record(at);
}

/* A bundle of records that are empty but for their numbers; NULL when a call failed. */
static uint8_t *make(unsigned records, unsigned fault)
{
    struct bundle bundle = {.first = 1, .last = records, .charter_number = 1};
    uint8_t *in = calloc(1, bundle_len(records));

    must(in != NULL && card_kiosk_id(key, bundle.kiosk) == ERROR_NONE);
    fuzz_fail_at(fault);
    const int error = bundle_seal(&bundle, seed, in);
    fuzz_fail_at(0);
    bundle.health = 255;
    must(bundle_seal(&bundle, seed, in) == ERROR_MALFORMED);
    for (unsigned i = 0; i < records; i++)
        wire_put64(in + BUNDLE_HEADER_LEN + (size_t)i * RECORD_LEN, i + 1);
    must(error == ERROR_NONE || fault > 0);
    if (error != ERROR_NONE) {
        free(in);
        return NULL;
    }
    return in;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;

    fuzz_start();
    fuzz_fail_at(0);
    if (!started)
        must(signature_public(seed, key) == 0);
    started = true;
    read_bundle(data, size, 0);
    if (size < HEAD)
        return 0;
    const unsigned records = data[1] % (RECORDS + 1), fault = data[0] % 16;
    const size_t len = bundle_len(records);
    uint8_t *in = make(records, data[0] & MAKING ? fault : 0);
    if (in == NULL)
        return 0;
    fuzz_change(in, len - SIGNATURE_LEN, wire_get16(data + 2) % (len - SIGNATURE_LEN), data + HEAD,
                size - HEAD);
    if (data[0] & STRANGE)
        in[8] ^= 1;
    if (data[0] & CHAINED)
        chain(in + BUNDLE_HEADER_LEN, records);
    else if (data[1] & LAST_SIGNED && records > 0)
        sign_record(in + BUNDLE_HEADER_LEN + (size_t)(records - 1) * RECORD_LEN);
    if (!(data[0] & UNSIGNED))
        must(signature_sign(seed, "sandyq bundle v1", in, len - SIGNATURE_LEN,
                            in + len - SIGNATURE_LEN) == 0);
    read_bundle(in, len, fault);
    free(in);
    return 0;
}
