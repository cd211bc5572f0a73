/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a charter, card or request, by the first byte; then the same as changes to a good
   one, signed anew with a fixed key, so that what stands behind the signature is reached. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "courier/card.h"
#include "courier/charter.h"
#include "courier/refusal.h"
#include "crypto/secret.h"
#include "crypto/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum kind { CHARTER, CARD, REQUEST, KINDS };

static const uint8_t seed[SIGN_SEED_LEN] = {1, 2, 3};
static uint8_t good[KINDS][CARD_FILE_LEN];
static const size_t lens[KINDS] = {CHARTER_LEN, CARD_FILE_LEN, CARD_REQUEST_LEN};
static const size_t signed_lens[KINDS] = {254, 104, 44};
static const char *const domains[KINDS] = {"sandyq charter v1", "sandyq card v1",
                                           "sandyq request v1"};

static void start(void)
{
    static bool started;
    struct charter charter = {.number = 1, .issued = 1, .expires = 9, .epoch = 1, .name = "Office"};
    struct card card = {.number = 1, .issued = 1, .expires = 9, .facility = "PC-17", .type = 1};

    if (started)
        return;
    started = true;
    if (secret_start() != SECRET_OK || sign_public(seed, card.key) != 0 ||
        charter_encode(&charter, seed, good[CHARTER]) != REFUSAL_NONE ||
        card_encode(&card, good[CHARTER], seed, good[CARD]) != REFUSAL_NONE ||
        card_request_encode(seed, 1, good[REQUEST]) != REFUSAL_NONE)
        abort();
}

/* What is taken must be what a writer writes. */
static void read_charter(const uint8_t *in, size_t len)
{
    struct charter charter;
    uint8_t again[CHARTER_LEN];

    if (charter_decode(in, len, &charter) == REFUSAL_NONE &&
        memcmp(in + 8, good[CHARTER] + 8, 32) == 0 &&
        (charter_encode(&charter, seed, again) != REFUSAL_NONE || memcmp(in, again, len) != 0))
        abort();
}

static void read_any(enum kind kind, const uint8_t *in, size_t len)
{
    struct charter charter;
    struct card card;
    uint8_t key[32];
    uint32_t day = 0;

    if (kind == CHARTER)
        read_charter(in, len);
    else if (kind == REQUEST)
        (void)card_request_decode(in, len, key, &day);
    else if (card_decode(in, len, &card, &charter) == REFUSAL_NONE &&
             strlen(card.facility) > CARD_FACILITY_MAX)
        abort();
    if (kind == CARD)
        (void)card_names(in, len, key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    start();
    if (size < 1)
        return 0;
    enum kind kind = data[0] % KINDS;
    data++;
    size--;
    read_any(kind, data, size);
    uint8_t *in = malloc(lens[kind]);
    if (in == NULL)
        return 0;
    memcpy(in, good[kind], lens[kind]);
    for (size_t i = 0; i < size && i < signed_lens[kind]; i++)
        in[i] ^= data[i];
    if (sign_make(seed, domains[kind], in, signed_lens[kind], in + signed_lens[kind]) != 0)
        abort();
    read_any(kind, in, lens[kind]);
    free(in);
    return 0;
}
