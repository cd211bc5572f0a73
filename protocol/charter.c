/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes, reads and compares charters. */
#include "protocol/charter.h"

#include <stdio.h>
#include <string.h>

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
    AT_BOARD = 52,
    AT_SETTINGS = 84,
    AT_INTAKE_COUNT = 148,
    AT_INTAKES = 152,
    AT_TEXTS = 5064,
    AT_SIGNATURE = 8128,
    /* of an intake key */
    INTAKE_KEM = 4,
    INTAKE_KDF = 6,
    INTAKE_AEAD = 8,
    INTAKE_KEY_LEN = 10,
    INTAKE_KEY = 12,
    INTAKE_LEN = 1228, /* X-Wing's public key has 1216 bytes */
};
_Static_assert(AT_SETTINGS + 4 * CHARTER_SETTINGS <= AT_INTAKE_COUNT, "room for the settings");
_Static_assert(AT_INTAKES + CHARTER_INTAKES * INTAKE_LEN == AT_TEXTS, "texts follow the keys");
_Static_assert(AT_TEXTS + CHARTER_TEXTS_LEN == AT_SIGNATURE, "the texts end at the signature");
_Static_assert(AT_SIGNATURE + SIGNATURE_LEN == CHARTER_LEN, "the charter ends with the signature");

const struct charter_range charter_ranges[CHARTER_SETTINGS] = {
    [CHARTER_BOARD_DAYS] = {"board-days", 1, 127, 31},
    [CHARTER_ANSWERS] = {"answers", 16, 4000, 256},
    [CHARTER_ARRIVALS] = {"arrivals", 16, 65536, 1024},
    [CHARTER_TERM] = {"term", 90, 1000, 400},
    [CHARTER_SIZE] = {"size", 16, 4096, 512},
    [CHARTER_DAY_RECORDS] = {"day-records", 8, 65536, 200},
    [CHARTER_TAKE_DAYS] = {"take-days", 1, 365, 3},
    [CHARTER_ANSWER_DAYS] = {"answer-days", 1, 365, 15},
};

static const char *const kinds[CHARTER_TEXTS] = {
    [CHARTER_NAME] = "name",
    [CHARTER_PHONE] = "phone",
    [CHARTER_ADDRESS] = "address",
};

void charter_usual(struct charter *charter)
{
    for (size_t i = 0; i < CHARTER_SETTINGS; i++)
        charter->settings[i] = charter_ranges[i].usual;
}

/* --- texts --- */

/* One line of the texts; the members point into it. */
struct line {
    const char *kind, *language, *text;
    size_t kind_len, language_len, text_len;
};

static size_t letters(const char *at, const char *end)
{
    size_t n = 0;
    while (at + n < end && at[n] >= 'a' && at[n] <= 'z')
        n++;
    return n;
}

/* Takes the line that begins at *at, and moves *at behind it; false when it is none. */
static bool take_line(const char **at, const char *end, struct line *line)
{
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    if (stop == NULL)
        return false;
    line->kind = *at;
    line->kind_len = letters(line->kind, stop);
    line->language = line->kind + line->kind_len + 1;
    if (line->kind_len == 0 || line->language >= stop || line->language[-1] != ' ')
        return false;
    line->language_len = *line->language == '-' ? 1 : letters(line->language, stop);
    line->text = line->language + line->language_len + 1;
    if (line->text >= stop || line->text[-1] != ' ' || line->language_len > CHARTER_LANGUAGE_MAX ||
        (line->language_len < 2 && *line->language != '-'))
        return false;
    line->text_len = (size_t)(stop - line->text);
    *at = stop + 1;
    return line->text_len <= CHARTER_TEXT_MAX && utf8_valid(line->text, line->text_len);
}

static bool is(const char *text, size_t len, const char *wanted)
{
    return len == strlen(wanted) && memcmp(text, wanted, len) == 0;
}

