/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that fail when they are told to, and stand-ins for what is slow or random. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/aead.h"
#include "crypto/answer.h"
#include "crypto/argon.h"
#include "crypto/envelope.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "tui/wrap.h"

static _Thread_local unsigned left; /* calls up to the one that fails, 0: none does */
static bool gone;       /* what fails to be read is no longer there, or cannot be read */
static uint64_t chance; /* where the random bytes are */
static bool really;     /* signatures are real ones */
static _Thread_local int
    inside; /* of crypto/: libgcrypt ends the process when its own memory is short */

void must(bool holds)
{
    if (!holds)
        abort();
}

void fuzz_start(void)
{
    static bool started;

    if (!started)
        must(secret_start() == ERROR_NONE);
    started = true;
}

void fuzz_fail_at(unsigned n)
{
    left = n;
    gone = n % 2 == 1;
    chance = 0;
}

void fuzz_sign_really(bool on)
{
    really = on;
}

unsigned fuzz_fault_of(const uint8_t *data, size_t size)
{
    unsigned sum = (unsigned)size;

    for (size_t i = 0; i < size; i++)
        sum += data[i];
    return sum % 4 == 0 ? 1 + sum / 4 % 8 : 0;
}

void fuzz_change(uint8_t *good, size_t len, size_t place, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size && place + i < len; i++)
        good[place + i] ^= data[i];
}

static bool fails(void)
{
    return left > 0 && inside == 0 && --left == 0;
}

/* --- in the place of the real ones, by the linker's --wrap --- */

WRAP(void *, malloc, size_t len)
{
    return fails() ? NULL : __real_malloc(len);
}

WRAP(void *, calloc, size_t n, size_t len)
{
    return fails() ? NULL : __real_calloc(n, len);
}

/* Only where our own code calls: what a library asks for depends on what was drawn before, and a
   finding that only comes after other inputs cannot be looked into. */
WRAP(void *, realloc, void *block, size_t len)
{
    return fails() ? NULL : __real_realloc(block, len);
}

WRAP(ssize_t, pread, int fd, void *bytes, size_t len, off_t at)
{
    if (!fails())
        return __real_pread(fd, bytes, len, at);
    errno = EIO;
    return gone ? 0 : -1;
}

/* A function of crypto/ that may fail as a whole. */
#define CRYPTO(type, name, failure, arguments, ...)                                                \
    WRAP(type, name, __VA_ARGS__)                                                                  \
    {                                                                                              \
        if (fails())                                                                               \
            return failure;                                                                        \
        inside++;                                                                                  \
        type result = __real_##name arguments;                                                     \
        inside--;                                                                                  \
        return result;                                                                             \
    }

CRYPTO(void *, secret_new, NULL, (len), size_t len)

CRYPTO(int, hash_sha256, -1, (out, parts, n), uint8_t out[HASH_LEN], const struct hash_part *parts,
       size_t n)

CRYPTO(int, hash_expand, -1, (out, len, prk, parts, n), uint8_t *out, size_t len,
       const uint8_t prk[HASH_LEN], const struct hash_part *parts, size_t n)

CRYPTO(enum error, aead_seal, ERROR_MEMORY, (with, plain, len, out), const struct aead *with,
       const void *plain, size_t len, uint8_t *out)

CRYPTO(enum error, aead_open, ERROR_MEMORY, (with, sealed, len, plain), const struct aead *with,
       const uint8_t *sealed, size_t len, void *plain)

CRYPTO(enum error, answer_tag, ERROR_MEMORY, (keys, n, tag), const struct code_keys *keys,
       uint64_t n, uint8_t tag[ANSWER_TAG_LEN])

CRYPTO(enum error, hpke_public, ERROR_MEMORY, (secret, public_key),
       const uint8_t secret[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN])

CRYPTO(enum error, hpke_open_decap, ERROR_MEMORY, (pair, enc, shared), const struct hpke_pair *pair,
       const uint8_t enc[HPKE_KEY_LEN], uint8_t shared[HPKE_KEY_LEN])

CRYPTO(enum error, envelope_seal, ERROR_MEMORY, (public_key, letter, out),
       const uint8_t public_key[ENVELOPE_KEY_LEN], const uint8_t letter[ENVELOPE_LETTER_LEN],
       uint8_t out[ENVELOPE_LEN])

CRYPTO(int, envelope_key_id, -1, (public_key, id), const uint8_t public_key[ENVELOPE_KEY_LEN],
       uint8_t id[ENVELOPE_ID_LEN])

