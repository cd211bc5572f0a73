/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sealed answer: one entry of the board, found by tag and opened with the receipt's keys.

   entry, ANSWER_LEN bytes            plaintext, 4052 bytes
   offset  bytes  what                offset  bytes  what
        0     16  tag                      0      1  kind: 1 text, 2 question
       16     12  nonce                    1      1  state of the case (complaint/taxonomy)
       28   4068  ciphertext and tag       2      4  day, since 1970-01-01
                                           6      2  length of the text
                                           8      3  lengths of the answers to choose from
                                          11   4041  the text, then the answers, in UTF-8; zeros
   A question has one to three answers, each of 1 to ANSWER_CHOICE_MAX bytes, and no length behind
   one that is 0; a text has none. Of another kind only state and day are read: it is newer.
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

enum { ANSWER_LEN = 4096, ANSWER_TAG_LEN = 16, ANSWER_TEXT_MAX = 4041 };

/* How many answers a question offers at most, and the longest of them in bytes: two lines of
   Cyrillic. */
enum { ANSWER_CHOICES_MAX = 3, ANSWER_CHOICE_MAX = 160 };

enum answer_kind { ANSWER_TEXT = 1, ANSWER_QUESTION = 2 };

/* The most messages that a case can have. A kiosk always looks for all of them, so that the time it
   takes does not reveal how many there are; a message beyond this number would never be found. */
enum { ANSWER_COUNT_MAX = 64 };

/* Under how many numbers a letter may stand among the arrivals: a kiosk looks for all. */
enum { ANSWER_ARRIVALS = 16 };

/* One message to a person. text is not NUL-terminated: len bytes of it, and behind them the answers
   to choose from. Of a newer kind all of these are 0. Keep the struct in secret_new memory. */
struct answer {
    uint8_t kind; /* enum answer_kind, or a newer one */
    uint8_t state;
    uint32_t day;
    uint16_t len;
    uint8_t choices[ANSWER_CHOICES_MAX]; /* the length of each, 0 behind the last */
    char text[ANSWER_TEXT_MAX];
};

/* How many answers a message offers. */
size_t answer_choices(const struct answer *answer);

/* The i-th of them, from 0, of answer->choices[i] bytes. */
const char *answer_choice(const struct answer *answer, size_t i);

/* Whether the lengths are those of a message of this kind. ERROR_NONE, ERROR_TEXT_LONG when it is
   all longer than ANSWER_TEXT_MAX, ERROR_MALFORMED. */
enum error answer_check(const struct answer *answer);

/* Computes the tag of message n, counted from 1. Returns ERROR_NONE or ERROR_MEMORY. */
enum error answer_tag(const struct code_keys *keys, uint64_t n, uint8_t tag[ANSWER_TAG_LEN]);

/* Computes the tag under which a letter of the case stands among the arrivals: number i of those
   that the person looks for, below ANSWER_ARRIVALS, under this number of the office's charter. The
   first 16 bytes of HMAC-SHA-256(tag key, "sandyq arrived v1" || charter as 4 bytes || i as 4
   bytes). Returns ERROR_NONE or ERROR_MEMORY. */
enum error answer_arrival_tag(const struct code_keys *keys, uint32_t charter, uint32_t i,
                              uint8_t tag[ANSWER_TAG_LEN]);

/* Seals an answer as message n, counted from 1. Returns ERROR_NONE, an error of answer_check, or
   ERROR_MEMORY; on error entry is undefined (answer_seal.c, the office's half). */
enum error answer_seal(const struct code_keys *keys, uint64_t n, const struct answer *answer,
                       uint8_t entry[ANSWER_LEN]);

/* Opens an entry as message n into *answer, which the caller wipes. Returns ERROR_NONE;
   ERROR_SEAL, also when the entry's tag is not that of message n; ERROR_MALFORMED when the
   lengths are not those of its kind, one of the texts is not valid UTF-8, or what follows them is
   not zero; or ERROR_MEMORY. A message of a newer kind opens, with its state and day only. On error
   *answer is zeroed (answer_open.c, the kiosk's half). */
enum error answer_open(const struct code_keys *keys, uint64_t n, const uint8_t entry[ANSWER_LEN],
                       struct answer *answer);

#endif
