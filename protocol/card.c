/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes and reads enrolment requests and cards. */
#include "protocol/card.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/wire.h"
#include "complaint/taxonomy.h"
#include "crypto/hash.h"
#include "crypto/signature.h"

static const char card_magic[] = "SANDYQK1";
static const char card_domain[] = "sandyq card v1";
static const char request_magic[] = "SANDYQR1";
static const char request_domain[] = "sandyq request v1";

enum { REQUEST_KEY = 8, REQUEST_DAY = 40, REQUEST_SIGNATURE = 44 };
enum {
    AT_OFFICE = 8,
    AT_NUMBER = 40,
    AT_ISSUED = 44,
    AT_EXPIRES = 48,
    AT_KEY = 52,
    AT_FACILITY = 84,
    AT_TYPE = 100,
    AT_ZEROS = 101,
    AT_SIGNATURE = 104,
};
_Static_assert(REQUEST_SIGNATURE + SIGNATURE_LEN == CARD_REQUEST_LEN,
               "a request ends with its signature");
_Static_assert(AT_FACILITY + CARD_FACILITY_MAX + 1 == AT_TYPE, "the facility ends at the type");
_Static_assert(AT_SIGNATURE + SIGNATURE_LEN == CARD_LEN, "a card ends with its signature");

enum error card_kiosk_id(const uint8_t key[32], uint8_t id[CARD_KIOSK_LEN])
{
    static const char prefix[] = "sandyq kiosk v1";
    struct hash_part parts[] = {{prefix, sizeof prefix - 1}, {key, 32}};
    uint8_t hash[HASH_LEN];

    if (hash_sha256(hash, parts, 2) != 0)
        return ERROR_MEMORY;
    memcpy(id, hash, CARD_KIOSK_LEN);
    return ERROR_NONE;
}

void card_kiosk_text(const uint8_t id[CARD_KIOSK_LEN], char out[CARD_KIOSK_TEXT_LEN])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < CARD_KIOSK_LEN; i++) {
        out[2 * i] = digits[id[i] >> 4];
        out[2 * i + 1] = digits[id[i] & 15];
    }
    out[CARD_KIOSK_TEXT_LEN - 1] = '\0';
}

enum error card_request_encode(const uint8_t kiosk_seed[32], uint32_t day,
                               uint8_t out[CARD_REQUEST_LEN])
{
    memcpy(out, request_magic, FILE_MAGIC_LEN);
    wire_put32(out + REQUEST_DAY, day);
    if (signature_public(kiosk_seed, out + REQUEST_KEY) != 0 ||
        signature_sign(kiosk_seed, request_domain, out, REQUEST_SIGNATURE,
                       out + REQUEST_SIGNATURE) != 0)
        return ERROR_MEMORY;
    return ERROR_NONE;
}

enum error card_request_decode(const uint8_t *in, size_t len, uint8_t key[32], uint32_t *day)
{
    enum error error = file_magic(in, len, request_magic);

    if (error != ERROR_NONE)
        return error;
    if (len != CARD_REQUEST_LEN)
        return ERROR_TRUNCATED;
    error = signature_check(in + REQUEST_KEY, request_domain, in, REQUEST_SIGNATURE,
                            in + REQUEST_SIGNATURE);
    if (error != ERROR_NONE)
        return error;
    memcpy(key, in + REQUEST_KEY, 32);
    *day = wire_get32(in + REQUEST_DAY);
    return ERROR_NONE;
}

/* One to fifteen of A-Z 0-9 -, then zeros only. No - in front: a spreadsheet would take it for a
   formula. */
static bool is_facility(const uint8_t *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    size_t len = 0;

    while (len < CARD_FACILITY_MAX && text[len] != 0 && strchr(allowed, text[len]) != NULL)
        len++;
    for (size_t i = len; i <= CARD_FACILITY_MAX; i++)
        if (text[i] != 0)
            return false;
    return len > 0 && text[0] != '-';
}

bool card_facility_valid(const char *facility)
{
    uint8_t field[CARD_FACILITY_MAX + 1] = {0};
    const size_t len = strlen(facility);
    if (len > CARD_FACILITY_MAX)
        return false;
    memcpy(field, facility, len);
    return is_facility(field);
}

