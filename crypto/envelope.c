/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The intake key, and how an envelope names it. */
#include "crypto/envelope.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/hpke.h"

static const char id_domain[] = "sandyq intake v1";

enum error envelope_key_new(uint8_t secret[ENVELOPE_KEY_LEN], uint8_t public_key[ENVELOPE_KEY_LEN])
{
    return hpke_key_new(secret, public_key);
}

int envelope_key_id(const uint8_t public_key[ENVELOPE_KEY_LEN], uint8_t id[ENVELOPE_ID_LEN])
{
    uint8_t digest[HASH_LEN]; /* not secret */
    const struct hash_part parts[] = {{id_domain, sizeof id_domain - 1},
                                      {public_key, ENVELOPE_KEY_LEN}};
    if (hash_sha256(digest, parts, 2) != 0)
        return -1;
    memcpy(id, digest, ENVELOPE_ID_LEN);
    return 0;
}
