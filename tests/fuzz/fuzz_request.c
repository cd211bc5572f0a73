/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the request of somebody who wants to be an officer; then the same as changes to a
   good one, signed anew. Input: how (1 byte: which call fails; 64 another office, 128 leaves the
   old signature), place of the changes (2), changes. */
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/secret.h"
#include "office/request.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 3, SIGNED = 232, STRANGE = 64, UNSIGNED = 128 };

static const uint8_t office[HASH_LEN] = {1}, another[HASH_LEN] = {2};

/* What is taken has a name that may be shown, and is what a writer writes. */
static void read_request(const uint8_t *in, size_t len, const uint8_t *whose, unsigned fault)
{
    struct naming who;

    fuzz_fail_at(fault);
    const enum error error = request_decode(in, len, whose, &who);
    fuzz_fail_at(0);
    if (error != ERROR_NONE)
        return;
    must(len == REQUEST_LEN && naming_valid(who.name));
    must(memcmp(who.sign, in + 40, sizeof who.sign) == 0);
    must(who.no == 0 && who.role == ACT_NOBODY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct keyset *keys;
    uint8_t in[REQUEST_LEN];

    fuzz_start();
    fuzz_fail_at(0);
    if (keys == NULL) {
        must(keyset_new(office, &keys) == ERROR_NONE);
        must(keyset_make_own(keys) == ERROR_NONE);
    }
    read_request(data, size, office, 0);
    if (size < HEAD)
        return 0;
    fuzz_fail_at(data[0] % 8);
    const enum error error = request_encode(keys, "Name", in);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || data[0] % 8 > 0);
    if (error != ERROR_NONE)
        return 0;
    fuzz_change(in, SIGNED, wire_get16(data + 1) % SIGNED, data + HEAD, size - HEAD);
    if (!(data[0] & UNSIGNED) && memcmp(in + 40, keys->sign_public, 32) == 0)
        must(signature_sign(keys->sign, "sandyq officer request v1", in, SIGNED, in + SIGNED) == 0);
    read_request(in, sizeof in, data[0] & STRANGE ? another : office, data[0] % 8);
    return 0;
}