static enum error check_fields(const uint8_t *in)
{
    if (wire_get32(in + AT_EXPIRES) < wire_get32(in + AT_ISSUED) ||
        !is_facility(in + AT_FACILITY) || in[AT_ZEROS] != 0 || in[AT_ZEROS + 1] != 0 ||
        in[AT_ZEROS + 2] != 0)
        return ERROR_MALFORMED;
    return ERROR_NONE;
}

enum error card_encode(const struct card *card, const uint8_t charter[CHARTER_LEN],
                       const uint8_t root_seed[32], uint8_t out[CARD_FILE_LEN])
{
    struct charter office;
    uint8_t root[32];

    enum error error = charter_decode(charter, CHARTER_LEN, &office);
    if (error != ERROR_NONE)
        return error;
    if (signature_public(root_seed, root) != 0)
        return ERROR_MEMORY;
    if (memcmp(root, office.root, sizeof root) != 0)
        return ERROR_OFFICE;
    memset(out, 0, CARD_FILE_LEN);
    memcpy(out, card_magic, FILE_MAGIC_LEN);
    memcpy(out + AT_OFFICE, office.office, CHARTER_OFFICE_LEN);
    wire_put32(out + AT_NUMBER, card->number);
    wire_put32(out + AT_ISSUED, card->issued);
    wire_put32(out + AT_EXPIRES, card->expires);
    memcpy(out + AT_KEY, card->key, sizeof card->key);
    memcpy(out + AT_FACILITY, card->facility, strnlen(card->facility, sizeof card->facility));
    out[AT_TYPE] = card->type;
    if (taxonomy_facility_numbered(card->type) == NULL || check_fields(out) != ERROR_NONE)
        return ERROR_MALFORMED;
    memcpy(out + CARD_LEN, charter, CHARTER_LEN);
    if (signature_sign(root_seed, card_domain, out, AT_SIGNATURE, out + AT_SIGNATURE) != 0)
        return ERROR_MEMORY;
    return ERROR_NONE;
}

enum error card_view(const uint8_t in[CARD_LEN], const struct charter *charter, struct card *card)
{
    enum error error = file_magic(in, CARD_LEN, card_magic);

    if (error != ERROR_NONE)
        return error;
    error = signature_check(charter->root, card_domain, in, AT_SIGNATURE, in + AT_SIGNATURE);
    if (error != ERROR_NONE)
        return error;
    if (memcmp(in + AT_OFFICE, charter->office, CHARTER_OFFICE_LEN) != 0)
        return ERROR_OFFICE;
    error = check_fields(in);
    if (error != ERROR_NONE)
        return error;
    memcpy(card->office, in + AT_OFFICE, sizeof card->office);
    card->number = wire_get32(in + AT_NUMBER);
    card->issued = wire_get32(in + AT_ISSUED);
    card->expires = wire_get32(in + AT_EXPIRES);
    memcpy(card->key, in + AT_KEY, sizeof card->key);
    memcpy(card->facility, in + AT_FACILITY, sizeof card->facility);
    card->type = in[AT_TYPE];
    return card_kiosk_id(card->key, card->kiosk);
}

enum error card_decode(const uint8_t *in, size_t len, struct card *card, struct charter *charter)
{
    enum error error = file_magic(in, len, card_magic);

    if (error != ERROR_NONE)
        return error;
    if (len != CARD_FILE_LEN)
        return ERROR_TRUNCATED;
    error = charter_decode(in + CARD_LEN, CHARTER_LEN, charter);
    return error == ERROR_NONE ? card_view(in, charter, card) : error;
}

enum error card_names(const uint8_t *in, size_t len, uint8_t key[32])
{
    enum error error = file_magic(in, len, card_magic);

    if (error == ERROR_NONE && len < AT_FACILITY)
        error = ERROR_TRUNCATED;
    if (error == ERROR_NONE)
        memcpy(key, in + AT_KEY, 32);
    return error;
}

static bool same(const struct card *a, const struct card *b)
{
    return a->issued == b->issued && a->expires == b->expires && a->type == b->type &&
           strcmp(a->facility, b->facility) == 0;
}

enum error card_follows(const struct card *held, const struct card *next, const uint8_t key[32])
{
    if (memcmp(next->key, key, sizeof next->key) != 0)
        return ERROR_KIOSK;
    if (held == NULL)
        return ERROR_NONE;
    if (memcmp(held->office, next->office, sizeof held->office) != 0)
        return ERROR_OFFICE;
    if (next->number < held->number || (next->number == held->number && !same(held, next)))
        return ERROR_OLDER;
    return ERROR_NONE;
}
