/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the head and the body of an act, sealed with the right key, as a colleague's desk
   may write them: they come out as they went in, or are refused. Input: how (1 byte: which call
   fails; 16 a body, 32 the digest is of what is there, 64 the changes are to what is sealed, 128
   another length), place of the changes (2; its highest bit: a head is long in any case), changes.
 */
#include <string.h>

#include "base/wire.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "office/act.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 3, BODY = 16, DIGEST = 32, OUTSIDE = 64, CUT = 128, LONG = 0x8000, SMALL = 960 };

static const uint8_t office[HASH_LEN] = {1}, key[AEAD_KEY_LEN] = {2};
static const struct act_key head_key = {office, 2, 3, key};
static const struct act_body_key body_key = {office, key};
static const struct act good = {.kind = ACT_STATE,
                                .field = ACT_CASE_STATE,
                                .minute = 30000000,
                                .subject = {9},
                                .from = 1,
                                .to = 2,
                                .letters = 1};

/* Which call fails when it is sealed, and when it is opened. */
static unsigned sealing(const uint8_t *data)
{
    return data[0] % 2 == 1 ? (data[0] % 16 + 1) / 2 : 0;
}

static unsigned opening(const uint8_t *data)
{
    return data[0] % 2 == 0 ? data[0] % 16 / 2 : 0;
}

/* Seals it as a writer does that knows the key but not what belongs inside. */
static void seal(const char *domain, const uint8_t *clear, size_t clear_len, const uint8_t *plain,
                 size_t len, bool right, uint8_t *out, uint8_t digest[HASH_LEN])
{
    uint8_t aad[3 * HASH_LEN];
    const struct aead with = {AEAD_AES256_GCM, key, digest, aad, 2 * HASH_LEN + clear_len};
    const struct hash_part parts[] = {{domain, strlen(domain) + 1}, {plain, len}};

    if (right)
        must(hash_sha256(digest, parts, 2) == 0);
    memcpy(aad, office, HASH_LEN);
    if (clear_len > 0)
        memcpy(aad + HASH_LEN, clear, clear_len);
    memcpy(aad + HASH_LEN + clear_len, digest, HASH_LEN);
    must(aead_seal(&with, plain, len, out) == ERROR_NONE);
}

/* Every kind that this desk knows has its own field, and of the rest nothing is lost. */
static void check_head(const struct act *act, const uint8_t *plain)
{
    const struct act_row *row = act_row(act->kind);

    must(act->kind == wire_get16(plain + 32) && act->minute == wire_get32(plain + 36));
    must(act->from == wire_get64(plain + 56) && act->to == wire_get64(plain + 64));
    must(memcmp(act->subject, plain + 40, sizeof act->subject) == 0);
    must(memcmp(act->commitment, plain + 96, HASH_LEN) == 0);
    must(row == NULL || (act->field < ACT_FIELDS && plain[35] == 0));
}

/* A head without a commitment is short, but for one that is long in any case. */
static size_t seal_head(const uint8_t *data, size_t size, uint8_t plain[ACT_HEAD_LEN],
                        uint8_t *sealed, uint8_t digest[HASH_LEN])
{
    static const uint8_t none[HASH_LEN];
    const size_t place = wire_get16(data + 1);

    memset(plain, 0, ACT_HEAD_LEN);
    plain[32] = ACT_STATE;
    plain[34] = ACT_CASE_STATE;
    fuzz_change(plain, ACT_HEAD_LEN, place % ACT_HEAD_LEN, data + HEAD, size - HEAD);
    const bool is_long = place & LONG || memcmp(plain + ACT_HEAD_SHORT, none, HASH_LEN) != 0;
    const size_t len = is_long ? ACT_HEAD_LEN : ACT_HEAD_SHORT;
    seal("sandyq head v1", sealed, 5, plain, len, data[0] & DIGEST, sealed + 5, digest);
    return 5 + len + ACT_SEAL_MORE;
}

static void try_head(const uint8_t *data, size_t size)
{
    uint8_t sealed[ACT_HEAD_SEALED], digest[HASH_LEN], plain[ACT_HEAD_LEN], compartment = 0;
    struct journal_act row = {.head = sealed};
    uint32_t generation = 0;
    struct act act = {.kind = 0};

    fuzz_fail_at(sealing(data));
    enum error error = act_seal_head(&head_key, &good, sealed, &row.head_len, digest);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || data[0] % 16 > 0);
    if (error != ERROR_NONE)
        return;
    if (data[0] & OUTSIDE)
        fuzz_change(sealed, row.head_len, wire_get16(data + 1) % row.head_len, data + HEAD,
                    size - HEAD);
    else
        row.head_len = seal_head(data, size, plain, sealed, digest);
    row.head_len -= data[0] & CUT ? 1 : 0;
    memcpy(row.head_digest, digest, HASH_LEN);
    must(act_head_needs(&row, &compartment, &generation) == !(data[0] & CUT));
    if (data[0] & CUT)
        return;
    fuzz_fail_at(opening(data));
    error = act_open_head(&head_key, &row, &act);
    fuzz_fail_at(0);
    if (error == ERROR_NONE && !(data[0] & OUTSIDE))
        check_head(&act, plain);
    must(error != ERROR_NONE || data[0] & (DIGEST | OUTSIDE));
}

static void try_body(const uint8_t *data, size_t size)
{
    static uint8_t sealed[JOURNAL_BODY_MAX], plain[SMALL];
    uint8_t digest[HASH_LEN] = {0}, *opened = secret_new(ACT_BODY_MAX);
    const struct act_content words = {"a head", 6, "and a text", 10};
    const uint8_t *content = NULL;
    const size_t place = wire_get16(data + 1), inside = SMALL - ACT_SEAL_MORE;
    size_t len = 0, found = 0;

    must(opened != NULL);
    fuzz_fail_at(sealing(data));
    enum error error = act_seal_body(&body_key, ACT_LETTER, &words, sealed, &len, digest);
    fuzz_fail_at(0);
    if (error == ERROR_NONE && data[0] & OUTSIDE) {
        fuzz_change(sealed, len, place % len, data + HEAD, size - HEAD);
    } else if (error == ERROR_NONE) {
        memset(plain, 0, sizeof plain);
        plain[32] = 16;
        fuzz_change(plain, inside, place % inside, data + HEAD, size - HEAD);
        seal("sandyq body v1", NULL, 0, plain, inside, data[0] & DIGEST, sealed, digest);
    }
    if (error == ERROR_NONE) {
        fuzz_fail_at(opening(data));
        error = act_open_body(&body_key, sealed, data[0] & CUT ? len - 1 : len, digest, opened,
                              &content, &found);
        fuzz_fail_at(0);
        if (error == ERROR_NONE)
            must(content == opened + ACT_CONTENT_AT && found <= inside - ACT_CONTENT_AT);
        must(error != ERROR_NONE || !(data[0] & CUT));
    }
    secret_free(opened);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_start();
    fuzz_fail_at(0);
    if (size < HEAD)
        return 0;
    if (data[0] & BODY)
        try_body(data, size);
    else
        try_head(data, size);
    return 0;
}
