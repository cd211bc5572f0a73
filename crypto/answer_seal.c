/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seals an answer for the board: the office's half. */
#include "crypto/answer.h"

#include <string.h>

#include "base/wire.h"
#include "crypto/aead.h"
#include "crypto/answer_layout.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

/* Bytes that depend on all that is sealed: the same message is always sealed the same, and two
   different ones never under one nonce. */
static enum error nonce_of(const struct code_keys *keys, uint64_t n, const uint8_t *plain,
                           uint8_t nonce[AEAD_NONCE_LEN])
{
    static const char label[] = "sandyq entry nonce v1";
    uint8_t number[8], mac[HASH_LEN];
    wire_put64(number, n);
    const struct hash_part parts[] = {
        {label, sizeof label - 1}, {number, sizeof number}, {plain, PLAIN_LEN}};
    if (hash_hmac(mac, keys->answer, CODE_KEY_LEN, parts, 3) != 0)
        return ERROR_MEMORY;
    memcpy(nonce, mac, AEAD_NONCE_LEN);
    return ERROR_NONE;
}

/* What stands behind the texts in memory does not go with them: plain is zeros there. */
static void write_fields(const struct answer *answer, uint8_t plain[PLAIN_LEN])
{
    const char *end = answer_choice(answer, answer_choices(answer));
    plain[AT_KIND] = answer->kind;
    plain[AT_STATE] = answer->state;
    wire_put32(plain + AT_DAY, answer->day);
    wire_put16(plain + AT_LEN, answer->len);
    memcpy(plain + AT_CHOICES, answer->choices, sizeof answer->choices);
    memcpy(plain + AT_TEXT, answer->text, (size_t)(end - answer->text));
}

enum error answer_seal(const struct code_keys *keys, uint64_t n, const struct answer *answer,
                       uint8_t entry[ANSWER_LEN])
{
    const struct aead with = {AEAD_CHACHA20_POLY1305, keys->answer, entry + AT_NONCE, entry,
                              ANSWER_TAG_LEN};
    enum error error = answer_check(answer);
    uint8_t *plain = NULL;
    if (error != ERROR_NONE)
        return error;
    error = ERROR_MEMORY;
    plain = secret_new(PLAIN_LEN);
    if (plain == NULL)
        goto out;
    write_fields(answer, plain);
    error = nonce_of(keys, n, plain, entry + AT_NONCE);
    if (error == ERROR_NONE)
        error = answer_tag(keys, n, entry);
    if (error == ERROR_NONE)
        error = aead_seal(&with, plain, PLAIN_LEN, entry + AT_CIPHERTEXT);
out:
    secret_free(plain);
    return error;
}
