/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sealed answer: one entry of the board, found by tag and opened with the receipt's keys.

   entry, ANSWER_LEN bytes            plaintext, 4052 bytes
   offset  bytes  what                offset  bytes  what
        0     16  tag                      0      1  state of the case (complaint/taxonomy)
       16     12  nonce                    1      4  day, since 1970-01-01
       28   4068  ciphertext and tag       5      2  length of the text
                                           7   4045  UTF-8 text, then zeros
   tag of message n = first 16 bytes of HMAC-SHA-256(tag key, "sandyq entry v1" || n as 8 bytes)
   ChaCha20-Poly1305 (RFC 8439), key = answer key, aad = tag. nonce = first 12 bytes
   of HMAC-SHA-256(answer key, "sandyq entry nonce v1" || n || plaintext): a message that is sealed
   again has the same bytes, and an office restored from a backup may seal a different text as
   message n without giving anything away. Integers are little-endian, n included; labels are ASCII
   without a NUL. */
#ifndef CRYPTO_ANSWER_H
#define CRYPTO_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/code.h"

enum { ANSWER_LEN = 4096, ANSWER_TAG_LEN = 16, ANSWER_TEXT_MAX = 4045 };

/* The most messages that a case can have. A kiosk always looks for all of them, so that the time it
   takes does not reveal how many there are; a message beyond this number would never be found. */
enum { ANSWER_COUNT_MAX = 64 };

/* Under how many numbers a letter may stand among the arrivals: a kiosk looks for all. */
enum { ANSWER_ARRIVALS = 16 };

/* One message to a person. text is not NUL-terminated; keep the struct in secret_new memory. */
struct answer {
    uint8_t state;
    uint32_t day;
    uint16_t len;
    char text[ANSWER_TEXT_MAX];
};

/* Computes the tag of message n, counted from 1. Returns ERROR_NONE or ERROR_MEMORY. */
enum error answer_tag(const struct code_keys *keys, uint64_t n, uint8_t tag[ANSWER_TAG_LEN]);

/* Computes the tag under which a letter of the case stands among the arrivals: number i of those
   that the person looks for, below ANSWER_ARRIVALS, under this number of the office's charter. The
   first 16 bytes of HMAC-SHA-256(tag key, "sandyq arrived v1" || charter as 4 bytes || i as 4
   bytes). Returns ERROR_NONE or ERROR_MEMORY. */
enum error answer_arrival_tag(const struct code_keys *keys, uint32_t charter, uint32_t i,
                              uint8_t tag[ANSWER_TAG_LEN]);

/* Seals an answer as message n, counted from 1. Returns ERROR_NONE, ERROR_TEXT_LONG or
   ERROR_MEMORY; on error entry is undefined (answer_seal.c, the office's half). */
enum error answer_seal(const struct code_keys *keys, uint64_t n, const struct answer *answer,
                       uint8_t entry[ANSWER_LEN]);

/* Opens an entry as message n into *answer, which the caller wipes. Returns ERROR_NONE;
   ERROR_SEAL, also when the entry's tag is not that of message n; ERROR_MALFORMED when the
   length is over ANSWER_TEXT_MAX, the text is not valid UTF-8, or what follows it is not zero; or
   ERROR_MEMORY. On error *answer is zeroed (answer_open.c, the kiosk's half). */
enum error answer_open(const struct code_keys *keys, uint64_t n, const uint8_t entry[ANSWER_LEN],
                       struct answer *answer);

#endif
