/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a letter, and a good letter with bytes changed: what is taken must encode to the very
 * same bytes, what is refused leaves nothing. */
#include <stdlib.h>
#include <string.h>

#include "complaint/letter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try(const uint8_t in[LETTER_LEN])
{
    static const struct letter empty;
    static uint8_t again[LETTER_LEN];
    struct letter letter;
    if (letter_decode(in, &letter) != LETTER_OK) {
        if (memcmp(&letter, &empty, sizeof(letter)) != 0)
            abort();
    } else if (letter_encode(&letter, again) != LETTER_OK || memcmp(again, in, LETTER_LEN) != 0) {
        abort();
    }
}

static void good(uint8_t out[LETTER_LEN])
{
    const struct letter letter = {
        .kind = LETTER_COMPLAINT,
        .facility = "KA-01",
        .language = "kk",
        .category = "A2",
        .urgent = {1, 2},
        .urgent_count = 2,
        .consent = 1,
        .about = LETTER_ABOUT_MINOR,
        .text = "\xd1\x83\xd2\x9b",
        .text_len = 4,
        .name = "\xd0\x94\xd2\xaf\xd1\x80",
        .name_len = 6,
    };
    if (letter_encode(&letter, out) != LETTER_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *in = calloc(1, LETTER_LEN);
    if (in == NULL)
        return 0;
    if (size > LETTER_LEN)
        size = LETTER_LEN;
    memcpy(in, data, size);
    try(in);
    good(in);
    for (size_t i = 0; i < size; i++)
        in[i] ^= data[i];
    try(in);
    free(in);
    return 0;
}
