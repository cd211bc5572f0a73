/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seals and reads bundles. */
#include "protocol/bundle.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/wire.h"
#include "crypto/signature.h"

static const char magic[] = "SANDYQB1";
static const char domain[] = "sandyq bundle v1";

enum {
    AT_KIOSK = 8,
    AT_OFFICE = 16,
    AT_FIRST = 48,
    AT_LAST = 56,
    AT_CHARTER = 64,
    AT_BOARD = 68,
    AT_IMAGE = 108,
    AT_AGE = 112,
    AT_HEALTH = 114,
    AT_ZERO = 115,
    AT_MISFITS = 116,
    HEALTH_BITS = BUNDLE_PRINTER_OK | BUNDLE_DISK_OK | BUNDLE_CLOCK_OK,
};
_Static_assert(AT_MISFITS + MISFIT_ALL_LEN == BUNDLE_HEADER_LEN,
               "the header ends where the records begin");

size_t bundle_len(uint64_t count)
{
    return BUNDLE_HEADER_LEN + (size_t)count * RECORD_LEN + SIGNATURE_LEN;
}

/* Is this a range of 0 to BUNDLE_RECORDS_MAX record numbers? */
static bool range_valid(uint64_t first, uint64_t last)
{
    return first > 0 && last >= first - 1 && last - (first - 1) <= BUNDLE_RECORDS_MAX;
}

enum error bundle_seal(const struct bundle *bundle, const uint8_t kiosk_seed[32], uint8_t *out)
{
    if (!range_valid(bundle->first, bundle->last) || (bundle->health & ~HEALTH_BITS) != 0)
        return ERROR_MALFORMED;
    size_t signed_len = bundle_len(bundle->last - (bundle->first - 1)) - SIGNATURE_LEN;
    memcpy(out, magic, FILE_MAGIC_LEN);
    memcpy(out + AT_KIOSK, bundle->kiosk, CARD_KIOSK_LEN);
    memcpy(out + AT_OFFICE, bundle->office, CHARTER_OFFICE_LEN);
    wire_put64(out + AT_FIRST, bundle->first);
    wire_put64(out + AT_LAST, bundle->last);
    wire_put32(out + AT_CHARTER, bundle->charter_number);
    misfit_put_head(&bundle->board, out + AT_BOARD);
    wire_put32(out + AT_IMAGE, bundle->image_version);
    wire_put16(out + AT_AGE, bundle->exchange_age);
    out[AT_HEALTH] = bundle->health;
    out[AT_ZERO] = 0;
    misfit_put(&bundle->misfits, out + AT_MISFITS);
    if (signature_sign(kiosk_seed, domain, out, signed_len, out + signed_len) != 0)
        return ERROR_MEMORY;
    return ERROR_NONE;
}

enum error bundle_names(const uint8_t *in, size_t len, uint8_t kiosk[CARD_KIOSK_LEN])
{
    enum error error = file_magic(in, len, magic);

    if (error == ERROR_NONE && len < bundle_len(0))
        error = ERROR_TRUNCATED;
    if (error == ERROR_NONE)
        memcpy(kiosk, in + AT_KIOSK, CARD_KIOSK_LEN);
    return error;
}

/* Everything before the signature: is this a bundle of that kiosk, of the length it says? */
static enum error check_frame(const uint8_t *in, size_t len, const uint8_t kiosk_key[32])
{
    uint8_t named[CARD_KIOSK_LEN];
    uint8_t wanted[CARD_KIOSK_LEN];

    enum error error = bundle_names(in, len, named);
    if (error != ERROR_NONE)
        return error;
    uint64_t first = wire_get64(in + AT_FIRST);
    uint64_t last = wire_get64(in + AT_LAST);
    if (!range_valid(first, last) || len != bundle_len(last - (first - 1)))
        return ERROR_TRUNCATED;
    error = card_kiosk_id(kiosk_key, wanted);
    if (error != ERROR_NONE)
        return error;
    return memcmp(named, wanted, sizeof named) == 0 ? ERROR_NONE : ERROR_KIOSK;
}

/* Are the records numbered without a hole and chained, and did the kiosk sign the last one? */
static enum error check_records(struct bundle *bundle, const uint8_t kiosk_key[32])
{
    uint64_t count = bundle->last - (bundle->first - 1);
    uint8_t previous[RECORD_HASH_LEN] = {0};
    const uint8_t *at = bundle->records;
    struct record record;

    for (uint64_t i = 0; i < count; i++, at += RECORD_LEN) {
        const enum error error = record_decode(at, &record);
        if (error != ERROR_NONE)
            return error;
        /* The predecessor of a later run's first record is not in this file. */
        bool unknown = i == 0 && bundle->first != 1;
        if (record.seq != bundle->first + i ||
            (!unknown && memcmp(record.previous, previous, sizeof previous) != 0))
            return ERROR_CHAIN;
        memcpy(previous, record.hash, sizeof previous);
    }
    memcpy(bundle->last_hash, previous, sizeof previous);
    return count == 0 ? ERROR_NONE : record_check(&record, kiosk_key);
}

enum error bundle_decode(const uint8_t *in, size_t len, const uint8_t kiosk_key[32],
                         const uint8_t office[CHARTER_OFFICE_LEN], struct bundle *bundle)
{
    static const struct misfit_head no_board;
    enum error error = check_frame(in, len, kiosk_key);
    if (error != ERROR_NONE)
        return error;
    error = signature_check(kiosk_key, domain, in, len - SIGNATURE_LEN, in + len - SIGNATURE_LEN);
    if (error != ERROR_NONE)
        return error;
    if (office != NULL && memcmp(in + AT_OFFICE, office, CHARTER_OFFICE_LEN) != 0)
        return ERROR_OFFICE;
    if ((in[AT_HEALTH] & ~HEALTH_BITS) != 0 || in[AT_ZERO] != 0)
        return ERROR_MALFORMED;
    misfit_get_head(in + AT_BOARD, &bundle->board);
    if (misfit_get(in + AT_MISFITS, &bundle->misfits) != ERROR_NONE)
        return ERROR_MALFORMED;
    if (bundle->board.number == 0 && !misfit_same(&bundle->board, &no_board))
        return ERROR_MALFORMED;
    memcpy(bundle->kiosk, in + AT_KIOSK, CARD_KIOSK_LEN);
    memcpy(bundle->office, in + AT_OFFICE, CHARTER_OFFICE_LEN);
    bundle->first = wire_get64(in + AT_FIRST);
    bundle->last = wire_get64(in + AT_LAST);
    bundle->charter_number = wire_get32(in + AT_CHARTER);
    bundle->image_version = wire_get32(in + AT_IMAGE);
    bundle->exchange_age = wire_get16(in + AT_AGE);
    bundle->health = in[AT_HEALTH];
    bundle->records = in + BUNDLE_HEADER_LEN;
    return check_records(bundle, kiosk_key);
}

/* The hash of each record but the last stands in the one behind it. */
void bundle_record(const struct bundle *bundle, uint64_t seq, struct record *record)
{
    const uint8_t *at = bundle->records + (seq - bundle->first) * RECORD_LEN;

    record_read(at, seq < bundle->last ? at + RECORD_LEN + RECORD_PREVIOUS : bundle->last_hash,
                record);
}
