/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charter: the office's public keys, settings and texts, signed by its root key.

   offset  bytes  what
        0      8  "SANDYQC1"
        8     32  root public key (Ed25519); office id = SHA-256 of these 32 bytes
       40      4  number; the higher one wins
       44      4  day of issue, since 1970-01-01
       48      4  last day of validity
       52     32  board public key (Ed25519)
       84     64  settings, 4 bytes each, in the order of enum charter_setting; then zeros
      148      4  count of intake keys, 1 to 4
      152   4912  intake keys, 1228 bytes each, the newest first; then zeros
     5064   3064  texts: lines "KIND LANGUAGE TEXT\n" in UTF-8, then zeros
     8128     64  signature by the root key, domain "sandyq charter v1", over bytes 0 to 8127

   intake key:  epoch (4), KEM, KDF, AEAD (2 each), length (2), public key and zeros (1216)

   KIND is name, phone or address; LANGUAGE is "-" for all, or 2 to 8 of a-z; TEXT has 1 to 127
   bytes. A newer office may have settings, intake keys and kinds of text that a reader does not
   know, which it passes over. */
#ifndef PROTOCOL_CHARTER_H
#define PROTOCOL_CHARTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    CHARTER_LEN = 8192,
    CHARTER_OFFICE_LEN = 32,
    CHARTER_INTAKES = 4,
    CHARTER_TEXTS_LEN = 3064,
    CHARTER_TEXT_MAX = 127,
    CHARTER_LANGUAGE_MAX = 8,
    CHARTER_FINGERPRINT_LEN = 25, /* "1234 5678 9012 3456 7890" and a NUL */
};

/* What an office settles for all its kiosks and desks. */
enum charter_setting {
    CHARTER_BOARD_DAYS,  /* on which boards come out: 1 Monday, 2 Tuesday ... 64 Sunday, added up */
    CHARTER_ANSWERS,     /* entries of answers that each board adds */
    CHARTER_ARRIVALS,    /* tags of one kiosk that a board adds at most */
    CHARTER_TERM,        /* days that what a board adds stays there */
    CHARTER_SIZE,        /* of a board with all that stays there, in MiB, at most */
    CHARTER_DAY_RECORDS, /* records of a kiosk and day, beyond which they are set aside */
    CHARTER_TAKE_DAYS,   /* working days within which a complaint is taken up */
    CHARTER_ANSWER_DAYS, /* working days within which it is answered */
    CHARTER_SETTINGS,
};

/* A setting's name for people, the values that it may have, and the one that a new office gets. */
struct charter_range {
    const char *name;
    uint32_t least;
    uint32_t most;
    uint32_t usual;
};
extern const struct charter_range charter_ranges[CHARTER_SETTINGS];

/* A key that kiosks seal to, of the one suite that this version knows (crypto/envelope). */
struct charter_intake {
    uint32_t epoch;
    uint8_t key[32];
};

enum charter_text { CHARTER_NAME, CHARTER_PHONE, CHARTER_ADDRESS, CHARTER_TEXTS };

struct charter {
    uint8_t root[32];
    uint8_t office[CHARTER_OFFICE_LEN]; /* derived: SHA-256(root) */
    uint8_t hash[32];                   /* derived: SHA-256 of the file */
    uint32_t number;
    uint32_t issued;
    uint32_t expires;
    uint8_t board[32];
    uint32_t settings[CHARTER_SETTINGS];
    uint32_t intake_count; /* of those whose suite is known */
    struct charter_intake intake[CHARTER_INTAKES];
    char texts[CHARTER_TEXTS_LEN + 1]; /* the lines */
};

/* Sets the usual settings. */
void charter_usual(struct charter *charter);

/* Adds a text; language is "-" or a code. Returns ERROR_NONE, or _MALFORMED when there is no room
   for it, language is neither, or the text is empty, too long or not harmless (base/utf8). */
enum error charter_add_text(struct charter *charter, enum charter_text kind, const char *language,
                            const char *text);

/* The n-th text of this kind, from 0, for readers of a language (NULL: of any). Returns false, and
   out is empty, when there is no such text. */
bool charter_find_text(const struct charter *charter, enum charter_text kind, const char *language,
                       unsigned n, char out[CHARTER_TEXT_MAX + 1]);

/* Signs and writes a charter; root and office are taken from root_seed. Returns ERROR_NONE,
   _MALFORMED (what a reader would refuse: a setting out of its range, no intake key or epochs that
   do not fall, a last day before the day of issue) or _MEMORY. */
enum error charter_encode(const struct charter *charter, const uint8_t root_seed[32],
                          uint8_t out[CHARTER_LEN]);

/* Reads and checks a charter: magic, length, signature by its own root, then the fields. Whether
   this root is the one that the caller trusts is asked with charter_follows. Returns ERROR_NONE,
   _FOREIGN, _NEWER (also when no intake key has the algorithms 0x0020, 0x0001, 0x0003), _TRUNCATED,
   _FORGED, _MALFORMED or _MEMORY; on error *charter is undefined. */
enum error charter_decode(const uint8_t *in, size_t len, struct charter *charter);

/* May `next` replace `held`? ERROR_NONE, ERROR_OFFICE (another root) or ERROR_OLDER (a lower
   number, or the same number with other contents). */
enum error charter_follows(const struct charter *held, const struct charter *next);

/* The office's fingerprint, which an inspector compares: five groups; group i is the big-endian
   32-bit word i of the office id, modulo 10000, as four digits. */
void charter_fingerprint(const uint8_t office[CHARTER_OFFICE_LEN],
                         char out[CHARTER_FINGERPRINT_LEN]);

#endif
