/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of intake keys, written and read. */
#include "office/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/wire.h"
#include "crypto/secret.h"
#include "crypto/wrap.h"

#define MAGIC  "SANDYQI1"
#define PREFIX "intake-"

static const char domain[] = "sandyq intake v1";

enum {
    AT_OFFICE = FILE_MAGIC_LEN,
    AT_EPOCH = AT_OFFICE + HASH_LEN,
    AT_PUBLIC = AT_EPOCH + 4,
    AT_COUNT = AT_PUBLIC + ENVELOPE_KEY_LEN,
    AT_WRAPS = AT_COUNT + 4,
    ENTRY_LEN = 4 + WRAP_LEN,
    HOLDERS_MAX = 10000,
    NAME_LEN = 32,
    FILE_MAX = AT_WRAPS + HOLDERS_MAX * ENTRY_LEN,
    SAID_LEN = AT_COUNT - AT_OFFICE,
    INFO_LEN = sizeof domain + SAID_LEN + 4,
};

static void fill_info(const uint8_t *file, uint32_t officer, uint8_t info[INFO_LEN])
{
    memcpy(info, domain, sizeof domain);
    memcpy(info + sizeof domain, file + AT_OFFICE, SAID_LEN);
    wire_put32(info + sizeof domain + SAID_LEN, officer);
}

static void name_file(const struct keyset_intake *intake, char name[NAME_LEN])
{
    snprintf(name, NAME_LEN, PREFIX "%u", (unsigned)intake->epoch);
}

enum error intake_save(int dir, mode_t mode, const uint8_t office[HASH_LEN],
                       const struct keyset_intake *intake, const struct grant_holder *holders,
                       size_t n)
{
    char name[NAME_LEN];
    const size_t len = AT_WRAPS + n * ENTRY_LEN;
    uint8_t *file = calloc(1, len);
    if (file == NULL)
        return ERROR_MEMORY;
    memcpy(file, MAGIC, FILE_MAGIC_LEN);
    memcpy(file + AT_OFFICE, office, HASH_LEN);
    wire_put32(file + AT_EPOCH, intake->epoch);
    memcpy(file + AT_PUBLIC, intake->public_key, ENVELOPE_KEY_LEN);
    wire_put32(file + AT_COUNT, (uint32_t)n);
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < n && error == ERROR_NONE; i++) {
        uint8_t bytes[INFO_LEN], *entry = file + AT_WRAPS + i * ENTRY_LEN;
        const struct wrap_info info = {bytes, sizeof bytes};
        fill_info(file, holders[i].officer, bytes);
        wire_put32(entry, holders[i].officer);
        error = wrap_seal(holders[i].agree, &info, intake->secret, entry + 4);
    }
    name_file(intake, name);
    if (error == ERROR_NONE)
        error = file_write(dir, name, mode, file, len);
    free(file);
    return error;
}

/* How many wraps there are in a file; 0 when it is no intake file of the office. */
static uint32_t count_wraps(const uint8_t *office, const uint8_t *file, size_t len)
{
    if (len < AT_WRAPS || memcmp(file, MAGIC, FILE_MAGIC_LEN) != 0 ||
        memcmp(file + AT_OFFICE, office, HASH_LEN) != 0)
        return 0;
    const uint32_t n = wire_get32(file + AT_COUNT);
    return n <= HOLDERS_MAX && len == AT_WRAPS + (size_t)n * ENTRY_LEN ? n : 0;
}

enum error intake_is_for(int dir, const uint8_t office[HASH_LEN],
                         const struct keyset_intake *intake, const struct grant_holder *holders,
                         size_t n, bool *same)
{
    char name[NAME_LEN];
    uint8_t *file = NULL;
    size_t len = 0;
    name_file(intake, name);
    enum error error = file_read(dir, name, FILE_MAX, &file, &len);
    *same = error == ERROR_NONE && count_wraps(office, file, len) == n &&
            memcmp(file + AT_PUBLIC, intake->public_key, ENVELOPE_KEY_LEN) == 0;
    for (size_t i = 0; i < n && *same; i++)
        *same = wire_get32(file + AT_WRAPS + i * ENTRY_LEN) == holders[i].officer;
    free(file);
    return error_is_machine(error) ? error : ERROR_NONE;
}

/* The officer's wrap in a file, NULL when it has none or is not an intake file of the office. */
static const uint8_t *find_wrap(const struct keyset *keys, const uint8_t *file, size_t len)
{
    const uint32_t n = count_wraps(keys->office, file, len);
    for (uint32_t i = 0; i < n; i++)
        if (wire_get32(file + AT_WRAPS + i * ENTRY_LEN) == keys->officer)
            return file + AT_WRAPS + i * ENTRY_LEN + 4;
    return NULL;
}

/* What opens is taken only when it is the key that was named: anybody can wrap another. */
static enum error open_wrap(struct keyset *keys, const struct charter_intake *intake,
                            const uint8_t *file, const uint8_t *wrap)
{
    uint8_t bytes[INFO_LEN], named[ENVELOPE_KEY_LEN];
    const struct wrap_info info = {bytes, sizeof bytes};
    const struct hpke_pair pair = {keys->agree, keys->agree_public};
    uint8_t *secret = secret_new(ENVELOPE_KEY_LEN);
    if (secret == NULL)
        return ERROR_MEMORY;
    fill_info(file, keys->officer, bytes);
    enum error error = wrap_open(&pair, &info, wrap, secret);
    if (error == ERROR_NONE)
        error = hpke_public(secret, named);
    if (error == ERROR_NONE && memcmp(named, intake->key, sizeof named) != 0)
        error = ERROR_KEY_UNFIT;
    if (error == ERROR_NONE)
        error = keyset_add_intake(keys, intake->epoch, secret);
    secret_free(secret);
    return error;
}

static enum error load(int dir, const struct charter_intake *intake, struct keyset *keys)
{
    const struct keyset_intake named = {.epoch = intake->epoch};
    char name[NAME_LEN];
    uint8_t *file = NULL;
    size_t len = 0;
    name_file(&named, name);
    enum error error = file_read(dir, name, FILE_MAX, &file, &len);
    const uint8_t *wrap = error == ERROR_NONE ? find_wrap(keys, file, len) : NULL;
    if (wrap != NULL)
        error = open_wrap(keys, intake, file, wrap);
    free(file);
    return error_is_machine(error) ? error : ERROR_NONE;
}

enum error intake_load(int dir, const struct charter *charter, struct keyset *keys)
{
    enum error error = ERROR_NONE;
    for (uint32_t i = 0; i < charter->intake_count && error == ERROR_NONE; i++)
        error = load(dir, &charter->intake[i], keys);
    return error;
}
