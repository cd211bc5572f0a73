/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what an import act says of a bundle: what is taken is what a writer writes. Input:
   the bytes. */
#include <string.h>

#include "base/error.h"
#include "office/contact.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct contact contact, again;
    uint8_t out[CONTACT_LEN];

    if (contact_decode(data, size, &contact) != ERROR_NONE)
        return 0;
    must(size >= CONTACT_LEN && contact.first >= 1 && contact.taken <= BUNDLE_RECORDS_MAX);
    contact_encode(&contact, out);
    must(memcmp(out, data, CONTACT_LEN) == 0);
    must(contact_decode(out, sizeof out, &again) == ERROR_NONE);
    must(contact_equal(&contact, &again));
    return 0;
}
