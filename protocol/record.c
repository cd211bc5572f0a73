/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes, reads and checks single records of the chain. */
#include "protocol/record.h"

#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/envelope.h"
#include "crypto/hash.h"
#include "crypto/signature.h"

static const char domain[] = "sandyq record v1";

enum { AT_DAY = 40 };
_Static_assert(RECORD_ENVELOPE + ENVELOPE_LEN == RECORD_SIGNED_LEN, "the envelope fills a record");
_Static_assert(RECORD_SIGNED_LEN + SIGNATURE_LEN == RECORD_LEN, "a record ends with its signature");

static enum error hash_of(const uint8_t *in, uint8_t hash[RECORD_HASH_LEN])
{
    struct hash_part part = {in, RECORD_SIGNED_LEN};

    return hash_sha256(hash, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

enum error record_encode(uint64_t seq, const uint8_t previous[RECORD_HASH_LEN], uint32_t day,
                         const uint8_t *envelope, const uint8_t kiosk_seed[32],
                         uint8_t out[RECORD_LEN], uint8_t hash[RECORD_HASH_LEN])
{
    wire_put64(out, seq);
    memcpy(out + RECORD_PREVIOUS, previous, RECORD_HASH_LEN);
    wire_put32(out + AT_DAY, day);
    memcpy(out + RECORD_ENVELOPE, envelope, ENVELOPE_LEN);
    if (hash_of(out, hash) != ERROR_NONE ||
        signature_sign_hashed(kiosk_seed, domain, hash, out + RECORD_SIGNED_LEN) != 0)
        return ERROR_MEMORY;
    return ERROR_NONE;
}

void record_read(const uint8_t in[RECORD_LEN], const uint8_t hash[RECORD_HASH_LEN],
                 struct record *record)
{
    record->seq = wire_get64(in);
    memcpy(record->previous, in + RECORD_PREVIOUS, RECORD_HASH_LEN);
    record->day = wire_get32(in + AT_DAY);
    record->envelope = in + RECORD_ENVELOPE;
    memcpy(record->hash, hash, RECORD_HASH_LEN);
}

enum error record_decode(const uint8_t in[RECORD_LEN], struct record *record)
{
    uint8_t hash[RECORD_HASH_LEN];
    enum error error = hash_of(in, hash);

    if (error == ERROR_NONE)
        record_read(in, hash, record);
    return error;
}

enum error record_check(const struct record *record, const uint8_t kiosk_key[32])
{
    const uint8_t *signature = record->envelope + ENVELOPE_LEN;

    return signature_check_hashed(kiosk_key, domain, record->hash, signature);
}
