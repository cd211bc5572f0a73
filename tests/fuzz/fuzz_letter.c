/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a letter: what is taken must encode to the very same bytes, what is refused leaves
 * nothing. */
#include <stdlib.h>
#include <string.h>

#include "complaint/letter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct letter empty;
    static uint8_t again[LETTER_LEN];
    struct letter letter;
    uint8_t *in = calloc(1, LETTER_LEN);
    if (in == NULL)
        return 0;
    memcpy(in, data, size < LETTER_LEN ? size : LETTER_LEN);
    if (letter_decode(in, &letter) != LETTER_OK) {
        if (memcmp(&letter, &empty, sizeof(letter)) != 0)
            abort();
    } else if (letter_encode(&letter, again) != LETTER_OK || memcmp(again, in, LETTER_LEN) != 0) {
        abort();
    }
    free(in);
    return 0;
}