bool charter_find_text(const struct charter *charter, enum charter_text kind, const char *language,
                       unsigned n, char out[CHARTER_TEXT_MAX + 1])
{
    const char *at = charter->texts, *end = at + strlen(at);
    struct line line;
    while (take_line(&at, end, &line)) {
        if (!is(line.kind, line.kind_len, kinds[kind]) ||
            (language != NULL && !is(line.language, line.language_len, "-") &&
             !is(line.language, line.language_len, language)) ||
            n-- > 0)
            continue;
        memcpy(out, line.text, line.text_len);
        out[line.text_len] = '\0';
        return true;
    }
    out[0] = '\0';
    return false;
}

enum error charter_add_text(struct charter *charter, enum charter_text kind, const char *language,
                            const char *text)
{
    const size_t len = strlen(charter->texts), room = sizeof charter->texts - len;
    const char *at = charter->texts + len;
    struct line line;
    uint32_t ch = 0;
    for (size_t i = 0; text[i] != '\0';) {
        i += utf8_take(text + i, strlen(text + i), &ch);
        if (!utf8_harmless(ch))
            return ERROR_MALFORMED;
    }
    const int n = snprintf(charter->texts + len, room, "%s %s %s\n", kinds[kind], language, text);
    /* A blank in the language would make its rest part of the text. */
    if (n > 0 && (size_t)n < room && take_line(&at, at + n, &line) && *at == '\0' &&
        is(line.language, line.language_len, language))
        return ERROR_NONE;
    charter->texts[len] = '\0';
    return ERROR_MALFORMED;
}

/* --- fields --- */

static bool zeros(const uint8_t *at, size_t len)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < len; i++)
        sum |= at[i];
    return sum == 0;
}

static bool is_known(const uint8_t *intake)
{
    return wire_get16(intake + INTAKE_KEM) == ENVELOPE_KEM &&
           wire_get16(intake + INTAKE_KDF) == ENVELOPE_KDF &&
           wire_get16(intake + INTAKE_AEAD) == ENVELOPE_AEAD;
}

static enum error take_intakes(const uint8_t *in, struct charter *charter)
{
    const uint32_t n = wire_get32(in + AT_INTAKE_COUNT);
    uint32_t after = UINT32_MAX;
    charter->intake_count = 0;
    memset(charter->intake, 0, sizeof charter->intake);
    if (n == 0 || n > CHARTER_INTAKES ||
        !zeros(in + AT_INTAKES + n * INTAKE_LEN, (CHARTER_INTAKES - n) * INTAKE_LEN))
        return ERROR_MALFORMED;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *at = in + AT_INTAKES + i * INTAKE_LEN;
        const uint32_t epoch = wire_get32(at);
        if (epoch == 0 || epoch >= after)
            return ERROR_MALFORMED;
        after = epoch;
        if (!is_known(at))
            continue;
        if (wire_get16(at + INTAKE_KEY_LEN) != ENVELOPE_KEY_LEN ||
            !zeros(at + INTAKE_KEY + ENVELOPE_KEY_LEN, INTAKE_LEN - INTAKE_KEY - ENVELOPE_KEY_LEN))
            return ERROR_MALFORMED;
        struct charter_intake *intake = &charter->intake[charter->intake_count++];
        intake->epoch = epoch;
        memcpy(intake->key, at + INTAKE_KEY, sizeof intake->key);
    }
    return charter->intake_count > 0 ? ERROR_NONE : ERROR_NEWER;
}

static enum error take_texts(const uint8_t *in, struct charter *charter)
{
    const char *at = (const char *)in + AT_TEXTS;
    const size_t len = strnlen(at, CHARTER_TEXTS_LEN);
    const char *end = at + len;
    struct line line;
    memset(charter->texts, 0, sizeof charter->texts);
    memcpy(charter->texts, at, len);
    while (at < end)
        if (!take_line(&at, end, &line))
            return ERROR_MALFORMED;
    return zeros(in + AT_TEXTS + len, CHARTER_TEXTS_LEN - len) ? ERROR_NONE : ERROR_MALFORMED;
}

