/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what an import act says of a bundle: what is taken is what a writer writes. Input:
   the bytes; the places of heads that do not fit need not be there. */
#include <string.h>

#include "base/error.h"
#include "office/contact.h"
#include "tests/fuzz/fuzz.h"

enum { AT_MISFITS = CONTACT_LEN - MISFIT_ALL_LEN };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct contact contact, again;
    uint8_t padded[CONTACT_LEN] = {0}, out[CONTACT_LEN];

    if (size >= AT_MISFITS && size < CONTACT_LEN) {
        memcpy(padded, data, size);
        data = padded;
        size = sizeof padded;
    }
    if (contact_decode(data, size, &contact) != ERROR_NONE)
        return 0;
    must(size >= CONTACT_LEN && contact.first >= 1 && contact.taken <= BUNDLE_RECORDS_MAX);
    contact_encode(&contact, out);
    must(memcmp(out, data, CONTACT_LEN) == 0);
    must(contact_decode(out, sizeof out, &again) == ERROR_NONE);
    must(contact_equal(&contact, &again));
    return 0;
}
