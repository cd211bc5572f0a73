/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the opening of envelopes: the input overwrites an honest envelope, so that the deeper
   steps are reached too. Nothing but the honest envelope itself may open. */
#include <stdlib.h>
#include <string.h>

#include "crypto/envelope.h"
#include "crypto/secret.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *secret;
static uint8_t honest[ENVELOPE_LEN];
static uint8_t letter[ENVELOPE_LETTER_LEN];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    uint8_t public_key[ENVELOPE_KEY_LEN];
    if (secret_start() != SECRET_OK)
        exit(1);
    secret = secret_new(ENVELOPE_KEY_LEN);
    if (secret == NULL || envelope_key_new(secret, public_key) != ENVELOPE_OK ||
        envelope_seal(public_key, letter, honest) != ENVELOPE_OK)
        exit(1);
    return 0;
}

/* The first byte says where in the header the rest is laid over. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t envelope[ENVELOPE_LEN];
    if (size < 1)
        return 0;
    size_t at = data[0];
    size_t len = size - 1 < ENVELOPE_LEN - at ? size - 1 : ENVELOPE_LEN - at;
    memcpy(envelope, honest, sizeof envelope);
    memcpy(envelope + at, data + 1, len);
    int opened = envelope_open(secret, envelope, letter);
    if ((opened == ENVELOPE_OK) != (memcmp(envelope, honest, sizeof honest) == 0))
        abort();
    return 0;
}
