/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what an office sealed for a person: sealed with a fixed key, so that the reading
   is reached. Input: how (1 byte: which call fails; 32 changes the sealed bytes, 64 asks for
   another message), place of the changes (2), changes to an empty answer. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/wire.h"
#include "crypto/answer_layout.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 3, DAMAGED = 32, OTHER = 64 };

static const struct code_keys keys = {.tag = {1}, .answer = {2}};

static void seal(const uint8_t plain[PLAIN_LEN], uint8_t entry[ANSWER_LEN])
{
    const struct aead with = {AEAD_CHACHA20_POLY1305, keys.answer, entry + AT_NONCE, entry,
                              ANSWER_TAG_LEN};

    must(answer_tag(&keys, 1, entry) == ERROR_NONE);
    memset(entry + AT_NONCE, 3, AEAD_NONCE_LEN);
    must(aead_seal(&with, plain, PLAIN_LEN, entry + AT_CIPHERTEXT) == ERROR_NONE);
}

/* What is shown is text, as long as it says, with nothing behind it. */
static void check(const struct answer *answer, const uint8_t plain[PLAIN_LEN])
{
    static const char zeros[ANSWER_TEXT_MAX];
    static uint8_t entry[ANSWER_LEN];
    static struct answer again;

    must(answer->kind == plain[AT_KIND] && answer->state == plain[AT_STATE] &&
         answer->day == wire_get32(plain + AT_DAY));
    if (answer->kind != ANSWER_TEXT && answer->kind != ANSWER_QUESTION) {
        must(answer->len == 0 && answer_choices(answer) == 0);
        must(memcmp(answer->text, zeros, ANSWER_TEXT_MAX) == 0);
        return;
    }
    const size_t n = answer_choices(answer);
    const char *end = answer_choice(answer, n);
    must(end <= answer->text + ANSWER_TEXT_MAX && utf8_valid(answer->text, answer->len));
    must((answer->kind == ANSWER_QUESTION) == (n > 0));
    for (size_t i = 0; i < n; i++)
        must(utf8_valid(answer_choice(answer, i), answer->choices[i]));
    must(memcmp(end, zeros, (size_t)(answer->text + ANSWER_TEXT_MAX - end)) == 0);
    must(memcmp(answer->text, plain + AT_TEXT, ANSWER_TEXT_MAX) == 0);
    must(answer_seal(&keys, 1, answer, entry) == ERROR_NONE);
    must(answer_open(&keys, 1, entry, &again) == ERROR_NONE);
    must(memcmp(&again, answer, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t plain[PLAIN_LEN], entry[ANSWER_LEN];
    static struct answer answer;
    static const struct answer none;

    fuzz_start();
    fuzz_fail_at(0);
    if (size < HEAD)
        return 0;
    memset(plain, 0, sizeof plain);
    plain[AT_KIND] = ANSWER_TEXT;
    fuzz_change(plain, sizeof plain, wire_get16(data + 1) % PLAIN_LEN, data + HEAD, size - HEAD);
    seal(plain, entry);
    if (data[0] & DAMAGED)
        entry[AT_CIPHERTEXT + size % CIPHERTEXT_LEN] ^= 1;
    fuzz_fail_at(data[0] % 8);
    const enum error error = answer_open(&keys, data[0] & OTHER ? 2 : 1, entry, &answer);
    fuzz_fail_at(0);
    if (error == ERROR_NONE)
        check(&answer, plain);
    else
        must(memcmp(&answer, &none, sizeof none) == 0);
    must(error != ERROR_NONE || !(data[0] & (DAMAGED | OTHER)));
    return 0;
}
