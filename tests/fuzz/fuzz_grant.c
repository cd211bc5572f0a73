/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a wrap of a compartment's secret and as a wrapped case key, or as changes to good
   ones: what opens is what was given. Input: how (1 byte: which call fails, for a case key
   odd when it is made, even when it is opened; 32 a case key, 64 for
   another number, 128 shorter), place of the changes (1; beyond the end: those of
   a case key are of its handle), changes. */
#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "office/grant.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 2, CASE = 32, STRANGE = 64, SHORT = 128 };

static const uint8_t office[HASH_LEN] = {1}, secret[KEYSET_KEY_LEN] = {3};
static const uint8_t handle[JOURNAL_HANDLE_LEN] = {4};

static void try_wrap(struct keyset *keys, const uint8_t *data, size_t size)
{
    struct journal_wrap wrap, was;
    struct grant_holder holder = {.officer = 1};

    memcpy(holder.agree, keys->agree_public, HPKE_KEY_LEN);
    must(grant_secret(office, keys->generations[0], &holder, &wrap) == ERROR_NONE);
    was = wrap;
    fuzz_change(wrap.sealed, sizeof wrap.sealed, data[1] % sizeof wrap.sealed, data + HEAD,
                size - HEAD);
    wrap.generation += data[0] & STRANGE ? 1 : 0;
    keyset_drop(keys, KEYSET_GENERAL, 1);
    fuzz_fail_at(data[0] % 32);
    const enum error error = grant_take(keys, &wrap);
    fuzz_fail_at(0);
    must((error == ERROR_NONE) == (keys->generation_count == 1));
    if (error == ERROR_NONE)
        must(memcmp(&was, &wrap, sizeof wrap) == 0 &&
             memcmp(keys->generations[0]->secret, secret, sizeof secret) == 0);
}

static void try_case_key(const struct keyset *keys, const uint8_t *data, size_t size)
{
    struct journal_casekey row, was;
    uint8_t *key = secret_new(KEYSET_KEY_LEN), *opened = secret_new(KEYSET_KEY_LEN);
    const size_t place = data[1];

    must(key != NULL && opened != NULL);
    fuzz_fail_at(data[0] % 2 == 1 ? (data[0] % 32 + 1) / 2 : 0);
    enum error error = grant_case_key(keys, KEYSET_GENERAL, handle, key, &row);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || data[0] % 32 > 0);
    if (error == ERROR_NONE) {
        was = row;
        if (place < row.len)
            fuzz_change(row.wrapped, row.len, place, data + HEAD, size - HEAD);
        else
            fuzz_change(row.handle, sizeof row.handle, 0, data + HEAD, size - HEAD);
        row.len -= data[0] & SHORT ? 1 : 0;
        row.generation += data[0] & STRANGE ? 1 : 0;
        fuzz_fail_at(data[0] % 2 == 0 ? data[0] % 32 / 2 : 0);
        error = grant_open_case_key(keys, &row, opened);
        fuzz_fail_at(0);
        if (error == ERROR_NONE)
            must(memcmp(&row, &was, sizeof row) == 0 && memcmp(opened, key, KEYSET_KEY_LEN) == 0);
        fuzz_fail_at(data[0] % 2 == 0 ? data[0] % 32 / 2 : 0);
        must(grant_rewrap(keys, &row) == ERROR_NONE || error != ERROR_NONE || data[0] % 32 > 0);
        fuzz_fail_at(0);
    }
    secret_free(key);
    secret_free(opened);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct keyset *maker;
    struct keyset *keys = NULL;

    fuzz_start();
    fuzz_fail_at(0);
    if (maker == NULL) {
        must(keyset_new(office, &maker) == ERROR_NONE && keyset_make_own(maker) == ERROR_NONE);
        maker->officer = 1;
        must(keyset_add(maker, KEYSET_GENERAL, 1, secret) == ERROR_NONE);
    }
    if (size < HEAD)
        return 0;
    must(keyset_copy(maker, &keys) == ERROR_NONE);
    if (data[0] & CASE)
        try_case_key(keys, data, size);
    else
        try_wrap(keys, data, size);
    keyset_free(&keys);
    return 0;
}
