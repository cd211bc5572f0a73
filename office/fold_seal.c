/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fold keeps of an act's digests, so that a row changed later is noticed. */
#include <string.h>

#include "office/fold_parts.h"

enum error fold_seal_of(const uint8_t head_digest[HASH_LEN], const uint8_t body_digest[HASH_LEN],
                        uint8_t seal[FOLD_SEAL_LEN])
{
    uint8_t digest[HASH_LEN];
    const struct hash_part parts[] = {{head_digest, HASH_LEN}, {body_digest, HASH_LEN}};
    if (hash_sha256(digest, parts, 2) != 0)
        return ERROR_MEMORY;
    memcpy(seal, digest, FOLD_SEAL_LEN);
    return ERROR_NONE;
}

void fold_seal(struct fold *fold, uint64_t seq, const uint8_t seal[FOLD_SEAL_LEN])
{
    memcpy(fold->acts[seq - 1].seal, seal, FOLD_SEAL_LEN);
}

enum error fold_is_sealed(const struct fold *fold, uint64_t seq,
                          const uint8_t head_digest[HASH_LEN], const uint8_t body_digest[HASH_LEN])
{
    uint8_t seal[FOLD_SEAL_LEN];
    const struct fold_act *act = fold_act(fold, seq);
    enum error error = act != NULL ? fold_seal_of(head_digest, body_digest, seal) : ERROR_SEAL;
    return error == ERROR_NONE && memcmp(act->seal, seal, FOLD_SEAL_LEN) != 0 ? ERROR_SEAL : error;
}
