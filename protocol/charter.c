/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes, reads and compares charters. */
#include "protocol/charter.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "base/wire.h"
#include "crypto/envelope.h"
#include "crypto/hash.h"
#include "crypto/signature.h"

static const char magic[] = "SANDYQC1";
static const char domain[] = "sandyq charter v1";

enum {
    AT_ROOT = 8,
    AT_NUMBER = 40,
    AT_ISSUED = 44,
    AT_EXPIRES = 48,
    AT_EPOCH = 52,
    AT_KEM = 56,
    AT_KDF = 58,
    AT_AEAD = 60,
    AT_INTAKE = 62,
    AT_BOARD = 94,
    AT_NAME = 126,
    AT_SIGNATURE = 254,
};
_Static_assert(AT_NAME + CHARTER_NAME_MAX + 1 == AT_SIGNATURE, "the name ends at the signature");
_Static_assert(AT_SIGNATURE + SIGNATURE_LEN == CHARTER_LEN, "the charter ends with the signature");

static enum error office_of(const uint8_t root[32], uint8_t office[CHARTER_OFFICE_LEN])
{
    struct hash_part part = {root, 32};

    return hash_sha256(office, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

static enum error check_fields(const uint8_t *in)
{
    const char *name = (const char *)in + AT_NAME;
    size_t len = strnlen(name, CHARTER_NAME_MAX + 1);

    if (wire_get16(in + AT_KEM) != ENVELOPE_KEM || wire_get16(in + AT_KDF) != ENVELOPE_KDF ||
        wire_get16(in + AT_AEAD) != ENVELOPE_AEAD)
        return ERROR_NEWER;
    if (wire_get32(in + AT_EXPIRES) < wire_get32(in + AT_ISSUED))
        return ERROR_MALFORMED;
    if (len > CHARTER_NAME_MAX || !utf8_valid(name, len))
        return ERROR_MALFORMED;
    for (size_t i = len; i <= CHARTER_NAME_MAX; i++)
        if (name[i] != '\0')
            return ERROR_MALFORMED;
    return ERROR_NONE;
}

enum error charter_encode(const struct charter *charter, const uint8_t root_seed[32],
                          uint8_t out[CHARTER_LEN])
{
    size_t name_len = strnlen(charter->name, sizeof charter->name);

    memset(out, 0, CHARTER_LEN);
    memcpy(out, magic, FILE_MAGIC_LEN);
    if (signature_public(root_seed, out + AT_ROOT) != 0)
        return ERROR_MEMORY;
    wire_put32(out + AT_NUMBER, charter->number);
    wire_put32(out + AT_ISSUED, charter->issued);
    wire_put32(out + AT_EXPIRES, charter->expires);
    wire_put32(out + AT_EPOCH, charter->epoch);
    wire_put16(out + AT_KEM, ENVELOPE_KEM);
    wire_put16(out + AT_KDF, ENVELOPE_KDF);
    wire_put16(out + AT_AEAD, ENVELOPE_AEAD);
    memcpy(out + AT_INTAKE, charter->intake, sizeof charter->intake);
    memcpy(out + AT_BOARD, charter->board, sizeof charter->board);
    memcpy(out + AT_NAME, charter->name, name_len);
    enum error error = check_fields(out);
    if (error != ERROR_NONE)
        return error;
    if (signature_sign(root_seed, domain, out, AT_SIGNATURE, out + AT_SIGNATURE) != 0)
        return ERROR_MEMORY;
    return ERROR_NONE;
}

enum error charter_decode(const uint8_t *in, size_t len, struct charter *charter)
{
    enum error error = file_magic(in, len, magic);

    if (error != ERROR_NONE)
        return error;
    if (len != CHARTER_LEN)
        return ERROR_TRUNCATED;
    error = signature_check(in + AT_ROOT, domain, in, AT_SIGNATURE, in + AT_SIGNATURE);
    if (error != ERROR_NONE)
        return error;
    error = check_fields(in);
    if (error != ERROR_NONE)
        return error;
    memcpy(charter->root, in + AT_ROOT, sizeof charter->root);
    charter->number = wire_get32(in + AT_NUMBER);
    charter->issued = wire_get32(in + AT_ISSUED);
    charter->expires = wire_get32(in + AT_EXPIRES);
    charter->epoch = wire_get32(in + AT_EPOCH);
    memcpy(charter->intake, in + AT_INTAKE, sizeof charter->intake);
    memcpy(charter->board, in + AT_BOARD, sizeof charter->board);
    memcpy(charter->name, in + AT_NAME, sizeof charter->name);
    return office_of(charter->root, charter->office);
}

static bool same(const struct charter *a, const struct charter *b)
{
    return a->issued == b->issued && a->expires == b->expires && a->epoch == b->epoch &&
           memcmp(a->intake, b->intake, sizeof a->intake) == 0 &&
           memcmp(a->board, b->board, sizeof a->board) == 0 && strcmp(a->name, b->name) == 0;
}

enum error charter_follows(const struct charter *held, const struct charter *next)
{
    if (memcmp(held->root, next->root, sizeof held->root) != 0)
        return ERROR_OFFICE;
    if (next->number < held->number || (next->number == held->number && !same(held, next)))
        return ERROR_OLDER;
    return ERROR_NONE;
}

void charter_fingerprint(const uint8_t office[CHARTER_OFFICE_LEN],
                         char out[CHARTER_FINGERPRINT_LEN])
{
    unsigned group[5];

    for (int i = 0; i < 5; i++)
        group[i] = wire_get32_big(office + (size_t)i * 4) % 10000U;
    snprintf(out, CHARTER_FINGERPRINT_LEN, "%04u %04u %04u %04u %04u", group[0], group[1], group[2],
             group[3], group[4]);
}
