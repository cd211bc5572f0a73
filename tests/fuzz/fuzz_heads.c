/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the heads that a kiosk remembers: what is taken is what a writer writes. Input: the
   bytes, with zeros behind them where they end within the heads that do not fit. */
#include <string.h>

#include "device/heads.h"
#include "tests/fuzz/fuzz.h"

enum { AT_SEEN = 8 + MISFIT_ALL_LEN };

static void read_heads(const uint8_t *in, size_t len)
{
    static struct heads heads;
    uint8_t out[HEADS_LEN_MAX];
    heads_decode(in, len, &heads);
    must(heads.n <= HEADS_MAX && heads.misfits.n <= MISFIT_MAX);
    if (heads.n > 0 || heads.misfits.n > 0)
        must(heads_encode(&heads, out) == len && memcmp(out, in, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t padded[AT_SEEN] = {0};
    read_heads(data, size);
    if (size < 8 || size >= AT_SEEN)
        return 0;
    memcpy(padded, data, size);
    read_heads(padded, sizeof padded);
    return 0;
}