/* --- signatures: hashes, since a real one takes longer than all that is read behind it --- */

static void imprint(const uint8_t public_key[SIGNATURE_PUBLIC_LEN], const char *domain,
                    const uint8_t digest[SIGNATURE_HASH_LEN], uint8_t signature[SIGNATURE_LEN])
{
    const struct hash_part parts[] = {
        {public_key, SIGNATURE_PUBLIC_LEN}, {domain, strlen(domain)}, {digest, SIGNATURE_HASH_LEN}};

    must(__real_hash_sha256(signature, parts, 3) == 0);
    memcpy(signature + HASH_LEN, signature, SIGNATURE_LEN - HASH_LEN);
}

WRAP(int, signature_public, const uint8_t seed[SIGNATURE_SEED_LEN],
     uint8_t public_key[SIGNATURE_PUBLIC_LEN])
{
    if (really)
        return __real_signature_public(seed, public_key);
    if (fails())
        return -1;
    return __real_hash_sha256(public_key, &(struct hash_part){seed, SIGNATURE_SEED_LEN}, 1);
}

WRAP(int, signature_key_new, uint8_t seed[SIGNATURE_SEED_LEN],
     uint8_t public_key[SIGNATURE_PUBLIC_LEN])
{
    if (really)
        return __real_signature_key_new(seed, public_key);
    random_bytes(seed, SIGNATURE_SEED_LEN);
    return signature_public(seed, public_key);
}

WRAP(int, signature_sign_hashed, const uint8_t seed[SIGNATURE_SEED_LEN], const char *domain,
     const uint8_t digest[SIGNATURE_HASH_LEN], uint8_t signature[SIGNATURE_LEN])
{
    uint8_t public_key[SIGNATURE_PUBLIC_LEN];

    if (really)
        return __real_signature_sign_hashed(seed, domain, digest, signature);
    if (fails() ||
        __real_hash_sha256(public_key, &(struct hash_part){seed, SIGNATURE_SEED_LEN}, 1) != 0)
        return -1;
    imprint(public_key, domain, digest, signature);
    return 0;
}

WRAP(int, signature_sign, const uint8_t seed[SIGNATURE_SEED_LEN], const char *domain,
     const void *message, size_t len, uint8_t signature[SIGNATURE_LEN])
{
    uint8_t digest[HASH_LEN];

    if (really)
        return __real_signature_sign(seed, domain, message, len, signature);
    must(__real_hash_sha256(digest, &(struct hash_part){message, len}, 1) == 0);
    return signature_sign_hashed(seed, domain, digest, signature);
}

WRAP(enum error, signature_check_hashed, const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
     const char *domain, const uint8_t digest[SIGNATURE_HASH_LEN],
     const uint8_t signature[SIGNATURE_LEN])
{
    uint8_t right[SIGNATURE_LEN];

    if (really)
        return __real_signature_check_hashed(public_key, domain, digest, signature);
    imprint(public_key, domain, digest, right);
    if (fails())
        return ERROR_MEMORY;
    return memcmp(right, signature, sizeof right) == 0 ? ERROR_NONE : ERROR_FORGED;
}

WRAP(enum error, signature_check, const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
     const char *domain, const void *message, size_t len, const uint8_t signature[SIGNATURE_LEN])
{
    uint8_t digest[HASH_LEN];

    if (really)
        return __real_signature_check(public_key, domain, message, len, signature);
    must(__real_hash_sha256(digest, &(struct hash_part){message, len}, 1) == 0);
    return signature_check_hashed(public_key, domain, digest, signature);
}

/* Quick: what a derivation gives is nowhere told apart from its hash. Nobody's file may make it
   cheap, or bring the machine down. */
WRAP(int, argon_derive, const struct argon_cost *cost, const void *password, size_t len,
     const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch, uint8_t out[ARGON_LEN])
{
    const struct hash_part parts[] = {
        {cost, sizeof *cost}, {salt, ARGON_SALT_LEN}, {password, len}};

    must(cost->kib >= 65536 && cost->kib <= 1048576 && cost->passes >= 1 && cost->passes <= 16);
    for (int i = 1; watch != NULL && i <= 4; i++)
        watch->step(watch->context, i, 4);
    return fails() ? -1 : __real_hash_sha256(out, parts, 3);
}

/* splitmix64: for every input the same. */
WRAP(void, random_bytes, void *out, size_t len)
{
    uint8_t *at = out;

    for (size_t i = 0; i < len; i++) {
        uint64_t z = chance += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        at[i] = (uint8_t)(z ^ z >> 31);
    }
}
