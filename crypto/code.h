/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receipt code on the slip: 24 digits, its check digits, and the two keys it gives with the PIN. */
#ifndef CRYPTO_CODE_H
#define CRYPTO_CODE_H

#include <stddef.h>
#include <stdint.h>

enum {
    CODE_DIGITS = 24,
    CODE_LEN = CODE_DIGITS + 1,          /* with the closing NUL */
    CODE_GROUPED_LEN = CODE_DIGITS + 6,  /* "1234 5678 ..." with the closing NUL */
    CODE_PIN_MIN = 4,
    CODE_PIN_MAX = 10,
    CODE_KEY_LEN = 32,
    CODE_OFFICE_LEN = 32,
};

enum code_error {
    CODE_OK,
    CODE_SHORT,   /* fewer than 24 digits */
    CODE_LONG,    /* more than 24 digits */
    CODE_FOREIGN, /* something that is no digit, space or dash */
    CODE_CHECK,   /* 24 digits, but the check digits say that one is wrong */
    CODE_MEMORY,  /* no 256 MiB for the derivation */
};

/* What a code and PIN give; goes to the office inside the letter. Keep it in secret_new memory. */
struct code_keys {
    uint8_t tag[CODE_KEY_LEN];
    uint8_t answer[CODE_KEY_LEN];
};

/* Makes a fresh code: 22 random digits and 2 check digits (ISO 7064 MOD 97-10), NUL-terminated. */
void code_new(char code[CODE_LEN]);

/* Reads a code as typed: ASCII digits, spaces and dashes anywhere. On CODE_OK code holds the 24 digits
   and a NUL; else it is zeroed. Returns CODE_OK, _SHORT, _LONG, _FOREIGN or _CHECK. */
int code_parse(const char *typed, size_t len, char code[CODE_LEN]);

/* Writes the code as six groups of four with one space between, NUL-terminated. */
void code_group(const char code[CODE_LEN], char grouped[CODE_GROUPED_LEN]);

/* root = Argon2id(code || PIN, salt = "sandyq code v1" and office id hashed to 16 bytes, 256 MiB, t=3,
   p=1); tag and answer keys = HKDF-Expand(root, "sandyq tag v1" / "sandyq answer v1"). pin is 0 or 4 to 10
   ASCII digits, NUL-terminated. Takes about 1.4 s, the same for every code and PIN.
   Returns CODE_OK or CODE_MEMORY (then keys is zeroed). */
int code_derive(const char code[CODE_LEN], const char *pin, const uint8_t office_id[CODE_OFFICE_LEN],
                struct code_keys *keys);

#endif
