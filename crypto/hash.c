/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256, HMAC and HKDF. Every state lies in locked memory: HMAC states are as good as their keys.

   Opening a digest costs far more than hashing a few bytes with it, for libgcrypt stirs its random
   pool each time. So each thread keeps one digest until it ends. Only a plain one is kept:
   gcry_md_reset zeroes its context, whereas that of an HMAC digest would go back to the state that
   the key made. HMAC is two plain hashes here. */
#include "crypto/hash.h"

#include <assert.h>
#include <gcrypt.h>
#include <pthread.h>
#include <string.h>

#include "crypto/secret.h"

enum { EXPAND_BLOCKS_MAX = 255, BLOCK_LEN = 64 };

/* What a thread keeps; all of it in locked memory, and blank between two calls. */
struct hasher {
    gcry_md_hd_t md;
    uint8_t block[BLOCK_LEN]; /* HMAC's key, padded */
    uint8_t inner[HASH_LEN];
};

static pthread_key_t kept;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int can_keep;

static void hasher_free(void *value)
{
    struct hasher *hasher = value;
    gcry_md_close(hasher->md);
    secret_free(hasher);
}

static void prepare(void)
{
    can_keep = pthread_key_create(&kept, hasher_free) == 0;
}

/* This thread's hasher, or NULL when memory is short. */
static struct hasher *hasher_get(void)
{
    if (pthread_once(&once, prepare) != 0 || !can_keep)
        return NULL;
    struct hasher *hasher = pthread_getspecific(kept);
    if (hasher != NULL)
        return hasher;
    hasher = secret_new(sizeof *hasher);
    if (hasher == NULL)
        return NULL;
    if (gcry_md_open(&hasher->md, GCRY_MD_SHA256, GCRY_MD_FLAG_SECURE) != 0)
        goto fail;
    if (pthread_setspecific(kept, hasher) != 0)
        goto fail;
    return hasher;
fail:
    hasher_free(hasher);
    return NULL;
}

/* SHA-256 over a first part and then the others. Leaves the digest blank. */
static void run(gcry_md_hd_t md, struct hash_part first, const struct hash_part *parts, size_t n,
                uint8_t out[HASH_LEN])
{
    gcry_md_write(md, first.data, first.len);
    for (size_t i = 0; i < n; i++)
        gcry_md_write(md, parts[i].data, parts[i].len);
    memcpy(out, gcry_md_read(md, GCRY_MD_SHA256), HASH_LEN);
    gcry_md_reset(md);
}

static void pad(uint8_t block[BLOCK_LEN], uint8_t with)
{
    for (size_t i = 0; i < BLOCK_LEN; i++)
        block[i] ^= with;
}

/* H(key ^ opad || H(key ^ ipad || parts)), the key zero-padded to a block; a longer key is hashed
   first (RFC 2104 section 2). */
static void run_hmac(struct hasher *hasher, struct hash_part key, const struct hash_part *parts,
                     size_t n, uint8_t out[HASH_LEN])
{
    enum { INNER = 0x36, OUTER = 0x5c };
    const struct hash_part block = {hasher->block, BLOCK_LEN};
    const struct hash_part inner = {hasher->inner, HASH_LEN};
    if (key.len > BLOCK_LEN)
        run(hasher->md, key, NULL, 0, hasher->block);
    else if (key.len > 0)
        memcpy(hasher->block, key.data, key.len);
    pad(hasher->block, INNER);
    run(hasher->md, block, parts, n, hasher->inner);
    pad(hasher->block, INNER ^ OUTER);
    run(hasher->md, block, &inner, 1, out);
    explicit_bzero(hasher->block, BLOCK_LEN);
    explicit_bzero(hasher->inner, HASH_LEN);
}

int hash_sha256(uint8_t out[HASH_LEN], const struct hash_part *parts, size_t n)
{
    assert(n <= HASH_PARTS_MAX);
    struct hasher *hasher = hasher_get();
    if (hasher == NULL) {
        memset(out, 0, HASH_LEN);
        return -1;
    }
    run(hasher->md, (struct hash_part){"", 0}, parts, n, out);
    return 0;
}

int hash_hmac(uint8_t out[HASH_LEN], const void *key, size_t key_len, const struct hash_part *parts,
              size_t n)
{
    assert(n <= HASH_PARTS_MAX);
    struct hasher *hasher = hasher_get();
    if (hasher == NULL) {
        memset(out, 0, HASH_LEN);
        return -1;
    }
    run_hmac(hasher, (struct hash_part){key, key_len}, parts, n, out);
    return 0;
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
    struct hasher *hasher = hasher_get();
    assert(n <= HASH_PARTS_MAX && len <= (size_t)EXPAND_BLOCKS_MAX * HASH_LEN);
    if (hasher == NULL)
        goto out;
    for (size_t i = 0; i < n; i++)
        input[i + 1] = parts[i];
    input[0] = (struct hash_part){block, 0};
    input[n + 1] = (struct hash_part){&counter, 1};
    for (size_t done = 0; done < len;) {
        size_t take = len - done < HASH_LEN ? len - done : HASH_LEN;
        counter++;
        run_hmac(hasher, (struct hash_part){prk, HASH_LEN}, input, n + 2, block);
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
