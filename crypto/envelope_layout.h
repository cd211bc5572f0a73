/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things stand in an envelope: shared by the two halves that write and read it. */
#ifndef CRYPTO_ENVELOPE_LAYOUT_H
#define CRYPTO_ENVELOPE_LAYOUT_H

#include "crypto/envelope.h"

enum {
    AT_VERSION = 7,
    AT_KEM = 8,
    AT_KDF = 10,
    AT_AEAD = 12,
    AT_ID = 14,
    AT_ENC = 30,
    AT_ENC_REST = AT_ENC + ENVELOPE_KEY_LEN,
    ENC_LEN = 1120, /* X-Wing's */
    AT_CIPHERTEXT = AT_ENC + ENC_LEN,
    ENC_REST_LEN = AT_CIPHERTEXT - AT_ENC_REST,
    CIPHERTEXT_LEN = ENVELOPE_LEN - AT_CIPHERTEXT,
    INFO_DOMAIN_LEN = 18,
    INFO_LEN = INFO_DOMAIN_LEN + ENVELOPE_ID_LEN,
};

static const char envelope_magic[] = "SANDYQE1";
static const char envelope_info_domain[] = "sandyq envelope v1";

_Static_assert(CIPHERTEXT_LEN == ENVELOPE_LETTER_LEN + 16,
               "the letter and its tag fill the envelope");
_Static_assert(sizeof envelope_magic - 1 == AT_KEM, "the magic is 8 bytes");
_Static_assert(sizeof envelope_info_domain - 1 == INFO_DOMAIN_LEN, "the domain is 18 bytes");

#endif
