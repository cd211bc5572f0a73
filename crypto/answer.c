/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both halves know of a message: its lengths, and the tags under which the messages and the
   letters of a case stand on the board. */
#include "crypto/answer.h"

#include <string.h>

#include "base/wire.h"
#include "crypto/hash.h"

/* The first half of the digest is public on the board, the second opens nothing. */
static enum error make_tag(const struct code_keys *keys, const struct hash_part parts[2],
                           uint8_t tag[ANSWER_TAG_LEN])
{
    uint8_t digest[HASH_LEN];
    if (hash_hmac(digest, keys->tag, CODE_KEY_LEN, parts, 2) != 0)
        return ERROR_MEMORY;
    memcpy(tag, digest, ANSWER_TAG_LEN);
    return ERROR_NONE;
}

size_t answer_choices(const struct answer *answer)
{
    size_t n = 0;
    while (n < ANSWER_CHOICES_MAX && answer->choices[n] > 0)
        n++;
    return n;
}

const char *answer_choice(const struct answer *answer, size_t i)
{
    const char *choice = answer->text + answer->len;
    for (size_t k = 0; k < i; k++)
        choice += answer->choices[k];
    return choice;
}

enum error answer_check(const struct answer *answer)
{
    const size_t n = answer_choices(answer);
    size_t len = answer->len;
    for (size_t i = 0; i < ANSWER_CHOICES_MAX; i++) {
        len += answer->choices[i];
        if (answer->choices[i] > (i < n ? ANSWER_CHOICE_MAX : 0))
            return ERROR_MALFORMED;
    }
    if (answer->kind != (n > 0 ? ANSWER_QUESTION : ANSWER_TEXT))
        return ERROR_MALFORMED;
    return len <= ANSWER_TEXT_MAX ? ERROR_NONE : ERROR_TEXT_LONG;
}

enum error answer_arrival_tag(const struct code_keys *keys, uint32_t charter, uint32_t i,
                              uint8_t tag[ANSWER_TAG_LEN])
{
    uint8_t numbers[8];
    const struct hash_part parts[] = {{"sandyq arrived v1", 17}, {numbers, sizeof numbers}};
    wire_put32(numbers, charter);
    wire_put32(numbers + 4, i);
    return make_tag(keys, parts, tag);
}

enum error answer_tag(const struct code_keys *keys, uint64_t n, uint8_t tag[ANSWER_TAG_LEN])
{
    uint8_t number[8];
    const struct hash_part parts[] = {{"sandyq entry v1", 15}, {number, sizeof number}};
    wire_put64(number, n);
    return make_tag(keys, parts, tag);
}
