/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a charter; then the same as changes to a good one, signed anew with a fixed key,
   so that what stands behind the signature is reached. Input: how (1 byte: which call fails; 64
   another root, 128 leaves the old signature), place of the changes (2), changes. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/signature.h"
#include "protocol/charter.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 3, SIGNED = 8128, AT_SPARE = 116, STRANGE = 64, UNSIGNED = 128 };

static const uint8_t seed[SIGNATURE_SEED_LEN] = {1, 2, 3};
static const uint8_t stranger[SIGNATURE_SEED_LEN] = {4, 5, 6};
static struct charter first = {.number = 2,
                               .issued = 1,
                               .expires = 9,
                               .intake_count = 2,
                               .intake = {{.epoch = 2}, {.epoch = 1}},
                               .texts = "name - Office\nphone kk 112\n"};

/* A later charter follows an earlier one, never the other way round; nothing follows a stranger. */
static void follow(const struct charter *held, const struct charter *next)
{
    const int on = charter_follows(held, next), back = charter_follows(next, held);

    must(charter_follows(held, held) == ERROR_NONE);
    must((on == ERROR_OFFICE) == (back == ERROR_OFFICE));
    if (on == ERROR_NONE && back == ERROR_NONE)
        must(held->number == next->number && memcmp(held->hash, next->hash, 32) == 0);
}

/* What is taken is what a writer writes. */
static void read_charter(const uint8_t *in, size_t len, const struct charter *held, unsigned fault)
{
    struct charter charter;
    uint8_t again[CHARTER_LEN];
    char print[CHARTER_FINGERPRINT_LEN], text[CHARTER_TEXT_MAX + 1];

    fuzz_fail_at(fault);
    const int error = charter_decode(in, len, &charter);
    fuzz_fail_at(0);
    if (error != ERROR_NONE)
        return;
    charter_fingerprint(charter.office, print);
    must(strlen(print) == CHARTER_FINGERPRINT_LEN - 1);
    follow(held, &charter);
    for (unsigned n = 0; charter_find_text(&charter, CHARTER_PHONE, "kk", n, text); n++)
        must(strlen(text) <= CHARTER_TEXT_MAX);
    must(charter_add_text(&charter, CHARTER_ADDRESS, "kk", "\n") == ERROR_MALFORMED);
    while (charter_add_text(&charter, CHARTER_ADDRESS, "kk", print) == ERROR_NONE)
        must(strlen(charter.texts) <= CHARTER_TEXTS_LEN);
    must(charter_decode(in, len, &charter) == ERROR_NONE);
    if (memcmp(charter.root, held->root, sizeof held->root) != 0)
        return;
    /* but for what it does not know */
    must(charter_encode(&charter, seed, again) == ERROR_NONE);
    must(charter.intake_count < in[148] || memcmp(in, again, AT_SPARE) == 0);
    charter.issued = charter.expires;
    charter.expires--;
    must(charter_encode(&charter, seed, again) == ERROR_MALFORMED || charter.issued == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[CHARTER_LEN];
    static struct charter good;
    uint8_t in[CHARTER_LEN];

    fuzz_start();
    fuzz_fail_at(0);
    if (good.number == 0) {
        charter_usual(&first);
        must(charter_encode(&first, seed, bytes) == ERROR_NONE);
        must(charter_decode(bytes, sizeof bytes, &good) == ERROR_NONE);
    }
    read_charter(data, size, &good, 0);
    if (size < HEAD)
        return 0;
    fuzz_fail_at(data[0] % 8);
    must(data[0] % 8 == 0 || charter_encode(&first, seed, in) != ERROR_NONE || data[0] % 8 > 2);
    fuzz_fail_at(0);
    memcpy(in, bytes, sizeof in);
    if (data[0] & STRANGE)
        must(charter_encode(&first, stranger, in) == ERROR_NONE);
    fuzz_change(in, SIGNED, data[1] + 256U * data[2], data + HEAD, size - HEAD);
    if (!(data[0] & UNSIGNED))
        must(signature_sign(data[0] & STRANGE ? stranger : seed, "sandyq charter v1", in, SIGNED,
                            in + SIGNED) == 0);
    read_charter(in, sizeof in, &good, data[0] % 8);
    return 0;
}
