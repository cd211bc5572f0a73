/* SPDX-License-Identifier: GPL-3.0-or-later */
/* New generations of the office's secrets. */
#include "office/generation.h"

#include "crypto/random.h"
#include "crypto/secret.h"

enum error generation_add(struct history_batch *batch, const struct keyset *keys,
                          const struct keyset_generation *generation, uint32_t now)
{
    const struct act_content content = {.head = generation->pair_public,
                                        .head_len = sizeof generation->pair_public};
    struct act act = {
        .kind = ACT_GENERATION,
        .field = ACT_NEWEST,
        .minute = now,
        .from = generation->generation - 1,
        .to = generation->generation,
        .flags = generation->compartment,
    };
    enum error error = keyset_commitment(keys->office, generation, act.commitment);
    return error == ERROR_NONE ? history_batch_add(batch, keys, &act, NULL, &content, NULL) : error;
}

enum error generation_make(struct keyset *keys, uint16_t compartment, uint32_t number)
{
    uint8_t *secret = secret_new(KEYSET_KEY_LEN);
    if (secret == NULL)
        return ERROR_MEMORY;
    random_key(secret, KEYSET_KEY_LEN);
    enum error error = keyset_add(keys, compartment, number, secret);
    secret_free(secret);
    return error;
}
