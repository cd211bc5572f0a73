/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The act that names an officer, written and read. */
#include "office/naming.h"

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "crypto/secret.h"
#include "office/identity.h"
#include "protocol/charter.h"

enum { KEYS_LEN = SIGNATURE_PUBLIC_LEN + HPKE_KEY_LEN };
_Static_assert((int)NAMING_FINGERPRINT_LEN == (int)CHARTER_FINGERPRINT_LEN, "one kind of it");
_Static_assert((int)NAMING_NAME_MAX == (int)CHARTER_TEXT_MAX, "one kind of name");

bool naming_valid(const char *name)
{
    const size_t len = strlen(name);
    bool seen = len == 0;
    uint32_t ch = 0;
    for (size_t at = 0; at < len;) {
        int columns = 0;
        at += utf8_take(name + at, len - at, &ch);
        if (!utf8_harmless(ch))
            return false;
        seen = seen || (utf8_shown(ch, &columns) != ' ' && columns > 0);
    }
    return seen && len <= NAMING_NAME_MAX;
}

enum error naming_add(struct history_batch *batch, const struct keyset *keys,
                      const struct naming *naming, uint32_t now)
{
    uint8_t public_keys[KEYS_LEN];
    struct act act = {.kind = ACT_OFFICER,
                      .field = ACT_ROLE,
                      .minute = now,
                      .owner = naming->no,
                      .from = ACT_NOBODY,
                      .to = naming->role};
    memcpy(public_keys, naming->sign, SIGNATURE_PUBLIC_LEN);
    memcpy(public_keys + SIGNATURE_PUBLIC_LEN, naming->agree, HPKE_KEY_LEN);
    const struct act_content content = {public_keys, sizeof public_keys, naming->name,
                                        strlen(naming->name)};
    enum error error = identity_digest(keys->office, naming->sign, naming->agree, act.commitment);
    return error == ERROR_NONE ? history_batch_add(batch, keys, &act, NULL, &content, NULL) : error;
}

enum error naming_read(struct history *history, uint64_t seq, char name[NAMING_NAME_MAX + 1])
{
    const uint8_t *content = NULL;
    size_t len = 0;
    name[0] = '\0';
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    if (plain == NULL)
        return ERROR_MEMORY;
    enum error error = history_body(history, seq, ACT_OFFICER, plain, &content, &len);
    if (error == ERROR_NONE && len >= KEYS_LEN && len <= KEYS_LEN + NAMING_NAME_MAX) {
        memcpy(name, content + KEYS_LEN, len - KEYS_LEN);
        name[len - KEYS_LEN] = '\0';
    }
    if (!naming_valid(name))
        name[0] = '\0';
    secret_free(plain);
    return error;
}

void naming_fingerprint(const uint8_t digest[HASH_LEN], char out[NAMING_FINGERPRINT_LEN])
{
    charter_fingerprint(digest, out);
}
