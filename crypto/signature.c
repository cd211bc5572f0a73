/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ed25519 over libgcrypt's S-expressions, and the checks that libgcrypt leaves out. */
#include "crypto/signature.h"

#include <assert.h>
#include <gcrypt.h>
#include <stdbool.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"

_Static_assert((int)SIGNATURE_HASH_LEN == (int)HASH_LEN, "a message is signed by its SHA-256");

enum { DOMAIN_MAX = 63, SIGNED_MAX = DOMAIN_MAX + 1 + HASH_LEN };

#define PRIVATE "(private-key(ecc(curve Ed25519)(flags eddsa)(d%b)))"
#define PUBLIC  "(public-key(ecc(curve Ed25519)(flags eddsa)(q%b)))"
#define DATA    "(data(flags eddsa)(hash-algo sha512)(value%b))"
#define SIGVAL  "(sig-val(eddsa(r%b)(s%b)))"

/* The order of the base point, little-endian. */
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

/* A signature with S + L instead of S verifies in libgcrypt 1.10 and 1.11, so that anybody could
   make a second signature out of a first. RFC 8032 section 5.1.7 wants S below L. */
static bool s_is_reduced(const uint8_t s[32])
{
    for (int i = 31; i >= 0; i--)
        if (s[i] != order[i])
            return s[i] < order[i];
    return false;
}

