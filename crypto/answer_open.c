/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens an answer found on the board: the kiosk's half. */
#include "crypto/answer.h"

#include <stdbool.h>
#include <string.h>
#include <unistr.h>

#include "base/wire.h"
#include "crypto/aead.h"
#include "crypto/answer_layout.h"
#include "crypto/secret.h"

static bool all_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* Each text by itself: no letter goes on from one into the next. */
static bool are_texts(const struct answer *answer)
{
    const uint8_t *text = (const uint8_t *)answer->text;
    bool are = u8_check(text, answer->len) == NULL;
    text += answer->len;
    for (size_t i = 0; i < ANSWER_CHOICES_MAX; i++) {
        are = are && u8_check(text, answer->choices[i]) == NULL;
        text += answer->choices[i];
    }
    return are && all_zero(text, (size_t)(answer->text + ANSWER_TEXT_MAX - (const char *)text));
}

/* Fields out of the opened bytes; the office signed the board, but nothing is shown unread. */
static enum error read_fields(const uint8_t plain[PLAIN_LEN], struct answer *answer)
{
    memset(answer, 0, sizeof *answer);
    answer->kind = plain[AT_KIND];
    answer->state = plain[AT_STATE];
    answer->day = wire_get32(plain + AT_DAY);
    if (answer->kind != ANSWER_TEXT && answer->kind != ANSWER_QUESTION)
        return ERROR_NONE;
    answer->len = wire_get16(plain + AT_LEN);
    memcpy(answer->choices, plain + AT_CHOICES, sizeof answer->choices);
    memcpy(answer->text, plain + AT_TEXT, ANSWER_TEXT_MAX);
    return answer_check(answer) == ERROR_NONE && are_texts(answer) ? ERROR_NONE : ERROR_MALFORMED;
}

/* Opens entry into plain when it stands under the tag of message n. */
static enum error open_entry(const struct code_keys *keys, uint64_t n,
                             const uint8_t entry[ANSWER_LEN], uint8_t plain[PLAIN_LEN])
{
    uint8_t tag[ANSWER_TAG_LEN];
    const struct aead with = {AEAD_CHACHA20_POLY1305, keys->answer, entry + AT_NONCE, tag,
                              ANSWER_TAG_LEN};
    if (answer_tag(keys, n, tag) != ERROR_NONE)
        return ERROR_MEMORY;
    if (!secret_equal(tag, entry, ANSWER_TAG_LEN))
        return ERROR_SEAL;
    return aead_open(&with, entry + AT_CIPHERTEXT, CIPHERTEXT_LEN, plain);
}

enum error answer_open(const struct code_keys *keys, uint64_t n, const uint8_t entry[ANSWER_LEN],
                       struct answer *answer)
{
    enum error error = ERROR_MEMORY;
    uint8_t *plain = secret_new(PLAIN_LEN);
    if (plain == NULL)
        goto out;
    error = open_entry(keys, n, entry, plain);
    if (error == ERROR_NONE)
        error = read_fields(plain, answer);
out:
    if (error != ERROR_NONE)
        explicit_bzero(answer, sizeof *answer);
    secret_free(plain);
    return error;
}
