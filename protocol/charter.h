/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charter: the office's public keys and settings, signed by its root key.

   offset  bytes  what
        0      8  "SANDYQC1"
        8     32  root public key (Ed25519); office id = SHA-256 of these 32 bytes
       40      4  number; the higher one wins
       44      4  day of issue, since 1970-01-01
       48      4  last day of validity
       52      4  epoch of the intake key
       56      6  KEM, KDF, AEAD of the intake key, 2 bytes each
       62     32  intake public key (X25519)
       94     32  board public key (Ed25519)
      126    128  name of the office, UTF-8, at most 127 bytes, then zeros
      254     64  signature by the root key, domain "sandyq charter v1", over bytes 0 to 253 */
#ifndef PROTOCOL_CHARTER_H
#define PROTOCOL_CHARTER_H

#include <stddef.h>
#include <stdint.h>

enum {
    CHARTER_LEN = 318,
    CHARTER_NAME_MAX = 127,
    CHARTER_OFFICE_LEN = 32,
    CHARTER_FINGERPRINT_LEN = 25, /* "1234 5678 9012 3456 7890" and a NUL */
};

struct charter {
    uint8_t root[32];
    uint8_t office[CHARTER_OFFICE_LEN]; /* derived: SHA-256(root) */
    uint32_t number;
    uint32_t issued;
    uint32_t expires;
    uint32_t epoch;
    uint8_t intake[32];
    uint8_t board[32];
    char name[CHARTER_NAME_MAX + 1];
};

/* Signs and writes a charter; root and office are taken from root_seed. Returns ERROR_NONE,
   _MALFORMED (a name too long or not UTF-8, or a last day before the day of issue) or _MEMORY. */
enum error charter_encode(const struct charter *charter, const uint8_t root_seed[32],
                          uint8_t out[CHARTER_LEN]);

/* Reads and checks a charter: magic, length, signature by its own root, then the fields. Whether
   this root is the one that the caller trusts is asked with charter_follows. Returns ERROR_NONE,
   _FOREIGN, _NEWER (also for other algorithms of the intake key than 0x0020, 0x0001, 0x0003),
   _TRUNCATED, _FORGED, _MALFORMED or _MEMORY; on error *charter is undefined. */
enum error charter_decode(const uint8_t *in, size_t len, struct charter *charter);

/* May `next` replace `held`? ERROR_NONE, ERROR_OFFICE (another root) or ERROR_OLDER (a lower
   number, or the same number with other contents). */
enum error charter_follows(const struct charter *held, const struct charter *next);

/* The office's fingerprint, which an inspector compares: five groups; group i is the big-endian
   32-bit word i of the office id, modulo 10000, as four digits. */
void charter_fingerprint(const uint8_t office[CHARTER_OFFICE_LEN],
                         char out[CHARTER_FINGERPRINT_LEN]);

#endif
