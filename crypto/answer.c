/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tag under which the n-th message of a case stands on the board. */
#include "crypto/answer.h"

#include <string.h>

#include "base/wire.h"
#include "crypto/hash.h"

enum error answer_tag(const struct code_keys *keys, uint64_t n, uint8_t tag[ANSWER_TAG_LEN])
{
    uint8_t number[8];
    uint8_t digest[HASH_LEN]; /* its first half is public on the board, its second opens nothing */
    const struct hash_part parts[] = {{"sandyq entry v1", 15}, {number, sizeof number}};
    wire_put64(number, n);
    if (hash_hmac(digest, keys->tag, CODE_KEY_LEN, parts, 2) != 0)
        return ERROR_MEMORY;
    memcpy(tag, digest, ANSWER_TAG_LEN);
    return ERROR_NONE;
}
