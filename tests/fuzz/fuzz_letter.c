/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a letter, and a good letter with bytes changed: what is taken must encode to the
   very same bytes, what is refused leaves nothing. Input: place of the changes (2 bytes), 1 for
   a cover, 3 for a note of what was seen (1), changes, which are the letter itself in the first
   run. */
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "complaint/letter.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 3 };

static void try(const uint8_t in[LETTER_LEN])
{
    static const struct letter empty;
    static uint8_t again[LETTER_LEN];
    struct letter letter;

    if (letter_decode(in, &letter) != ERROR_NONE) {
        must(memcmp(&letter, &empty, sizeof(letter)) == 0);
    } else {
        must(letter_encode(&letter, again) == ERROR_NONE);
        must(memcmp(again, in, LETTER_LEN) == 0);
    }
}

static void good(enum letter_kind kind, uint8_t out[LETTER_LEN])
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
    const struct letter cover = {.kind = LETTER_COVER, .facility = "KA-01"};
    const struct letter seen = {
        .kind = LETTER_SEEN,
        .facility = "KA-01",
        .language = "kk",
        .category = "H1",
        .consent = 1,
        .seen = 3,
    };
    const struct letter *const letters[] = {&cover, &letter, &letter, &seen};

    must(letter_encode(letters[kind], out) == ERROR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t in[LETTER_LEN];

    if (size < HEAD)
        return 0;
    const size_t len = size - HEAD < LETTER_LEN ? size - HEAD : LETTER_LEN;
    memset(in, 0, sizeof in);
    memcpy(in, data + HEAD, len);
    try(in);
    good(data[2] == 1 ? LETTER_COVER : data[2] == 3 ? LETTER_SEEN : LETTER_COMPLAINT, in);
    try(in);
    fuzz_change(in, LETTER_LEN, wire_get16(data) % LETTER_LEN, data + HEAD, len);
    try(in);
    return 0;
}
