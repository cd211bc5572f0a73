/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things stand in a sealed answer: shared by the halves that write and read it. */
#ifndef CRYPTO_ANSWER_LAYOUT_H
#define CRYPTO_ANSWER_LAYOUT_H

#include "crypto/aead.h"
#include "crypto/answer.h"

enum {
    AT_NONCE = ANSWER_TAG_LEN,
    AT_CIPHERTEXT = AT_NONCE + AEAD_NONCE_LEN,
    CIPHERTEXT_LEN = ANSWER_LEN - AT_CIPHERTEXT,
    PLAIN_LEN = CIPHERTEXT_LEN - AEAD_TAG_LEN,
    AT_KIND = 0,
    AT_STATE = 1,
    AT_DAY = 2,
    AT_LEN = 6,
    AT_CHOICES = 8,
    AT_TEXT = AT_CHOICES + ANSWER_CHOICES_MAX,
};

_Static_assert(PLAIN_LEN == AT_TEXT + ANSWER_TEXT_MAX, "the text fills the plaintext");

#endif