/* The y coordinates of order 8, little-endian: under such a key an all-zero signature can hold. */
static const uint8_t order_8[][32] = {
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

static bool is_order_8(const uint8_t public_key[SIGNATURE_PUBLIC_LEN])
{
    uint8_t y[SIGNATURE_PUBLIC_LEN];
    memcpy(y, public_key, sizeof y);
    y[31] &= 0x7f; /* the sign of x */
    return memcmp(y, order_8[0], sizeof y) == 0 || memcmp(y, order_8[1], sizeof y) == 0;
}

/* What libgcrypt does not take is wrong, unless it had no memory to look at it. */
static enum error error_of(gcry_error_t error)
{
    if (error == 0)
        return ERROR_NONE;
    return gcry_err_code(error) == GPG_ERR_ENOMEM ? ERROR_MEMORY : ERROR_FORGED;
}

/* libgcrypt ends the process ("mulm_25519: different sizes") when a coordinate of the public key
   does not reach into the top limb of its number, and whoever makes a key can make it so. One
   honest key in 2^62 is refused here as well. What is left of the points of small order has such
   coordinates too. */
static enum error check_key(gcry_sexp_t key)
{
    enum { BITS_MIN = 256 - 8 * sizeof(unsigned long) + 1 };
    gcry_ctx_t curve = NULL;
    gcry_mpi_t x = NULL, y = NULL;
    gcry_mpi_point_t q = NULL;
    enum error error = error_of(gcry_mpi_ec_new(&curve, key, NULL));
    if (error != ERROR_NONE)
        goto out;
    error = ERROR_FORGED;
    q = gcry_mpi_ec_get_point("q", curve, 1);
    if (q == NULL)
        goto out;
    x = gcry_mpi_new(0);
    y = gcry_mpi_new(0);
    gcry_mpi_point_get(x, y, NULL, q); /* just decoded, so z is 1 and these are the coordinates */
    if (gcry_mpi_get_nbits(x) >= BITS_MIN && gcry_mpi_get_nbits(y) >= BITS_MIN)
        error = ERROR_NONE;
out:
    gcry_mpi_release(x);
    gcry_mpi_release(y);
    gcry_mpi_point_release(q);
    gcry_ctx_release(curve);
    return error;
}

/* The data expression of what is signed: domain || 0 || SHA-256 of the message. */
static int make_data(gcry_sexp_t *data, const char *domain, const uint8_t digest[HASH_LEN])
{
    uint8_t bytes[SIGNED_MAX];
    size_t domain_len = strlen(domain);
    assert(domain_len <= DOMAIN_MAX);
    memcpy(bytes, domain, domain_len + 1);
    memcpy(bytes + domain_len + 1, digest, HASH_LEN);
    return gcry_sexp_build(data, NULL, DATA, (int)(domain_len + 1 + HASH_LEN), bytes) == 0 ? 0 : -1;
}

/* Copies the 32 bytes named token out of a signature expression. */
static int take(gcry_sexp_t from, const char *token, uint8_t out[32])
{
    gcry_sexp_t found = gcry_sexp_find_token(from, token, 1);
    size_t len = 0;
    const char *bytes = found != NULL ? gcry_sexp_nth_data(found, 1, &len) : NULL;
    int rc = bytes != NULL && len == 32 ? 0 : -1;
    if (rc == 0)
        memcpy(out, bytes, 32);
    gcry_sexp_release(found);
    return rc;
}

static int public_once(const uint8_t seed[SIGNATURE_SEED_LEN],
                       uint8_t public_key[SIGNATURE_PUBLIC_LEN])
{
    gcry_sexp_t key = NULL;
    gcry_ctx_t curve = NULL;
    gcry_mpi_t q = NULL;
    unsigned bits = 0;
    int rc = -1;
    if (gcry_sexp_build(&key, NULL, PRIVATE, SIGNATURE_SEED_LEN, seed) != 0)
        goto out;
    if (gcry_mpi_ec_new(&curve, key, NULL) != 0)
        goto out;
    q = gcry_mpi_ec_get_mpi("q@eddsa", curve, 1);
    const void *bytes = q != NULL ? gcry_mpi_get_opaque(q, &bits) : NULL;
    if (bytes == NULL || bits != 8 * SIGNATURE_PUBLIC_LEN)
        goto out;
    memcpy(public_key, bytes, SIGNATURE_PUBLIC_LEN);
    rc = 0;
out:
    gcry_mpi_release(q);
    gcry_ctx_release(curve);
    gcry_sexp_release(key);
    return rc;
}

/* For want of memory libgcrypt may also give a wrong key, and say nothing. */
int signature_public(const uint8_t seed[SIGNATURE_SEED_LEN],
                     uint8_t public_key[SIGNATURE_PUBLIC_LEN])
{
    uint8_t again[SIGNATURE_PUBLIC_LEN];
    if (public_once(seed, public_key) != 0 || public_once(seed, again) != 0)
        return -1;
    return secret_equal(public_key, again, sizeof again) ? 0 : -1;
}

int signature_key_new(uint8_t seed[SIGNATURE_SEED_LEN], uint8_t public_key[SIGNATURE_PUBLIC_LEN])
{
    random_key(seed, SIGNATURE_SEED_LEN);
    return signature_public(seed, public_key);
}

static int sign_once(const uint8_t seed[SIGNATURE_SEED_LEN], const char *domain,
                     const uint8_t digest[SIGNATURE_HASH_LEN], uint8_t signature[SIGNATURE_LEN])
{
    gcry_sexp_t key = NULL, data = NULL, made = NULL;
    int rc = -1;
    if (make_data(&data, domain, digest) != 0)
        goto out;
    if (gcry_sexp_build(&key, NULL, PRIVATE, SIGNATURE_SEED_LEN, seed) != 0)
        goto out;
    if (gcry_pk_sign(&made, data, key) != 0)
        goto out;
    if (take(made, "r", signature) != 0 || take(made, "s", signature + 32) != 0)
        goto out;
    rc = 0;
out:
    gcry_sexp_release(made);
    gcry_sexp_release(data);
    gcry_sexp_release(key);
    return rc;
}

/* A wrong signature, which libgcrypt may make for want of memory, would be refused for ever, and
   may give the key away. One of Ed25519 is the same each time. */
int signature_sign_hashed(const uint8_t seed[SIGNATURE_SEED_LEN], const char *domain,
                          const uint8_t digest[SIGNATURE_HASH_LEN],
                          uint8_t signature[SIGNATURE_LEN])
{
    uint8_t again[SIGNATURE_LEN];
    int rc = sign_once(seed, domain, digest, signature);
    if (rc == 0)
        rc = sign_once(seed, domain, digest, again);
    if (rc == 0 && !secret_equal(signature, again, sizeof again))
        rc = -1;
    if (rc != 0)
        explicit_bzero(signature, SIGNATURE_LEN);
    explicit_bzero(again, sizeof again);
    return rc;
}

static enum error check_once(const uint8_t *public_key, const char *domain,
                             const uint8_t digest[SIGNATURE_HASH_LEN], const uint8_t *signature)
{
    gcry_sexp_t key = NULL, data = NULL, given = NULL;
    enum error error = make_data(&data, domain, digest) == 0 ? ERROR_NONE : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = error_of(gcry_sexp_build(&key, NULL, PUBLIC, SIGNATURE_PUBLIC_LEN, public_key));
    if (error == ERROR_NONE)
        error = check_key(key);
    if (error == ERROR_NONE)
        error = error_of(gcry_sexp_build(&given, NULL, SIGVAL, 32, signature, 32, signature + 32));
    if (error == ERROR_NONE)
        error = error_of(gcry_pk_verify(given, data, key));
    gcry_sexp_release(given);
    gcry_sexp_release(data);
    gcry_sexp_release(key);
    return error;
}

/* A right signature: seed and digest all zeros. */
static const char sample_domain[] = "sandyq self-test v1";
static const uint8_t sample_key[SIGNATURE_PUBLIC_LEN] = {
    0x3b, 0x6a, 0x27, 0xbc, 0xce, 0xb6, 0xa4, 0x2d, 0x62, 0xa3, 0xa8, 0xd0, 0x2a, 0x6f, 0x0d, 0x73,
    0x65, 0x32, 0x15, 0x77, 0x1d, 0xe2, 0x43, 0xa6, 0x3a, 0xc0, 0x48, 0xa1, 0x8b, 0x59, 0xda, 0x29,
};
static const uint8_t sample[SIGNATURE_LEN] = {
    0xfa, 0xbd, 0x25, 0x27, 0x00, 0xf5, 0x12, 0x44, 0xd2, 0x33, 0x88, 0xeb, 0x6e, 0xc4, 0xfd, 0x8a,
    0xbb, 0x5a, 0x72, 0x3f, 0xd2, 0x0b, 0x1a, 0x73, 0xd1, 0x45, 0x79, 0x28, 0x35, 0x21, 0xb1, 0x69,
    0xcf, 0x65, 0xd9, 0x87, 0xf7, 0xd1, 0x66, 0xf7, 0x06, 0xc5, 0x0a, 0xf7, 0x98, 0xcb, 0xda, 0xd9,
    0x70, 0xaf, 0x2b, 0x9f, 0xd2, 0xd9, 0x52, 0xc0, 0x89, 0x51, 0x3f, 0x26, 0x79, 0x1e, 0x8e, 0x0d,
};

/* libgcrypt has other errors too for want of memory, also that of a wrong signature. So one is
   called wrong only if it is so twice, and a right one is right thereafter. */
enum error signature_check_hashed(const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                                  const char *domain, const uint8_t digest[SIGNATURE_HASH_LEN],
                                  const uint8_t signature[SIGNATURE_LEN])
{
    static const uint8_t zeros[SIGNATURE_HASH_LEN];
    if (!s_is_reduced(signature + 32) || is_order_8(public_key))
        return ERROR_FORGED;
    enum error error = check_once(public_key, domain, digest, signature);
    if (error == ERROR_FORGED)
        error = check_once(public_key, domain, digest, signature);
    if (error == ERROR_FORGED && check_once(sample_key, sample_domain, zeros, sample) != ERROR_NONE)
        error = ERROR_MEMORY;
    return error;
}

int signature_sign(const uint8_t seed[SIGNATURE_SEED_LEN], const char *domain, const void *message,
                   size_t len, uint8_t signature[SIGNATURE_LEN])
{
    uint8_t digest[HASH_LEN];
    if (hash_sha256(digest, &(struct hash_part){message, len}, 1) != 0)
        return -1;
    return signature_sign_hashed(seed, domain, digest, signature);
}

enum error signature_check(const uint8_t public_key[SIGNATURE_PUBLIC_LEN], const char *domain,
                           const void *message, size_t len, const uint8_t signature[SIGNATURE_LEN])
{
    uint8_t digest[HASH_LEN];
    if (hash_sha256(digest, &(struct hash_part){message, len}, 1) != 0)
        return ERROR_MEMORY;
    return signature_check_hashed(public_key, domain, digest, signature);
}
