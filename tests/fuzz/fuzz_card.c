/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a card or an enrolment request; then the same as changes to a good one, signed
   anew with a fixed key, so that what stands behind the signature is reached. Input: how (1
   byte: which call fails; 16 when it is made, 32 a request, 64 a card of another office's root,
   128 leaves the old signature), place of the changes (2: 9 bits, then the type), changes. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "complaint/taxonomy.h"
#include "crypto/signature.h"
#include "protocol/card.h"
#include "protocol/charter.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 3, MAKING = 16, REQUEST = 32, STRANGE = 64, UNSIGNED = 128 };
enum { CARD_SIGNED = 104, REQUEST_SIGNED = 44 };

static const uint8_t root[SIGNATURE_SEED_LEN] = {1, 2, 3};
static const uint8_t stranger[SIGNATURE_SEED_LEN] = {4, 5, 6};
static uint8_t charter_bytes[CHARTER_LEN];
static struct card good; /* as it is read */
static struct charter its;

static struct card fresh(void)
{
    static struct card card = {
        .number = 2, .issued = 1, .expires = 9, .facility = "PC-17", .type = 1};

    if (good.number == 0)
        must(signature_public(stranger, card.key) == 0);
    return card;
}

static void start(void)
{
    struct charter charter = {
        .number = 1, .issued = 1, .expires = 9, .intake_count = 1, .intake[0].epoch = 1};
    uint8_t file[CARD_FILE_LEN];

    fuzz_start();
    fuzz_fail_at(0);
    if (good.number > 0)
        return;
    const struct card card = fresh();
    charter_usual(&charter);
    must(charter_encode(&charter, root, charter_bytes) == ERROR_NONE);
    must(card_encode(&card, charter_bytes, root, file) == ERROR_NONE);
    must(card_decode(file, sizeof file, &good, &its) == ERROR_NONE);
}

/* What is taken can stand on a screen and in a letter, and names its own key. */
static void check(const uint8_t *in, size_t len, const struct card *card)
{
    char text[CARD_KIOSK_TEXT_LEN];
    uint8_t key[32];

    must(strlen(card->facility) > 0 && strlen(card->facility) <= CARD_FACILITY_MAX);
    must(strspn(card->facility, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(card->facility));
    must(card_facility_valid(card->facility) && !card_facility_valid("PC-17-AND-MORE-OF-IT"));
    must(card->issued <= card->expires);
    must(card_names(in, len, key) == ERROR_NONE && memcmp(key, card->key, 32) == 0);
    card_kiosk_text(card->kiosk, text);
    must(strspn(text, "0123456789abcdef") == CARD_KIOSK_TEXT_LEN - 1);
    must(card_follows(card, card, card->key) == ERROR_NONE);
    must(card_follows(NULL, card, card->key) == ERROR_NONE);
    struct card other = *card;
    other.office[0] ^= 1;
    must(card_follows(&other, card, card->key) == ERROR_OFFICE);
    if (card_follows(&good, card, good.key) == ERROR_NONE &&
        card_follows(card, &good, good.key) == ERROR_NONE)
        must(card->number == good.number && strcmp(card->facility, good.facility) == 0);
}

static void read_card(const uint8_t *in, size_t len, unsigned fault)
{
    struct charter charter;
    struct card card;
    uint8_t key[32];
    uint32_t day = 0;

    fuzz_fail_at(fault);
    const int error = card_decode(in, len, &card, &charter);
    fuzz_fail_at(0);
    if (error == ERROR_NONE)
        check(in, len, &card);
    if (len >= CARD_LEN && card_view(in, &its, &card) == ERROR_NONE) /* as the office keeps it */
        check(in, len, &card);
    (void)card_names(in, len, key);
    (void)card_request_decode(in, len, key, &day);
}

static void try_card(const uint8_t *data, size_t size)
{
    const bool strange = (data[0] & STRANGE) != 0;
    struct card card = fresh();
    uint8_t in[CARD_FILE_LEN];

    card.type = data[2] >> 1 > 0 ? data[2] >> 1 : 1;
    fuzz_fail_at(data[0] & MAKING ? data[0] % 8 : 0);
    const int error = card_encode(&card, charter_bytes, strange ? stranger : root, in);
    fuzz_fail_at(0);
    must(error != ERROR_NONE || (!strange && taxonomy_facility_numbered(card.type) != NULL));
    if (error != ERROR_NONE)
        return;
    fuzz_change(in, sizeof in, wire_get16(data + 1) % 512, data + HEAD, size - HEAD);
    if (!(data[0] & UNSIGNED))
        must(signature_sign(root, "sandyq card v1", in, CARD_SIGNED, in + CARD_SIGNED) == 0);
    read_card(in, sizeof in, data[0] % 8);
}

static void try_request(const uint8_t *data, size_t size)
{
    uint8_t in[CARD_REQUEST_LEN], key[32];
    uint32_t day = 0;

    fuzz_fail_at(data[0] & MAKING ? data[0] % 8 : 0);
    const int error = card_request_encode(root, 20000, in);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || data[0] % 8 > 0);
    if (error != ERROR_NONE)
        return;
    fuzz_change(in, sizeof in, wire_get16(data + 1) % sizeof in, data + HEAD, size - HEAD);
    if (!(data[0] & UNSIGNED))
        must(signature_sign(root, "sandyq request v1", in, REQUEST_SIGNED, in + REQUEST_SIGNED) ==
             0);
    if (card_request_decode(in, sizeof in, key, &day) == ERROR_NONE)
        must(memcmp(key, in + 8, sizeof key) == 0 && day == wire_get32(in + 40));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    start();
    read_card(data, size, 0);
    if (size < HEAD)
        return 0;
    if (data[0] & REQUEST)
        try_request(data, size);
    else
        try_card(data, size);
    return 0;
}
