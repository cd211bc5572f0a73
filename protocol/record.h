/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One link of the outbox's chain: an envelope with its number, day, predecessor and signature.

   offset  bytes  what
        0      8  sequence number, from 1
        8     32  SHA-256 of bytes 0 to 16427 of the record before; zeros in record 1
       40      4  day, since 1970-01-01
       44  16384  envelope
    16428     64  signature by the kiosk key, domain "sandyq record v1", over bytes 0 to 16427 */
#ifndef PROTOCOL_RECORD_H
#define PROTOCOL_RECORD_H

#include <stdint.h>

enum {
    RECORD_LEN = 16492,
    RECORD_SIGNED_LEN = 16428,
    RECORD_HASH_LEN = 32,
    RECORD_PREVIOUS = 8,
    RECORD_ENVELOPE = 44
};

struct record {
    uint64_t seq;
    uint8_t previous[RECORD_HASH_LEN];
    uint32_t day;
    const uint8_t *envelope;       /* points into the record's bytes */
    uint8_t hash[RECORD_HASH_LEN]; /* of this record */
};

/* Makes the record that follows a chain whose last hash is previous. envelope has ENVELOPE_LEN
   bytes; hash gets the new record's hash. Returns ERROR_NONE or _MEMORY. */
enum error record_encode(uint64_t seq, const uint8_t previous[RECORD_HASH_LEN], uint32_t day,
                         const uint8_t *envelope, const uint8_t kiosk_seed[32],
                         uint8_t out[RECORD_LEN], uint8_t hash[RECORD_HASH_LEN]);

/* Takes a record apart without a look at its signature (bundle.h says why). Returns ERROR_NONE or
   _MEMORY. */
enum error record_decode(const uint8_t in[RECORD_LEN], struct record *record);

/* The same of a record whose hash is known, so that it need not be computed. */
void record_read(const uint8_t in[RECORD_LEN], const uint8_t hash[RECORD_HASH_LEN],
                 struct record *record);

/* ERROR_NONE when the kiosk of this public key signed the decoded record, whose bytes are still
   there, else ERROR_FORGED, or ERROR_MEMORY when that cannot be found out just now. */
enum error record_check(const struct record *record, const uint8_t kiosk_key[32]);

#endif
