/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the opening of envelopes: changes to an honest one, so that the deeper steps are
   reached too. Nothing but the honest envelope itself may open. Input: how (1 byte: which call
   fails, 128 puts a point of small order in), place of the changes (2), changes. */
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "crypto/envelope.h"
#include "crypto/hpke.h"
#include "crypto/secret.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 3, SMALL = 128, AT_ID = 14, AT_ENC = 30 };

static uint8_t *secret;
static uint8_t honest[ENVELOPE_LEN];

static void start(void)
{
    static uint8_t letter[ENVELOPE_LETTER_LEN];
    uint8_t public_key[ENVELOPE_KEY_LEN];

    fuzz_start();
    fuzz_fail_at(0);
    if (secret != NULL)
        return;
    secret = secret_new(ENVELOPE_KEY_LEN);
    must(secret != NULL);
    must(hpke_derive("fixed key material for fuzzing...", 32, secret, public_key) == ERROR_NONE);
    must(envelope_seal(public_key, letter, honest) == ERROR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t envelope[ENVELOPE_LEN], letter[ENVELOPE_LETTER_LEN];
    static const uint8_t blank[ENVELOPE_LETTER_LEN];

    start();
    if (size < HEAD)
        return 0;
    memcpy(envelope, honest, sizeof envelope);
    fuzz_change(envelope, sizeof envelope, wire_get16(data + 1), data + HEAD, size - HEAD);
    if (data[0] & SMALL)
        memset(envelope + AT_ENC, 0, HPKE_KEY_LEN);
    memset(letter, 1, sizeof letter);
    fuzz_fail_at(data[0] % 16);
    const int opened = envelope_open(secret, envelope, letter);
    fuzz_fail_at(0);
    must(memcmp(letter, blank, sizeof letter) == 0); /* also what was sealed is blank */
    if (memcmp(envelope, honest, AT_ID) != 0 && data[0] % 16 == 0)
        must(opened == ERROR_FOREIGN || opened == ERROR_NEWER || opened == ERROR_SUITE);
    must(opened != ERROR_NONE || memcmp(envelope, honest, sizeof honest) == 0);
    must(opened == ERROR_NONE || data[0] % 16 > 0 || memcmp(envelope, honest, sizeof honest) != 0);
    return 0;
}
