/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doors between secret and public, put around functions by the linker's --wrap (the Makefile
   reads their names here), and where memcheck looks away. */
#include "tests/taint/doors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrypt.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistr.h>
#include <valgrind/memcheck.h>

#include "crypto/aead.h"
#include "crypto/argon.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"

uint64_t taint_seed = 1;

/* ---- Secret and public ---- */

void taint_hide(void *bytes, size_t len)
{
    VALGRIND_MAKE_MEM_UNDEFINED(bytes, len);
}

void taint_publish(void *bytes, size_t len)
{
    VALGRIND_MAKE_MEM_DEFINED(bytes, len);
}

/* Only the bits of the mask are secret. */
static void taint_hide_bits(void *byte, uint8_t mask)
{
    (void)VALGRIND_SET_VBITS(byte, &mask, 1);
}

/* That they are digits is known, and how many; which they are is not. */
void taint_hide_digits(char *digits, size_t len)
{
    for (size_t i = 0; i < len; i++)
        taint_hide_bits(&digits[i], DIGIT_SECRET);
}

/* Cyrillic: two bytes a letter. */
void taint_hide_letters(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        taint_hide_bits(&text[i], i % 2 == 0 ? LEAD_SECRET : LETTER_SECRET);
}

void taint_fill(void *out, size_t len)
{
    uint8_t *bytes = out;
    for (size_t i = 0; i < len; i++) {
        taint_seed = taint_seed * 6364136223846793005U + 1442695040888963407U;
        bytes[i] = (uint8_t)(taint_seed >> 56);
    }
}

void taint_fill_secret(void *out, size_t len)
{
    taint_fill(out, len);
    taint_hide(out, len);
}

/* ---- Doors between secret and public, put around functions by the linker's --wrap ---- */

#define WRAP(type, name, ...)                                                                      \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

/* The one compare: what it says is acted on. */
WRAP(bool, secret_equal, const void *a, const void *b, size_t len)
{
    bool equal = __real_secret_equal(a, b, len);
    taint_publish(&equal, sizeof equal);
    return equal;
}

/* Plaintext may be read once its tag was right. */
WRAP(enum error, aead_open, const struct aead *with, const uint8_t *sealed, size_t len, void *plain)
{
    int rc = __real_aead_open(with, sealed, len, plain);
    if (rc == ERROR_NONE)
        taint_publish(plain, len - AEAD_TAG_LEN);
    return rc;
}

/* Nonces and salts are published with what they were used for; everything else is a secret. */
WRAP(void, random_bytes, void *out, size_t len)
{
    taint_fill(out, len);
    if (len != AEAD_NONCE_LEN && len != ARGON_SALT_LEN)
        taint_hide(out, len);
}

WRAP(void, random_key, void *out, size_t len)
{
    taint_fill_secret(out, len);
}

/* The same with 32 KiB for 256 MiB. */
WRAP(int, argon_derive, const struct argon_cost *cost, const void *password, size_t len,
     const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch, uint8_t out[ARGON_LEN])
{
    const struct argon_cost cheap = {32, 1};
    int rc = __real_argon_derive(&cheap, password, len, salt, watch, out);
    taint_hide(out, ARGON_LEN);
    return rc;
}

/* ---- Where memcheck looks away ---- */

static void taint_look_away(void)
{
    VALGRIND_DISABLE_ERROR_REPORTING;
}

static void taint_look_again(void)
{
    VALGRIND_ENABLE_ERROR_REPORTING;
}

/* X25519: the ladder swaps under masks, but libgcrypt keeps its numbers without leading zeros,
   and so branches on how many words each has. Whatever becomes of the marks inside: a public key
   is public, an agreed key is not. */
WRAP(gcry_error_t, gcry_ecc_mul_point, int curve, unsigned char *result,
     const unsigned char *scalar, const unsigned char *point)
{
    taint_look_away();
    gcry_error_t rc = __real_gcry_ecc_mul_point(curve, result, scalar, point);
    taint_look_again();
    if (point == NULL)
        taint_publish(result, ENVELOPE_KEY_LEN);
    else
        taint_hide(result, ENVELOPE_KEY_LEN);
    return rc;
}

/* Ed25519: numbers as above, and the remainder modulo the group's order by long division. What
   comes out is the signature, in one block. */
WRAP(gcry_error_t, gcry_pk_sign, gcry_sexp_t *result, gcry_sexp_t data, gcry_sexp_t key)
{
    taint_look_away();
    gcry_error_t rc = __real_gcry_pk_sign(result, data, key);
    taint_look_again();
    if (rc == 0)
        taint_publish(*result, malloc_usable_size(*result));
    return rc;
}

/* Ed25519's public key, numbers as above. */
WRAP(gcry_mpi_t, gcry_mpi_ec_get_mpi, const char *name, gcry_ctx_t context, int copy)
{
    taint_look_away();
    gcry_mpi_t q = __real_gcry_mpi_ec_get_mpi(name, context, copy);
    taint_look_again();
    return q;
}

/* Argon2id reads memory where the password says, from the second half of its first pass on: by
   design, against machines made for guessing (RFC 9106 section 1). The first half does not, and
   is over before. */
WRAP(gcry_error_t, gcry_kdf_compute, gcry_kdf_hd_t kdf, const gcry_kdf_thread_ops_t *ops)
{
    taint_look_away();
    gcry_error_t rc = __real_gcry_kdf_compute(kdf, ops);
    taint_look_again();
    return rc;
}

/* Whether the tag was right: the whole of it is compared, then the verdict branched on. */
WRAP(gcry_error_t, gcry_cipher_checktag, gcry_cipher_hd_t handle, const void *tag, size_t len)
{
    taint_look_away();
    gcry_error_t rc = __real_gcry_cipher_checktag(handle, tag, len);
    taint_look_again();
    return rc;
}

/* Is the text UTF-8? Compares that a byte of a two-byte letter answers by its upper bits, which
   are public here; memcheck does not follow compares of 8 bits bit by bit. */
WRAP(const uint8_t *, u8_check, const uint8_t *text, size_t len)
{
    taint_look_away();
    const uint8_t *bad = __real_u8_check(text, len);
    taint_look_again();
    return bad;
}
