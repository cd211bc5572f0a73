/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bundle: a run of one kiosk's outbox as a file.

   offset  bytes  what
        0      8  "SANDYQB1"
        8      8  kiosk id
       16     32  office id
       48      8  number of the first record (f)
       56      8  number of the last record (l); l = f - 1 when there are none
       64      4  number of the charter the kiosk holds
       68     40  head of the board the kiosk holds (protocol/misfit), zeros for none
      108      4  version of the image, 0 for none
      112      2  days since the last exchange, 65535 for never
      114      1  health, a bit set only where it is known: bit 0 printer ok or none, bit 1 disk ok,
                 bit 2 clock ok; the other bits are zero
      115      1  zero
      116    640  heads that do not fit what the kiosk had seen (protocol/misfit)
      756  16492 * (l - f + 1)  records
        .     64  signature by the kiosk key, domain "sandyq bundle v1", over all bytes before

   An exchange that has more records than fit in one bundle writes several, each full but the last,
   which never is: only a bundle that is not full says how far its kiosk had come.

   A reader checks magic, length, kiosk id, the signature, then that the records are numbered and
   chained (record 1 follows 32 zeros; what another first record follows, only its reader knows) and
   the signature of the last record, which with the chain vouches for every record before it. */
#ifndef PROTOCOL_BUNDLE_H
#define PROTOCOL_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/card.h"
#include "protocol/misfit.h"
#include "protocol/record.h"

enum { BUNDLE_HEADER_LEN = 756, BUNDLE_RECORDS_MAX = 4096 };
enum { BUNDLE_PRINTER_OK = 1, BUNDLE_DISK_OK = 2, BUNDLE_CLOCK_OK = 4 };
#define BUNDLE_MAX ((size_t)BUNDLE_HEADER_LEN + (size_t)BUNDLE_RECORDS_MAX * RECORD_LEN + 64)

struct bundle {
    uint8_t kiosk[CARD_KIOSK_LEN];
    uint8_t office[CHARTER_OFFICE_LEN];
    uint64_t first;
    uint64_t last;
    uint32_t charter_number;
    struct misfit_head board; /* number 0: none */
    uint32_t image_version;
    uint16_t exchange_age;
    uint8_t health;
    struct misfit_list misfits;
    const uint8_t *records;             /* last - first + 1 records in the file's bytes */
    uint8_t last_hash[RECORD_HASH_LEN]; /* of the last record; zeros when there is none */
};

/* The length in bytes of a bundle of count records. */
size_t bundle_len(uint64_t count);

/* Writes header and signature around records already standing at out + BUNDLE_HEADER_LEN. out has
   bundle_len(last - first + 1) bytes; the members records and last_hash are not read. Returns
   ERROR_NONE, _MALFORMED (a range or health bits that cannot be) or _MEMORY. */
enum error bundle_seal(const struct bundle *bundle, const uint8_t kiosk_seed[32], uint8_t *out);

/* Whose bundle is it? Reads the kiosk id of something that looks like a bundle, so that the caller
   can find the key. Nothing else of an unchecked bundle may be believed. Returns ERROR_NONE,
   _FOREIGN, _NEWER or _TRUNCATED. */
enum error bundle_names(const uint8_t *in, size_t len, uint8_t kiosk[CARD_KIOSK_LEN]);

/* Checks everything, then fills *bundle, which points into in. office may be NULL (not compared).
   On error *bundle is undefined. Returns ERROR_NONE, _FOREIGN, _NEWER, _TRUNCATED, _KIOSK (the id
   is not that of kiosk_key), _FORGED, _OFFICE, _MALFORMED, _CHAIN or _MEMORY. */
enum error bundle_decode(const uint8_t *in, size_t len, const uint8_t kiosk_key[32],
                         const uint8_t office[CHARTER_OFFICE_LEN], struct bundle *bundle);

/* Record number seq, from first to last, of a bundle from bundle_decode. Hashes nothing. */
void bundle_record(const struct bundle *bundle, uint64_t seq, struct record *record);

#endif