static enum error take_fields(const uint8_t *in, struct charter *charter)
{
    charter->number = wire_get32(in + AT_NUMBER);
    charter->issued = wire_get32(in + AT_ISSUED);
    charter->expires = wire_get32(in + AT_EXPIRES);
    memcpy(charter->board, in + AT_BOARD, sizeof charter->board);
    for (size_t i = 0; i < CHARTER_SETTINGS; i++) {
        charter->settings[i] = wire_get32(in + AT_SETTINGS + 4 * i);
        if (charter->settings[i] < charter_ranges[i].least ||
            charter->settings[i] > charter_ranges[i].most)
            return ERROR_MALFORMED;
    }
    if (charter->expires < charter->issued)
        return ERROR_MALFORMED;
    const enum error error = take_intakes(in, charter);
    return error == ERROR_NONE ? take_texts(in, charter) : error;
}

static enum error hash_of(const uint8_t *in, size_t len, uint8_t hash[HASH_LEN])
{
    const struct hash_part part = {in, len};
    return hash_sha256(hash, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

static void put_fields(const struct charter *charter, uint8_t *out)
{
    wire_put32(out + AT_NUMBER, charter->number);
    wire_put32(out + AT_ISSUED, charter->issued);
    wire_put32(out + AT_EXPIRES, charter->expires);
    memcpy(out + AT_BOARD, charter->board, sizeof charter->board);
    for (size_t i = 0; i < CHARTER_SETTINGS; i++)
        wire_put32(out + AT_SETTINGS + 4 * i, charter->settings[i]);
    wire_put32(out + AT_INTAKE_COUNT, charter->intake_count);
    for (uint32_t i = 0; i < charter->intake_count && i < CHARTER_INTAKES; i++) {
        uint8_t *at = out + AT_INTAKES + i * INTAKE_LEN;
        wire_put32(at, charter->intake[i].epoch);
        wire_put16(at + INTAKE_KEM, ENVELOPE_KEM);
        wire_put16(at + INTAKE_KDF, ENVELOPE_KDF);
        wire_put16(at + INTAKE_AEAD, ENVELOPE_AEAD);
        wire_put16(at + INTAKE_KEY_LEN, ENVELOPE_KEY_LEN);
        memcpy(at + INTAKE_KEY, charter->intake[i].key, ENVELOPE_KEY_LEN);
    }
    memcpy(out + AT_TEXTS, charter->texts, strnlen(charter->texts, CHARTER_TEXTS_LEN));
}

enum error charter_encode(const struct charter *charter, const uint8_t root_seed[32],
                          uint8_t out[CHARTER_LEN])
{
    struct charter made;
    memset(out, 0, CHARTER_LEN);
    memcpy(out, magic, FILE_MAGIC_LEN);
    if (signature_public(root_seed, out + AT_ROOT) != 0)
        return ERROR_MEMORY;
    put_fields(charter, out);
    const enum error error = take_fields(out, &made);
    if (error != ERROR_NONE)
        return error;
    return signature_sign(root_seed, domain, out, AT_SIGNATURE, out + AT_SIGNATURE) == 0
               ? ERROR_NONE
               : ERROR_MEMORY;
}

enum error charter_decode(const uint8_t *in, size_t len, struct charter *charter)
{
    enum error error = file_magic(in, len, magic);
    if (error != ERROR_NONE)
        return error;
    if (len != CHARTER_LEN)
        return ERROR_TRUNCATED;
    error = signature_check(in + AT_ROOT, domain, in, AT_SIGNATURE, in + AT_SIGNATURE);
    if (error == ERROR_NONE)
        error = take_fields(in, charter);
    memcpy(charter->root, in + AT_ROOT, sizeof charter->root);
    if (error == ERROR_NONE)
        error = hash_of(in + AT_ROOT, sizeof charter->root, charter->office);
    return error == ERROR_NONE ? hash_of(in, len, charter->hash) : error;
}

enum error charter_follows(const struct charter *held, const struct charter *next)
{
    if (memcmp(held->root, next->root, sizeof held->root) != 0)
        return ERROR_OFFICE;
    if (next->number < held->number ||
        (next->number == held->number && memcmp(held->hash, next->hash, sizeof held->hash) != 0))
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
