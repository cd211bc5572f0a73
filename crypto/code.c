/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes, reads and groups receipt codes, and derives the keys from a code and its PIN. */
#include "crypto/code.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/wire.h"
#include "crypto/argon.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"

enum { PAYLOAD = CODE_DIGITS - 2, MODULUS = 97, GROUP = 4, BYTES_A_DIGIT = 8 };

/* The first n digits as a number modulo 97. */
static unsigned residue(const char *digits, size_t n)
{
    unsigned r = 0;
    for (size_t i = 0; i < n; i++)
        r = (r * 10 + (unsigned)(digits[i] - '0')) % MODULUS;
    return r;
}

void code_new(char code[CODE_LEN])
{
    uint8_t bytes[PAYLOAD][BYTES_A_DIGIT];
    random_bytes(bytes, sizeof bytes);
    /* 64 bits modulo 10: the bias is below 10^-18, so no value need be rejected. */
    for (size_t i = 0; i < PAYLOAD; i++)
        code[i] = (char)('0' + wire_get64(bytes[i]) % 10);
    unsigned check = MODULUS + 1 - residue(code, PAYLOAD) * 100 % MODULUS;
    code[PAYLOAD] = (char)('0' + check / 10);
    code[PAYLOAD + 1] = (char)('0' + check % 10);
    code[CODE_DIGITS] = '\0';
    explicit_bzero(bytes, sizeof bytes);
}

static bool is_separator(char c)
{
    return c == ' ' || c == '-';
}

/* Sets the top bit if c is not a digit, without branching on which digit it is. */
static unsigned not_a_digit(char c)
{
    const unsigned value = (unsigned)(unsigned char)c - '0';
    return value | (9 - value);
}

static bool is(unsigned found, unsigned wanted)
{
    return secret_equal(&found, &wanted, sizeof found);
}

enum error code_parse(const char *typed, size_t len, char code[CODE_LEN])
{
    size_t digits = 0;
    unsigned foreign = 0;
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < len; i++) {
        if (is_separator(typed[i]))
            continue;
        foreign |= not_a_digit(typed[i]);
        if (digits < CODE_DIGITS)
            code[digits] = typed[i];
        digits++;
    }
    if (!is(foreign >> 31, 0))
        error = ERROR_CODE_FOREIGN;
    else if (digits != CODE_DIGITS)
        error = digits < CODE_DIGITS ? ERROR_CODE_SHORT : ERROR_CODE_LONG;
    else if (!is(residue(code, CODE_DIGITS), 1))
        error = ERROR_CODE_CHECK;
    if (error != ERROR_NONE)
        explicit_bzero(code, CODE_LEN);
    code[CODE_DIGITS] = '\0';
    return error;
}

void code_group(const char code[CODE_LEN], char grouped[CODE_GROUPED_LEN])
{
    size_t at = 0;
    for (size_t i = 0; i < CODE_DIGITS; i++) {
        if (i > 0 && i % GROUP == 0)
            grouped[at++] = ' ';
        grouped[at++] = code[i];
    }
    grouped[at] = '\0';
}

/* salt = first 16 bytes of SHA-256("sandyq code v1" || office id). */
static int make_salt(const uint8_t office_id[CODE_OFFICE_LEN], uint8_t salt[ARGON_SALT_LEN])
{
    uint8_t digest[HASH_LEN]; /* not secret */
    const struct hash_part parts[] = {{"sandyq code v1", 14}, {office_id, CODE_OFFICE_LEN}};
    if (hash_sha256(digest, parts, 2) != 0)
        return -1;
    memcpy(salt, digest, ARGON_SALT_LEN);
    return 0;
}

/* The secrets of a derivation, in locked memory. */
struct work {
    char password[CODE_DIGITS + CODE_PIN_MAX];
    uint8_t root[ARGON_LEN];
};

static int expand(const uint8_t root[ARGON_LEN], const char *label, uint8_t out[CODE_KEY_LEN])
{
    return hash_expand(out, CODE_KEY_LEN, root, &(struct hash_part){label, strlen(label)}, 1);
}

enum error code_derive(const char code[CODE_LEN], const char *pin,
                       const uint8_t office_id[CODE_OFFICE_LEN], const struct argon_watch *watch,
                       struct code_keys *keys)
{
    const struct argon_cost cost = {ARGON_KIB, ARGON_PASSES};
    const size_t pin_len = strlen(pin);
    uint8_t salt[ARGON_SALT_LEN];
    enum error error = ERROR_MEMORY;
    assert(pin_len <= CODE_PIN_MAX);
    struct work *work = secret_new(sizeof *work);
    if (work == NULL)
        goto out;
    memcpy(work->password, code, CODE_DIGITS);
    memcpy(work->password + CODE_DIGITS, pin, pin_len);
    if (make_salt(office_id, salt) != 0)
        goto out;
    if (argon_derive(&cost, work->password, CODE_DIGITS + pin_len, salt, watch, work->root) != 0)
        goto out;
    if (expand(work->root, "sandyq tag v1", keys->tag) != 0 ||
        expand(work->root, "sandyq answer v1", keys->answer) != 0)
        goto out;
    error = ERROR_NONE;
out:
    if (error != ERROR_NONE)
        explicit_bzero(keys, sizeof *keys);
    secret_free(work);
    return error;
}
