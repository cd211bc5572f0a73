/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256, HMAC and HKDF. Every state lies in locked memory: HMAC states are as good as their keys.
 */
#include "crypto/hash.h"

#include <assert.h>
#include <gcrypt.h>
#include <string.h>

enum { EXPAND_BLOCKS_MAX = 255 };

/* One run over the parts; key is NULL for a plain hash. */
static int run(uint8_t out[HASH_LEN], const void *key, size_t key_len,
               const struct hash_part *parts, size_t n)
{
    gcry_md_hd_t md = NULL;
    int rc = -1;
    unsigned flags = GCRY_MD_FLAG_SECURE | (key != NULL ? GCRY_MD_FLAG_HMAC : 0);
    if (gcry_md_open(&md, GCRY_MD_SHA256, flags) != 0)
        goto out;
    if (key != NULL && gcry_md_setkey(md, key, key_len) != 0)
        goto out;
    for (size_t i = 0; i < n; i++)
        gcry_md_write(md, parts[i].data, parts[i].len);
    memcpy(out, gcry_md_read(md, GCRY_MD_SHA256), HASH_LEN);
    rc = 0;
out:
    if (rc != 0)
        memset(out, 0, HASH_LEN);
    gcry_md_close(md);
    return rc;
}

int hash_sha256(uint8_t out[HASH_LEN], const struct hash_part *parts, size_t n)
{
    assert(n <= HASH_PARTS_MAX);
    return run(out, NULL, 0, parts, n);
}

int hash_hmac(uint8_t out[HASH_LEN], const void *key, size_t key_len, const struct hash_part *parts,
              size_t n)
{
    assert(n <= HASH_PARTS_MAX);
    return run(out, key != NULL ? key : "", key_len, parts, n);
}

int hash_extract(uint8_t prk[HASH_LEN], const void *salt, size_t salt_len,
                 const struct hash_part *parts, size_t n)
{
    /* An absent salt is HASH_LEN zeros, which HMAC pads to the same block as an empty key. */
    return hash_hmac(prk, salt, salt_len, parts, n);
}

int hash_expand(uint8_t *out, size_t len, const uint8_t prk[HASH_LEN],
                const struct hash_part *parts, size_t n)
{
    struct hash_part input[HASH_PARTS_MAX + 2];
    uint8_t block[HASH_LEN];
    uint8_t counter = 0;
    int rc = -1;
    assert(n <= HASH_PARTS_MAX && len <= (size_t)EXPAND_BLOCKS_MAX * HASH_LEN);
    for (size_t i = 0; i < n; i++)
        input[i + 1] = parts[i];
    input[0] = (struct hash_part){block, 0};
    input[n + 1] = (struct hash_part){&counter, 1};
    for (size_t done = 0; done < len;) {
        size_t take = len - done < HASH_LEN ? len - done : HASH_LEN;
        counter++;
        if (run(block, prk, HASH_LEN, input, n + 2) != 0)
            goto out;
        memcpy(out + done, block, take);
        input[0].len = HASH_LEN;
        done += take;
    }
    rc = 0;
out:
    if (rc != 0)
        explicit_bzero(out, len);
    explicit_bzero(block, sizeof block);
    return rc;
}
