/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets given from one holder to another. */
#include "office/grant.h"

#include <string.h>

#include "base/wire.h"
#include "crypto/box.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/wrap.h"

static const char wrap_domain[] = "sandyq wrap v1";

enum {
    AT_OFFICE = sizeof wrap_domain,
    AT_COMPARTMENT = AT_OFFICE + HASH_LEN,
    AT_GENERATION = AT_COMPARTMENT + 2,
    AT_OFFICER = AT_GENERATION + 4,
    INFO_LEN = AT_OFFICER + 4,
};
_Static_assert((int)WRAP_LEN == (int)JOURNAL_WRAP_LEN, "a row holds one wrap");

static void fill_info(const uint8_t *office, const struct journal_wrap *wrap,
                      uint8_t info[INFO_LEN])
{
    memcpy(info, wrap_domain, sizeof wrap_domain);
    memcpy(info + AT_OFFICE, office, HASH_LEN);
    wire_put16(info + AT_COMPARTMENT, wrap->compartment);
    wire_put32(info + AT_GENERATION, wrap->generation);
    wire_put32(info + AT_OFFICER, wrap->officer);
}

enum error grant_secret(const uint8_t office[HASH_LEN], const struct keyset_generation *generation,
                        const struct grant_holder *holder, struct journal_wrap *wrap)
{
    uint8_t bytes[INFO_LEN];
    const struct wrap_info info = {bytes, sizeof bytes};
    wrap->compartment = generation->compartment;
    wrap->generation = generation->generation;
    wrap->officer = holder->officer;
    fill_info(office, wrap, bytes);
    return wrap_seal(holder->agree, &info, generation->secret, wrap->sealed);
}

enum error grant_take(struct keyset *keys, const struct journal_wrap *wrap)
{
    uint8_t bytes[INFO_LEN];
    const struct wrap_info info = {bytes, sizeof bytes};
    const struct hpke_pair pair = {keys->agree, keys->agree_public};
    uint8_t *secret = secret_new(KEYSET_KEY_LEN);
    if (secret == NULL)
        return ERROR_MEMORY;
    fill_info(keys->office, wrap, bytes);
    enum error error = wrap_open(&pair, &info, wrap->sealed, secret);
    if (error == ERROR_NONE)
        error = keyset_add(keys, wrap->compartment, wrap->generation, secret);
    secret_free(secret);
    return error;
}

/* --- case keys --- */

enum { WRAPPED_LEN = KEYSET_KEY_LEN + BOX_OVERHEAD };

static enum error commit_to(const uint8_t *office, const uint8_t *handle, const uint8_t *key,
                            uint8_t out[HASH_LEN])
{
    static const char domain[] = "sandyq case key v1";
    const struct hash_part parts[] = {{domain, sizeof domain},
                                      {office, HASH_LEN},
                                      {handle, JOURNAL_HANDLE_LEN},
                                      {key, KEYSET_KEY_LEN}};
    return hash_sha256(out, parts, 4) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

static void case_aad(const uint8_t *office, const uint8_t *commitment, uint8_t aad[2 * HASH_LEN])
{
    memcpy(aad, office, HASH_LEN);
    memcpy(aad + HASH_LEN, commitment, HASH_LEN);
}

static enum error wrap_key(const struct keyset *keys, const uint8_t *key,
                           const uint8_t nonce[BOX_NONCE_LEN], struct journal_casekey *row)
{
    uint8_t aad[2 * HASH_LEN];
    const struct keyset_generation *newest = keyset_newest(keys, row->compartment);
    if (newest == NULL)
        return ERROR_KEY_UNFIT;
    const struct box box = {newest->wrap, aad, sizeof aad};
    case_aad(keys->office, row->commitment, aad);
    row->generation = newest->generation;
    row->len = WRAPPED_LEN;
    return box_seal_with(&box, nonce, key, KEYSET_KEY_LEN, row->wrapped);
}

/* A key and the nonce that it is wrapped with, in one draw. */
struct draw {
    uint8_t key[KEYSET_KEY_LEN];
    uint8_t nonce[BOX_NONCE_LEN];
};

enum error grant_case_key(const struct keyset *keys, uint16_t compartment,
                          const uint8_t handle[JOURNAL_HANDLE_LEN], uint8_t key[KEYSET_KEY_LEN],
                          struct journal_casekey *out)
{
    struct draw *draw = secret_new(sizeof *draw);
    if (draw == NULL)
        return ERROR_MEMORY;
    random_bytes(draw, sizeof *draw);
    memcpy(key, draw->key, KEYSET_KEY_LEN);
    memset(out, 0, sizeof *out);
    memcpy(out->handle, handle, JOURNAL_HANDLE_LEN);
    out->compartment = compartment;
    enum error error = commit_to(keys->office, handle, key, out->commitment);
    if (error == ERROR_NONE)
        error = wrap_key(keys, key, draw->nonce, out);
    secret_free(draw);
    return error;
}

enum error grant_open_case_key(const struct keyset *keys, const struct journal_casekey *row,
                               uint8_t key[KEYSET_KEY_LEN])
{
    uint8_t aad[2 * HASH_LEN], found[HASH_LEN];
    const struct keyset_generation *held = keyset_find(keys, row->compartment, row->generation);
    if (held == NULL)
        return ERROR_KEY_UNFIT;
    if (row->len != WRAPPED_LEN)
        return ERROR_SEAL;
    const struct box box = {held->wrap, aad, sizeof aad};
    case_aad(keys->office, row->commitment, aad);
    enum error error = box_open(&box, row->wrapped, row->len, key);
    if (error == ERROR_NONE)
        error = commit_to(keys->office, row->handle, key, found);
    if (error == ERROR_NONE && memcmp(found, row->commitment, HASH_LEN) != 0)
        error = ERROR_SEAL;
    if (error != ERROR_NONE)
        explicit_bzero(key, KEYSET_KEY_LEN);
    return error;
}

enum error grant_rewrap(const struct keyset *keys, struct journal_casekey *row)
{
    uint8_t *key = secret_new(KEYSET_KEY_LEN);
    if (key == NULL)
        return ERROR_MEMORY;
    uint8_t nonce[BOX_NONCE_LEN];
    random_bytes(nonce, sizeof nonce);
    enum error error = grant_open_case_key(keys, row, key);
    if (error == ERROR_NONE)
        error = wrap_key(keys, key, nonce, row);
    secret_free(key);
    return error;
}
