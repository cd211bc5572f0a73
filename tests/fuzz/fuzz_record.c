/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as changes to a good record of the chain: what is taken apart is what was put
   together, and no change is signed. Input: how (1 byte: which call fails, 128 signs anew),
   place of the changes (2), changes. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/envelope.h"
#include "crypto/signature.h"
#include "protocol/record.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 3, SIGNED = 128 };

static const uint8_t seed[SIGNATURE_SEED_LEN] = {1, 2, 3};

/* What is read out, put together again, gives the same bytes under the same hash. */
static void again(const uint8_t in[RECORD_LEN], const struct record *record)
{
    static uint8_t out[RECORD_LEN];
    uint8_t hash[RECORD_HASH_LEN];

    must(record_encode(record->seq, record->previous, record->day, record->envelope, seed, out,
                       hash) == ERROR_NONE);
    must(memcmp(out, in, RECORD_SIGNED_LEN) == 0 && memcmp(hash, record->hash, sizeof hash) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t in[RECORD_LEN], good[RECORD_LEN];
    static const uint8_t previous[RECORD_HASH_LEN] = {7}, envelope[ENVELOPE_LEN] = {'S'};
    uint8_t key[SIGNATURE_PUBLIC_LEN], hash[RECORD_HASH_LEN];
    struct record record;

    fuzz_start();
    fuzz_fail_at(0);
    must(signature_public(seed, key) == 0);
    if (size < HEAD)
        return 0;
    fuzz_fail_at(data[0] % 8);
    int error = record_encode(1, previous, 20000, envelope, seed, good, hash);
    if (error == ERROR_NONE)
        error = record_decode(good, &record);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || data[0] % 8 > 0);
    if (error != ERROR_NONE)
        return 0;
    memcpy(in, good, sizeof in);
    fuzz_change(in, sizeof in, wire_get16(data + 1) % RECORD_LEN, data + HEAD, size - HEAD);
    must(record_decode(in, &record) == ERROR_NONE);
    must((record_check(&record, key) == ERROR_NONE) == (memcmp(in, good, sizeof in) == 0));
    if (data[0] & SIGNED)
        again(in, &record);
    return 0;
}
