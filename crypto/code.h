/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receipt code on the slip: 22 digits, 2 check digits, and the keys it gives with the PIN. */
#ifndef CRYPTO_CODE_H
#define CRYPTO_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/argon.h"

enum {
    CODE_DIGITS = 24,
    CODE_LEN = CODE_DIGITS + 1,         /* with the closing NUL */
    CODE_GROUPED_LEN = CODE_DIGITS + 6, /* "1234 5678 ..." with the closing NUL */
    CODE_PIN_MIN = 4,
    CODE_PIN_MAX = 10,
    CODE_KEY_LEN = 32,
    CODE_OFFICE_LEN = 32,
};

/* What is derived from a code and a PIN; the office gets it inside the letter. Keep it in
   secret_new memory. */
struct code_keys {
    uint8_t tag[CODE_KEY_LEN];
    uint8_t answer[CODE_KEY_LEN];
};

/* Makes a new code: 22 random digits and 2 check digits (ISO 7064 MOD 97-10: the check is 98
   minus the first 22 digits times 100 modulo 97, so that all 24 as one number are 1 modulo 97),
   NUL-terminated. */
void code_new(char code[CODE_LEN]);

/* Reads a code as typed: ASCII digits, spaces and dashes anywhere. On ERROR_NONE code holds the 24
   digits and a NUL; else it is zeroed. Foreign characters are named first, then the length, then
   the check digits. Returns ERROR_NONE, ERROR_CODE_FOREIGN, _SHORT, _LONG or _CHECK. */
enum error code_parse(const char *typed, size_t len, char code[CODE_LEN]);

/* Writes the code as six groups of four with one space between, NUL-terminated. */
void code_group(const char code[CODE_LEN], char grouped[CODE_GROUPED_LEN]);

/* The two keys of a code and PIN, 32 bytes each:
     root       = Argon2id(password = code as 24 ASCII digits || PIN as 0 or 4 to 10 ASCII digits,
                           salt = first 16 bytes of SHA-256("sandyq code v1" || office id),
                           m = 262144 KiB, t = 3, p = 1, 32 bytes, version 0x13)
     tag key    = HKDF-Expand-SHA-256(root, info = "sandyq tag v1", 32)
     answer key = HKDF-Expand-SHA-256(root, info = "sandyq answer v1", 32)
   Texts are ASCII without a NUL. pin is NUL-terminated, "" for none; more than CODE_PIN_MAX is a
   programming error: assert. Takes about 1.4 s, the same for every code and PIN; watch, which may
   be NULL, is told of the progress. keys should lie in secret_new memory. Returns ERROR_NONE or
   ERROR_MEMORY (then keys is zeroed). */
enum error code_derive(const char code[CODE_LEN], const char *pin,
                       const uint8_t office_id[CODE_OFFICE_LEN], const struct argon_watch *watch,
                       struct code_keys *keys);

#endif
