/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things stand in a sealed answer: shared by the halves that write and read it. */
#ifndef CRYPTO_ANSWER_LAYOUT_H
#define CRYPTO_ANSWER_LAYOUT_H

#include <string.h>

#include "crypto/answer.h"
#include "crypto/wire.h"

enum {
    PLAIN_LEN = ANSWER_LEN - ANSWER_TAG_LEN - 16,
    AT_STATE = 0,
    AT_DAY = 1,
    AT_LEN = 5,
    AT_TEXT = 7,
};

_Static_assert(PLAIN_LEN == AT_TEXT + ANSWER_TEXT_MAX, "the text fills the plaintext");

/* nonce = n as 8 bytes, then 4 zeros. */
static inline void answer_nonce(uint64_t n, uint8_t nonce[12])
{
    memset(nonce, 0, 12);
    wire_put64(nonce, n);
}

#endif
