/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tags under which the messages and the letters of a case stand on the board. */
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
